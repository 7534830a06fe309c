"""What the application said on past days outlives the warehouse; a day without a snapshot is a gap, never a
guess."""

from __future__ import annotations

import os
import shutil
import signal
from collections import Counter
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import duckdb
import pytest
from chain import fingerprints
from past import RECORDED, WHOLE, Past, past

from jobs.settings import read_settings
from jobs.telemetry import StageRun
from jobs.transform.history import history_beside, plan_history

__all__ = ["past"]  # fixtures

SNAPSHOTS = ("housing", "campaigns", "days")


def test_every_past_day_is_told_as_the_application_told_it(past: Past) -> None:
    for day, expected in past.housing.items():
        query = f"""
            SELECT housing_geo_code, housing_id::VARCHAR, status, occupancy, sent_campaign_count > 0
                FROM history.housing
            WHERE dbt_valid_from <= DATE '{day}' AND (dbt_valid_to IS NULL OR dbt_valid_to > DATE '{day}')
        """
        found = past.ask(query)
        assert len(found) == len(expected)
        assert {(code, id_): tuple(state) for code, id_, *state in found} == expected
    first, second, third = past.housing.values()
    assert first != second != third


def test_missed_days_are_marked_and_nothing_is_made_up_for_them(past: Past) -> None:
    days = {
        day.isoformat(): counts
        for day, *counts in past.ask("SELECT day, count_housing, count_campaigns FROM marts_history_days")
    }
    known = {
        day: [len(past.housing[day]), sum(of[0] for of in past.campaigns[day].values())]
        for day in past.housing
    }
    assert days == {day: known.get(day, [None, None]) for day in days} and set(known) < set(days)
    assert len(days) == (date(2024, 4, 3) - date(2024, 1, 30)).days + 1
    assert past.ask("SELECT days_since_known FROM marts_history_days WHERE day = DATE '2024-04-02'") == [
        (60,)
    ]
    for mart, figure in (
        ("marts_history_housing_status", "count_housing"),
        ("marts_history_campaigns", "count_campaigns"),
    ):
        query = (
            f"SELECT DISTINCT month::VARCHAR, days_known, days_missed, known_on::VARCHAR, {figure} IS NULL"
            f" FROM {mart} ORDER BY 1"
        )
        assert past.ask(query) == [
            ("2024-01-01", 1, 1, "2024-01-30", False),
            ("2024-02-01", 1, 28, "2024-02-02", False),
            ("2024-03-01", 0, 31, None, True),
            ("2024-04-01", 1, 2, "2024-04-03", False),
        ]


def test_a_month_counts_housings_as_they_were_known_at_its_end(past: Past) -> None:
    for month, day in (
        ("2024-01-01", "2024-01-30"),
        ("2024-02-01", "2024-02-02"),
        ("2024-04-01", "2024-04-03"),
    ):
        expected: Counter[tuple[str, int, str]] = Counter()
        contacted: Counter[tuple[str, int, str]] = Counter()
        for (code, _), (status, occupancy, sent) in past.housing[day].items():
            department = code[:3] if code.startswith("97") else code[:2]
            for territory in ("FR", department):
                expected[territory, status, occupancy] += 1
                contacted[territory, status, occupancy] += sent
        query = f"""
            SELECT territory_code, status, occupancy, count_housing, count_housing_contacted
                FROM marts_history_housing_status
            WHERE month = DATE '{month}' AND territory_level IN ('france', 'departement')
        """
        found = past.ask(query)
        assert {(place, status, occupancy): count for place, status, occupancy, count, _ in found} == dict(
            expected
        )
        assert {(place, status, occupancy): count for place, status, occupancy, _, count in found} == dict(
            contacted
        )


def test_a_month_counts_campaigns_as_they_were_known_at_its_end(past: Past) -> None:
    for month, day in (
        ("2024-01-01", "2024-01-30"),
        ("2024-02-01", "2024-02-02"),
        ("2024-04-01", "2024-04-03"),
    ):
        query = f"""
            SELECT establishment_id::VARCHAR, count_campaigns, count_campaigns_sent,
            housing_number_in_campaigns,
                housing_number_in_sent_campaigns, return_count_36_months
            FROM marts_history_campaigns WHERE month = DATE '{month}'
        """
        found = {establishment: counts for establishment, *counts in past.ask(query)}
        assert {name: tuple(counts[:-1]) for name, counts in found.items()} == past.campaigns[day]
        assert {name: counts[-1] for name, counts in found.items()} == past.returns[day]
    assert past.campaigns["2024-01-30"] != past.campaigns["2024-02-02"] != past.campaigns["2024-04-03"]


