"""Write the application's PostgreSQL: its schema, and one CSV per table that COPY reads."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb

from jobs.sample import app_campaigns, app_events, app_housing, app_notes, app_people
from jobs.sample.files import Written, describe, write_table
from jobs.sample.schema import constraints_sql, tables_sql
from jobs.sql import identifier

# Table → (SQL, order). The order of tables is that of their foreign keys.
TABLES: dict[str, tuple[str, str]] = {
    "establishments": (app_people.ESTABLISHMENTS, "id"),
    "users": (app_people.USERS, "id"),
    "buildings": (app_housing.BUILDINGS, "id"),
    "owners": (app_housing.OWNERS, "id"),
    "fast_housing": (app_housing.HOUSING, "geo_code, id"),
    "owners_housing": (app_housing.OWNERS_HOUSING, "housing_geo_code, housing_id, owner_id"),
    "groups": (app_campaigns.GROUPS, "id"),
    "groups_housing": (app_campaigns.GROUPS_HOUSING, "group_id, housing_id"),
    "campaigns": (app_campaigns.CAMPAIGNS, "id"),
    "campaigns_housing": (app_campaigns.CAMPAIGNS_HOUSING, "campaign_id, housing_id"),
    "events": (app_events.EVENTS, "id"),
    "housing_events": (app_events.HOUSING_EVENTS, "event_id"),
    "housing_document_events": (app_events.HOUSING_DOCUMENT_EVENTS, "event_id"),
    "owner_events": (app_events.OWNER_EVENTS, "event_id"),
    "group_housing_events": (app_events.GROUP_HOUSING_EVENTS, "event_id"),
    "geo_perimeters": (app_campaigns.GEO_PERIMETERS, "id"),
    "notes": (app_notes.NOTES, "id"),
    "housing_notes": (app_notes.HOUSING_NOTES, "note_id, housing_id"),
    "owner_notes": (app_notes.OWNER_NOTES, "note_id, owner_id"),
}


def write_application(connection: duckdb.DuckDBPyConnection, folder: Path, scale: float) -> Iterator[Written]:
    """Write schema, foreign keys and rows of the 19 tables; needs the tables of owners, dwellings and
    people."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in (("tables.sql", tables_sql()), ("constraints.sql", constraints_sql())):
        (folder / name).write_text(text, encoding="utf-8")
        yield describe(folder / name, 0, [])
    app_housing.invent_housing(connection)
    app_campaigns.invent_campaigns(connection, scale)
    app_events.invent_events(connection)
    for table, (relation, order) in TABLES.items():
        yield write_table(connection, _copyable(connection, relation), order, folder / f"{table}.csv")


def _copyable(connection: duckdb.DuckDBPyConnection, relation: str) -> str:
    """Write lists as PostgreSQL's array literals, and moments with their zone."""
    columns = []
    for name, type_, *_ in connection.execute(f"DESCRIBE {relation}").fetchall():
        column = identifier(name)
        if type_.endswith("[]"):
            # A backslash or a quote inside an element is escaped by a backslash.
            element = "'\"' || replace(replace(CAST(x AS VARCHAR), '\\', '\\\\'), '\"', '\\\"') || '\"'"
            column = (
                f"'{{' || array_to_string(list_transform({column}, lambda x: {element}), ',') || '}}' AS"
                f" {column}"
            )
        elif type_ == "TIMESTAMP":
            column = f"strftime({column}, '%Y-%m-%d %H:%M:%S+00') AS {column}"
        columns.append(column)
    return f"SELECT {', '.join(columns)} FROM ({relation})"
