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
	@echo "installing into .venv (one to three minutes)"
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@# The lock is complete and carries a hash for each file: nothing is left to resolve.
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/dev.lock
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps -e .
	@# The dbt project is read once, for every first build.
	@$(BIN)/python -m jobs.transform.parsed
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

.PHONY: dbt-packages
dbt-packages: install ## Bring the hub's dbt packages; ZLV_DBT_PACKAGES=dbt_packages then takes them instead of ours
	@ZLV_DBT_PACKAGES=dbt_packages $(BIN)/dbt deps --project-dir dbt --profiles-dir dbt --log-path $(ZLV_HOME)/tmp

.PHONY: test
test: install ## Run all tests but those of a cluster
	@$(BIN)/pytest -n 2 --dist loadfile -m "not cluster" tests

.PHONY: test-cluster
test-cluster: install ## Run the tests of a cluster, on the one that KUBECONFIG names
	@$(BIN)/pytest -n 2 --dist loadfile -m "cluster and not alone" tests/cluster || failed=1; \
		$(BIN)/pytest -m "cluster and alone" tests/cluster && test -z "$${failed:-}"

.PHONY: test-chart
test-chart: install ## Run the tests that render the chart (needs helm and kubectl, no cluster)
	@$(BIN)/pytest -q tests/integration/chart tests/unit/test_manifests_plain.py

.PHONY: kind
kind: ## Create a kind cluster and give it the images
	@kind create cluster --name zlv --wait 3m
	@kind load docker-image --name zlv localhost/zlv-warehouse:test localhost/zlv-warehouse-trial:test

.PHONY: test-kind
test-kind: ## Run the tests of a cluster on that of `make kind`; its kubelet starts the API server again
	@ZLV_TEST_KILL_API="docker exec zlv-control-plane pkill -9 kube-apiserver" ZLV_TEST_START_API=true \
		ZLV_TEST_KILL_KUBELET="docker exec zlv-control-plane systemctl stop kubelet" \
		ZLV_TEST_START_KUBELET="docker exec zlv-control-plane systemctl start kubelet" $(MAKE) --no-print-directory test-cluster

.PHONY: run-summary
run-summary: ## Print the runs and the last trace, for a page of GitHub Actions
	@printf '### The chain on sample data\n\n```\n'
	@$(BIN)/zlv runs || true
	@$(BIN)/zlv trace last || true
	@printf '```\n'

.PHONY: check
check: install ## Lint, type check, and compare what is generated (under a minute)
	@$(BIN)/python tests/check.py

.PHONY: actionlint
actionlint: install ## Lint the workflows of GitHub Actions with their shell (needs Go)
	@PATH="$(CURDIR)/$(BIN):$$PATH" go run github.com/rhysd/actionlint/cmd/actionlint@$(ACTIONLINT)
ACTIONLINT := v1.7.12

# An environment of its own: the locked one stays as it is.
NEXT ?= .venv-next/bin
NEXT_PACKAGES := duckdb duckdb-extensions duckdb-extension-httpfs duckdb-extension-postgres-scanner \
	duckdb-extension-spatial dbt-core dbt-duckdb
OUTCOME ?= unknown

.PHONY: try-next
try-next: ## Run the unit tests and the daily run with the next DuckDB and dbt; it may fail
	@test -x $(NEXT)/pip || $(PYTHON) -m venv $(NEXT:/bin=)
	@$(NEXT)/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/dev.lock
	@$(NEXT)/pip install --quiet --disable-pip-version-check --no-deps -e .
	@$(NEXT)/pip install --quiet --disable-pip-version-check --pre --upgrade $(NEXT_PACKAGES)
	@$(NEXT)/pytest -q tests/unit tests/integration/test_daily_run.py

.PHONY: next-summary
next-summary: ## Print which versions `try-next` tried, and its OUTCOME
	@printf '### The next DuckDB and dbt: %s\n\n```\n' "$(OUTCOME)"
	@$(NEXT)/pip freeze | grep -E '^(duckdb|dbt)' || true
	@printf '```\n'

.PHONY: bench
bench: install ## Time the stages against the same SQL typed by hand
	@PYTHONPATH=tests $(BIN)/python tests/benchmarks/bench.py

.PHONY: mutation
mutation: install ## Alter every model and write down what no test notices
	@PYTHONPATH=tests $(BIN)/python -m mutation.run

.PHONY: generate
generate: install ## Write again what derives from the catalog, the commands' help and the failure modes
	@$(BIN)/zlv catalog generate
	@$(BIN)/python tests/commands_page.py
	@$(BIN)/python tests/failure_modes_page.py
	@PYTHONPATH=tests $(BIN)/python tests/chart_files.py

.PHONY: lock
lock: install ## Resolve the dependencies anew (hashes, no addresses)
	@$(BIN)/pip install --quiet --disable-pip-version-check 'uv>=0.9,<1'
	@$(BIN)/uv pip compile pyproject.toml --extra dev $(LOCK) -o requirements/dev.lock
	@$(BIN)/uv pip compile pyproject.toml --extra trial $(LOCK) -c requirements/dev.lock -o requirements/trial.lock
	@$(BIN)/uv pip compile pyproject.toml $(LOCK) -c requirements/dev.lock -o requirements/runtime.lock
	@sed -n 's/^requires = \["\(.*\)"\]$$/\1/p' pyproject.toml | $(BIN)/uv pip compile - $(LOCK) -o requirements/build.lock
