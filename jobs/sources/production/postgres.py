"""Reach the application's PostgreSQL: read-only, bounded in time, and silent about its password."""

from __future__ import annotations

import re
from dataclasses import dataclass

import duckdb

from jobs.errors import DataRefused, SettingsError, Temporary, Terminated, ZlvError
from jobs.settings import Settings, trusted_certificates
from jobs.sql import identifier, literal
from jobs.storage.retry import NotAgain

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

# What libpq and the server say, in English or in the French of a server that speaks it.
_LOGIN = (
    "password authentication failed",
    "authentification par mot de passe",
    "not permitted to log in",
    "no pg_hba.conf entry",
    "no password supplied",
    "SCRAM",
)
_ABSENT = re.compile(r"FATAL.*(?:does not exist|n'existe pas)", re.DOTALL)
_DATABASE = re.compile(r"database |base de données ")
_TLS = ("does not support SSL", "certificate", "SSL error", "root.crt")
_PERMISSION = ("permission denied for", "droit refusé pour")
_REASONS = {
    "conflict with recovery": "ended the reading: a standby's conflict with recovery",
    "could not translate host name": "has a host name that cannot be resolved",
    "Connection refused": "refused the connection",
    "starting up": "is starting up",
    "shutting down": "is shutting down",
    "too many": "has no connection left",
    "remaining connection slots": "has no connection left",
    "timeout expired": "did not answer in time",
    "lock timeout": "did not give a table that somebody else has locked",
    "terminating connection": "ended the connection",
    "closed the connection": "closed the connection",
}


@dataclass(frozen=True)
class Snapshot:
    """What one transaction sees: when it began (ISO, with its offset), and where the write-ahead log
    stood."""

    at: str
    lsn: str
    standby: bool


