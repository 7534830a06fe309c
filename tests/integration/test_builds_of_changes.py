"""A build of the chain runs what changed, says why, and believes no fingerprint that is not of its file."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import duckdb
import pytest
from chain import Chain

USERS = "source.zlv.production.users"


def record(chain: Chain, run: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((chain.home / "runs" / run / "steps" / "build.json").read_text())
    return told


def digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def change_a_user(chain: Chain, *, certified: bool) -> None:
    """Change one value in the raw file as a synchronisation would have brought it, or behind its back."""
    file = chain.home / "raw" / "production.duckdb"
    facts = chain.certificate(file)["tables"]
    with duckdb.connect(str(file)) as connection:
        connection.execute(
            "UPDATE users SET updated_at = updated_at + INTERVAL 1 DAY WHERE id = (SELECT min(id) FROM users)"
        )
        columns = ", ".join(f'"{c[0]}"' for c in connection.execute("SELECT * FROM users").description)
        query = (
            f"SELECT count(*), bit_xor(h), sum(h & 4294967295) FROM (SELECT hash({columns}) AS h FROM users)"
        )
        count, both, total = connection.execute(query).fetchall()[0]
        facts["users"]["fingerprint"] = f"{count}-{both:016x}-{int(total):x}"
        if certified:
            connection.execute("UPDATE _zlv SET value = ? WHERE name = 'tables'", [json.dumps(facts)])


def descendants(chain: Chain, id_: str) -> set[str]:
    children = json.loads((chain.home / "warehouse" / "dbt" / "manifest.json").read_text())["child_map"]
    found, left = set(), [id_]
    while left:
        below = set(children.get(left.pop(), ())) - found
        found |= below
        left += below
    return found


def test_a_build_of_nothing_new_leaves_every_byte_and_runs_nothing(own_chain: Chain) -> None:
    files = [own_chain.home / "warehouse" / name for name in ("warehouse.duckdb", "history.duckdb")]
    before = [digest(file) for file in files]
    own_chain.zlv("build", ZLV_RUN_ID="again")
    facts = record(own_chain, "again")["facts"]
    assert (facts["unchanged"], facts["models"], facts["tests"]) == (True, 0, 0)
    assert [digest(file) for file in files] == before
    assert not (own_chain.home / "warehouse" / "dbt.next").exists()


def test_one_changed_table_of_the_application_runs_its_descendants_alone(own_chain: Chain) -> None:
    change_a_user(own_chain, certified=True)
    told = own_chain.zlv("build", "--why", ZLV_RUN_ID="users").stdout.splitlines()
    ran = {line.split(":")[0].split()[1] for line in told if ": ran, because " in line}
    below = {name.split(".")[2] for name in descendants(own_chain, USERS)}
    assert "marts_production_users" in ran and ran <= below
    assert (
        "table marts_production_users: ran, because int_production__establishments changed;"
        " stg_production__users changed" in told
    )
    (flows,) = own_chain.zlv("build", "--why", "marts_lovac_flows").stdout.splitlines()
    assert flows == (
        "table marts_lovac_flows: reused from run daily-first, where it ran because everything is built"
    )
    facts = record(own_chain, "users")["facts"]
    assert facts["reused"] + len(ran) == len(told)


def test_rows_that_changed_behind_their_certificate_are_refused(own_chain: Chain) -> None:
    change_a_user(own_chain, certified=False)
    warehouse = own_chain.home / "warehouse" / "warehouse.duckdb"
    before = digest(warehouse)
    refused = own_chain.zlv("build", code=65).stderr
    assert "production.duckdb holds other rows of users than its own certificate says" in refused
    assert "zlv sync-production" in refused and digest(warehouse) == before


@pytest.mark.parametrize("choice", [("--full",), ("--why",)])
def test_a_part_is_built_whatever_changed(own_chain: Chain, choice: tuple[str, ...]) -> None:
    refused = own_chain.zlv("build", "--only", "marts_lovac_flows", *choice, code=2).stderr
    assert "--only builds its part whatever changed" in refused


def test_a_node_that_is_not_there_is_said(own_chain: Chain) -> None:
    refused = own_chain.zlv("build", "--why", "marts_lovac_flow", code=64).stderr
    assert "no model or test is called marts_lovac_flow" in refused


def test_a_build_of_a_part_is_looked_at_by_the_next_whole_one(own_chain: Chain) -> None:
    own_chain.zlv("build", "--only", "marts_admin_regions", ZLV_RUN_ID="part")
    told = own_chain.zlv("build", "--why").stdout.splitlines()
    ran = {line.split(":")[0].split()[1] for line in told if ": ran, because " in line}
    assert "marts_admin_regions" in ran and all("admin_regions" in name for name in ran)
