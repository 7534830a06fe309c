"""The sample's application holds what its schema allows and its lists do not know, a few rows of each."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Callable

import pytest

from jobs.catalog import load_catalog
from jobs.sample.generate import generate
from jobs.settings import project_dir

Rows = list[dict[str, str]]


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Rows]:
    folder = tmp_path_factory.mktemp("sample")
    generate(folder, 0.05, 7, load_catalog([project_dir("catalog")]), only=("production",))

    def read(table: str) -> Rows:
        with (folder / "postgres" / f"{table}.csv").open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    return read


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        ("fast_housing", "status", "6"),
        ("users", "role", "3"),
        ("owners_housing", "locprop_relative_ban", "-1"),
        ("owners_housing", "locprop_distance_ban", "-1"),
        ("establishments", "kind", ""),
        ("events", "type", ""),
    ],
)
def test_a_few_rows_hold_a_value_that_no_list_has(
    rows: Callable[[str], Rows], table: str, column: str, value: str
) -> None:
    found = [row for row in rows(table) if row[column] == value]
    assert 1 <= len(found) <= max(2, len(rows(table)) / 20)


def test_some_labels_of_a_status_change_and_the_status_does_not(rows: Callable[[str], Rows]) -> None:
    """two_labels_of_one_status"""
    changes = Counter(
        (json.loads(row["next_old"])["status"], json.loads(row["next_new"])["status"])
        for row in rows("events")
        if row["type"] == "housing:status-updated"
    )
    assert changes["Non-vacant", "Suivi terminé"] and changes["Bloqué", "Suivi bloqué"]
    assert changes["Premier contact", "Non-suivi"]


def test_two_changes_of_a_dwelling_bear_one_instant(rows: Callable[[str], Rows]) -> None:
    when = {row["id"]: row["created_at"] for row in rows("events") if row["type"] == "housing:status-updated"}
    moments = Counter(
        (link["housing_geo_code"], link["housing_id"], when[link["event_id"]])
        for link in rows("housing_events")
        if link["event_id"] in when
    )
    assert 1 <= sum(count > 1 for count in moments.values()) <= 5


def test_an_owner_of_several_dwellings_may_not_be_said_to_be_one(rows: Callable[[str], Rows]) -> None:
    """U17"""
    several = Counter(link["owner_id"] for link in rows("owners_housing") if int(link["rank"]) >= 1)
    said = Counter(row["is_multi_owner"] for row in rows("owners") if several[row["id"]] > 1)
    assert said[""] >= 1 and said["true"] > said[""]


def test_a_note_may_be_about_several_dwellings(rows: Callable[[str], Rows]) -> None:
    links = Counter(link["note_id"] for link in rows("housing_notes"))
    assert {1, 2} == set(links.values())


def test_two_communes_bear_one_identifier_of_a_dwelling(rows: Callable[[str], Rows]) -> None:
    communes: dict[str, set[str]] = {}
    for row in rows("fast_housing"):
        communes.setdefault(row["id"], set()).add(row["geo_code"])
    assert sorted(map(len, communes.values()))[-2:] == [1, 2]
