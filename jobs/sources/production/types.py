"""Compare the application's types with the catalog's: what arrives as it is, what has to be proved first."""

from __future__ import annotations

import re
from dataclasses import dataclass

from jobs.catalog import Column
from jobs.sql import identifier

# Types of PostgreSQL that DuckDB's reader turns into the declared one without touching a value.
_SAME = {
    "INTEGER": {"smallint", "integer"},
    "BIGINT": {"smallint", "integer", "bigint"},
    "DOUBLE": {"real", "double precision", "smallint", "integer"},
    "BOOLEAN": {"boolean"},
    "DATE": {"date"},
    "UUID": {"uuid"},
    "TIMESTAMP WITH TIME ZONE": {"timestamp with time zone"},
    "VARCHAR": {"text", "character varying", "json", "jsonb", "name"},
}
_DAYS = {"date", "timestamp with time zone", "timestamp without time zone"}
# Years that calendars, and the drivers of those who read the release, hold.
YEARS = (1, 9999)


@dataclass(frozen=True)
class Reading:
    """How one column is asked for and read. `careful`: the server writes it as text, which is exact, and
    `lost` (SQL over that text) finds values that the declared type cannot hold."""

    column: Column
    there: str | None
    careful: bool

    @property
    def name(self) -> str:
        return self.column.header_name

    @property
    def asked(self) -> str:
        """Give the server's expression of a careful column."""
        quoted = identifier(self.name)
        if self.there is not None and self.there.endswith("[]"):
            # Lists of lists are read as one list: the server does not hold a column to one depth.
            return (
                f"CASE WHEN {quoted} IS NOT NULL THEN array_to_json(ARRAY(SELECT unnest({quoted})))::text END"
            )
        if self.there in _DAYS:
            real = f"isfinite({quoted}) AND extract(year FROM {quoted}) BETWEEN {YEARS[0]} AND {YEARS[1]}"
            return f"CASE WHEN {real} THEN {quoted}::text WHEN {quoted} IS NOT NULL THEN 'infinity' END"
        return f"{quoted}::text"

    @property
    def read(self) -> str:
        """Give DuckDB's expression of the value in its declared type."""
        type_, quoted = self.column.type, identifier(self.name)
        if self.there is None:
            return f"CAST(NULL AS {type_})"
        if not self.careful:
            return f"CAST({quoted} AS {type_})"
        return f"TRY_CAST({self._value} AS {type_})"

    @property
    def lost(self) -> str:
        """Give DuckDB's condition that a value is lost, or moved, by the declared type."""
        quoted, type_ = identifier(self.name), self.column.type
        if type_.endswith("[]"):
            bad = _lost("value", type_.removesuffix("[]"))
            found = f"list_filter({self._value}, lambda value: value IS NOT NULL AND ({bad}))"
            return f"coalesce(len({found}) > 0, false)"
        return f"({quoted} IS NOT NULL AND ({_lost(quoted, type_)}))"

    @property
    def _value(self) -> str:
        quoted = identifier(self.name)
        return f"""json_transform({quoted}, '["VARCHAR"]')""" if self.column.type.endswith("[]") else quoted

    @property
    def is_list_of_another_kind(self) -> bool:
        """Tell whether one side is a list and the other is not: no cast says what is meant."""
        lists = (self.column.type.endswith("[]"), (self.there or "").endswith("[]"))
        return self.there is not None and lists[0] != lists[1] and self.column.type != "VARCHAR"


def readings(columns: tuple[Column, ...], there: dict[str, str], *, all_careful: bool) -> list[Reading]:
    """Plan the reading of columns; `there` gives the type of each that the table has."""
    made = []
    for column in columns:
        type_ = there.get(column.header_name)
        made.append(Reading(column, type_, type_ is not None and (all_careful or differs(column, type_))))
    return made


def differs(column: Column, there: str) -> bool:
    """Tell whether a type of the application is not the declared one, so that a cast could touch a value."""
    lists = column.type.endswith("[]"), there.endswith("[]")
    return lists[0] != lists[1] or there.removesuffix("[]") not in _SAME.get(
        column.type.removesuffix("[]"), set()
    )


def _lost(text: str, type_: str) -> str:
    """Give the condition that a text, exact as the server wrote it, is not what its cast to a type says."""
    failed = f"TRY_CAST({text} AS {type_}) IS NULL"
    if type_ in ("INTEGER", "BIGINT") or re.match("DECIMAL", type_):
        exact = f"TRY_CAST({text} AS DECIMAL(38,18))"
        return f"{failed} OR {exact} IS NULL OR {exact} <> TRY_CAST({text} AS {type_})"
    if type_ == "DATE":
        moment = f"TRY_CAST({text} AS TIMESTAMP)"
        return f"{failed} OR coalesce(isfinite({moment}) AND {moment} <> date_trunc('day', {moment}), false)"
    return "false" if type_ == "VARCHAR" else failed