LOCK := --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --no-strip-extras

.PHONY: clean
clean: ## Remove .venv and all data under ZLV_HOME
	@test ! -x $(BIN)/zlv || $(BIN)/zlv dev down || true
	@rm -rf .venv $(ZLV_HOME)

ENGINE ?= $(shell command -v docker >/dev/null && echo docker || echo podman)
CHART := helm/zlv-warehouse

.PHONY: image
image: ## Build the images: the program, and the trial's servers
	@$(ENGINE) build $(BUILD_OPTIONS) --target runtime -t localhost/zlv-warehouse:test .
	@$(ENGINE) build $(BUILD_OPTIONS) --target trial -t localhost/zlv-warehouse-trial:test .

DOCKERFILES ?= Dockerfile Dockerfile.metabase

.PHONY: lock-images
lock-images: ## Write into the Dockerfiles which images they start from, by digest (asks their registry)
	@for file in $(DOCKERFILES); do \
		image=$$(sed -n 's/^ARG BASE_IMAGE=\([^@]*\).*/\1/p' "$$file"); \
		digest=$$(docker buildx imagetools inspect --format '{{.Manifest.Digest}}' "$$image"); \
		sed -i "s|^ARG BASE_IMAGE=.*|ARG BASE_IMAGE=$$image@$$digest|" "$$file"; \
	done

.PHONY: base-check
base-check: ## Refuse Dockerfiles that start from a tag: what it names changes
	@! grep -E '^ARG BASE_IMAGE=[^@]+$$' $(DOCKERFILES) || { echo 'this has no digest; write it with: make lock-images' >&2; exit 64; }

.PHONY: test-image
test-image: install ## Run the images as a cluster would: read-only, no network, any user
	@ZLV_TEST_ENGINE="$(ENGINE)" $(BIN)/pytest -q tests/cluster/test_image.py

.PHONY: image-summary
image-summary: ## Print a table of the images that were built
	@printf '### Images\n\n| image | size | id |\n|---|---|---|\n'
	@$(ENGINE) images --format '| {{.Repository}}:{{.Tag}} | {{.Size}} | {{.ID}} |' | grep zlv-warehouse || true

.PHONY: sign
sign: ## Sign what DIGEST of IMAGE names, without a key of our own
	@cosign sign --yes "$(IMAGE)@$(DIGEST)"

.PHONY: tag-image
tag-image: ## Give the pushed DIGEST of IMAGE its TAGS and print a table
	@docker buildx imagetools create $(foreach tag,$(TAGS),--tag $(tag)) "$(IMAGE)@$(DIGEST)" >&2
	@printf '### %s\n\n`%s@%s`\n\n' "$(notdir $(IMAGE))" "$(IMAGE)" "$(DIGEST)"; printf -- '- `%s`\n' $(TAGS)

.PHONY: release-check
release-check: ## Compare TAG with the versions of the program, the chart and the changelog
	@grep -qx '__version__ = "$(TAG:v%=%)"' jobs/__init__.py || { echo 'jobs/__init__.py is not of version $(TAG:v%=%)' >&2; exit 64; }
	@grep -qx 'version: $(TAG:v%=%)' $(CHART)/Chart.yaml || { echo 'version in Chart.yaml is not $(TAG:v%=%)' >&2; exit 64; }
	@grep -qx 'appVersion: "$(TAG:v%=%)"' $(CHART)/Chart.yaml || { echo 'appVersion in Chart.yaml is not $(TAG:v%=%)' >&2; exit 64; }
	@grep -qE '^## $(subst .,\.,$(TAG:v%=%))( |$$)' CHANGELOG.md || { echo 'CHANGELOG.md has no part "## $(TAG:v%=%)"' >&2; exit 64; }

.PHONY: release-notes
release-notes: ## Print the changelog's part of TAG
	@awk -v version='$(TAG:v%=%)' '/^## /{on = $$2 == version; next} on' CHANGELOG.md

DIST ?= dist

.PHONY: chart-package
chart-package: ## Pack the chart into DIST
	@mkdir -p $(DIST)
	@helm lint --strict $(CHART)
	@helm package $(CHART) --destination $(DIST)

.PHONY: chart-push
chart-push: ## Push the packed chart to REGISTRY and sign it
	@helm push $(DIST)/zlv-warehouse-*.tgz "oci://$(REGISTRY)/charts" 2>&1 | tee $(DIST)/push.log
	@$(MAKE) --no-print-directory sign IMAGE="$(REGISTRY)/charts/zlv-warehouse" DIGEST="$$(sed -n 's/^Digest: //p' $(DIST)/push.log)"

.PHONY: release
release: ## Publish the release of TAG on GitHub, with the chart
	@$(MAKE) --no-print-directory release-notes TAG=$(TAG) > $(DIST)/notes.md
	@gh release create "$(TAG)" --verify-tag --title "$(TAG:v%=%)" --notes-file $(DIST)/notes.md $(DIST)/zlv-warehouse-*.tgz