def attach_postgres(connection: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """Attach the application's database as `pg`, read-only on both sides.

    The password is bound into a temporary secret: it stands in no statement. Raises SettingsError for
    a wrong host, role, password or database, Temporary for what may pass.
    """
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
        "keepalives_idle=30 keepalives_interval=10 keepalives_count=3 "
        f"options='-c default_transaction_read_only=on {timeouts}'"
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
        raise told(error, settings) from None


def _trust(settings: Settings) -> str:
    """Say whose certificates count, where the server's is looked at: libpq would look in a person's home."""
    if not settings.POSTGRES_PRODUCTION_SSLMODE.startswith("verify"):
        return ""
    path = str(trusted_certificates(settings)).replace("\\", "\\\\").replace("'", "\\'")
    return f"sslrootcert='{path}' "


def ask(connection: duckdb.DuckDBPyConnection, query: str) -> list[tuple[str | None, ...]]:
    """Run a query on the server, in the transaction under way; every column must be text."""
    return connection.execute(f"SELECT * FROM postgres_query('{ALIAS}', ?)", [query]).fetchall()


def begin_snapshot(connection: duckdb.DuckDBPyConnection) -> Snapshot:
    """Begin the one transaction whose snapshot every table is read from.

    A primary's snapshot is exported to the parallel connections. A standby's is not: DuckDB's reader
    opens each further connection with a snapshot of its own there, so tables are read through one
    connection, without splitting them.
    """
    connection.execute("BEGIN TRANSACTION")
    row = ask(
        connection,
        "SELECT to_char(now() AT TIME ZONE 'Europe/Paris', 'YYYY-MM-DD\"T\"HH24:MI:SS.US') AS at,"
        " extract(epoch FROM (now() AT TIME ZONE 'Europe/Paris') - (now() AT TIME ZONE 'UTC'))::int::text AS"
        " zone, (CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn()"
        " END)::text AS lsn, (pg_is_in_recovery() OR EXISTS (SELECT FROM pg_stat_wal_receiver))::text AS"
        " standby",
    )[0]
    at, zone, lsn, standby = (value or "" for value in row)
    alone = standby == "true"
    connection.execute(f"SET pg_use_ctid_scan = {'false' if alone else 'true'}")
    return Snapshot(f"{at}+{int(zone) // 3600:02d}:00", lsn, alone)


def columns_of(connection: duckdb.DuckDBPyConnection, tables: list[str]) -> dict[str, set[str]]:
    """List the columns of tables of schema public, by table; an absent table is absent here."""
    names = ", ".join(literal(table) for table in tables)
    rows = ask(
        connection,
        "SELECT c.relname::text AS relation, a.attname::text AS attribute FROM pg_class c JOIN pg_namespace"
        " n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid WHERE n.nspname = 'public'"
        " AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND a.attnum > 0 AND NOT a.attisdropped AND c.relname"
        f" IN ({names})",
    )
    found: dict[str, set[str]] = {}
    for table, column in rows:
        found.setdefault(str(table), set()).add(str(column))
    return found


def check_role(connection: duckdb.DuckDBPyConnection, settings: Settings, tables: list[str]) -> None:
    """Look whether the role may read every table, and write none.

    Raises SettingsError that names the tables.
    """
    names = ", ".join(f"({literal(table)})" for table in tables)
    relation_ = "to_regclass('public.' || quote_ident(t.name))"
    rows = ask(
        connection,
        f"SELECT t.name::text AS name, CASE WHEN {relation_} IS NULL THEN 'absent' WHEN NOT"
        f" has_any_column_privilege({relation_}, 'SELECT') THEN 'closed' WHEN"
        f" has_table_privilege({relation_}, 'INSERT, UPDATE, DELETE, TRUNCATE') THEN 'writable' ELSE 'ok' END"
        f" AS state FROM (VALUES {names}) t(name) ORDER BY 1",
    )
    role = settings.POSTGRES_PRODUCTION_READONLY_USER
    for state, sentence in (
        (
            "absent",
            (
                "the database {database} lacks tables that the catalog declares: {tables}; correct"
                " POSTGRES_PRODUCTION_DB_NAME or the catalog"
            ),
        ),
        ("closed", "role {role} may not read {tables}: grant it SELECT on them"),
        (
            "writable",
            "role {role} may write {tables}: give POSTGRES_PRODUCTION_READONLY_USER a role that only reads",
        ),
    ):
        found = [str(name) for name, told_ in rows if told_ == state]
        if found:
            text = ", ".join(found[:5]) + (f" and {len(found) - 5} more" if len(found) > 5 else "")
            raise SettingsError(
                sentence.format(role=role, database=settings.POSTGRES_PRODUCTION_DB_NAME, tables=text)
            )


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


def told(error: BaseException, settings: Settings) -> ZlvError:
    """Say an error of a session with PostgreSQL in our own sentence: the engine's may quote rows or
    parameters."""
    text = str(error)
    host = f"PostgreSQL at {settings.POSTGRES_PRODUCTION_DB}:{settings.POSTGRES_PRODUCTION_PORT}"
    if isinstance(error, duckdb.InterruptException):
        return Terminated(f"the reading of {host} was told to end; the last good file stands, run it again")
    if "No space left" in text or isinstance(error, duckdb.OutOfMemoryException):
        return ZlvError(
            "the copy ran out of memory or disk: raise DUCKDB_MEMORY_LIMIT or give the raw and spill folders"
            " more room"
        )
    wrong = _wrong_settings(text, settings)
    if wrong:
        return SettingsError(f"{host} {wrong}")
    if "statement timeout" in text:
        return NotAgain(
            f"{host} ended a statement at its timeout: raise POSTGRES_PRODUCTION_STATEMENT_TIMEOUT or run"
            " when it is less busy"
        )
    if isinstance(error, duckdb.ConversionException | duckdb.InvalidInputException | duckdb.BinderException):
        return DataRefused(
            f"{host} holds a column whose type differs from the catalog's: correct the type in the catalog"
        )
    reason = next((sentence for part, sentence in _REASONS.items() if part in text), "could not be read")
    return Temporary(f"{host} {reason}: check that it runs and can be reached, then run again")


def _wrong_settings(text: str, settings: Settings) -> str | None:
    role, database = settings.POSTGRES_PRODUCTION_READONLY_USER, settings.POSTGRES_PRODUCTION_DB_NAME
    if any(part in text for part in _LOGIN):
        return (
            f"refused role {role}: check POSTGRES_PRODUCTION_READONLY_USER and"
            " POSTGRES_PRODUCTION_READONLY_PASSWORD"
        )
    if _ABSENT.search(text):
        if _DATABASE.search(text):
            return f"has no database {database}: check POSTGRES_PRODUCTION_DB_NAME"
        return f"has no role {role}: check POSTGRES_PRODUCTION_READONLY_USER"
    if any(part in text for part in _PERMISSION):
        return f"does not let role {role} read every declared table of {database}: grant it SELECT on them"
    if any(part in text for part in _TLS):
        mode = settings.POSTGRES_PRODUCTION_SSLMODE
        return (
            f"gave no TLS connection with sslmode {mode}: check POSTGRES_PRODUCTION_SSLMODE and the server's"
            " certificate, and set ZLV_CA_FILE where an authority of your own signed it"
        )
    return None
