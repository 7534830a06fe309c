"""What a daily run leaves, and what it makes of sources or stages that are missing."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from chain import Chain


def test_the_clean_file_holds_every_published_mart_and_no_other_schema(chain: Chain) -> None:
    with duckdb.connect(str(chain.clean_file), read_only=True) as connection:
        schemas = connection.execute("SELECT DISTINCT schema_name FROM duckdb_tables()").fetchall()
        tables = {name for (name,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
        empty = [t for t in tables if connection.execute(f'SELECT count(*) FROM "{t}"').fetchone() == (0,)]
    assert schemas == [("main",)]
    assert {
        "marts_production_housing",
        "cities_zonage_2024",
        "join_owner_housing",
        "admin_epci",
        "marts_locomvac_communes",
    } <= tables
    assert empty == []


def test_a_warehouse_without_locomvac_and_ff_files_builds(own_chain: Chain) -> None:
    for domain in ("locomvac", "ff"):
        for path in (own_chain.home / "raw" / domain).glob("*.duckdb"):
            path.unlink()
    own_chain.zlv("build", "--only", "source:locomvac+", "--only", "source:ff+")
    own_chain.zlv("audit")
    own_chain.zlv("publish", "--accept-rows", "no file of business premises and of the stock")
    with duckdb.connect(str(own_chain.clean_file), read_only=True) as connection:
        assert connection.execute("SELECT count(*) FROM marts_locomvac_communes").fetchone() == (0,)


@pytest.mark.parametrize("stage", ["publish", "audit"])
def test_a_stage_without_what_it_reads_says_which_stage_comes_first(
    components: Chain, tmp_path: Path, stage: str
) -> None:
    done = Chain(tmp_path, {**components.environment, "ZLV_HOME": str(tmp_path)}).zlv(stage, code=None)
    assert done.returncode in (64, 65)
    assert "build" in done.stderr
