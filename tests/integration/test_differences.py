"""The clean file holds the 25 tables of today's warehouse; whatever differs is said in docs/differences.md,
with its figure."""

from __future__ import annotations

import csv
from pathlib import Path

import duckdb
import pytest
from chain import Chain
from figures import QUERIES, figures

from jobs.catalog.differences import Differences, load_differences
from jobs.settings import project_dir

Columns = dict[str, dict[str, str]]


@pytest.fixture(scope="module")
def differences() -> Differences:
    return load_differences(project_dir("catalog"))


@pytest.fixture(scope="module")
def wanted() -> list[dict[str, str]]:
    """Give the columns that Metabase has today: mart, public name, column, type."""
    with (QUERIES / "columns.csv").open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def published(chain: Chain) -> Columns:
    found: Columns = {}
    with duckdb.connect(str(chain.clean_file), read_only=True) as connection:
        query = "SELECT table_name, column_name, data_type FROM duckdb_columns() WHERE schema_name = 'main'"
        for table, column, type_ in connection.execute(query).fetchall():
            found.setdefault(table, {})[column] = type_
    return found


def test_all_25_tables_are_there_under_their_public_names(
    published: Columns, wanted: list[dict[str, str]]
) -> None:
    names = {row["public_name"] for row in wanted}
    assert (len(names), len(wanted)) == (25, 567)
    assert names <= set(published)


def test_each_column_is_there_under_its_type_or_its_difference_is_said(
    published: Columns, wanted: list[dict[str, str]], differences: Differences
) -> None:
    page = (project_dir("docs") / "differences.md").read_text(encoding="utf-8")
    said: set[tuple[str, str]] = set()
    for row in wanted:
        table, column = published[row["public_name"]], row["column"]
        difference = differences.of(row["mart"]).get(column)
        if difference is None:
            assert table.get(column) == row["type"], (row["public_name"], column)
            continue
        said.add((row["mart"], column))
        if difference.kind == "retyped":
            assert table[column] == difference.by != row["type"], (row["public_name"], column)
        else:
            assert column not in table, (row["public_name"], column)
            assert difference.by is None or difference.by in table, (row["public_name"], column)
        assert f"| {column} | " in page.split(f"### {row['public_name']}\n", 1)[1].split("### ", 1)[0]
    assert said == {(mart, column) for mart in differences.marts for column in differences.of(mart)}
    assert set(differences.marts) == {row["mart"] for row in wanted}


def test_every_correction_is_counted_by_sql_or_says_why_not(differences: Differences) -> None:
    counted = {name for name, correction in differences.corrections.items() if correction.figures}
    assert counted == {path.stem for path in Path(QUERIES).glob("*.sql")}
    assert len(counted) >= 30


def test_the_figures_of_the_page_are_those_of_the_sample(chain: Chain, differences: Differences) -> None:
    written = {name: c.figures.model_dump() for name, c in differences.corrections.items() if c.figures}
    assert written == figures(chain.environment)


def test_every_correction_says_what_a_question_shows_and_names_columns_that_are_there(
    published: Columns, differences: Differences, wanted: list[dict[str, str]]
) -> None:
    public = {row["mart"]: row["public_name"] for row in wanted}
    for name, correction in differences.corrections.items():
        assert correction.uncounted or correction.question, name
        held = {column for mart in correction.marts for column in published[public[mart]]}
        assert set(correction.columns) <= held, name


def test_every_column_whose_values_move_on_the_sample_has_its_correction(differences: Differences) -> None:
    """U9, U10, U12–U16, U20, U21, H2–H7, F2: the columns of `moved.csv` were found by building today's
    models beside ours on one sample and comparing them, key by key."""
    told = {
        (mart, column)
        for correction in differences.corrections.values()
        for mart in correction.marts
        for column in correction.columns
    }
    retyped = {(mart, column) for mart in differences.marts for column in differences.of(mart)}
    with (QUERIES / "moved.csv").open(newline="") as file:
        moved = {(row["mart"], row["column"]) for row in csv.DictReader(file)}
    assert len(moved) > 150
    assert moved - told - retyped == set()
