"""A new year of LOVAC is a file and an entry of the catalog: the marts have it, and no SQL was written."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from chain import Chain

ENTRY = """
domain: lovac
sources:
  lovac_2027:
    millesime: 2027
    public_criterion: fil
    location: {file}
    layout: new
    format: {{delimiter: ","}}
"""


@pytest.fixture
def with_2027(own_chain: Chain, chain: Chain, tmp_path: Path) -> Chain:
    """Give a home with a LOVAC of 2027, that of 2026 under another year, and its entry in a folder of its own."""
    (before,) = chain.home.glob("**/lake/lovac/2026/raw.csv")
    folder = tmp_path / "catalog"
    folder.mkdir()
    rows = "SELECT * REPLACE ('2027' AS annee) FROM read_csv(?, all_varchar = true, ignore_errors = true)"
    duckdb.execute(f"COPY ({rows}) TO '{folder}/lovac-2027.csv'", [str(before)])
    (folder / "lovac.yml").write_text(ENTRY.format(file=folder / "lovac-2027.csv"))
    own_chain.environment["ZLV_CATALOG_DIR"] = f":{folder}"
    return own_chain


def test_the_marts_have_the_new_year(with_2027: Chain) -> None:
    for stage in (("load-lake", "--only", "lovac_2027"), ("build",), ("audit",), ("publish",)):
        with_2027.zlv(*stage)
    with duckdb.connect(str(with_2027.clean_file), read_only=True) as clean:
        query = """
            SELECT sum(count_vacant_premisses), sum(count_vacant_housing_private_fil), sum(count_vacant_housing_private_fil_public),
                sum(count_housing)
            FROM marts_common_morphology WHERE year = ?
        """
        years = {year: clean.execute(query, [year]).fetchone() for year in (2026, 2027)}
        columns = {name for (name,) in clean.execute("SELECT column_name FROM duckdb_columns() WHERE column_name LIKE '%2027%'").fetchall()}
    (premises, long, public, stock), (premises_before, long_before, _, stock_before) = years[2027], years[2026]
    assert (premises, stock) == (premises_before, stock_before)
    # A year later, those that were vacant for two years are so for three.
    assert public == long >= long_before > 0
    assert columns, "a mart with a column per year has one for the new year"
    assert not (with_2027.home / "warehouse" / "dbt.project").exists()
