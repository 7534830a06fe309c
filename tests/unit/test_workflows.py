"""GitHub's workflows run make targets only, each of which some test runs; their actions are pinned, their
rights minimal."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from jobs import __version__

ROOT = Path(__file__).resolve().parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
# What `.ci/run` runs before a change lands; `demo` is that of the README, of which the suite's own chain is
# made.
BEFORE_LANDING = {"check", "test", "actionlint", "image", "test-cluster", "test-chart"}
DIGEST = "sha256:" + "0" * 64
VERSION = f"v{__version__}"

QUIETLY, LOCAL = "--quiet --disable-pip-version-check", "localhost/zlv-warehouse"

TWO_PARTS = ("-n 2 --dist loadfile -m cluster and not alone", "-m cluster and alone")

# Target → its arguments and, with what stands in for a program that no test has, what that program is told.
WITH_STAND_INS: dict[str, tuple[list[str], list[str]]] = {
    "sign": (
        ["IMAGE=registry.example.org/zlv", f"DIGEST={DIGEST}"],
        [f"cosign sign --yes registry.example.org/zlv@{DIGEST}"],
    ),
    "tag-image": (
        ["IMAGE=registry.example.org/zlv", f"DIGEST={DIGEST}", "TAGS=a:1 a:main"],
        [f"docker buildx imagetools create --tag a:1 --tag a:main registry.example.org/zlv@{DIGEST}"],
    ),
    "kind": (
        [],
        [
            "kind create cluster --name zlv --wait 3m",
            f"kind load docker-image --name zlv {LOCAL}:test {LOCAL}-trial:test",
        ],
    ),
    "test-kind": ([], [f"pytest {part} tests/cluster" for part in TWO_PARTS]),
    "test-image": (["ENGINE=docker"], ["pytest -q tests/cluster/test_image.py"]),
    "image-summary": (
        ["ENGINE=docker"],
        ["docker images --format | {{.Repository}}:{{.Tag}} | {{.Size}} | {{.ID}} |"],
    ),
    "dbt-packages": ([], ["dbt deps --project-dir dbt --profiles-dir dbt --log-path {home}/tmp"]),
    "demo": ([], ["zlv dev up --scale 1 --seed 7", "zlv run daily"]),
    "run-summary": ([], ["zlv runs", "zlv trace last"]),
    "try-next": (
        ["NEXT={bin}"],
        [
            f"pip install {QUIETLY} --no-deps --require-hashes -r requirements/dev.lock",
            f"pip install {QUIETLY} --no-deps -e .",
            f"pip install {QUIETLY} --pre --upgrade duckdb duckdb-extensions duckdb-extension-httpfs"
            " duckdb-extension-postgres-scanner duckdb-extension-spatial dbt-core dbt-duckdb",
            "pytest -q tests/unit tests/integration/test_daily_run.py",
        ],
    ),
    "next-summary": (["NEXT={bin}", "OUTCOME=failure"], ["pip freeze"]),
    "chart-package": (
        [],
        ["helm lint --strict helm/zlv-warehouse", "helm package helm/zlv-warehouse --destination {dist}"],
    ),
    "chart-push": (
        ["REGISTRY=registry.example.org"],
        [
            "helm push {dist}/zlv-warehouse-*.tgz oci://registry.example.org/charts",
            f"cosign sign --yes registry.example.org/charts/zlv-warehouse@{DIGEST}",
        ],
    ),
    "release": (
        [f"TAG={VERSION}"],
        [
            f"gh release create {VERSION} --verify-tag --title {__version__} --notes-file {{dist}}/notes.md"
            " {dist}/zlv-warehouse-*.tgz"
        ],
    ),
}
WITH_NOTHING = {"release-check", "release-notes", "base-check"}


def workflow(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return found


def commands() -> list[tuple[str, str]]:
    """List every `run:` with its workflow."""
    jobs = [(path.name, job) for path in WORKFLOWS for job in workflow(path)["jobs"].values()]
    return [(name, step["run"]) for name, job in jobs for step in job["steps"] if "run" in step]


def make(target: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a make target as a runner of GitHub does: not as a part of the make that runs the tests."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    command = ["make", "--no-print-directory", target, *arguments]
    return subprocess.run(
        command, cwd=ROOT, env={**kept, **environment}, capture_output=True, text=True, check=False
    )


@pytest.fixture
def stand_ins(tmp_path: Path) -> Path:
    """Give a folder of programs that write down how they were called; what they print, others read."""
    folder = tmp_path / "bin"
    folder.mkdir()
    prints = {
        "helm": f"echo 'Digest: {DIGEST}' >&2",
        "docker": "echo '| localhost/zlv-warehouse:test | 1 GB | 1 |'",
    }
    for name in ("cosign", "docker", "kind", "helm", "gh", "pip", "pytest", "dbt", "zlv"):
        program = folder / name
        program.write_text(
            f'#!/bin/sh\necho "{name} $*" >> "$TOLD"\n{prints.get(name, "")}\n', encoding="utf-8"
        )
        program.chmod(0o755)
    return folder


@pytest.mark.parametrize(("name", "command"), commands())
def test_a_workflow_runs_a_make_target_and_takes_values_from_the_environment_only(
    name: str, command: str
) -> None:
    assert "${{" not in command, f"{name}: an expression in a shell is a way in"
    words = shlex.split(command.split(">>", maxsplit=1)[0])
    assert words[0] == "make" and all("=" in word for word in words[2:]), f"{name}: {command}"
    assert words[1] in BEFORE_LANDING | WITH_STAND_INS.keys() | WITH_NOTHING, (
        f"{name}: no test runs {words[1]}"
    )
    assert ".PHONY: " + words[1] + "\n" in (ROOT / "Makefile").read_text(encoding="utf-8")


def test_what_must_pass_before_a_change_lands_is_the_same_targets() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert set(re.findall(r"\bmake ([a-z-]+)", script)) == BEFORE_LANDING


@pytest.mark.parametrize("target", WITH_STAND_INS)
def test_a_target_calls_the_program_that_does_it(target: str, stand_ins: Path, tmp_path: Path) -> None:
    arguments, told = WITH_STAND_INS[target]
    log, home, dist = tmp_path / "told", tmp_path / "home", tmp_path / "dist"
    (home / "dev").mkdir(parents=True)
    (home / "dev" / "env").touch()
    dist.mkdir()
    places = {"PATH": f"{stand_ins}:{os.environ['PATH']}", "TOLD": str(log), "ZLV_HOME": str(home)}
    arguments = [argument.replace("{bin}", str(stand_ins)) for argument in arguments]
    done = make(target, *arguments, f"BIN={stand_ins}", f"DIST={dist}", **places)
    assert done.returncode == 0, done.stderr
    expected = [line.replace("{home}", str(home)).replace("{dist}", str(dist)) for line in told]
    assert log.read_text(encoding="utf-8").splitlines() == expected


def test_a_release_has_the_version_of_its_tag_everywhere_and_its_part_of_the_changelog() -> None:
    assert make("release-check", f"TAG={VERSION}").returncode == 0
    wrong = make("release-check", "TAG=v9.9.9")
    assert wrong.returncode != 0 and "is not of version 9.9.9" in wrong.stderr
    notes = make("release-notes", f"TAG={VERSION}").stdout
    assert notes.strip().startswith("- ") and "## " not in notes


def test_what_is_published_starts_from_an_image_of_a_digest(stand_ins: Path, tmp_path: Path) -> None:
    """S13: a tag is refused; the lock asks the registry and writes the digest beside it."""
    docker = stand_ins / "docker"
    docker.write_text(f'#!/bin/sh\necho "docker $*" >> "$TOLD"\necho {DIGEST}\n', encoding="utf-8")
    places = {"PATH": f"{stand_ins}:{os.environ['PATH']}", "TOLD": str(tmp_path / "told")}
    for name in ("Dockerfile", "Dockerfile.metabase"):
        file = tmp_path / name
        text = re.sub(r"(ARG BASE_IMAGE=[^@\n]+)@\S+", r"\1", (ROOT / name).read_text(encoding="utf-8"))
        file.write_text(text, encoding="utf-8")
        refused = make("base-check", f"DOCKERFILES={file}")
        assert refused.returncode and "make lock-images" in refused.stderr
        for _ in range(2):
            assert make("lock-images", f"DOCKERFILES={file}", **places).returncode == 0
        (base,) = re.findall(r"^ARG BASE_IMAGE=(.+)$", file.read_text(encoding="utf-8"), re.MULTILINE)
        tag, _, digest = base.partition("@")
        assert digest == DIGEST and ":" in tag
        assert make("base-check", f"DOCKERFILES={file}").returncode == 0
        told = (tmp_path / "told").read_text(encoding="utf-8").splitlines()
        assert told[-1] == f"docker buildx imagetools inspect --format {{{{.Manifest.Digest}}}} {tag}"


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_actions_are_pinned_and_rights_are_given_by_job(path: Path) -> None:
    for action in re.findall(r"uses: (.+)", path.read_text(encoding="utf-8")):
        assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", action), action
    whole = workflow(path)
    assert whole["permissions"] == {"contents": "read"} and "concurrency" in whole
    for name, job in whole["jobs"].items():
        assert "timeout-minutes" in job, name
        checkouts = [step for step in job["steps"] if step.get("uses", "").startswith("actions/checkout@")]
        assert all(step["with"]["persist-credentials"] is False for step in checkouts), name
