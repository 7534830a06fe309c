"""The application's marts say what its tables say: counted again here, row by row, without SQL."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import Any

import duckdb
import pytest
from application_rows import Row, base, months_after, rows, updates
from chain import Chain

__all__ = ["base", "updates"]  # fixtures


@pytest.mark.parametrize(
    ("mart", "expected"),
    [
        ("housing", "SELECT count(*) FROM raw.housing"),
        ("establishments", "SELECT count(*) FROM raw.establishments"),
        ("campaigns", "SELECT count(*) FROM raw.campaigns"),
        (
            "events",
            (
                # The sample has sixty events of before 2025.
                "SELECT (SELECT count(*) FROM raw.events) + (SELECT count(*) FROM raw.notes WHERE deleted_at"
                " IS NULL) + 60"
            ),
        ),
        ("join_campaigns_housing", "SELECT count(*) FROM raw.campaigns_housing"),
        ("join_housing_groups", "SELECT count(*) FROM raw.groups_housing"),
        ("join_owner_housing", "SELECT count(*) FROM raw.owners_housing"),
        (
            "join_establishment_cities",
            "SELECT count(DISTINCT (id, c)) FROM raw.establishments, unnest(localities_geo_code) AS t(c)",
        ),
        (
            "join_establishment_housing",
            (
                "SELECT count(*) FROM raw.housing AS h JOIN raw.establishments AS e ON"
                " list_contains(e.localities_geo_code, h.geo_code)"
            ),
        ),
    ],
)
def test_as_many_rows_come_out_as_went_in(base: duckdb.DuckDBPyConnection, mart: str, expected: str) -> None:
    made = base.execute(f"SELECT count(*) FROM marts_production_{mart}").fetchone()
    assert made == base.execute(expected).fetchone()
    assert made != (0,)


@pytest.mark.parametrize("source", ["zlv", "user", None])
def test_the_last_status_of_a_housing_is_the_newest_change(
    base: duckdb.DuckDBPyConnection, updates: list[Row], source: str | None
) -> None:
    last: dict[Any, Row] = {}
    for event in sorted(updates, key=lambda event: (event["created_at"], event["id"])):
        if event["housing"] and event["status_changed"] and source in (None, event["source"]):
            last[event["housing"]] = event
    suffix = f"{source}_followup" if source else "followup"
    query = (
        f"SELECT geo_code, id, last_event_status_{suffix} AS status, last_event_date_{suffix} AS at FROM"
        " marts_production_housing"
    )
    made = {
        (row["geo_code"], row["id"]): (row["status"], row["at"]) for row in rows(base, query) if row["at"]
    }
    assert made == {
        housing: (None if event["status"] is None else str(event["status"]), event["created_at"])
        for housing, event in last.items()
    }


@pytest.mark.parametrize("months", [3, 6, 9, 36])
def test_returns_of_campaigns_are_counted_again_by_hand(
    base: duckdb.DuckDBPyConnection, updates: list[Row], months: int
) -> None:
    of_campaign = defaultdict(set)
    for link in rows(base, "FROM raw.campaigns_housing"):
        of_campaign[link["campaign_id"]].add((link["housing_geo_code"], link["housing_id"]))
    campaigns = rows(base, "FROM raw.campaigns")
    expected = {}
    for campaign in campaigns:
        sent, housings = campaign["sent_at"], of_campaign[campaign["id"]]
        later = [
            c["sent_at"]
            for c in campaigns
            if sent
            and c["sent_at"]
            and c["sent_at"] > sent
            and c["establishment_id"] == campaign["establishment_id"]
        ]
        mine = [
            e
            for e in updates
            if sent
            and e["source"] == "user"
            and e["housing"] in housings
            and sent <= e["created_at"] <= months_after(sent, months)
        ]
        before = [e for e in mine if not later or e["created_at"] < min(later)]
        counts = [len({e["housing"] for e in events}) for events in (mine, before)]
        rates = [100 * count / len(housings) if housings else None for count in counts]
        # D1: a campaign that was never sent has no answer, which is not the answer of nobody.
        expected[campaign["id"]] = (*counts, *rates) if sent else (None,) * 4
    cut = f"{months}_months_before_next_campaign"
    columns = (
        f"id, return_count_{months}_months, return_count_{cut}, return_rate_{months}_months,"
        f" return_rate_{cut}"
    )
    query = f"SELECT {columns} FROM marts_production_campaigns"
    made = {row[0]: row[1:] for row in base.execute(query).fetchall()}
    assert made == {campaign: pytest.approx(values) for campaign, values in expected.items()}


def test_no_housing_has_an_unknown_where_yes_or_no_is_asked(base: duckdb.DuckDBPyConnection) -> None:
    query = (
        "SELECT column_name FROM duckdb_columns() WHERE table_name = 'marts_production_housing' AND data_type"
        " = 'BOOLEAN'"
    )
    flags = [name for (name,) in base.execute(query).fetchall() if name not in ("uncomfortable", "taxed")]
    tests = ", ".join(f"count(*) FILTER ({name} IS NULL)" for name in flags)
    assert set(base.execute(f"SELECT {tests} FROM marts_production_housing").fetchone() or ()) == {0}
    assert len(flags) >= 10


def test_events_hold_no_text_that_a_person_wrote(base: duckdb.DuckDBPyConnection) -> None:
    columns = {
        row[0]
        for row in base.execute(
            "SELECT column_name FROM duckdb_columns() WHERE table_name = 'marts_production_events'"
        ).fetchall()
    }
    assert not columns & {"content", "created_by", "next_old", "next_new"}
    names = base.execute(
        "SELECT type, count(DISTINCT name) FROM marts_production_events GROUP BY type"
    ).fetchall()
    assert {count for kind, count in names if kind} == {1}, "one name for each type"


def test_every_column_of_the_marts_has_its_privacy_class(chain: Chain) -> None:
    manifest = json.loads((chain.home / "warehouse" / "dbt" / "manifest.json").read_text())
    marts = [
        node
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and node["name"].startswith("marts_production")
    ]
    assert len(marts) >= 9
    for node in marts:
        assert node["config"]["contract"]["enforced"], node["name"]
        for column in node["columns"].values():
            assert column["config"]["meta"]["privacy"] in ("none", "indirect"), (node["name"], column["name"])
            assert column["description"], (node["name"], column["name"])
