"""Each indicator has the value that the sources give to whoever reads them without the program."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest
from chain import Chain
from indicators import campaigns, ff, folds, history, housing, locomvac, lovac, people, places
from indicators.reading import Indicator, figure, read_again, rows_that_differ, second_readings

INDICATORS = [
    indicator
    for domain in (lovac, ff, locomvac, housing, campaigns, people, places, history, folds)
    for indicator in domain.INDICATORS
]


@pytest.fixture(scope="module")
def sources(chain: Chain, tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    with read_again(chain, tmp_path_factory.mktemp("lake")) as connection:
        yield connection


@pytest.mark.parametrize("indicator", INDICATORS, ids=lambda indicator: indicator.name)
def test_the_mart_says_what_the_sources_say(sources: duckdb.DuckDBPyConnection, indicator: Indicator) -> None:
    expected = figure(sources, indicator.source)
    assert expected is not None and expected > 0, (
        "a figure that the sample cannot tell from nothing shows nothing"
    )
    assert figure(sources, indicator.mart) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(("table", "query"), second_readings().items(), ids=second_readings())
def test_every_row_of_the_mart_is_that_of_the_sources(
    sources: duckdb.DuckDBPyConnection, table: str, query: str
) -> None:
    columns = [str(row[0]) for row in sources.execute(f"DESCRIBE {query}").fetchall()]
    assert sources.execute(f"SELECT count(*) > 0 FROM ({query})").fetchone() == (True,)
    assert figure(sources, rows_that_differ(columns, f"({query})", f'clean.main."{table}"')) == 0


def test_the_set_is_large_and_each_name_is_given_once() -> None:
    names = [indicator.name for indicator in INDICATORS]
    assert len(names) == len(set(names)) >= 150
