"""Whatever a file brings with it, no session of a stage runs it with the rights of the stage (S1)."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from chain import Chain

from jobs.errors import DataRefused
from jobs.settings import read_settings
from jobs.storage.closing import close_session, opened
from jobs.storage.files import read_certificate
from jobs.storage.session import attach, connect

SECRET = "canary-of-a-file-that-no-query-may-read"


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    path = tmp_path / "secret.txt"
    path.write_text(SECRET, encoding="utf-8")
    return path


def hostile(path: Path, *statements: str) -> Path:
    with duckdb.connect(str(path)) as connection:
        for statement in statements:
            connection.execute(statement)
    return path


def test_a_closed_session_reads_and_writes_its_files_and_nothing_else(tmp_path: Path, secret: Path) -> None:
    """S1: a view in an attached file, a query, a copy and an attachment all stay inside."""
    file = hostile(
        tmp_path / "raw.duckdb",
        "CREATE TABLE t AS SELECT 1 AS a",
        f"CREATE VIEW v AS SELECT content FROM read_text('{secret}')",
    )
    settings = read_settings({"ZLV_HOME": str(tmp_path / "home")})
    with connect(settings, "httpfs") as connection:
        attach(connection, file, "raw")
        attach(connection, tmp_path / "out.duckdb", "out", read_only=False, create=True)
        close_session(connection, tmp_path / "here")
        connection.execute("CREATE TABLE out.t AS FROM raw.t")
        for query in (
            "FROM raw.v",
            f"FROM read_text('{secret}')",
            f"COPY (SELECT 1) TO '{tmp_path / 'elsewhere.csv'}'",
            f"ATTACH '{tmp_path / 'other.duckdb'}'",
            "FROM read_csv('http://127.0.0.1:9/a.csv')",
            "SET enable_external_access = true",
            "SET threads = 1",
            "INSTALL spatial",
        ):
            with pytest.raises(duckdb.Error):
                connection.execute(query)
            with pytest.raises(duckdb.Error):
                connection.cursor().execute(query)


def test_a_large_sort_still_spills_in_a_closed_session(tmp_path: Path) -> None:
    settings = read_settings({"ZLV_HOME": str(tmp_path), "DUCKDB_MEMORY_LIMIT": "200MB"})
    with connect(settings) as connection:
        attach(connection, tmp_path / "out.duckdb", "out", read_only=False, create=True)
        close_session(connection)
        connection.execute(
            "CREATE TABLE out.t AS SELECT md5(CAST(i AS VARCHAR)) AS k, repeat('x', 60) AS v"
            " FROM range(3000000) AS r(i) ORDER BY k"
        )
        assert connection.execute("SELECT count(*) FROM out.t").fetchall() == [(3_000_000,)]


def test_a_certificate_that_is_a_view_is_none(tmp_path: Path, secret: Path) -> None:
    """S1: the first thing that is read of any file is its certificate."""
    view = f"CREATE VIEW _zlv AS SELECT 'kind' AS name, content AS value FROM read_text('{secret}')"
    assert read_certificate(hostile(tmp_path / "a.duckdb", view)) is None


def test_a_raw_file_with_a_view_is_refused_by_name(own_chain: Chain, secret: Path) -> None:
    """S1: the view would have been read by build as if it were the source's table."""
    file = own_chain.home / "raw" / "production.duckdb"
    hostile(
        file,
        "DROP TABLE owner_notes",
        f"CREATE VIEW owner_notes AS SELECT content AS note_id FROM read_text('{secret}')",
    )
    for stage in ("build", "audit"):
        done = own_chain.zlv(stage, code=65)
        assert "holds the view owner_notes" in done.stderr
        assert SECRET not in done.stdout + done.stderr


def test_a_mart_that_is_a_view_over_a_file_is_not_published(own_chain: Chain, secret: Path) -> None:
    """S1: a published view would read the file each time Metabase asks."""
    hostile(
        own_chain.home / "warehouse" / "warehouse.duckdb",
        "DROP TABLE marts.marts_common_cities",
        f"CREATE VIEW marts.marts_common_cities AS SELECT content AS city FROM read_text('{secret}')",
    )
    before = own_chain.clean_tables()
    assert own_chain.zlv("audit", code=None).returncode in (65, 66)
    assert own_chain.zlv("publish", code=None).returncode in (65, 66)
    assert own_chain.clean_tables() == before


def test_a_file_with_a_macro_is_refused(tmp_path: Path) -> None:
    from jobs.storage.closing import require_tables_only

    file = hostile(tmp_path / "a.duckdb", "CREATE MACRO upper(x) AS 'read'")
    with opened(file) as connection, pytest.raises(DataRefused, match="the macro upper"):
        require_tables_only(connection, {"file": file})
