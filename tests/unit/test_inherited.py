"""A staging column that is selected as it is has the catalog's class and meaning; unknown stays closed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
import yaml

from jobs.catalog import Catalog, Source, load_catalog
from jobs.catalog.inherited import complete_manifest, passed_on
from jobs.settings import project_dir
from jobs.transform.project import columns_seen

CATALOG = load_catalog([project_dir("catalog")])
YEARS = """
with unioned as (
    {{ union_millesimes('ff', 'houses', columns) }}
)

select
    millesime as data_year,
    idlocal as local_id,
    dteloc
from unioned
"""
ALL = """
with source as (
    select * from {{ source('external', 'prices') }}
)

select
    code,
    label as name,
    {{ padded('code') }} as geo_code,
    lower(owner) as owner,
    coalesce(
        code,
        size
    ) as size,
    code as twice,
    label as twice
from source
where code is not null
"""


def source(name: str, domain: str, **fields: Any) -> Source:
    stated = {
        "location": "x.csv",
        "owner": "us",
        "producer": "INSEE",
        "licence": "Licence ouverte",
        "columns": [],
    }
    return Source.model_validate({"name": name, "domain": domain, **stated, **fields})


PRICES = Catalog(sources=(source("prices", "external"),))
SEEN = {
    "prices": [
        ("code", "VARCHAR", "none", "commune"),
        ("label", "VARCHAR", "indirect", "what it is called"),
        ("owner", "VARCHAR", "direct", ""),
        ("size", "INTEGER", "none", ""),
    ]
}


def test_what_is_selected_as_it_is_is_passed_on_and_nothing_that_is_computed() -> None:
    assert passed_on(ALL, PRICES, SEEN) == {
        "code": ("none", "commune"),
        "name": ("indirect", "what it is called"),
    }


@pytest.mark.parametrize(
    "sql",
    [
        ALL.replace("select * from", "select distinct * from"),
        ALL.replace("from source\n", "from source join other using (code)\n"),
        ALL.replace("from source\n", "from other\n"),
        ALL.replace("source('external', 'prices')", "ref('prices')"),
        "select code from {{ ref('stg_external__prices') }}",
    ],
)
def test_a_model_of_another_shape_passes_nothing_on(sql: str) -> None:
    assert passed_on(sql, PRICES, SEEN) == {}


def test_years_that_are_not_of_one_mind_hand_nothing_on() -> None:
    years = tuple(
        source(f"houses_{year}", "ff", millesime=year, location=f"{year}.csv") for year in (2023, 2024)
    )
    one = ("idlocal", "VARCHAR", "indirect", "identifier")
    seen = {
        "houses_2023": [one, ("dteloc", "VARCHAR", "none", "type")],
        "houses_2024": [one, ("dteloc", "VARCHAR", "indirect", "type")],
    }
    assert passed_on(YEARS, Catalog(sources=years), seen) == {
        "local_id": ("indirect", "identifier"),
        "dteloc": ("", "type"),
    }


def completed(columns: dict[str, dict[str, Any]], *, below: str = "staging") -> dict[str, Any]:
    node = {
        "resource_type": "model",
        "original_file_path": f"models/{below}/external/stg_external__prices.sql",
        "raw_code": ALL,
        "columns": columns,
    }
    complete_manifest({"nodes": {"a": node}, "sources": {}}, PRICES, SEEN)
    return columns


def test_what_a_file_states_stands_and_what_has_no_class_is_closed() -> None:
    own = {"description": "own", "config": {"meta": {"privacy": "direct"}, "tags": ["kept"]}}
    found = completed({"code": {"description": ""}, "name": own, "owner": {}, "unknown": {}})
    assert {name: (c["meta"]["privacy"], c["description"]) for name, c in found.items()} == {
        "code": ("none", "commune"),
        "name": ("direct", "own"),
        "owner": ("direct", ""),
        "unknown": ("direct", ""),
    }
    assert found["name"]["config"] == own["config"]
    assert found["code"]["config"]["meta"] == {"privacy": "none"}


@pytest.mark.parametrize("below", ["intermediate", "marts"])
def test_only_staging_inherits(below: str) -> None:
    assert completed({"code": {"description": ""}}, below=below) == {"code": {"description": ""}}


class Stated(NamedTuple):
    name: str
    privacy: str | None
    description: str | None
    inherited_privacy: str
    inherited_description: str


def staging_columns() -> Iterator[Stated]:
    seen = columns_seen(CATALOG)
    for path in sorted((project_dir("dbt") / "models" / "staging").rglob("stg_*.yml")):
        passed = passed_on(path.with_suffix(".sql").read_text(encoding="utf-8"), CATALOG, seen)
        for model in yaml.safe_load(path.read_text(encoding="utf-8"))["models"]:
            for column in model["columns"]:
                yield Stated(
                    f"{model['name']}.{column['name']}",
                    column.get("config", {}).get("meta", {}).get("privacy"),
                    column.get("description"),
                    *passed.get(column["name"], ("", "")),
                )


def test_each_staging_column_ends_with_a_class_that_is_open_and_a_meaning() -> None:
    closed = [
        column.name
        for column in staging_columns()
        if (column.privacy or column.inherited_privacy) not in ("none", "indirect")
        or not (column.description or column.inherited_description)
    ]
    assert closed == []


def test_no_staging_file_says_again_what_the_catalog_says() -> None:
    again = [
        column.name
        for column in staging_columns()
        if (column.inherited_privacy and column.privacy)
        or (column.inherited_description and column.description == column.inherited_description)
    ]
    assert again == []
