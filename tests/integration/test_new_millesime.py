"""A new year of LOVAC is a command and a file in the lake: the marts have the year, and no SQL was
written."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import boto3
import duckdb
import pytest
from chain import Chain

KEY = "lake/lovac/2027/raw.csv"
YEARS = """
    SELECT sum(count_vacant_premisses), sum(count_vacant_housing_private_fil),
    sum(count_vacant_housing_private_fil_public),
        sum(count_housing)
    FROM marts_common_morphology WHERE year = ?
"""
FLOWS = """
    SELECT stock_count, previous_stock_count, entries_count, returns_count, exits_count FROM (
        SELECT year, sum(COLUMNS('_count$')) FROM marts_lovac_flows WHERE territory_level = 'commune'
            AND filter = 'ex' GROUP BY year
    ) WHERE year = ?
"""
LEFT_OUT = 40
# What neither LOVAC nor the Fichiers fonciers feed keeps its last build, and its tests are not run again.
BUILD = (
    "build",
    "--only",
    "path:models/staging/lovac+",
    "--only",
    "path:models/staging/ff+",
    "--only",
    "path:models/intermediate/lovac+",
)


@pytest.fixture
def file_of_2027(chain: Chain, tmp_path: Path) -> Iterator[Path]:
    """Put into the lake a LOVAC of 2027: that of 2026 but for its first lines; give the file."""
    (before,) = chain.home.glob("**/lake/lovac/2026/raw.csv")
    file, here = tmp_path / "lovac-2027.csv", chain.environment
    rows = (
        "SELECT * REPLACE ('2027' AS annee) RENAME (cog_2026 AS cog_2027) FROM read_csv(?, all_varchar ="
        " true, ignore_errors = true)"
    )
    duckdb.execute(f"COPY ({rows} OFFSET {LEFT_OUT}) TO '{file}'", [str(before)])
    keys = {
        "aws_access_key_id": here["CELLAR_ACCESS_KEY_ID"],
        "aws_secret_access_key": here["CELLAR_SECRET_ACCESS_KEY"],
    }
    lake = boto3.client(
        "s3", endpoint_url=f"http://{here['CELLAR_HOST_URL']}", region_name=here["CELLAR_REGION"], **keys
    )
    lake.upload_file(str(file), here["CELLAR_DATA_LAKE_BUCKET_NAME"], KEY)
    yield file
    lake.delete_object(Bucket=here["CELLAR_DATA_LAKE_BUCKET_NAME"], Key=KEY)


def test_the_marts_have_the_year_that_a_command_added_and_its_file_filled(
    own_chain: Chain, checkout: Path, file_of_2027: Path
) -> None:
    sql = {file: file.read_text() for file in (checkout / "dbt").rglob("*.sql")}
    own_chain.zlv("new", "millesime", "lovac", "2027", "--file", str(file_of_2027), PYTHONPATH=str(checkout))
    assert {file: file.read_text() for file in (checkout / "dbt").rglob("*.sql")} == sql

    # The program as it was, with the catalog that the command wrote: a deployment needs no more.
    _, *others = own_chain.environment["ZLV_CATALOG_DIR"].split(":")
    own_chain.environment["ZLV_CATALOG_DIR"] = ":".join([str(checkout / "catalog"), *others])
    for stage in (("load-lake", "--only", "lovac_2027"), BUILD, ("audit",), ("publish",)):
        own_chain.zlv(*stage, ZLV_RUN_ID="year-2027")
    assert not (own_chain.home / "warehouse" / "dbt.project").exists()

    spans = [
        json.loads(line)
        for line in (own_chain.home / "runs" / "year-2027" / "spans.jsonl").read_text().splitlines()
    ]
    tests = {
        span["name"]: span["attributes"]["zlv.status"]
        for span in spans
        if span["attributes"].get("zlv.resource") == "test"
    }
    assert {
        status for name, status in tests.items() if name.startswith("flow_identity_marts_lovac_flows")
    } == {"pass"}
    with duckdb.connect(str(own_chain.clean_file), read_only=True) as clean:
        years = {year: clean.execute(YEARS, [year]).fetchall()[0] for year in (2026, 2027)}
        flows = {year: clean.execute(FLOWS, [year]).fetchall()[0] for year in (2026, 2027)}
        current = "count(*) FILTER (ex_is_current AND ex_last_year <> 2027)"
        dwellings = clean.execute(
            f"SELECT max(ex_last_year), {current} FROM marts_lovac_dwellings"
        ).fetchone()
        tables = (
            "SELECT table_name FROM duckdb_columns() WHERE table_name LIKE 'marts_lovac%' AND column_name ="
            " 'year'"
        )
        newest = {
            name: clean.execute(f"SELECT max(year) FROM {name}").fetchall()[0][0]
            for (name,) in clean.execute(tables).fetchall()
        }
        columns = clean.execute(
            "SELECT count(*) FROM duckdb_columns() WHERE column_name LIKE '%2027%'"
        ).fetchall()[0][0]
    (premises, long, public, stock), (premises_before, long_before, _, stock_before) = (
        years[2027],
        years[2026],
    )
    assert 0 < premises < premises_before and stock == stock_before
    # A year later, most that were vacant for less than two years are so for more.
    assert public == long > long_before * premises / premises_before
    # The file lost lines and won none: what it lost is what left.
    count, previous, entries, returns, exits = flows[2027]
    assert (previous, entries, returns, exits) == (flows[2026][0], 0, 0, previous - count) and exits > 0
    assert newest == dict.fromkeys(
        ("marts_lovac_characteristics", "marts_lovac_flows", "marts_lovac_flows_cog"), 2027
    )
    assert dwellings == (2027, 0)
    assert columns, "a mart with a column per year has one for the new year"
