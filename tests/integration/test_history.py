"""What the application said on past days outlives the warehouse; a day without a snapshot is a gap, never a
guess."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import duckdb
import psycopg
import pytest
from chain import Chain, fingerprints

from jobs.sample.servers.components import start, stop
from jobs.sample.servers.state import Components
from jobs.settings import read_settings
from jobs.telemetry import StageRun
from jobs.transform.history import history_beside

# What a day adds to and what is read from it, with the tests of just that; on an empty warehouse, all that
# this is made of.
PROVEN = (
    "what_is_known_now_is_what_the_application_says",
    "the_last_month_counts_what_holds_now",
    "marts_production_campaigns",
)
RECORDED, WHOLE = ("2+tag:history", "tag:history+", *PROVEN), ("@tag:history", *PROVEN)
NEW_HOUSING = """
    INSERT INTO fast_housing
        (id, invariant, local_id, address_dgfip, geo_code, uncomfortable, housing_kind, data_years, status,
        occupancy_source, occupancy)
    SELECT '00000000-0000-4000-8000-000000000001', 'new', 'new', address_dgfip, geo_code, false, 'MAISON',
    '{2024}', 0, 'V', 'V'
    FROM fast_housing ORDER BY id LIMIT 1
"""
SNAPSHOTS = ("housing", "campaigns", "days")
NO_OTHER_TESTS, THEIR_TESTS = {"DBT_INDIRECT_SELECTION": "empty"}, {"DBT_INDIRECT_SELECTION": "cautious"}
HOUSING = """
    SELECT h.geo_code, h.id::text, h.status, h.occupancy, EXISTS (
        SELECT 1 FROM campaigns_housing l JOIN campaigns c ON c.id = l.campaign_id
        WHERE l.housing_id = h.id AND l.housing_geo_code = h.geo_code AND c.sent_at IS NOT NULL
    ) FROM fast_housing h
"""
CAMPAIGNS = """
    SELECT
        c.establishment_id::text, count(*), count(c.sent_at), sum(n.n)::int,
        coalesce(sum(n.n) FILTER (WHERE c.sent_at IS NOT NULL), 0)::int
    FROM campaigns c, LATERAL (SELECT count(*) AS n FROM campaigns_housing l WHERE l.campaign_id = c.id) n
        GROUP BY 1
"""


@dataclass
class Past:
    """A warehouse, an application with a life of its own, and what it said each time that the warehouse
    looked."""

    chain: Chain
    application: Components
    housing: dict[str, dict[tuple[str, str], tuple[int, str, bool]]] = field(default_factory=dict)
    campaigns: dict[str, dict[str, tuple[int, ...]]] = field(default_factory=dict)
    returns: dict[str, dict[str, int]] = field(default_factory=dict)

    @property
    def file(self) -> Path:
        return self.chain.home / "warehouse" / "history.duckdb"

    def execute(self, *statements: str) -> None:
        with psycopg.connect(self.application.superuser_uri, autocommit=True) as connection:
            for statement in statements:
                assert connection.execute(statement).rowcount > 0, f"nothing was changed by {statement}"

    def sync(self, moment: str) -> None:
        """Take the application's snapshot, and have the file say that this was done at another moment."""
        self.chain.zlv("sync-production")
        with duckdb.connect(str(self.chain.home / "raw" / "production.duckdb")) as connection:
            connection.execute("UPDATE _zlv SET value = ? WHERE name = 'snapshot_at'", [f'"{moment}"'])

    def build(self, *only: str, code: int = 0, **environment: str) -> str:
        return self.chain.zlv(
            "build", *(part for name in only for part in ("--only", name)), code=code, **environment
        ).stderr

    def live(self, day: str, time: str, *only: str) -> None:
        """Let the warehouse see a day, and note in Python what the application says on it."""
        self.sync(f"{day}T{time}+00:00")
        self.build(*(only or RECORDED))
        with psycopg.connect(self.application.superuser_uri) as connection:
            self.housing[day] = {(row[0], row[1]): row[2:] for row in connection.execute(HOUSING).fetchall()}
            self.campaigns[day] = {row[0]: row[1:] for row in connection.execute(CAMPAIGNS).fetchall()}
        query = (
            "SELECT establishment_id::VARCHAR, coalesce(sum(return_count_36_months), 0)::INTEGER FROM"
            " marts_production_campaigns GROUP BY 1"
        )
        self.returns[day] = dict(self.ask(query))

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        with duckdb.connect() as connection:
            for file in ("warehouse", "history"):
                connection.execute(
                    f"ATTACH '{self.chain.home}/warehouse/{file}.duckdb' AS {file} (READ_ONLY)"
                )
            connection.execute("SET search_path = 'warehouse.marts'")
            return connection.execute(query).fetchall()

    def copy(self, home: Path) -> Past:
        return replace(self, chain=self.chain.copy(home))


@pytest.fixture(scope="module")
def past(chain: Chain, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Past]:
    """Play three days, one of them with two snapshots; a day of January, one of February and all of March are
    missed."""
    # Not below pytest's own folder: PostgreSQL's account does not reach it.
    folder = Path(tempfile.mkdtemp(prefix="zlv-history-"))
    try:
        application = start(folder, 0.02, 3)
        own = chain.copy(tmp_path_factory.mktemp("history") / "home")
        places = {
            name: value for name, value in application.environment.items() if name.startswith("POSTGRES_")
        }
        past = Past(replace(own, environment={**own.environment, **places, **NO_OTHER_TESTS}), application)
        past.file.unlink()
        (own.home / "warehouse" / "warehouse.duckdb").unlink()
        past.live("2024-01-30", "05:00:00", *WHOLE)
        some = "UPDATE fast_housing SET {} WHERE id IN (SELECT id FROM fast_housing WHERE {} LIMIT {})"
        past.execute(
            some.format("status = 3", "status <> 3 ORDER BY id", 9),
            some.format("occupancy = 'L'", "occupancy = 'V' ORDER BY id", 7),
        )
        past.live("2024-02-02", "05:00:00")
        past.execute(
            "UPDATE fast_housing SET status = 4 WHERE status = 3",
            # A housing that comes, and goes again before the next day.
            NEW_HOUSING,
            "UPDATE campaigns SET sent_at = now() WHERE id IN (SELECT id FROM campaigns WHERE sent_at IS NULL"
            " ORDER BY id LIMIT 1)",
        )
        past.live("2024-02-02", "18:00:00")
        past.execute(
            "DELETE FROM fast_housing WHERE local_id = 'new'",
            "UPDATE fast_housing SET occupancy = 'V' WHERE occupancy = 'L'",
            "DELETE FROM campaigns_housing WHERE campaign_id = (SELECT campaign_id FROM campaigns_housing"
            " ORDER BY 1 LIMIT 1)",
        )
        past.live("2024-04-03", "05:00:00")
        yield past
    finally:
        stop(folder, forget=True)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def own_past(past: Past, tmp_path: Path) -> Past:
    """Give a copy of the warehouse with its history to one test."""
    return past.copy(tmp_path / "home")


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
        with history_beside(settings, cast(StageRun, SimpleNamespace(note=said.append))) as history:
            assert history.excluded == (["tag:history"] if said else [])
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
        connection.execute("UPDATE housing SET status = 9 WHERE id = (SELECT min(id) FROM housing)")
    assert "dbt test(s) failed" in own_past.build(*RECORDED, code=65, **THEIR_TESTS)
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
    assert "history.duckdb cannot be read: bring it back from an export" in refused
    assert own_past.file.read_bytes() == b"no database"
