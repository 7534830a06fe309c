"""Find out, before a row is read, whether the role sees all of every table that the catalog declares.

What hides rows or columns from a role without an error: policies of row level security, views that filter or
mask, a partition or a child in the place of its parent, a foreign table, which answers with what another
server's role may see.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import duckdb

from jobs.catalog import Source
from jobs.errors import DataRefused, SettingsError
from jobs.settings import Settings
from jobs.sources.production.postgres import ask
from jobs.sources.production.refusals import told
from jobs.sources.production.views import hidden_by
from jobs.sql import identifier, literal

SHOWN = 5


@dataclass
class Table:
    """Describe a table as the role sees it: the type of each column as PostgreSQL writes it, `closed` those
    that the role may not read, and whether it can be read in parts (by ctid)."""

    columns: dict[str, str] = field(default_factory=dict)
    closed: set[str] = field(default_factory=set)
    splits: bool = True
    policies: bool = False
    writable: bool = False


def look(
    connection: duckdb.DuckDBPyConnection, settings: Settings, sources: list[Source]
) -> dict[str, Table]:
    """Describe the tables of schema public that are read, in the transaction under way.

    Raises SettingsError that names what the role sees only in part, or may write, and DataRefused for a table
    or a required column that the application lacks.
    """
    role, database = settings.POSTGRES_PRODUCTION_READONLY_USER, settings.POSTGRES_PRODUCTION_DB_NAME
    tables = _tables(connection, [source.table for source in sources])
    absent = [source.table for source in sources if source.table not in tables]
    if absent:
        raise DataRefused(
            f"the database {database} lacks tables that the catalog declares: {_listed(absent)}; correct"
            " POSTGRES_PRODUCTION_DB_NAME or the catalog, or ask for their return"
        )
    required = [
        f"{source.table}.{column.header_name}"
        for source in sources
        for column in source.columns_read
        if column.required and column.header_name not in tables[source.table].columns
    ]
    if required:
        raise DataRefused(
            f"{_listed(required)} is required and is missing in the application: the last good file stands;"
            " correct catalog/production.yml or ask for its return"
        )
    closed = [
        source.table
        if len(tables[source.table].closed) == len(tables[source.table].columns)
        else f"{source.table}.{name}"
        for source in sources
        for name in read_of(source, tables[source.table])
        if name in tables[source.table].closed
    ]
    if closed:
        raise SettingsError(f"role {role} may not read {_listed(closed)}: grant it SELECT on them")
    writable = [source.table for source in sources if tables[source.table].writable]
    if writable:
        raise SettingsError(
            f"role {role} may write {_listed(writable)}: give POSTGRES_PRODUCTION_READONLY_USER a role that"
            " only reads"
        )
    hidden = [f"{source.table} (policies)" for source in sources if tables[source.table].policies]
    hidden += hidden_by(
        connection, {source.table: read_of(source, tables[source.table]) for source in sources}
    )
    if hidden:
        raise SettingsError(
            f"role {role} may see only a part of {_listed(hidden)}: give it the whole tables, and BYPASSRLS"
            " where there are policies"
        )
    for source in sources:
        _try(connection, settings, source, tables[source.table])
    return tables


def read_of(source: Source, table: Table) -> list[str]:
    """List the columns of a table that are asked for: declared, open by the policy, and there."""
    return [column.header_name for column in source.columns_read if column.header_name in table.columns]


def _try(connection: duckdb.DuckDBPyConnection, settings: Settings, source: Source, table: Table) -> None:
    """Have the server plan and begin the very reading, so that whatever else stands in its way is said by
    table."""
    columns = ", ".join(identifier(name) for name in read_of(source, table)) or "1"
    query = f"SELECT {columns} FROM {identifier('public', source.table)} LIMIT 0"
    try:
        ask(connection, f"SELECT count(*)::text AS rows FROM ({query}) AS tried")
    except duckdb.Error as error:
        raise told(error, settings, source.table) from None


def _tables(connection: duckdb.DuckDBPyConnection, names: list[str]) -> dict[str, Table]:
    rows = ask(
        connection,
        "SELECT c.relname::text AS relation, a.attname::text AS attribute,"
        # A domain is what it is made of; an enumeration is a text.
        " CASE WHEN t.typtype = 'e' THEN 'text' ELSE format_type(CASE WHEN t.typtype = 'd' THEN"
        " t.typbasetype ELSE a.atttypid END, NULL) END AS type, has_column_privilege(c.oid, a.attnum,"
        " 'SELECT')::text AS open, (c.relkind = 'r' AND NOT c.relhassubclass AND"
        " has_table_privilege(c.oid, 'SELECT'))::text AS splits, row_security_active(c.oid)::text AS"
        " policies, has_table_privilege(c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE')::text AS writable FROM"
        " pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid ="
        " c.oid JOIN pg_type t ON t.oid = a.atttypid WHERE n.nspname = 'public' AND c.relkind IN ('r',"
        " 'p', 'v', 'm', 'f') AND a.attnum > 0 AND NOT a.attisdropped AND c.relname IN"
        f" ({', '.join(literal(name) for name in names)}) ORDER BY c.relname, a.attnum",
    )
    found: dict[str, Table] = {}
    for relation, column, type_, open_, splits, policies, writable in rows:
        table = found.setdefault(str(relation), Table())
        table.columns[str(column)] = str(type_)
        table.splits, table.policies, table.writable = (
            splits == "true",
            policies == "true",
            writable == "true",
        )
        if open_ != "true":
            table.closed.add(str(column))
    return found


def _listed(names: list[str]) -> str:
    names = list(dict.fromkeys(names))
    return ", ".join(names[:SHOWN]) + (f" and {len(names) - SHOWN} more" if len(names) > SHOWN else "")
