"""kill -9 in the middle of a stage: the clean file stays whole, the same command again gives the undisturbed
result."""

from __future__ import annotations

import json
import os
import signal
import time
from dataclasses import replace

import duckdb
import pytest
from chain import Chain, fingerprints

from jobs.settings import read_settings
from jobs.transform.state import read_state, write_state

STAGES = {
    "sync-production": ("raw/production.duckdb.next",),
    "load-lake": ("raw/*/*.next",),
    "build": ("warehouse/warehouse.duckdb.next",),
    "audit": (),
    "publish": ("clean/releases/*.next",),
}


def killed(chain: Chain, *arguments: str, until: tuple[str, ...]) -> bool:
    """Kill a command once a pending file of its appears (or soon after its start); tell whether it was caught
    alive."""
    process = chain.start(*arguments)
    deadline = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < deadline:
        if any(path.exists() for pattern in until for path in chain.home.glob(pattern)):
            break
        if not until and time.monotonic() > deadline - 59.2:
            break
        time.sleep(0.002)
    alive = process.poll() is None
    if alive:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    return alive


def made(chain: Chain, stage: str) -> dict[str, object]:
    """Fingerprint what a stage makes, free of times and run ids."""
    if stage == "sync-production":
        tables = chain.certificate(chain.home / "raw" / "production.duckdb")["tables"]
        return {name: facts["fingerprint"] for name, facts in tables.items()}
    if stage == "load-lake":
        return {
            path.name: chain.certificate(path)["fingerprint"]
            for path in (chain.home / "raw").glob("*/*.duckdb")
        }
    if stage == "build":
        warehouse = chain.home / "warehouse"
        return {
            **fingerprints(warehouse / "warehouse.duckdb", schema="marts"),
            **fingerprints(warehouse / "history.duckdb"),
        }
    if stage == "audit":
        report = json.loads((chain.home / "warehouse" / "audit.json").read_text())
        return {name: report[name] for name in ("verdict", "tables", "inputs")}
    return dict(chain.clean_tables())


def forget(chain: Chain, word: str) -> None:
    """Have the next build run again the nodes that are called so."""
    settings = read_settings(chain.environment)
    known = read_state(settings)
    assert known is not None
    nodes = {id_: made for id_, made in known.nodes.items() if word not in id_}
    write_state(settings, settings.warehouse_dir / "dbt", replace(known, inputs={}, nodes=nodes), {})


@pytest.mark.parametrize("stage", STAGES)
def test_a_killed_stage_leaves_the_clean_file_whole_and_succeeds_when_run_again(
    own_chain: Chain, stage: str
) -> None:
    clean, undisturbed = own_chain.clean_tables(), made(own_chain, stage)
    if stage in ("audit", "publish"):
        # Else the last audit stands, and with it the release: there is nothing to kill.
        (own_chain.home / "warehouse" / "audit.json").unlink()
    if stage == "publish":
        own_chain.zlv("audit")
    if stage == "build":
        forget(own_chain, "history")
    if stage == "load-lake":
        for path in (own_chain.home / "raw" / "lovac").glob("*.duckdb"):
            path.unlink()
    assert killed(own_chain, stage, until=STAGES[stage])

    assert own_chain.clean_tables() == clean
    own_chain.zlv(stage)
    assert not list(own_chain.home.glob("**/*.next"))
    assert made(own_chain, stage) == undisturbed


def test_a_run_on_unchanged_sources_that_is_killed_and_taken_up_gives_equal_tables_and_reads_no_object_again(
    own_chain: Chain,
) -> None:
    before = own_chain.clean_tables()
    loaded = {path: path.stat().st_mtime_ns for path in (own_chain.home / "raw").glob("*/*.duckdb")}
    run = ("run", "daily", "--run-id", "daily-killed")
    # Else the last audit stands, and with it the release: there is nothing to kill.
    (own_chain.home / "warehouse" / "audit.json").unlink()
    assert killed(own_chain, *run, until=("clean/releases/*.next",))
    synced = (own_chain.home / "raw" / "production.duckdb").stat().st_mtime_ns
    own_chain.zlv(*run)
    assert (own_chain.home / "raw" / "production.duckdb").stat().st_mtime_ns == synced, (
        "a finished step ran twice"
    )
    assert {path: path.stat().st_mtime_ns for path in (own_chain.home / "raw").glob("*/*.duckdb")} == loaded
    assert (
        json.loads((own_chain.home / "runs" / "daily-killed" / "steps" / "load-lake.json").read_text())[
            "rows"
        ]
        == 0
    )
    assert own_chain.clean_tables() == before


def test_the_clean_file_is_a_relative_symlink_to_a_whole_release(chain: Chain) -> None:
    assert chain.clean_file.is_symlink()
    target = chain.clean_file.readlink()
    assert not target.is_absolute()
    with duckdb.connect(str(chain.clean_file), read_only=True) as connection:
        assert connection.execute("SELECT count(*) FROM _zlv").fetchone() != (0,)
