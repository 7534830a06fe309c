"""Fill the application's schema with all that its columns allow: drawn from a seed, so that a filling can be
made again.

What a column may hold is asked of PostgreSQL, on the schema that the samples use: type, length, NULL, key,
generated.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from filling_values import (
    CODES,
    DAYS,
    INTEGERS,
    MOMENTS,
    NUMBERS,
    OCCUPANCIES,
    ODD_PLACES,
    PLACES,
    ROWS,
    STATUSES,
    TABLES,
    TEXTS,
)


@dataclass(frozen=True)
class Field:
    """What PostgreSQL says of one column."""

    name: str
    type: str
    length: int | None
    nullable: bool
    key: bool
    personal: bool


class Filling:
    """A few rows for each table, of ids of their own: several fillings share a database and do not meet."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.ids: dict[str, list[Any]] = {name: [] for name in TABLES}

    def rows(self, schema: dict[str, list[Field]]) -> Iterator[tuple[str, list[str], list[list[Any]]]]:
        """Yield (table, columns, rows): parents first, so that children can point to them, or to nobody."""
        for table in TABLES:
            fields = schema[table]
            number = self.random.choice([0, 1, ROWS, ROWS]) if table != "establishments" else ROWS
            rows: dict[Any, list[Any]] = {}
            for _ in range(number):
                row = {field.name: self._value(table, field) for field in fields}
                key = tuple(row[field.name] for field in fields if field.key) or (len(rows),)
                rows[key] = list(row.values())
                self.ids[table].append(row)
            twice = [rows[next(iter(rows))]] if rows and not any(field.key for field in fields) else []
            yield table, [field.name for field in fields], [*rows.values(), *twice]

    def _value(self, table: str, field: Field) -> Any:
        pick = self.random.choice
        if field.nullable and self.random.random() < 0.3:
            return None
        if field.type == "uuid":
            return self._id(table, field)
        if "geo_code" in field.name and field.type != "ARRAY":
            housing = self.ids["fast_housing"]
            known = [row["geo_code"] for row in housing]
            inside = (
                [*PLACES, *ODD_PLACES[:7]] if table == "fast_housing" else [*known * 3, *PLACES, *ODD_PLACES]
            )
            return pick(inside)
        if field.type == "integer":
            return pick(INTEGERS)
        if field.type == "boolean":
            return pick([True, False])
        if field.type == "double precision":
            return pick(NUMBERS)
        if field.type == "date":
            return pick(DAYS)
        if field.type.startswith("timestamp"):
            return pick(MOMENTS)
        if field.type == "jsonb":
            return pick(self._documents())
        if field.type == "bytea":
            return b"\x00\xff"
        if field.type == "ARRAY":
            return pick(self._lists(table, field))
        return self._text(field)

    def _id(self, table: str, field: Field) -> Any:
        parent = {
            "establishment_id": "establishments",
            "user_id": "users",
            "created_by": "users",
            "owner_id": "owners",
            "housing_id": "fast_housing",
            "group_id": "groups",
            "campaign_id": "campaigns",
            "event_id": "events",
            "note_id": "notes",
        }.get(field.name)
        known = [row["id"] for row in self.ids[parent]] if parent else []
        if known and self.random.random() < 0.8:
            return self.random.choice(known)
        return str(uuid.UUID(int=self.random.getrandbits(128)))

    def _documents(self) -> list[str | None]:
        status, other = self.random.choice(STATUSES), self.random.choice(OCCUPANCIES)
        return [
            "{}",
            "[]",
            "null",
            '"x"',
            "3",
            '{"status": 3}',
            '{"status": null}',
            '{"status": {"a": []}}',
            f'{{"status": "{status}", "subStatus": "N\'était pas vacant"}}',
            f'{{"occupancy": "{other}"}}',
            f'{{"status": "{status}", "occupancy": "{other}", "name": "\\ud83c\\udfe0"}}',
        ]

    def _lists(self, table: str, field: Field) -> list[str]:
        if "year" in field.name and table == "fast_housing" and field.name == "data_years":
            return ["{}", "{NULL}", "{2019,2024}", "{2024,2024}", "{-1}", "[0:1]={2023,2024}"]
        return [
            "{}",
            "{NULL}",
            '{""}',
            "{01001,01001}",
            "{75056,NULL,2A004}",
            "{97105}",
            '{"lovac-2023","ff-2024"}',
            "{🏚}",
        ]

    def _text(self, field: Field) -> str:
        kinds: list[str] = [*self.random.choice(CODES), *TEXTS]
        text = self.random.choice(kinds)
        if field.key:
            text = str(uuid.UUID(int=self.random.getrandbits(128)))
        elif field.length is None and self.random.random() < 0.02:
            text = "é" * 100_000
        elif field.length and self.random.random() < 0.05:
            text = "🏚" * field.length
        elif field.personal:
            # Nobody shares a name with a code: the privacy gate would rightly see a person in it.
            text = f"{self.random.getrandbits(64):x} {text}"
        return text[: field.length]


def fields_of(connection: Any, kept: set[tuple[str, str]]) -> dict[str, list[Field]]:
    """Ask PostgreSQL what each column of the application's tables may hold; generated ones are left out."""
    found: dict[str, list[Field]] = {name: [] for name in TABLES}
    query = (
        "SELECT c.table_name, c.column_name, c.data_type, c.character_maximum_length, c.is_nullable = 'YES',"
        " EXISTS (SELECT FROM information_schema.table_constraints t JOIN"
        " information_schema.key_column_usage k"
        " USING (constraint_name, table_name) WHERE t.constraint_type = 'PRIMARY KEY' AND k.table_name ="
        " c.table_name"
        " AND k.column_name = c.column_name) FROM information_schema.columns c"
        " WHERE c.table_schema = 'public' AND c.is_generated = 'NEVER' AND c.table_name = ANY(%s) ORDER BY"
        " ordinal_position"
    )
    for table, *facts in connection.execute(query, [TABLES]).fetchall():
        found[table].append(Field(*facts, personal=(table, facts[0]) not in kept))
    return found


def fill(
    connection: Any, schema: dict[str, list[Field]], seeds: Iterable[int], without: tuple[str, ...] = ()
) -> None:
    """Put the fillings of some seeds into the tables, emptied first; those of `without` stay empty."""
    connection.execute("TRUNCATE " + ", ".join(TABLES))
    for seed in seeds:
        for table, names, rows in Filling(seed).rows(schema):
            if table in without:
                continue
            marks = ", ".join(["%s"] * len(names))
            with connection.cursor() as cursor:
                cursor.executemany(
                    f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks}) ON CONFLICT DO NOTHING", rows
                )
