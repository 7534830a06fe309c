"""What the images' files promise, as far as it shows without building them."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def steps(workflow: Path) -> list[dict[str, Any]]:
    jobs = yaml.safe_load(workflow.read_text(encoding="utf-8"))["jobs"]
    return [step for job in jobs.values() for step in job["steps"]]


def test_metabase_s_driver_is_of_the_engine_s_version() -> None:
    dependencies = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"][
        "dependencies"
    ]
    engine = next(name.removeprefix("duckdb==") for name in dependencies if name.startswith("duckdb=="))
    drivers = re.findall(
        r"^ARG DRIVER_VERSION=(\S+)$",
        (ROOT / "Dockerfile.metabase").read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    assert drivers and {driver.rsplit(".", 1)[0] for driver in drivers} == {engine}


def test_the_plain_image_is_the_default() -> None:
    stages = re.findall(
        r"^FROM .* AS (\S+)$", (ROOT / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert stages[-1] == "runtime" and "trial" in stages


def test_the_build_backend_is_locked() -> None:
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["build-system"]["requires"]
    lock = (ROOT / "requirements" / "build.lock").read_text(encoding="utf-8")
    assert all(re.search(rf"^{re.escape(name)} \\$", lock, re.MULTILINE) for name in wanted)


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.stem)
def test_every_action_is_pinned_by_sha_and_says_its_version(workflow: Path) -> None:
    uses = re.findall(r"uses: (.+)", workflow.read_text(encoding="utf-8"))
    assert uses and all(re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", use) for use in uses)


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.stem)
def test_rights_are_read_only_unless_a_job_says_more(workflow: Path) -> None:
    content = yaml.safe_load(workflow.read_text(encoding="utf-8"))
    assert content["permissions"] == {"contents": "read"} and "concurrency" in content


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.stem)
def test_every_command_is_a_make_target(workflow: Path) -> None:
    targets = set(
        re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    )
    for step in steps(workflow):
        if "run" in step:
            called = re.fullmatch(
                r"make ([a-z-]+)( [A-Z_]+=\S+)*( >> \"\$GITHUB_STEP_SUMMARY\")?", step["run"].strip()
            )
            assert called and called[1] in targets, step["run"]