@pytest.fixture
def own_past(past: Past, tmp_path: Path) -> Past:
    """Give a copy of the warehouse with its history to one test."""
    return past.copy(tmp_path / "home")


def test_a_warehouse_built_again_from_nothing_has_the_same_history(own_past: Past) -> None:
    tables = [f"marts_history_{name}" for name in ("days", "housing_status", "campaigns")] + [
        f"history.{name}" for name in SNAPSHOTS
    ]
    before = {table: own_past.ask(f"SELECT * FROM {table} ORDER BY ALL") for table in tables}
    (own_past.chain.home / "warehouse" / "warehouse.duckdb").unlink()
    shutil.rmtree(own_past.chain.home / "warehouse" / "dbt")
    own_past.build(*WHOLE)
    assert {table: own_past.ask(f"SELECT * FROM {table} ORDER BY ALL") for table in tables} == before


def test_without_a_whole_snapshot_of_the_application_no_day_is_added(own_past: Past) -> None:
    settings = read_settings(own_past.chain.environment)

    def why_not() -> list[str]:
        said: list[str] = []
        plan = plan_history(settings)
        with history_beside(settings, cast(StageRun, SimpleNamespace(note=said.append)), plan) as history:
            assert plan.excluded == (["history"] if said else [])
            assert fingerprints(history.pending) == fingerprints(own_past.file)
        return said

    assert why_not() == []
    with duckdb.connect(str(settings.production_file)) as connection:
        connection.execute("UPDATE _zlv SET value = '[\"campaigns\"]' WHERE name = 'kept'")
    assert "holds campaigns of an earlier snapshot" in why_not()[0]
    settings.production_file.unlink()
    assert why_not() == ["no day is added to the history: there is no snapshot of the application"]


def test_an_older_snapshot_does_not_rewrite_the_past(own_past: Past) -> None:
    before = fingerprints(own_past.file)
    own_past.sync("2024-03-15T05:00:00+00:00")
    told = own_past.build(*RECORDED)
    assert (
        "snapshot of 2024-03-15 05:00 is older than the last one of the history, 2024-04-03 05:00 (UTC)"
        in told
    )
    assert fingerprints(own_past.file) == before


def test_a_refused_build_adds_nothing(own_past: Past) -> None:
    before = fingerprints(own_past.file)
    own_past.sync("2024-04-04T05:00:00+00:00")
    with duckdb.connect(str(own_past.chain.home / "raw" / "production.duckdb")) as connection:
        connection.execute("INSERT INTO campaigns FROM campaigns ORDER BY id LIMIT 1")
    assert "dbt test(s) failed" in own_past.build(*RECORDED, code=65)
    assert fingerprints(own_past.file) == before
    assert not list((own_past.chain.home / "warehouse").glob("*.duckdb.next*"))


def test_a_build_killed_after_its_snapshots_adds_nothing_until_it_is_run_again(own_past: Past) -> None:
    before = fingerprints(own_past.file)
    own_past.sync("2024-04-04T05:00:00+00:00")
    build = own_past.chain.start("build", *(part for name in RECORDED for part in ("--only", name)))
    assert build.stdout is not None
    for line in build.stdout:
        if "snapshot history_housing" in line:
            os.killpg(build.pid, signal.SIGKILL)
            break
    build.wait()
    build.stdout.close()
    assert build.returncode == -signal.SIGKILL
    assert fingerprints(own_past.file) == before
    own_past.build(*RECORDED)
    assert own_past.ask("SELECT max(day)::VARCHAR FROM history.days") == [("2024-04-04",)]
    assert not list((own_past.chain.home / "warehouse").glob("*.duckdb.next*"))


def test_a_damaged_history_stops_the_build_and_is_left_alone(own_past: Past) -> None:
    own_past.file.write_bytes(b"no database")
    refused = own_past.chain.zlv("build", code=65).stderr
    assert "history.duckdb is no DuckDB file: bring it back from an export" in refused
    assert own_past.file.read_bytes() == b"no database"
