# Everything installs into .venv and writes under ZLV_HOME (.zlv unless set).
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
PYTHON ?= python3.11
BIN := .venv/bin
export ZLV_HOME ?= .zlv
SCALE ?= 1
SEED ?= 7

.PHONY: help
help: ## Show what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 18

.venv/.installed: requirements/dev.lock pyproject.toml
	@echo "installing into .venv (about a minute)"
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@# The lock is complete and carries a hash for each file: nothing is left to resolve.
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/dev.lock
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps -e .
	@touch $@

.PHONY: install
install: .venv/.installed ## Install the program and its tools into .venv

.PHONY: demo
demo: install ## Run the whole chain on sample data, from a real PostgreSQL and S3 server to the clean file
	@$(BIN)/zlv dev up --scale $(SCALE) --seed $(SEED)
	@set -a; . $(ZLV_HOME)/dev/env; set +a; $(BIN)/zlv run daily

.PHONY: down
down: install ## Stop what `make demo` started
	@$(BIN)/zlv dev down

.PHONY: test
test: install ## Run all tests but those of a cluster
	@$(BIN)/pytest -n 2 --dist loadfile -m "not cluster" tests

.PHONY: check
check: install ## Lint, type check, and compare what is generated (under a minute)
	@$(BIN)/python tests/check.py

.PHONY: bench
bench: install ## Time the stages against the same SQL typed by hand
	@PYTHONPATH=tests $(BIN)/python tests/benchmarks/bench.py

.PHONY: generate
generate: install ## Write again what derives from the catalog and from the commands' help
	@$(BIN)/zlv catalog generate
	@$(BIN)/python tests/commands_page.py

.PHONY: lock
lock: install ## Resolve the dependencies anew (hashes, no addresses)
	@$(BIN)/pip install --quiet --disable-pip-version-check 'uv>=0.9,<1'
	@$(BIN)/uv pip compile pyproject.toml --extra dev $(LOCK) -o requirements/dev.lock
	@$(BIN)/uv pip compile pyproject.toml --extra trial $(LOCK) -c requirements/dev.lock -o requirements/trial.lock
	@$(BIN)/uv pip compile pyproject.toml $(LOCK) -c requirements/dev.lock -o requirements/runtime.lock
LOCK := --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --no-strip-extras

.PHONY: clean
clean: ## Remove .venv and all data under ZLV_HOME
	@test ! -x $(BIN)/zlv || $(BIN)/zlv dev down || true
	@rm -rf .venv $(ZLV_HOME)
