"""The dashboards' words are a contract: each column of labels holds today's words, and a question on one
of them finds rows."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml
from chain import Chain
from figures import QUERIES

VOCABULARY: dict[str, Any] = yaml.safe_load(
    (Path(__file__).parents[1] / "indicators" / "vocabulary.yml").read_text(encoding="utf-8")
)
LABELS = [
    (table, column, vocabulary)
    for table, columns in VOCABULARY["columns"].items()
    for column, vocabulary in columns.items()
]
# What a column of words is called, in the 25 tables.
_WORDS = re.compile(
    r"label|kind|type|typologie|status|source|occupancy|category|class|entity|name|nom_|origin|property_right"
)


@pytest.fixture(scope="module")
def clean(chain: Chain) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(chain.clean_file), read_only=True) as connection:
        yield connection


@pytest.mark.parametrize(
    ("table", "column", "vocabulary"), LABELS, ids=[f"{table}.{column}" for table, column, _ in LABELS]
)
def test_a_column_of_labels_holds_todays_words(
    clean: duckdb.DuckDBPyConnection, table: str, column: str, vocabulary: str
) -> None:
    """U2–U5, U7, U8: the words are those that today's dashboards filter on."""
    rows = clean.execute(f'SELECT DISTINCT "{column}" FROM "{table}" WHERE "{column}" IS NOT NULL').fetchall()
    found = {str(word) for (word,) in rows}
    assert found
    assert found <= set(VOCABULARY["vocabularies"][vocabulary])


def test_every_column_of_labels_has_its_vocabulary(clean: duckdb.DuckDBPyConnection) -> None:
    with (QUERIES / "columns.csv").open(newline="") as file:
        ours = {(row["public_name"], row["column"]) for row in csv.DictReader(file)}
    query = "SELECT table_name, column_name FROM duckdb_columns() WHERE data_type = 'VARCHAR'"
    words = {
        (str(table), str(column))
        for table, column in clean.execute(query).fetchall()
        if (table, column) in ours and _WORDS.search(column)
    }
    known = {(table, column) for table, column, _ in LABELS}
    free = {(table, column) for table, columns in VOCABULARY["open"].items() for column in columns}
    assert words - known - free == set()
    assert not known & free


@pytest.mark.parametrize(
    ("table", "condition"),
    [
        ("marts_production_establishments", "establishment_synthetic_type_label = 'DDT/M'"),
        ("marts_production_establishments", "establishment_kind_label = 'Communauté d''Agglomération'"),
        ("marts_production_establishments_activation", "type_regroupe = 'DDT/M'"),
        ("marts_production_events", "name = 'Changement de statut de suivi'"),
        ("marts_production_events", "name = 'Modification du statut d''occupation'"),
        ("marts_production_events", "new_status_refined = 'Bloqué'"),
        ("marts_production_housing", "last_event_status_user_occupancy = 'En location'"),
        ("marts_production_housing", "split_part(establishment_ids, ' | ', 2) <> ''"),
        ("cities_zonage_2024", "\"type_intercommunalité\" = 'Communauté d''Agglomération'"),
    ],
)
def test_a_question_on_a_word_finds_rows(
    clean: duckdb.DuckDBPyConnection, table: str, condition: str
) -> None:
    """U2–U5, U7, U8: a question that shows nothing is worse than a column that is missing."""
    assert clean.execute(f'SELECT count(*) > 0 FROM "{table}" WHERE {condition}').fetchone() == (True,)
