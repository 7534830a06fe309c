"""A number is taken back to the models, filters and sources behind it: counts, never persons."""

from __future__ import annotations

import json
from typing import Any

import duckdb
import pytest
from chain import Chain


def explained(chain: Chain, mart: str, where: str, *more: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(chain.zlv("explain", mart, "--where", where, "--json", *more).stdout)
    return found


@pytest.fixture(scope="module")
def warehouse(chain: Chain) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(str(chain.home / "warehouse" / "warehouse.duckdb"), read_only=True)


def test_a_cell_leads_to_its_models_filters_and_files(
    chain: Chain, warehouse: duckdb.DuckDBPyConnection
) -> None:
    where = "territory_level = 'commune' AND territory_code = '67482' AND year = 2024 AND filter = 'ex'"
    found = explained(chain, "marts_lovac_flows", where, "--column", "stock_count")
    query = f"SELECT stock_count FROM marts.marts_lovac_flows WHERE {where}"
    assert found["row"] == {"stock_count": warehouse.execute(query).fetchall()[0][0]} and found["rows"] == 1
    assert found["grain"] == ["territory_level", "territory_code", "year", "filter"]
    steps = {step["name"]: step for step in found["steps"]}
    flows = steps["int_lovac__commune_flows"]
    rows, matching = warehouse.execute(
        """SELECT count(*), count(*) FILTER ("year" = 2024 AND "filter" = 'ex')
            FROM int.int_lovac__commune_flows"""
    ).fetchall()[0]
    assert (flows["rows"], flows["matching"]) == (rows, matching) and 0 < matching < rows
    assert any("is_ex_line" in text for text in steps["int_lovac__dwelling_years"]["filters"])
    file = chain.certificate(chain.home / "raw" / "lovac" / "lovac_2024.duckdb")
    loaded = steps["lovac.lovac_2024"]["loaded"]
    assert (loaded["rows"], loaded["rejects"]) == (file["rows"], file["rejects"]) and "raw.csv" in loaded[
        "objects"
    ]
    assert found["tests"] and set(found["tests"].values()) == {"pass"}


def test_a_condition_on_a_person_s_column_is_tried_in_no_model(
    chain: Chain, warehouse: duckdb.DuckDBPyConnection
) -> None:
    found = explained(chain, "marts_production_housing", "geo_code LIKE '67%'")
    assert found["row"] is None and found["rows"] > 1
    steps = {step["name"]: step for step in found["steps"]}
    assert (
        steps["stg_production__housing"]["matching"]
        == warehouse.execute(
            "SELECT count(*) FROM marts.marts_production_housing WHERE geo_code LIKE '67%'"
        ).fetchall()[0][0]
    )
    assert set(found) == {
        "mart",
        "rule",
        "source_of_rule",
        "owner",
        "grain",
        "rows",
        "row",
        "columns",
        "steps",
        "tests",
    }
    assert all(isinstance(step["matching"], int | None) for step in found["steps"])


@pytest.mark.parametrize(
    ("mart", "where", "code", "sentence"),
    [
        ("marts_lovac_flow", "year = 2024", 64, "did you mean marts_lovac_flows"),
        ("int_ff__premises", "year = 2024", 64, "is no table of the clean file"),
        ("marts_lovac_flows", "yaer = 2024", 64, "has no column yaer; did you mean year"),
        ("marts_lovac_flows", "year = ", 2, "--where cannot be read"),
        (
            "marts_lovac_flows",
            "true) UNION SELECT * FROM (FROM stg.stg_production__users",
            2,
            "takes one condition",
        ),
        ("marts_lovac_flows", "true; DROP TABLE x", 2, "cannot be read"),
        ("marts_lovac_flows", "year IN (SELECT 2024)", 2, "not subquery"),
        ("marts_lovac_flows", "getenv('HOME') = territory_code", 2, "not getenv"),
        ("marts_lovac_flows", "year = 'soon'", 2, "does not fit the columns"),
    ],
)
def test_what_cannot_be_explained_is_one_sentence(
    chain: Chain, mart: str, where: str, code: int, sentence: str
) -> None:
    done = chain.zlv("explain", mart, "--where", where, code=code)
    assert sentence in done.stderr and done.stderr.strip().count("\n") == 0 and not done.stdout


def test_a_mart_that_was_not_built_is_said(own_chain: Chain) -> None:
    """It was a fault of the condition, in DuckDB's words."""
    with duckdb.connect(str(own_chain.home / "warehouse" / "warehouse.duckdb")) as connection:
        connection.execute("DROP TABLE marts.marts_lovac_flows")
    done = own_chain.zlv("explain", "marts_lovac_flows", "--where", "year = 2024", code=65)
    assert "it was built in part; run `zlv build`" in done.stderr


def test_the_text_says_the_same(chain: Chain) -> None:
    text = chain.zlv("explain", "marts_lovac_flows", "--where", "year = 2024").stdout
    assert (
        "rows meet the condition; add conditions on territory_level, territory_code, year, filter to see one"
        in text
    )
    assert "    objects: raw.csv" in text and "tests read this mart" in text
