"""Let an application live some days, and keep what it said of itself."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import duckdb
import psycopg
import pytest
from chain import Chain

from jobs.sample.servers.components import start, stop
from jobs.sample.servers.state import Components

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


HOUSING = """
    -- A status that the application's list does not have is none.
    SELECT h.geo_code, h.id::text, CASE WHEN h.status <= 5 THEN h.status END, h.occupancy, EXISTS (
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
        past = Past(replace(own, environment={**own.environment, **places}), application)
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
