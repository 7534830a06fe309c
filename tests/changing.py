"""A small project whose rows, code, key, policy and years change at random, and what must be built of it."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable
from dataclasses import dataclass, field

MODELS = {
    "stg_towns": "{{ config(materialized='view') }} select * from {{ source('external', 'towns') }}",
    "stg_prices": "{{ config(materialized='view') }} select * from {{ source('external', 'prices') }}",
    "stg_users": "{{ config(materialized='view') }} select * from {{ source('production', 'users') }}",
    "stg_lovac": "{{ config(materialized='view') }} {{ union_millesimes('lovac', 'lovac', {'id': 'VARCHAR',"
    " 'vacant': 'INTEGER'}) }}",
    "int_rich": "{{ config(materialized='view') }} select code, price from {{ ref('stg_prices') }}"
    " where price > {{ floor() }}",
    "int_inline": "{{ config(materialized='ephemeral') }} select code, price + 0 as price from"
    " {{ ref('stg_prices') }}",
    "int_users": "select town as code, count(*) as users from {{ ref('stg_users') }} group by all",
    "int_vacant": "select millesime, sum(vacant)::bigint as vacant from {{ ref('stg_lovac') }} group by all",
    "mart_towns": "select code, price, users from {{ ref('int_rich') }} full join {{ ref('int_users') }}"
    " using (code)",
    "mart_small": "select code from {{ ref('stg_towns') }} where people < 3",
    "mart_prices": "select code, price, label from {{ ref('int_inline') }} left join {{ ref('labels') }}"
    " using (price)",
    "mart_day": "select {{ as_of_day() }} as day, count(*) as users from {{ ref('stg_users') }}",
    "mart_names": "select name, count(*) as n from {{ ref('stg_users') }} group by all",
    "mart_end": "select count(*) as n, (select max(price) from {{ ref('mart_prices') }}) as price from"
    " {{ ref('mart_small') }}",
    "mart_rule": "select '{{ var('public_criteria') | string | replace(\"'\", '') }}' as rule",
    "mart_years": "select * from {{ ref('int_vacant') }} where vacant > 0",
}
POLICY = {
    "external": {"code": "none keep", "name": "none keep", "people": "none keep", "price": "none keep"},
    "production": {"id": "none keep", "name": "direct pseudonymise", "town": "none keep"},
    "lovac": {"id": "none keep", "vacant": "none keep"},
}
TYPES = {"people": "INTEGER", "price": "INTEGER", "id": "INTEGER", "vacant": "INTEGER"}


@dataclass
class World:
    """What the sources hold, and the project's code: all that a change may change."""

    rows: dict[str, list[list[object]]] = field(default_factory=dict)
    models: dict[str, str] = field(default_factory=lambda: dict(MODELS))
    tests: dict[str, str] = field(default_factory=dict)
    floor: int = 2
    unused: int = 0
    labels: dict[int, str] = field(default_factory=lambda: {1: "low", 2: "mid"})
    not_null: list[str] = field(default_factory=lambda: ["mart_towns.code", "mart_small.code"])
    policy: dict[str, dict[str, str]] = field(default_factory=lambda: copy.deepcopy(POLICY))
    years: list[int] = field(default_factory=lambda: [2024, 2025])
    key: str = "k" * 40
    day: int = 1
    rule: str = "fil"

    @property
    def columns(self) -> dict[str, list[str]]:
        return {
            "external.towns": ["code", "name", "people"],
            "external.prices": ["code", "price"],
            "production.users": ["id", "name", "town"],
            **{f"lovac.lovac_{year}": ["id", "vacant"] for year in self.years},
        }


def first(draw: random.Random) -> World:
    """Make the world before any change."""
    world = World()
    for source, columns in world.columns.items():
        world.rows[source] = [[_value(draw, column) for column in columns] for _ in range(6)]
    world.tests["vacant_is_not_negative"] = "select * from {{ ref('int_vacant') }} where vacant < 0"
    return world


def _value(draw: random.Random, column: str) -> object:
    return draw.randint(0, 4) if column in TYPES else f"{column}{draw.randint(0, 4)}"


def changed(world: World, draw: random.Random) -> tuple[World, list[str]]:
    """Give the world after one to three changes, and what they are."""
    new = copy.deepcopy(world)
    return new, [_one(new, draw) for _ in range(draw.randint(1, 3))]


def _one(world: World, draw: random.Random) -> str:
    source = draw.choice(sorted(world.rows))
    rows, columns = world.rows[source], world.columns[source]
    model = draw.choice(sorted(world.models))

    def years() -> None:
        year = max(world.years) + 1
        world.years.append(year)
        world.rows[f"lovac.lovac_{year}"] = [[f"id{n}", draw.randint(0, 2)] for n in range(3)]

    kinds: dict[str, Callable[[], object]] = {
        f"a row of {source} is new": lambda: rows.append([_value(draw, column) for column in columns]),
        f"a row of {source} is gone": lambda: rows.pop() if len(rows) > 1 else None,
        f"a value of {source} changed": lambda: rows[0].__setitem__(-1, _value(draw, columns[-1])),
        f"the lines of {source} are shuffled": lambda: draw.shuffle(rows),
        f"{source} has a line twice": lambda: rows.append(list(rows[0])),
        f"{model} has a remark": lambda: world.models.update({model: world.models[model] + "\n-- seen\n"}),
        "mart_small counts otherwise": lambda: world.models.update(
            mart_small=MODELS["mart_small"].replace("3", str(draw.randint(1, 5)))
        ),
        "a model is new": lambda: world.models.update(
            {f"mart_new_{draw.randint(0, 3)}": "select code, 1 as one from {{ ref('mart_towns') }}"}
        ),
        "a model is gone": lambda: [world.models.pop(f"mart_new_{n}", None) for n in range(4)],
        "a test is new": lambda: world.tests.update(
            {f"few_{draw.randint(0, 3)}": "select * from {{ ref('mart_end') }} where n > 50"}
        ),
        "a column is tried for absent values": lambda: world.not_null.append("mart_prices.label"),
        "the macro says otherwise": lambda: setattr(world, "floor", draw.randint(0, 4)),
        "a macro that nobody calls changed": lambda: setattr(world, "unused", world.unused + 1),
        "the seed changed": lambda: world.labels.update({draw.randint(0, 4): f"label{draw.randint(0, 3)}"}),
        "the policy drops a column": lambda: world.policy["external"].update(name="none drop"),
        "the policy keeps a column": lambda: world.policy["external"].update(name="none keep"),
        "the key changed": lambda: setattr(world, "key", draw.choice("abcdef") * 40),
        "a year is new": years,
        "the rule of a year changed": lambda: setattr(world, "rule", draw.choice(["fil", "fil_ccthp"])),
        "the day moved": lambda: setattr(world, "day", world.day + 1),
    }
    what = draw.choice(sorted(kinds))
    kinds[what]()
    return what
