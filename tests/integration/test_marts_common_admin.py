"""The common and administrative marts say what the raw files hold, counted here a second time in plain
Python."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

import duckdb
import pytest
from chain import Chain

from jobs.catalog import load_catalog
from jobs.settings import read_settings
from jobs.storage.session import attach, attach_sources, connect

PUBLIC_OR_SOCIAL = {1, 2, 3, 4, 5, 6, 9}


@pytest.fixture(scope="module")
def base(chain: Chain) -> Iterator[duckdb.DuckDBPyConnection]:
    """Give a session that sees the raw files and the warehouse."""
    settings = read_settings(chain.environment)
    connection = connect(settings)
    attach_sources(connection, settings, load_catalog(settings.catalog_dirs))
    attach(connection, settings.warehouse_file, "warehouse")
    yield connection
    connection.close()


def rows(base: duckdb.DuckDBPyConnection, query: str) -> list[dict[str, Any]]:
    found = base.execute(query)
    names = [column[0] for column in found.description or []]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def whole(text: str | None) -> int | None:
    try:
        return int(float(text)) if text is not None else None
    except ValueError:
        return None


def commune(line: dict[str, Any]) -> str:
    department, number = str(line["ccodep"]).strip(), str(line["commune"]).strip()
    return (
        department + number[-2:].zfill(2)
        if len(department) == 3
        else department.zfill(2).upper() + number.zfill(3)
    )


@pytest.mark.parametrize("year", [2019, 2024, 2026])
def test_morphology_counts_each_dwelling_once_and_those_without_identifier_too(
    base: duckdb.DuckDBPyConnection, year: int
) -> None:
    premises: Counter[str] = Counter()
    flags: dict[tuple[str, object], tuple[bool, ...]] = {}
    for position, line in enumerate(rows(base, f"FROM lovac.main.lovac_{year}")):
        place = commune(line)
        premises[place] += 1
        housing = line["aff"] == "H" and line["nature"] in ("APPART", "MAISON")
        private = housing and whole(line["groupe"]) not in PUBLIC_OR_SOCIAL
        start = whole(line["debutvacance"])
        long = private and start is not None and start < year - 2
        found = (housing, private, long, long and line["ff_ccthp"] == "V")
        key = (place, line["ff_idlocal"] or position)
        before = flags.get(key, (False,) * len(found))
        flags[key] = tuple(bool(now or then) for now, then in zip(found, before, strict=True))
    counted: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for (place, _), seen in flags.items():
        counted[place] = [a + b for a, b in zip(counted[place], seen, strict=True)]
    assert any(key[1].__class__ is int for key in flags), "the sample holds lines without an identifier"
    for row in rows(base, f"FROM warehouse.marts.marts_common_morphology WHERE year = {year}"):
        place = row["geo_code"]
        got = [
            row["count_vacant_housing"],
            row["count_vacant_housing_private"],
            row["count_vacant_housing_private_fil"],
            row["count_vacant_housing_private_fil_ccthp"],
        ]
        assert (row["count_vacant_premisses"], got) == (premises.pop(place, 0), counted[place])
        assert row["count_vacant_housing_private_fil_public"] == got[3 if year <= 2024 else 2]
    assert not premises


def test_plot_areas_are_null_before_2023_and_not_0(base: duckdb.DuckDBPyConnection) -> None:
    query = (
        "SELECT DISTINCT year FROM warehouse.marts.marts_common_morphology WHERE"
        " sum_plot_area_vacant_housing_private_fil_ccthp IS NULL"
    )
    assert {year for (year,) in base.execute(query).fetchall()} == {2019, 2020, 2021, 2022}


def test_the_stock_serves_its_years_whole(base: duckdb.DuckDBPyConnection) -> None:
    counted = dict(
        base.execute(
            "SELECT year, sum(count_housing) FROM warehouse.marts.marts_common_morphology GROUP BY 1"
        ).fetchall()
    )
    stock = base.execute("SELECT count(*) FROM ff.main.ff_2024 WHERE dteloc IN ('1', '2')").fetchone()
    extract = base.execute(
        "SELECT count(*) FROM ff.main.ff_extract_2025 WHERE dteloc IN ('1', '2')"
    ).fetchone()
    assert stock == (counted[2024],)
    assert extract == (counted[2025],) == (counted[2026],)


def test_a_commune_with_stock_and_no_vacant_premises_counts_0(base: duckdb.DuckDBPyConnection) -> None:
    query = """
        SELECT count(*) FROM ff.main.ff_2024 AS stock
        ANTI JOIN warehouse.marts.marts_common_morphology AS counted ON stock.idcom = counted.geo_code
            AND counted.year = 2024
    """
    assert base.execute(query).fetchone() == (0,)


def test_a_split_commune_is_one_row_and_merges_are_seen_in_departments_with_a_leading_zero(
    base: duckdb.DuckDBPyConnection,
) -> None:
    split = base.execute(
        "SELECT split_destination_geocode FROM warehouse.marts.marts_common_morphology WHERE (year, geo_code)"
        " = (2024, '60054')"
    ).fetchall()
    assert split == [("60054, 60694",)]
    merged = base.execute(
        "SELECT count(*) FROM warehouse.marts.marts_common_morphology WHERE merged_this_year = 1 AND geo_code"
        " < '10'"
    ).fetchone()
    assert merged and merged[0] > 0


def test_overseas_communes_have_their_department_and_region(base: duckdb.DuckDBPyConnection) -> None:
    query = """
        SELECT DISTINCT left(geo_code, 3), dep_code, region_code FROM warehouse.marts.marts_common_morphology
        WHERE geo_code LIKE '97%' ORDER BY 1
    """
    found = base.execute(query).fetchall()
    regions = {"971": "01", "972": "02", "973": "03", "974": "04", "976": "06"}
    assert found and all(code == department and regions[code] == region for code, department, region in found)


def test_cities_are_unique_and_districts_are_merged(base: duckdb.DuckDBPyConnection) -> None:
    codes = [
        code
        for (code,) in base.execute("SELECT city_code FROM warehouse.marts.marts_common_cities").fetchall()
    ]
    assert len(codes) == len(set(codes))
    assert {"75056", "13055", "69123"} <= set(codes)
    assert not {
        code
        for code in codes
        if "75101" <= code <= "75120" or "13201" <= code <= "13216" or "69381" <= code <= "69389"
    }


def test_a_city_of_two_names_has_that_of_the_commune(base: duckdb.DuckDBPyConnection) -> None:
    query = """
        SELECT count(*) FROM external.main.cog_communes_2024 AS official
        JOIN warehouse.marts.marts_common_cities AS city ON official.com = city.city_code
        WHERE official.typecom = 'COM' AND official.libelle <> city.label
    """
    assert base.execute(query).fetchone() == (0,)


@pytest.mark.parametrize(
    ("mart", "column", "pattern"),
    [
        ("marts_admin_regions", "code", "[0-9]{2}"),
        ("marts_admin_departements", "codeRegion", "[0-9]{2}"),
        ("marts_admin_communes", "codeRegion", "[0-9]{2}"),
        ("marts_admin_communes", "code", "[0-9AB]{5}"),
        ("marts_admin_epci", "code", "[0-9]{9}"),
        ("marts_common_cities", "region_code", "[0-9]{2}"),
        ("marts_common_morphology", "region_code", "[0-9]{2}"),
    ],
)
def test_codes_are_texts_that_keep_their_zeros(
    base: duckdb.DuckDBPyConnection, mart: str, column: str, pattern: str
) -> None:
    query = (
        f'SELECT count(*), count(*) FILTER (NOT regexp_full_match("{column}", ?)) FROM warehouse.marts.{mart}'
        f' WHERE "{column}" IS NOT NULL'
    )
    held, wrong = base.execute(query, [pattern]).fetchone() or (0, 0)
    assert held > 0 and wrong == 0


def test_postcodes_are_sorted(base: duckdb.DuckDBPyConnection) -> None:
    query = (
        'SELECT count(*) FROM warehouse.marts.marts_admin_communes WHERE "codesPostaux" <>'
        ' list_sort("codesPostaux")'
    )
    assert base.execute(query).fetchone() == (0,)
