"""Read the tables of the application, all within one transaction and so from one snapshot of the server."""

from __future__ import annotations

import duckdb

from jobs.catalog import Source
from jobs.errors import DataRefused, ZlvError
from jobs.privacy.treatments import output_columns
from jobs.settings import Settings
from jobs.sources.production.copying import Copy, copy_table, faults, plan_of, prove
from jobs.sources.production.postgres import Snapshot, attach_postgres, begin_snapshot, end
from jobs.sources.production.refusals import conversation
from jobs.sources.production.sight import look
from jobs.storage.session import connect
from jobs.telemetry import StageRun


def copy_tables(
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
    sources: list[Source],
    run: StageRun,
    careful: set[str],
) -> tuple[Snapshot, dict[str, Copy]]:
    """Copy tables into the attached new file; those of `careful` are read as text.

    Raises Unreadable for a table that is to be read carefully, and what `look` and `told` raise.
    """
    copies: dict[str, Copy] = {}
    with conversation(settings) as held:
        snapshot = begin_snapshot(connection, settings)
        tables = look(connection, settings, sources)
        plans = [
            plan_of(source, tables[source.table], careful=source.name in careful, run=run)
            for source in sources
        ]
        for plan in plans:
            source, held.table = plan.source, plan.source.table
            with run.span(source.name, kind="table") as span:
                span.set(**{"db.system.name": "postgresql", "db.collection.name": source.table})
                splits = tables[source.table].splits and not snapshot.alone
                copy = copies[source.name] = copy_table(connection, plan, splits=splits)
                span.set(rows=copy.rows)
            if copy.rows < source.minimum_rows:
                raise DataRefused(
                    f"{source.table} has {copy.rows} rows, fewer than the {source.minimum_rows} expected:"
                    " the last good file stands; check the application's database"
                )
            run.log.info("copied %s: %s rows", source.name, copy.rows, extra={"rows": copy.rows})
        connection.execute("COMMIT")
    return snapshot, copies


def try_tables(settings: Settings, sources: list[Source]) -> Snapshot:
    """Go the way of a copy with one row of each table, and with all of columns whose type differs; write
    nothing.

    Raises what a copy would raise of the role, the tables and their types.
    """
    connection = connect(settings, "postgres_scanner", pseudonyms=True)
    try:
        attach_postgres(connection, settings)
        with conversation(settings) as held:
            snapshot = begin_snapshot(connection, settings)
            tables = look(connection, settings, sources)
            for source in sources:
                held.table = source.table
                plan = plan_of(source, tables[source.table], careful=False)
                if not output_columns(source) or settings.ZLV_PSEUDONYM_KEY is None:
                    continue  # the policy opens no column of it, or nothing could be pseudonymised
                prove(connection, plan)
                connection.execute(f"SELECT count(COLUMNS(*)) FROM ({plan.select} LIMIT 1)").fetchall()
    finally:
        end(connection)
    return snapshot


def refused(settings: Settings, source: Source) -> ZlvError:
    """Name the columns of a table that hold what cannot be read, even as text."""
    connection = connect(settings, "postgres_scanner", pseudonyms=True)
    try:
        attach_postgres(connection, settings)
        with conversation(settings) as held:
            held.table = source.table
            begin_snapshot(connection, settings)
            plan = plan_of(source, look(connection, settings, [source])[source.table], careful=True)
            names = ", ".join(faults(connection, plan)) or source.table
    except ZlvError as error:
        return error
    finally:
        end(connection)
    return DataRefused(
        f"{names} holds a value that cannot be read: the last good file stands; ask the application's team"
        " to mend it, or close the column in catalog/production.yml"
    )
