"""Our own small dbt packages stand in for the hub's: they hold what the project calls, and their tests find
what is wrong."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from jobs.settings import project_dir

DBT = project_dir("dbt")
PACKAGES = ("dbt_utils", "dbt_expectations", "dbt_date", "codegen")
# The hub's packages too, where `dbt deps` has brought them or the whole suite is run with them.
OTHER = DBT / os.environ.get("ZLV_DBT_PACKAGES", "dbt_packages")
FOLDERS = [
    folder for folder in dict.fromkeys((DBT / "offline_packages", OTHER)) if (folder / "dbt_utils").is_dir()
]

GOOD = "select * from (values (1, 'a', 5), (2, 'b', null)) as t (id, code, size)"
BAD = "select * from (values (1, 'a', 5), (1, 'a', -5)) as t (id, code, size)"
TABLE_TESTS: dict[str, dict[str, object]] = {
    "dbt_utils.unique_combination_of_columns": {"combination_of_columns": ["id", "code"]},
    "dbt_utils.expression_is_true": {"expression": "size > 0"},
    "dbt_utils.equal_rowcount": {"compare_model": "ref('two')"},
    "dbt_expectations.expect_table_row_count_to_be_between": {
        "min_value": 2,
        "max_value": 2,
        "row_condition": "id < 99",
    },
    "dbt_expectations.expect_compound_columns_to_be_unique": {"column_list": ["id", "code"]},
}
COLUMN_TESTS: dict[str, dict[str, dict[str, object]]] = {
    "size": {
        "dbt_utils.accepted_range": {"min_value": 0, "max_value": 9},
        "dbt_expectations.expect_column_values_to_be_between": {"min_value": 0, "max_value": 9},
    },
    "code": {
        "dbt_expectations.expect_column_values_to_match_regex": {
            "regex": "^[a-b]$",
            "row_condition": "id < 99",
        },
        "dbt_utils.relationships_where": {"to": "ref('two')", "field": "code"},
    },
}


def calls() -> set[tuple[str, str]]:
    """List every macro and generic test of a package that the project names."""
    files = [
        file
        for kind in ("models", "macros", "tests", "seeds")
        for file in (DBT / kind).rglob("*")
        if file.suffix in (".sql", ".yml")
    ]
    pattern = re.compile(rf"\b({'|'.join(PACKAGES)})\.([a-z_]+)\b")
    return {found for file in files for found in pattern.findall(file.read_text())}


def held(package: str) -> set[str]:
    text = "\n".join(
        file.read_text() for file in (DBT / "offline_packages" / package / "macros").rglob("*.sql")
    )
    return set(re.findall(r"{%-?\s*(?:macro|test)\s+([a-z_]+)\(", text))


def test_every_macro_of_a_package_that_the_project_calls_is_held_offline() -> None:
    called = calls()
    assert called, "the project calls no macro of a package"
    assert {f"{package}.{name}" for package, name in called if name not in held(package)} == set()


def test_offline_packages_bear_the_pinned_versions() -> None:
    pinned = {
        entry["package"].split("/")[1]: entry["version"]
        for entry in yaml.safe_load((DBT / "packages.yml").read_text())["packages"]
    }
    locked = {
        entry["name"]: entry["version"]
        for entry in yaml.safe_load((DBT / "package-lock.yml").read_text())["packages"]
    }
    offline = {
        name: yaml.safe_load((DBT / "offline_packages" / name / "dbt_project.yml").read_text())["version"]
        for name in PACKAGES
    }
    assert pinned == locked == offline


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_generic_tests_pass_on_good_rows_and_fail_on_bad_ones(folder: Path, tmp_path: Path) -> None:
    """Each test stands on a good and on a bad table; `two` is what both are compared with."""
    project = {
        "name": "trial",
        "version": "1.0",
        "profile": "trial",
        "packages-install-path": str(folder),
        "flags": {"send_anonymous_usage_stats": False},
    }
    profile = {"trial": {"target": "t", "outputs": {"t": {"type": "duckdb", "path": ":memory:"}}}}
    (tmp_path / "models").mkdir()
    (tmp_path / "dbt_project.yml").write_text(yaml.dump(project))
    (tmp_path / "profiles.yml").write_text(yaml.dump(profile))
    (tmp_path / "models" / "two.sql").write_text("select * from (values ('a'), ('b')) as t (code)")
    spine = (
        "{{ dbt_utils.date_spine('month', \"cast('2024-01-01' as date)\", \"cast('2024-04-01' as date)\") }}"
    )
    (tmp_path / "models" / "months.sql").write_text(f"select * from ({spine})")
    days = "{{ dbt_date.get_base_dates('2024-01-01', '2024-01-04') }}"
    (tmp_path / "models" / "days.sql").write_text(f"select * from ({days})")
    models = [_counted("months", 3), _counted("days", 3), _tested("good"), _tested("bad")]
    (tmp_path / "models" / "good.sql").write_text(GOOD)
    (tmp_path / "models" / "bad.sql").write_text(f"{BAD} union all select 9, 'z', 50")
    (tmp_path / "models" / "models.yml").write_text(yaml.dump({"version": 2, "models": models}))
    command = [
        sys.executable,
        "-c",
        "import sys; from dbt.cli.main import cli; sys.exit(cli())",
        "build",
        "--no-version-check",
        "--quiet",
    ]
    subprocess.run(
        command,
        cwd=tmp_path,
        env={**os.environ, "DBT_PROFILES_DIR": str(tmp_path)},
        capture_output=True,
        check=False,
    )
    results = json.loads((tmp_path / "target" / "run_results.json").read_text())["results"]
    statuses = {
        result["unique_id"].split(".")[2]: result["status"]
        for result in results
        if result["unique_id"].startswith("test.")
    }
    bad = {name: status for name, status in statuses.items() if name.startswith("bad_")}
    rest = {name: status for name, status in statuses.items() if not name.startswith("bad_")}
    assert len(bad) == len(TABLE_TESTS) + sum(len(tests) for tests in COLUMN_TESTS.values())
    assert {name for name, status in bad.items() if status != "fail"} == set()
    assert {name for name, status in rest.items() if status != "pass"} == set()


def _tested(model: str) -> dict[str, object]:
    def named(tests: dict[str, dict[str, object]], place: str) -> list[dict[str, object]]:
        return [
            {test: {"name": f"{model}_{place}_{test.split('.')[1]}", "arguments": arguments}}
            for test, arguments in tests.items()
        ]

    columns = [{"name": column, "data_tests": named(tests, column)} for column, tests in COLUMN_TESTS.items()]
    return {"name": model, "data_tests": named(TABLE_TESTS, "table"), "columns": columns}


def _counted(model: str, rows: int) -> dict[str, object]:
    count = {"name": f"{model}_count", "arguments": {"min_value": rows, "max_value": rows}}
    return {"name": model, "data_tests": [{"dbt_expectations.expect_table_row_count_to_be_between": count}]}
