"""Reach the application's PostgreSQL: read-only, bounded in time, and silent about its password."""

from __future__ import annotations

import threading
from dataclasses import dataclass

import duckdb

from jobs.settings import Settings, forget_ambient, trusted_certificates
from jobs.sources.production.refusals import told
from jobs.sql import identifier, literal
from jobs.storage.session import connect

ALIAS = "pg"
APPLICATION = "zlv-warehouse"
CONNECT_SECONDS = 10
# How long to wait for a table that a migration holds.
LOCK_SECONDS = 60
NEEDED = (
    "POSTGRES_PRODUCTION_DB",
    "POSTGRES_PRODUCTION_DB_NAME",
    "POSTGRES_PRODUCTION_READONLY_USER",
    "POSTGRES_PRODUCTION_READONLY_PASSWORD",
)
_SECRET = "zlv_production"  # noqa: S105 (a name)


@dataclass(frozen=True)
class Snapshot:
    """What one transaction sees: when it began (ISO, with its offset), and where the write-ahead log
    stood. `alone`: all tables are read through the one connection of that transaction."""

    at: str
    lsn: str
    standby: bool
    alone: bool


def attach_postgres(connection: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """Attach the application's database as `pg`, read-only on both sides.

    The password is bound into a temporary secret: it stands in no statement. What the environment or a
    service file says to libpq does not count. Raises SettingsError for a wrong host, role, password or
    database, Temporary for what may pass.
    """
    forget_ambient()
    password = settings.POSTGRES_PRODUCTION_READONLY_PASSWORD
    values = [
        settings.POSTGRES_PRODUCTION_DB,
        settings.POSTGRES_PRODUCTION_PORT,
        settings.POSTGRES_PRODUCTION_DB_NAME,
        settings.POSTGRES_PRODUCTION_READONLY_USER,
        password.get_secret_value() if password else None,
    ]
    timeouts = (
        f"-c statement_timeout={settings.POSTGRES_PRODUCTION_STATEMENT_TIMEOUT}s -c"
        f" lock_timeout={LOCK_SECONDS}s"
    )
    parameters = (
        f"application_name={APPLICATION} sslmode={settings.POSTGRES_PRODUCTION_SSLMODE}"
        f" connect_timeout={CONNECT_SECONDS} {_trust(settings)}"
        # A peer that went away without a word is noticed within a minute.
        "keepalives_idle=30 keepalives_interval=10 keepalives_count=3 options='-c"
        f" default_transaction_read_only=on {timeouts}'"
    )
    try:
        connection.execute(
            f"CREATE OR REPLACE TEMPORARY SECRET {_SECRET} (TYPE postgres, HOST ?, PORT ?, DATABASE ?, USER"
            " ?, PASSWORD ?)",
            values,
        )
        connection.execute(
            f"ATTACH {literal(parameters)} AS {ALIAS} (TYPE postgres, READ_ONLY, SECRET {_SECRET})"
        )
    except duckdb.Error as error:
        raise told(error, settings, connecting=True) from None


def _trust(settings: Settings) -> str:
    """Say whose certificates count, where the server's is looked at: libpq would look in a person's home."""
    if not settings.POSTGRES_PRODUCTION_SSLMODE.startswith("verify"):
        return ""
    path = str(trusted_certificates(settings)).replace("\\", "\\\\").replace("'", "\\'")
    return f"sslrootcert='{path}' "


def ask(connection: duckdb.DuckDBPyConnection, query: str) -> list[tuple[str | None, ...]]:
    """Run a query on the server, in the transaction under way; every column must be text."""
    return connection.execute(f"SELECT * FROM postgres_query('{ALIAS}', ?)", [query]).fetchall()


def begin_snapshot(connection: duckdb.DuckDBPyConnection, settings: Settings) -> Snapshot:
    """Begin the one transaction whose snapshot every table is read from.

    A primary's snapshot is exported to the parallel connections. A standby's is not: DuckDB's reader
    opens each further connection with a snapshot of its own there. So tables of a standby, and of a server
    or pooler that gives no second connection, are read through one connection, without splitting them.
    """
    connection.execute("BEGIN TRANSACTION")
    row = ask(
        connection,
        "SELECT to_char(now() AT TIME ZONE 'Europe/Paris', 'YYYY-MM-DD\"T\"HH24:MI:SS.US') AS at,"
        " extract(epoch FROM (now() AT TIME ZONE 'Europe/Paris') - (now() AT TIME ZONE 'UTC'))::int::text"
        " AS zone, (CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn()"
        " END)::text AS lsn, (pg_is_in_recovery() OR EXISTS (SELECT FROM pg_stat_wal_receiver))::text AS"
        # For this transaction only. A policy that would hide rows is an error then; names are written whole;
        # days and numbers are written as they are read here.
        " standby, set_config('row_security', 'off', true) AS rows, set_config('search_path',"
        " 'pg_catalog', true) AS path, set_config('datestyle', 'ISO, YMD', true) AS days,"
        " set_config('timezone', 'UTC', true) AS zone_, set_config('extra_float_digits', '1', true) AS"
        " digits",
    )[0]
    at, zone, lsn, standby = (value or "" for value in row[:4])
    alone = standby == "true" or not _gives_a_second(settings)
    connection.execute(f"SET pg_use_ctid_scan = {'false' if alone else 'true'}")
    return Snapshot(f"{at}+{int(zone) // 3600:02d}:00", lsn, standby == "true", alone)


def _gives_a_second(settings: Settings) -> bool:
    """Tell whether a second connection answers in time: a limit refuses it, a pool of one has it wait."""
    answered = threading.Event()

    def second() -> None:
        connection = connect(settings, "postgres_scanner")
        try:
            attach_postgres(connection, settings)
            ask(connection, "SELECT 'here' AS answer")
            answered.set()
        except Exception:  # whatever it is, one connection is enough
            return
        finally:
            end(connection)

    thread = threading.Thread(target=second, daemon=True)
    thread.start()
    thread.join(CONNECT_SECONDS)
    return answered.is_set()


def relation(table: str) -> str:
    """Name a table of the attached database."""
    return identifier(ALIAS, "public", table)


def end(connection: duckdb.DuckDBPyConnection) -> None:
    """Roll back whatever is under way and close.

    A transaction left open on a server that has gone would end the whole process when the session is closed.
    """
    for statement in ("ROLLBACK", f"DETACH DATABASE IF EXISTS {ALIAS}"):
        try:
            connection.execute(statement)
        except (duckdb.Error, RuntimeError):
            continue
    connection.close()
