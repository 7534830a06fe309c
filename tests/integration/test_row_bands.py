"""A release whose tables lost or won far too many rows is refused, until somebody says why that is right."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pytest
from bases import LISTED, base, marks, publish, write_audit, write_warehouse, zlv
from chain import Chain

from jobs.catalog import Catalog, Publication, load_catalog
from jobs.errors import DataRefused, SettingsError
from jobs.releases.audited import publications_digest
from jobs.releases.release import current_release, release_names
from jobs.releases.row_counts import jumps
from jobs.settings import project_dir
from jobs.storage.files import read_certificate
from jobs.telemetry.records import read_step


def listed(**rows: Any) -> Catalog:
    return Catalog(
        sources=(),
        publications=(Publication.model_validate({"mart": "marts_x", "public_name": "x", "rows": rows}),),
    )


def test_a_mart_that_halves_is_refused_with_65_and_named(own_chain: Chain) -> None:
    before, clean = own_chain.clean_file.readlink(), own_chain.clean_tables()
    with duckdb.connect(str(own_chain.home / "warehouse" / "warehouse.duckdb")) as connection:
        row = connection.execute("SELECT count(*) FROM marts.marts_lovac_flows").fetchone()
        connection.execute("DELETE FROM marts.marts_lovac_flows WHERE rowid % 5 < 3")
        left = connection.execute("SELECT count(*) FROM marts.marts_lovac_flows").fetchone()
    assert row and left
    own_chain.zlv("audit")
    refused = own_chain.zlv("publish", code=65).stderr
    assert (
        f"marts_lovac_flows has {left[0]} rows, {row[0]} in the release before (0.40 times, expected 0.5"
        " to 2)" in refused
    )
    assert "a source is missing, or was delivered in part" in refused and "--accept-rows" in refused
    assert (own_chain.clean_file.readlink(), own_chain.clean_tables()) == (before, clean)


def test_the_reason_to_accept_it_goes_with_the_release_and_its_record(tmp_path: Path) -> None:
    settings = base(tmp_path)
    write_warehouse(settings, mark=1, rows=1000)
    publish(settings, "first")
    write_warehouse(settings, mark=2, rows=400)
    refused = zlv(settings, "publish", ZLV_RUN_ID="second")
    assert refused.returncode == 65
    assert "cities_zonage_2024 has 400 rows, 1000 in the release before" in refused.stderr
    assert "(and 1 more: marts_production_housing)" in refused.stderr
    assert marks(settings) == {(1, 1)} and release_names(settings.clean_dir) == ["first"]
    assert zlv(settings, "publish", "--accept-rows", " ").returncode == 2
    done = zlv(settings, "publish", "--accept-rows", "one department left", ZLV_RUN_ID="second")
    assert done.returncode == 0, done.stderr
    assert "accepted (one department left): cities_zonage_2024 has 400 rows" in done.stderr
    accepted = (read_certificate(settings.clean_file) or {})["accepted_rows"]
    assert accepted["reason"] == "one department left" and len(accepted["tables"]) == 2
    record = read_step(settings.runs_dir, "second", "publish")
    assert record is not None and record.facts["accepted_rows"]["reason"] == "one department left"
    # The accepted release is what the next one is compared with, and it needs no reason.
    write_warehouse(settings, mark=3, rows=410)
    publish(settings, "third")
    assert marks(settings) == {(3, 3)} and "accepted_rows" not in (
        read_certificate(settings.clean_file) or {}
    )


def test_a_mart_that_more_than_doubles_is_refused(tmp_path: Path) -> None:
    settings = base(tmp_path)
    write_warehouse(settings, rows=1000)
    publish(settings, "first")
    write_warehouse(settings, rows=2000)
    publish(settings, "second")
    write_warehouse(settings, rows=4001)
    with pytest.raises(
        DataRefused,
        match=r"4001 rows, 2000 in the release before \(2.00 times, expected 0.5 to 2.*loaded twice",
    ):
        publish(settings, "third")
    assert current_release(settings) == "second"


@pytest.mark.parametrize(
    ("band", "before", "now", "refused"),
    [
        ({}, 100, 50, False),
        ({}, 100, 49, True),
        ({}, 100, 200, False),
        ({}, 100, 201, True),
        ({"least": 0.9, "most": 1.1}, 100, 89, True),
        ({"least": 0.9, "most": 1.1}, 100, 112, True),
        ({"most": None}, 1, 1000, False),
        # Of a few rows a few more or less say nothing; none left does.
        ({}, 9, 2, False),
        ({}, 3, 12, False),
        ({}, 3, 0, True),
        ({"least": 0}, 300, 0, False),
        ({"least": 1, "most": None}, 40, 39, True),
        # Nothing to compare with.
        ({}, 0, 5000, False),
        ({}, None, 5000, False),
    ],
)
def test_rows_are_compared_with_the_band_of_the_publication_list(
    band: dict[str, Any], before: int | None, now: int, refused: bool
) -> None:
    assert bool(jumps(listed(**band), {} if before is None else {"x": before}, {"x": now})) == refused


def test_a_new_table_is_published_beside_those_that_are_compared(tmp_path: Path) -> None:
    settings = base(tmp_path)
    write_warehouse(settings)
    fewer = Catalog(sources=(), publications=LISTED.publications[:1])
    write_audit(settings, publications=publications_digest(fewer))
    publish(settings, "first", fewer)
    write_warehouse(settings)
    assert len(publish(settings, "second").rows) == 2


def test_the_band_is_read_from_the_publication_list_and_checked(tmp_path: Path) -> None:
    bands = {p.mart: p.rows for p in load_catalog([project_dir("catalog")]).publications}
    assert bands["marts_lovac_flows"].least == 0.5 and bands["marts_lovac_flows"].most == 2
    assert bands["marts_history_days"].least == 1 and bands["marts_history_days"].most is None
    (tmp_path / "publication.yml").write_text("publish:\n  marts_x:\n    rows: {least: 1.5}\n")
    with pytest.raises(SettingsError, match=r"publication\.yml:3: .*less than or equal to 1"):
        load_catalog([tmp_path])


def yearly(settings: Any, years: str, wide: str = '1 AS "2023", 2 AS "2024"') -> None:
    """Write a warehouse of two marts: one with a row per year, one with a column per year."""
    write_warehouse(settings, audited=False)
    with duckdb.connect(str(settings.warehouse_file)) as connection:
        for mart in ("marts_common_cities", "marts_production_housing"):
            connection.execute(f"DROP TABLE marts.{mart}")
        connection.execute(
            f"CREATE TABLE marts.marts_common_cities AS SELECT unnest({years}) AS year, range AS n"
            " FROM range(40)"
        )
        connection.execute(f"CREATE TABLE marts.marts_production_housing AS SELECT {wide} FROM range(40)")
    write_audit(settings)


@pytest.mark.parametrize(
    ("years", "wide", "said"),
    [
        ("[2023, 2023]", '1 AS "2023", 2 AS "2024"', "cities_zonage_2024 no longer has 2024"),
        ("[2023, 2024]", 'NULL::INT AS "2023", 2 AS "2024"', "marts_production_housing no longer has 2023"),
    ],
)
def test_a_release_that_loses_a_year_is_refused_until_a_reason_is_given(
    tmp_path: Path, years: str, wide: str, said: str
) -> None:
    """F3"""
    settings = base(tmp_path)
    yearly(settings, "[2023, 2024]")
    publish(settings, "first")
    yearly(settings, years, wide)
    refused = zlv(settings, "publish", ZLV_RUN_ID="second")
    assert refused.returncode == 65 and said in refused.stderr and "--accept-rows" in refused.stderr
    assert release_names(settings.clean_dir) == ["first"]
    done = zlv(settings, "publish", "--accept-rows", "the convention ended", ZLV_RUN_ID="second")
    assert done.returncode == 0, done.stderr
    assert f"accepted (the convention ended): {said}" in done.stderr
    yearly(settings, "[2023, 2024, 2025]")
    publish(settings, "third")
