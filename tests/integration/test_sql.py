"""`zlv sql` shows every file and changes none."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import duckdb
import pytest
from bases import base, publish, write_warehouse, zlv
from chain import ZLV

from jobs.catalog import load_catalog
from jobs.inspection.session import open_read_only
from jobs.settings import Settings, child_environment, project_dir


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings = base(tmp_path)
    write_warehouse(settings, 5, rows=10)
    publish(settings, "daily-1")
    path = settings.raw_file("lovac", "lovac_2025")
    path.parent.mkdir(parents=True)
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE lovac_2025 AS SELECT 2025 AS annee, '01' AS ccodep")
    return settings.model_copy(
        update={"ZLV_CATALOG_DIR": str(project_dir("catalog")), "ZLV_PSEUDONYM_KEY": None}
    )


def test_one_query_reads_raw_file_warehouse_and_clean_file(settings: Settings) -> None:
    query = """SELECT (SELECT annee FROM lovac.lovac_2025), (SELECT count(*) FROM warehouse.stg.owners),
               (SELECT count(*) FROM clean.cities_zonage_2024), (SELECT count(*) FROM marts_common_cities),
               (SELECT count(*) FROM production.owners)"""
    done = zlv(settings, "sql", query, "--format", "csv")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[1] == "2025,10,10,10,0"


def test_queries_come_from_standard_input_and_json_is_one_object_per_line(settings: Settings) -> None:
    environ = child_environment(ZLV_HOME=str(settings.ZLV_HOME))
    queries = "SELECT 1 AS one, 'é;' AS text; SELECT DATE '2024-02-29' AS day, NULL AS nothing"
    done = subprocess.run(
        [str(ZLV), "sql", "--format", "json"],
        input=queries,
        env=environ,
        capture_output=True,
        text=True,
        check=True,
    )
    assert [json.loads(line) for line in done.stdout.splitlines()] == [
        {"one": 1, "text": "é;"},
        {"day": "2024-02-29", "nothing": None},
    ]


def test_clean_shows_the_clean_file_only(settings: Settings) -> None:
    done = zlv(settings, "sql", "--clean", "SELECT DISTINCT mark FROM cities_zonage_2024")
    assert "5" in done.stdout and "1 row" in done.stdout
    done = zlv(settings, "sql", "--clean", "FROM lovac.lovac_2025")
    assert done.returncode == 2 and done.stderr.count("\n") == 1 and "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "query",
    [
        "INSERT INTO warehouse.marts.marts_production_owners VALUES ('x')",
        "DROP TABLE clean.cities_zonage_2024",
        "COPY (SELECT 1) TO '{home}/out.csv'",
        "FROM read_text('/etc/hosts')",
        "ATTACH '{home}/new.duckdb'",
        "INSTALL httpfs",
        "SET enable_external_access = true",
        "SET memory_limit = '1TB'",
        "SELECT pseudonymise('x')",
    ],
)
def test_a_session_changes_nothing_and_reaches_nothing_else(settings: Settings, query: str) -> None:
    before = settings.clean_file.read_bytes()
    with (
        open_read_only(settings, load_catalog(settings.catalog_dirs)) as connection,
        pytest.raises(duckdb.Error),
    ):
        connection.execute(query.replace("{home}", str(settings.ZLV_HOME)))
    assert settings.clean_file.read_bytes() == before
    assert not (settings.ZLV_HOME / "out.csv").exists() and not (settings.ZLV_HOME / "new.duckdb").exists()


def test_a_query_larger_than_memory_may_still_spill(settings: Settings) -> None:
    small = settings.model_copy(update={"DUCKDB_MEMORY_LIMIT": "60MB"})
    with open_read_only(small, load_catalog(settings.catalog_dirs)) as connection:
        query = (
            "SELECT count(*) FROM (SELECT range % 1000000 AS a, md5(range::VARCHAR) AS b FROM range(1500000)"
            " ORDER BY b LIMIT 1400000)"
        )
        assert connection.execute(query).fetchone() == (1_400_000,)


def test_a_damaged_file_is_one_sentence_and_65(settings: Settings) -> None:
    settings.raw_file("lovac", "lovac_2025").write_bytes(b"no database")
    done = zlv(settings, "sql", "SELECT 1")
    assert done.returncode == 65
    assert (
        "lovac_2025.duckdb is no DuckDB file: make it again" in done.stderr and "Traceback" not in done.stderr
    )


def test_a_wide_row_is_shown_column_by_column_where_the_terminal_is_narrow(settings: Settings) -> None:
    """N24: at 80 columns a table of thirty columns showed no character of any value."""
    query = "SELECT " + ", ".join(f"'value {n}' AS column_{n}" for n in range(30))
    done = zlv(settings, "sql", query)
    assert done.returncode == 0
    assert [line.split() for line in done.stdout.splitlines() if "column_29" in line] == [
        ["column_29", "value", "29"]
    ]
    assert "1 row" in done.stdout
