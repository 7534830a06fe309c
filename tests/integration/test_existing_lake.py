"""The daily run takes a lake that is laid out as the existing one, in any delimiter and encoding, whole."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from application import DATABASE, beside, rows
from chain import Chain

from jobs.catalog import load_catalog
from jobs.sample.generate import _WRITTEN as SAMPLE
from jobs.settings import project_dir, read_settings
from jobs.storage.s3 import client

__all__ = ["rows"]

pytestmark = beside

BUCKET = "existing-lake"
# How each year's file is written there.
WRITTEN = {
    2019: (",", "latin-1"),
    2020: (";", "utf-16"),
    2021: ("|", "cp1252"),
    2022: ("\t", "utf-8-sig"),
    2023: (";", "utf-8"),
    2024: (",", "utf-16"),
    2025: (",", "cp1252"),
    2026: ("|", "utf-8"),
}
EXTRACTS = (2019, 2020, 2021, 2022)
EXTRACT = """
COPY (
    SELECT idlocal AS ff_idlocal, idcom AS ff_idcom, {year} AS ff_millesime, dteloc AS ff_dteloc,
        CASE WHEN catpro3[1] = 'F' THEN '5' WHEN catpro3[1] = 'P' THEN '4' WHEN catpro3[1] = 'G' THEN '0A' END
            AS ff_ccogrm,
        ccthp AS ff_ccthp, 1 AS ff_dnbbai, 0 AS ff_dnbdou, 1 AS ff_dnbwc, 5 AS ff_dcapec2, 410 AS ff_dcntpa
    FROM read_csv('{path}', delim = '{delimiter}', all_varchar = true)
    WHERE dteloc IN ('1', '2')
) TO '{target}' (HEADER, DELIMITER ';')
"""


@pytest.fixture(scope="module")
def existing(components: Chain, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, bytes]]:
    """Lay the sample's files out as the existing lake has them, in a bucket of their own."""
    folder = components.home / "dev" / "sample" / "lake"
    scratch = tmp_path_factory.mktemp("existing")
    objects = dict(_objects(folder, scratch))
    s3 = client(read_settings(components.environment))
    s3.create_bucket(Bucket=BUCKET)
    for key, content in objects.items():
        s3.put_object(Bucket=BUCKET, Key=key, Body=content)
    yield objects
    for key in objects:
        s3.delete_object(Bucket=BUCKET, Key=key)
    s3.delete_bucket(Bucket=BUCKET)


def _objects(folder: Path, scratch: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(each for each in folder.rglob("*") if each.is_file()):
        key = path.relative_to(folder).as_posix()
        parts = key.split("/")
        year = int(parts[-2]) if parts[-2].isdigit() else 0
        if "/lovac/" in key:
            there = key if year == 2026 else f"lake/cerema/lovac/{year}/raw.csv"
            yield there, _rewritten(path, year)
        elif "/ff/" in key and parts[-1] == "raw.csv" and year in EXTRACTS:
            yield key, _extract(path, year, scratch)
        else:
            yield key, path.read_bytes()


def _rewritten(path: Path, year: int) -> bytes:
    delimiter, encoding = SAMPLE.get(year, (",", "utf-8"))
    text = path.read_text(encoding="utf-8-sig" if encoding == "utf-8" else encoding)
    out = io.StringIO(newline="")
    to, written = WRITTEN[year]
    csv.writer(out, delimiter=to, lineterminator="\n").writerows(
        csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    )
    return out.getvalue().encode(written)


def _extract(path: Path, year: int, scratch: Path) -> bytes:
    delimiter, encoding = SAMPLE.get(year, (",", "utf-8"))
    target, plain = scratch / f"{year}.csv", scratch / f"{year}-plain.csv"
    plain.write_text(path.read_text(encoding=encoding), encoding="utf-8")
    duckdb.execute(EXTRACT.format(year=year, path=plain, delimiter=delimiter, target=target))
    return target.read_bytes()


@pytest.fixture(scope="module")
def run(
    rows: dict[str, int],
    existing: dict[str, bytes],
    components: Chain,
    tmp_path_factory: pytest.TempPathFactory,
) -> Chain:
    """Give a home on which `zlv run daily` took the application's own tables and that lake."""
    home = tmp_path_factory.mktemp("run")
    places = {"POSTGRES_PRODUCTION_DB_NAME": DATABASE, "CELLAR_DATA_LAKE_BUCKET_NAME": BUCKET}
    chain = Chain(home, {**components.environment, **places, "ZLV_HOME": str(home)})
    chain.zlv("run", "daily")
    return chain


def test_adopt_names_every_object(run: Chain, existing: dict[str, bytes]) -> None:
    """F1, F3, F4"""
    found: list[dict[str, Any]] = json.loads(run.zlv("catalog", "adopt", f"s3://{BUCKET}", "--json").stdout)
    assert {one["key"] for one in found} == set(existing)
    assert [one for one in found if one["misfits"] or not one["source"]] == []


def test_the_daily_run_takes_every_row_of_the_application(run: Chain, rows: dict[str, int]) -> None:
    catalog = load_catalog([project_dir("catalog")])
    with duckdb.connect(str(run.home / "raw" / "production.duckdb"), read_only=True) as connection:
        for source in catalog.of("production"):
            held = connection.execute(f"SELECT count(*) FROM {source.name}").fetchone()
            assert held == (rows[source.table],), source.name
    counts = {
        "marts_production_housing": "fast_housing",
        "join_owner_housing": "owners_housing",
        "marts_production_establishments": "establishments",
        "marts_production_campaigns": "campaigns",
    }
    with duckdb.connect(str(run.clean_file), read_only=True) as connection:
        for table, source in counts.items():
            assert connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (rows[source],)


def test_the_daily_run_publishes_all_years(run: Chain) -> None:
    """F1, F3, F4: one year of eight was what came of it."""
    catalog = load_catalog([project_dir("catalog")])
    for year, rule in (
        (2019, "ccogrm"),
        (2022, "ccogrm"),
        (2023, "catpro3"),
        (2024, "catpro3"),
        (2025, "ccogrm"),
    ):
        with duckdb.connect(str(run.clean_file), read_only=True) as connection:
            query = "SELECT DISTINCT private_rule FROM marts_ff_stock WHERE year = ?"
            assert connection.execute(query, [year]).fetchall() == [(rule,)], year
    with duckdb.connect(str(run.clean_file), read_only=True) as connection:
        for table in ("marts_common_morphology", "marts_lovac_flows"):
            years = connection.execute(
                f"SELECT DISTINCT year FROM {table} WHERE year IS NOT NULL ORDER BY 1"
            ).fetchall()
            assert {year for (year,) in years} >= set(catalog.millesimes("lovac")[1:]), table
        total = "SELECT sum(count_housing_private) FROM marts_common_morphology WHERE year = 2019"
        assert (connection.execute(total).fetchone() or (0,))[0] > 0
        versions = (
            "SELECT DISTINCT event_version FROM marts_production_events WHERE event_version IS NOT NULL"
        )
        assert set(connection.execute(versions).fetchall()) == {("new",), ("old",)}
    for year in catalog.millesimes("lovac"):
        with duckdb.connect(str(run.home / "raw" / "lovac" / f"lovac_{year}.duckdb"), read_only=True) as raw:
            garbled = f"SELECT count(*) FROM lovac_{year} WHERE libcom LIKE '%Ã%' OR libcom LIKE '%\ufffd%'"
            assert raw.execute(garbled).fetchone() == (0,), year
