"""sync-production reads one snapshot of all tables while the application writes."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from components import postgres_server
from reader_postgres import Postgres, standby
from synced import WIDE_TABLES, highest

from jobs.storage.files import read_certificate

__all__ = ["postgres_server"]  # fixtures


@contextmanager
def writing(server: Postgres, database: str) -> Iterator[None]:
    """Write one row to all three tables, transaction after transaction."""
    stop = threading.Event()

    def write() -> None:
        number = 0
        with server.connect(database) as connection:
            while not stop.is_set():
                number += 1
                with connection.transaction():
                    for table in range(3):
                        connection.execute(f"INSERT INTO t{table} VALUES (%s, 'new')", [number])

    thread = threading.Thread(target=write)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def test_rows_written_during_the_sync_are_in_all_tables_or_in_none(
    postgres_server: Postgres, tmp_path: Path
) -> None:
    with postgres_server.database("snapshot", *WIDE_TABLES) as database, writing(postgres_server, database):
        start = len(postgres_server.log())
        seen = [highest(tmp_path, postgres_server.environment(database)) for _ in range(3)]
    for tables in seen:
        assert len(set(tables)) == 1
        assert tables[0][0] == tables[0][1]
    assert seen[-1][0][0] > seen[0][0][0]
    assert "SET TRANSACTION SNAPSHOT" in postgres_server.log()[start:]


def test_a_standby_gives_one_snapshot_too(postgres_server: Postgres, tmp_path: Path) -> None:
    with (
        postgres_server.database("standby", *WIDE_TABLES) as database,
        standby(postgres_server) as follower,
        writing(postgres_server, database),
    ):
        seen = [highest(tmp_path, follower.environment(database)) for _ in range(3)]
    for tables in seen:
        assert len(set(tables)) == 1
        assert tables[0][0] == tables[0][1]
    certificate = read_certificate(tmp_path / "home" / "raw" / "production.duckdb")
    assert certificate is not None
    assert certificate["standby"] is True
