"""The LOCOMVAC mart counts each premises once, and tells nothing of a few."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import duckdb
import pytest
from chain import Chain

from jobs.catalog import load_catalog
from jobs.settings import read_settings
from jobs.storage.session import attach, attach_sources, connect

FAMILIES = ("MAG", "BUR", "DEP", "ATE", "HOT")
SMALL = 11


@pytest.fixture(scope="module")
def base(chain: Chain) -> Iterator[duckdb.DuckDBPyConnection]:
    """Give a session that sees the raw files and the warehouse."""
    settings = read_settings(chain.environment)
    connection = connect(settings)
    attach_sources(connection, settings, load_catalog(settings.catalog_dirs))
    attach(connection, settings.warehouse_file, "warehouse")
    yield connection
    connection.close()


def test_a_premises_of_two_recipients_counts_once(base: duckdb.DuckDBPyConnection) -> None:
    lines = base.execute(
        "SELECT annee, code_dsf, invariant_du_local FROM locomvac.main.locomvac_2024"
    ).fetchall()
    once = {
        (year, directorate[:3] if directorate.startswith("97") else directorate[:2], invariant)
        for year, directorate, invariant in lines
    }
    counted = base.execute(
        "SELECT sum(premises_count) FROM warehouse.int.int_locomvac__counts WHERE year = 2024 AND dimension ="
        " 'total'"
    ).fetchone()
    assert len(once) < len(lines), "the sample holds overlapping files"
    assert counted == (len(once),)


def test_no_count_under_eleven_is_shown_and_none_can_be_computed(base: duckdb.DuckDBPyConnection) -> None:
    """Rebuild every hidden sum from what is shown: the total less the families, or less the owners, is 0 or
    at least 11."""
    families = [f"count_{name}" for name in (*(family.lower() for family in FAMILIES), "other")]
    owners = ["count_legal_owner", "count_natural_owner", "count_unknown_owner"]
    names = ["count_vacant_premises", *families, *owners]
    found = base.execute(
        f"SELECT {', '.join(names)}, vacancy_rate, secret_statistique FROM"
        " warehouse.marts.marts_locomvac_communes"
    ).fetchall()
    assert found
    for *counts, rate, secret in found:
        shown = dict(zip(names, counts, strict=True))
        total = shown["count_vacant_premises"]
        assert all(count is None or count == 0 or count >= SMALL for count in counts)
        assert secret == any(count is None for count in counts)
        if total is None:
            assert all(count is None for count in counts) and rate is None
            continue
        for group in (families, owners):
            hidden = [name for name in group if shown[name] is None]
            rest = total - sum(shown[name] or 0 for name in group)
            assert rest == 0 if not hidden else len(hidden) > 1 and rest >= SMALL


def test_what_is_shown_is_what_the_files_hold(base: duckdb.DuckDBPyConnection) -> None:
    held: Counter[tuple[int, str]] = Counter()
    for year, commune in base.execute(
        "SELECT year, geo_code FROM warehouse.int.int_locomvac__premises"
    ).fetchall():
        held[(year, commune)] += 1
    for year, commune, total in base.execute(
        "SELECT year, geo_code, count_vacant_premises FROM warehouse.marts.marts_locomvac_communes"
    ).fetchall():
        assert total == (held[(year, commune)] if held[(year, commune)] >= SMALL else None)
