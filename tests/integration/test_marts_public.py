"""The public marts and those of use say what the raw files hold, counted here a second time in plain
Python."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from statistics import median
from typing import Any

import duckdb
import pytest
from chain import Chain

from jobs.catalog import load_catalog
from jobs.settings import read_settings
from jobs.storage.session import attach, attach_sources, connect

LEVELS = {
    "COM": 1,
    "Commune": 1,
    "CA": 2,
    "CC": 2,
    "CU": 2,
    "METRO": 2,
    "ME": 2,
    "DEP": 3,
    "SDED": 3,
    "REG": 4,
    "SDER": 4,
}


@pytest.fixture(scope="module")
def base(chain: Chain) -> Iterator[duckdb.DuckDBPyConnection]:
    """Give a session that sees the raw files by domain, and the marts by name."""
    settings = read_settings(chain.environment)
    connection = connect(settings)
    attach_sources(connection, settings, load_catalog(settings.catalog_dirs))
    attach(connection, settings.warehouse_file, "warehouse")
    connection.execute("USE warehouse.marts")
    yield connection
    connection.close()


def rows(base: duckdb.DuckDBPyConnection, query: str) -> list[dict[str, Any]]:
    found = base.execute(query)
    names = [column[0] for column in found.description or []]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


@pytest.fixture(scope="module")
def establishments(base: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    return rows(
        base, "SELECT id, kind, list_distinct(localities_geo_code) AS codes FROM production.establishments"
    )


def test_a_territory_has_the_lines_and_the_stock_of_its_communes(
    base: duckdb.DuckDBPyConnection, establishments: list[dict[str, Any]]
) -> None:
    lines: Counter[str] = Counter()
    for line in rows(base, "SELECT ccodep, commune FROM lovac.lovac_2024"):
        department, number = line["ccodep"].strip(), line["commune"].strip()
        lines[
            (
                department + number[-2:].zfill(2)
                if len(department) == 3
                else department.zfill(2).upper() + number.zfill(3)
            )
        ] += 1
    stock = Counter(
        row["idcom"] for row in rows(base, "SELECT idcom FROM ff.ff_2024 WHERE dteloc IN ('1', '2')")
    )
    made = {
        row["establishment_id"]: (row["count_vacant_premisses"], row["count_housing"])
        for row in rows(base, "FROM marts_public_establishments_morphology WHERE year = 2024")
    }
    expected = {
        str(e["id"]): (sum(lines[c] for c in e["codes"] or []), sum(stock[c] for c in e["codes"] or []))
        for e in establishments
    }
    assert {e: n for e, n in made.items() if any(n)} == {e: n for e, n in expected.items() if any(n)}
    assert len([n for n in made.values() if all(n)]) >= 40


def test_the_columns_of_years_hold_the_rows_of_years(base: duckdb.DuckDBPyConnection) -> None:
    flat = {
        (row["establishment_id"], row["year"]): row
        for row in rows(base, "FROM marts_public_establishments_morphology")
    }
    wide = rows(base, "FROM marts_public_establishments_morphology_unpivoted")
    years = sorted(int(name) for name in wide[0] if name.isdigit())
    assert years == years_known(base)
    for row in wide:
        values = [flat.get((row["establishment_id"], year), {}).get(row["count_type"]) for year in years]
        assert [row[str(year)] for year in years] == values
        for before, after, old, new in zip(years, years[1:], values, values[1:], strict=False):
            gap = None if old is None or new is None else new - old
            assert row[f"var_{after}_{before}"] == gap
            assert row[f"var_pct_{after}_{before}"] == (
                pytest.approx(float(100 * gap / old), abs=0.006) if gap is not None and old else None
            )
    assert len(wide) == 17 * len({row["establishment_id"] for row in wide})


def years_known(base: duckdb.DuckDBPyConnection) -> list[int]:
    return [
        year
        for (year,) in base.execute("SELECT DISTINCT year FROM marts_common_morphology ORDER BY 1").fetchall()
    ]


def test_establishments_that_share_a_commune_are_a_pair(
    base: duckdb.DuckDBPyConnection, establishments: list[dict[str, Any]]
) -> None:
    placed = [
        (e["id"], LEVELS[e["kind"]], set(e["codes"] or [])) for e in establishments if e["kind"] in LEVELS
    ]
    expected = {(a, b, la - lb) for a, la, ca in placed for b, lb, cb in placed if la > lb and ca & cb}
    made = {
        (row["ancestor_id"], row["descendant_id"], row["depth"])
        for row in rows(base, "FROM marts_public_establishments_hierarchy")
    }
    assert made == expected
    assert {depth for *_, depth in made} == {1, 2, 3}


def test_gaps_to_the_median_are_those_of_the_level(base: duckdb.DuckDBPyConnection) -> None:
    found = rows(base, "FROM marts_public_establishments_morphology_catagorized")
    counts = [row["count_vacant_housing_private_fil_public"] for row in found]
    of_level = defaultdict(list)
    for row in found:
        of_level[row["establishment_echelon"]].append(row["count_vacant_housing_private_fil_public"])
    for row in found:
        count, level = row["count_vacant_housing_private_fil_public"], row["establishment_echelon"]
        assert row["housing_vacant_compared_2025"] == count - median(counts)
        assert row["housing_vacant_compared_same_as_2025"] == (
            count - median(of_level[level]) if level else None
        )
    assert set(of_level) == {None, 1, 2, 3, 4}


def test_running_totals_end_with_all_that_happened(base: duckdb.DuckDBPyConnection) -> None:
    last = rows(base, "FROM marts_stats_monthly_global ORDER BY month DESC LIMIT 1")[0]
    for act in ("created", "validated", "confirmed", "sent"):
        assert (
            last[f"cumulative_campaigns_{act}"]
            == rows(base, f"SELECT count({act}_at) AS n FROM production.campaigns")[0]["n"]
        )
    users = rows(base, "FROM production.users WHERE deleted_at IS NULL AND activated_at IS NOT NULL")
    assert last["cumulative_created_users"] == len(users)
    of_establishment = Counter(user["establishment_id"] for user in users if user["establishment_id"])
    assert last["cumulative_created_establishments"] == len(of_establishment)
    assert last["cumulative_created_establishments_accounts"] == sum(of_establishment.values())


def test_who_has_or_had_an_account_is_not_asked_to_make_one(base: duckdb.DuckDBPyConnection) -> None:
    accounts = {row["email"] for row in rows(base, "SELECT email FROM production.users")}
    portal = rows(base, "FROM external.cerema_lovac_users")
    listed = {row["id_user"] for row in rows(base, "FROM marts_production_cerema_lovac_users_unregistered")}
    open_ = {
        row["id_user"]
        for row in portal
        if row["email"] and row["structure_acces_lovac"] and row["email"] not in accounts
    }
    assert listed == open_
    assert any(row["email"] in accounts for row in portal) and any(row["email"] is None for row in portal)


def test_owners_count_the_dwellings_that_they_are_linked_to(base: duckdb.DuckDBPyConnection) -> None:
    linked, active = defaultdict(set), defaultdict(set)
    for link in rows(base, "FROM production.owners_housing"):
        housing = (link["housing_geo_code"], link["housing_id"])
        linked[link["owner_id"]].add(housing)
        if link["rank"] >= 1:
            active[link["owner_id"]].add(housing)
    for row in rows(base, "FROM marts_production_owners"):
        places = {code[:3] if code.startswith("97") else code[:2] for code, _ in active[row["id"]]}
        assert (row["housing_count"], row["active_housing_count"]) == (
            len(linked[row["id"]]),
            len(active[row["id"]]),
        )
        assert row["housing_departments"] == sorted(places)
