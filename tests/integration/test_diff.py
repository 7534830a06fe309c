"""`zlv diff` says what moved between two releases, by how much, and which source or model is behind it."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest
from bases import base, publish, write_audit, write_warehouse, zlv
from chain import Chain

from jobs.catalog import load_catalog
from jobs.inspection.release_diff import changed_behind
from jobs.settings import project_dir

ENTRY = """
domain: lovac
sources:
  lovac_2026:
    millesime: 2026
    public_criterion: {criterion}
    location: {file}
    layout: new
    format: {{delimiter: ","}}
    columns:
      cog_2026: {{type: VARCHAR, description: "INSEE commune code in the geography of 2026"}}
      idcom: {{type: VARCHAR, description: "INSEE commune code"}}
"""
LEFT_OUT = 7


@pytest.fixture
def two_releases(own_chain: Chain, chain: Chain, tmp_path: Path) -> Chain:
    """Give a home with a second release, `fewer`, made of a LOVAC of 2026 that lost its first lines."""
    (before,) = chain.home.glob("**/lake/lovac/2026/raw.csv")
    criterion = load_catalog([project_dir("catalog")]).source("lovac_2026").public_criterion
    folder = tmp_path / "catalog"
    folder.mkdir()
    with duckdb.connect() as connection:
        rows = (
            "SELECT *, row_number() OVER () AS line FROM read_csv(?, all_varchar = true, ignore_errors ="
            " true)"
        )
        kept = f"SELECT * EXCLUDE (line) FROM ({rows}) WHERE line > {LEFT_OUT}"
        connection.execute(f"COPY ({kept}) TO '{folder}/fewer.csv'", [str(before)])
    (folder / "lovac.yml").write_text(ENTRY.format(file=folder / "fewer.csv", criterion=criterion))
    own_chain.environment["ZLV_CATALOG_DIR"] += f":{folder}"
    own_chain.environment["CELLAR_METABASE_KEY_PATH"] = "diff/"
    load = ("load-lake", "--only", "lovac_2026", "--accept-rows", "seven lines are left out")
    for stage in (load, ("build",), ("audit",), ("publish",)):
        own_chain.zlv(*stage, ZLV_RUN_ID="fewer")
    return own_chain


def test_a_source_that_lost_lines_is_named_with_the_marts_that_it_moved_and_no_other(
    two_releases: Chain,
) -> None:
    told = json.loads(two_releases.zlv("diff", "daily-first", "fewer", "--json").stdout)
    marts = {mart["table"]: mart for mart in told["marts"]}
    flows = marts["marts_lovac_flows"]
    assert flows["moved"] and flows["grain"] == ["territory_level", "territory_code", "year", "filter"]
    assert (flows["models"], flows["sources"]) == ([], ["lovac.lovac_2026"])
    files = [two_releases.home / "clean" / "releases" / f"{name}.duckdb" for name in ("daily-first", "fewer")]
    sums = []
    for file in files:
        with duckdb.connect(str(file), read_only=True) as connection:
            sums.append(connection.execute("SELECT sum(stock_count) FROM marts_lovac_flows").fetchall()[0][0])
    (stock,) = [total for total in flows["totals"] if total["column"] == "stock_count"]
    assert (stock["before"], stock["after"]) == tuple(map(float, sums)) and sums[1] < sums[0]
    for name, mart in marts.items():
        assert "lovac.lovac_2026" in mart["sources"] or not mart["moved"], name
    assert not marts["marts_production_users"]["moved"] and marts["marts_production_users"]["sources"] == []
    lines = two_releases.zlv("diff", "daily-first", "fewer").stdout
    assert "sources that changed: lovac.lovac_2026" in lines
    assert f"marts_production_users: no change, {marts['marts_production_users']['rows'][1]} rows" in lines
    # A release that the volume no longer keeps comes from S3.
    two_releases.zlv("upload", "--release", "daily-first")
    files[0].unlink()
    assert json.loads(two_releases.zlv("diff", "daily-first", "fewer", "--json").stdout) == told
    done = two_releases.zlv("diff", "never", "fewer", code=64)
    assert "release never is neither on the clean volume nor at s3://" in done.stderr


def test_releases_that_do_not_know_their_origins_are_compared_by_whole_rows(tmp_path: Path) -> None:
    settings = base(tmp_path)
    write_warehouse(settings, 1, rows=10)
    publish(settings, "one")
    write_audit(settings, run_id="once more")  # else the first one stands
    publish(settings, "again")
    write_warehouse(settings, 2, rows=10)
    publish(settings, "two")
    done = zlv(settings, "diff", "one", "two")
    assert done.returncode == 0, done.stderr
    assert (
        "cities_zonage_2024: 10 → 10 rows; 10 added, 10 removed (whole rows, the grain is unknown)"
        in done.stdout
    )
    assert "models that changed: unknown" in done.stdout and "sources that changed: unknown" in done.stdout
    assert "+100.00 %" in done.stdout
    assert zlv(settings, "diff", "one", "again").stdout.splitlines() == [
        "cities_zonage_2024: no change, 10 rows",
        "marts_production_housing: no change, 10 rows",
    ]


def test_a_release_that_is_nowhere_is_one_sentence_and_64(tmp_path: Path) -> None:
    settings = base(tmp_path)
    write_warehouse(settings, rows=10)
    publish(settings, "one")
    done = zlv(settings, "diff", "one", "nine")
    assert (
        done.returncode == 64
        and "release nine is not on the clean volume" in done.stderr
        and done.stderr.count("\n") == 1
    )


def test_a_model_is_compared_by_the_sql_that_ran_and_by_its_code_where_it_did_not_run() -> None:
    def release(**model: str | None) -> dict[str, object]:
        return {"marts": {"m": {"models": ["a"], "sources": []}}, "models": {"a": model}, "sources": {}}

    ran, edited = release(code="c", sql="1"), release(code="d", sql="1")
    assert changed_behind("m", [ran, release(code="c", sql="2")], "models") == ["a"]
    assert changed_behind("m", [ran, edited], "models") == []
    assert changed_behind("m", [ran, release(code="c", sql=None)], "models") == []
    assert changed_behind("m", [ran, release(code="d", sql=None)], "models") == ["a"]
    assert changed_behind("m", [ran, {}], "models") is None
