"""On the finished daily run: the untouched sample passes, and one planted name stops the publication."""

from __future__ import annotations

import json

import duckdb
import psycopg
from chain import Chain


def _an_owner(chain: Chain) -> str:
    held = chain.environment
    with psycopg.connect(
        host=held["POSTGRES_PRODUCTION_DB"],
        port=int(held["POSTGRES_PRODUCTION_PORT"]),
        dbname=held["POSTGRES_PRODUCTION_DB_NAME"],
        user=held["POSTGRES_PRODUCTION_READONLY_USER"],
        password=held["POSTGRES_PRODUCTION_READONLY_PASSWORD"],
    ) as connection:
        row = connection.execute(
            "SELECT full_name FROM owners WHERE email IS NOT NULL AND full_name LIKE '% %' ORDER BY id"
            " LIMIT 1"
        ).fetchone()
    assert row is not None
    return str(row[0])


def test_the_untouched_sample_passes(chain: Chain) -> None:
    report = json.loads((chain.home / "warehouse" / "audit.json").read_text(encoding="utf-8"))
    assert (report["verdict"], report["findings"]) == ("passed", [])
    assert len(report["tables"]) >= 16 and sum(table["rows"] for table in report["tables"]) > 0


def test_an_owner_s_name_in_a_published_mart_stops_the_publication(own_chain: Chain) -> None:
    name = _an_owner(own_chain).lower()
    before = own_chain.clean_file.readlink(), own_chain.clean_tables()
    with duckdb.connect(str(own_chain.home / "warehouse" / "warehouse.duckdb")) as connection:
        connection.execute("UPDATE marts.marts_common_cities SET label = ? WHERE rowid = 0", [name])
    refused = own_chain.zlv("audit", code=66)
    assert "marts_common_cities.label" in refused.stderr and "direct_value" in refused.stderr
    assert name not in refused.stdout + refused.stderr
    own_chain.zlv("publish", code=66)
    assert (own_chain.clean_file.readlink(), own_chain.clean_tables()) == before
