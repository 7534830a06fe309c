"""What other programs set for dbt, boto and libpq changes nothing of ours."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from chain import Chain, base_environment
from manifests import manifest, shell, task

from jobs.settings.ambient import of_others

AMBIENT = {
    "DBT_INDIRECT_SELECTION": "empty",
    "DBT_RESOURCE_TYPES": "model",
    "DBT_EXCLUDE_RESOURCE_TYPES": "test",
    "DBT_FAIL_FAST": "true",
    "DBT_TARGET": "nowhere",
    "DBT_PROFILES_DIR": "/nowhere",
    "DBT_WRITE_JSON": "false",
    "AWS_PROFILE": "nobody",
    "AWS_CONFIG_FILE": "/nowhere",
    "AWS_REGION": "mars-1",
    "PGHOST": "nowhere",
    "PGOPTIONS": "-c statement_timeout=1",
    "PGSSLMODE": "disable",
}


def test_ours_and_the_systems_stay() -> None:
    ours = ["PATH", "HOME", "POSTGRES_PRODUCTION_DB", "CELLAR_REGION", "ZLV_HOME", "ZLV_DBT_PACKAGES"]
    ours += ["DUCKDB_MEMORY_LIMIT", "OTEL_SERVICE_NAME", "HTTPS_PROXY", "SSL_CERT_FILE", "PG"]
    assert of_others([*ours, *AMBIENT]) == list(AMBIENT)


def test_a_build_runs_its_tests_whatever_is_set_for_dbt(tmp_path: Path) -> None:
    """D14: it ran 0 tests and ended 0"""
    chain = Chain(tmp_path, {**base_environment(tmp_path), "ZLV_PSEUDONYM_KEY": "k" * 40})
    chain.zlv(
        "build", "--only", "stg_external__communes_epci_departements_regions", ZLV_RUN_ID="r1", **AMBIENT
    )
    record = json.loads((tmp_path / "runs" / "r1" / "steps" / "build.json").read_text(encoding="utf-8"))
    assert (record["exit_code"], record["facts"]["models"]) == (0, 1)
    assert record["tests"] > 0


@pytest.mark.parametrize("given", [{}, {"AWS_PROFILE": "of the manifest"}], ids=["ambient", "written"])
def test_a_step_gets_what_its_manifest_writes_and_nothing_ambient(
    tmp_path: Path, given: dict[str, str]
) -> None:
    """D14"""
    step = shell("show", "env")
    step["container"]["env"] = [{"name": name, "value": value} for name, value in given.items()]
    path = manifest(tmp_path, [task("show")], [step])
    chain = Chain(tmp_path, base_environment(tmp_path))
    chain.zlv("run", str(path), "--run-id", "r1", **AMBIENT)
    log = (tmp_path / "runs" / "r1" / "logs" / "show.log").read_text(encoding="utf-8")
    shown = dict(line.split("=", 1) for line in log.splitlines() if "=" in line)
    assert {name: shown[name] for name in AMBIENT if name in shown} == given
