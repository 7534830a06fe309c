"""SIGTERM and SIGINT end every stage at once with 143 and 130: the record says so, the last file stands."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
from chain import Chain, base_environment

KEY = {"ZLV_PSEUDONYM_KEY": "k" * 40}
CODES = {signal.SIGTERM: 143, signal.SIGINT: 130}
ENDS_WITHIN = 5.0
signals = pytest.mark.parametrize("number", CODES, ids=lambda number: number.name)

LONG = "SELECT sum(sqrt(a.range * b.range)) FROM range(1000000) a, range(1000000) b"
# What a stage's body may be at when the signal comes; each ignores what Python raises in the main thread.
BUSY = {
    "N9-a library that swallows what is raised": """
        while True:
            try:
                time.sleep(60)
            except BaseException:
                pass
    """,
    "N9-an engine in a thread that nobody stops": """
        def work():
            duckdb.sql(LONG).fetchall()
        thread = threading.Thread(target=work)
        thread.start()
        print("ready", flush=True)
        thread.join()
    """,
    "N9-an engine in the main thread": """
        print("ready", flush=True)
        duckdb.sql(LONG).fetchall()
    """,
    "N21-a file that is half made": """
        with next_file(Path(settings.ZLV_HOME, "file")) as pending:
            pending.write_text("half")
            try:
                print("ready", flush=True)
                time.sleep(60)
            except BaseException:
                pass
    """,
}


def wait_for(condition: Callable[[], object], process: subprocess.Popen[str], seconds: float = 120) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert process.poll() is None, process.communicate()[0][-2000:]
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.01)


def end(process: subprocess.Popen[str], number: signal.Signals) -> None:
    """Send the signal and expect the process to end at once with its code."""
    process.send_signal(number)
    sent = time.monotonic()
    output = process.communicate(timeout=60)[0]
    took = time.monotonic() - sent
    assert process.returncode == CODES[number], output[-2000:]
    assert took < ENDS_WITHIN, f"it took {took:.1f} s"
    assert "terminate called" not in output and "Traceback" not in output


def only_record(home: Path) -> dict[str, Any]:
    (path,) = home.glob("runs/*/steps/*.json")
    return dict(json.loads(path.read_text(encoding="utf-8")))


@signals
@pytest.mark.parametrize("body", BUSY.values(), ids=BUSY)
def test_a_stage_ends_at_once_whatever_it_is_at(tmp_path: Path, body: str, number: signal.Signals) -> None:
    """N9, N21"""
    script = (
        "import threading, time, duckdb, click\nfrom pathlib import Path\nfrom jobs import cli\n"
        "from jobs.settings import read_settings\nfrom jobs.storage.files import next_file\n"
        "from jobs.telemetry import stage\n"
        f"LONG = {LONG!r}\n"
        "@click.command()\ndef probe():\n    settings = read_settings()\n"
        "    with stage(settings, 'probe'):\n        print('ready', flush=True)\n"
        f"{textwrap.indent(textwrap.dedent(body), ' ' * 8)}\n"
        "cli.cli = probe\nimport sys; sys.argv = ['zlv']\ncli.main()\n"
    )
    (tmp_path / "file").write_text("whole", encoding="utf-8")
    process = subprocess.Popen(
        [sys.executable, "-c", script],
        env=base_environment(tmp_path),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    time.sleep(0.5)
    end(process, number)
    record = only_record(tmp_path)
    assert (record["status"], record["exit_code"]) == ("failed", CODES[number])
    assert record["ended"] and record["message"].startswith(f"ended by {number.name} before it was done")
    assert (tmp_path / "file").read_text(encoding="utf-8") == "whole"
    assert not list(tmp_path.glob("*.next"))


MOMENTS = {
    "while it starts": "runs/*/steps/build.json",
    "while dbt reads the project": "warehouse/dbt.next",
    "while dbt builds": "warehouse/dbt.next/compiled",
}


@signals
@pytest.mark.parametrize("moment", MOMENTS.values(), ids=MOMENTS)
def test_a_build_that_is_stopped_leaves_the_last_warehouse(
    tmp_path: Path, moment: str, number: signal.Signals
) -> None:
    """N9, N21: it ended 0 with a part of the tables in place, 65, or aborted"""
    warehouse = tmp_path / "warehouse" / "warehouse.duckdb"
    warehouse.parent.mkdir()
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("CREATE TABLE last AS SELECT 1")
    before = warehouse.read_bytes()
    process = Chain(tmp_path, {**base_environment(tmp_path), **KEY}).start("build")
    wait_for(lambda: list(tmp_path.glob(moment)), process)
    time.sleep(1.0 if moment.endswith("compiled") else 0.0)
    end(process, number)
    record = only_record(tmp_path)
    assert (record["status"], record["exit_code"]) == ("failed", CODES[number])
    assert warehouse.read_bytes() == before
    assert not list(tmp_path.glob("warehouse/*.duckdb.next*"))


def test_a_run_that_is_stopped_before_its_first_step_is_recorded_as_stopped(tmp_path: Path) -> None:
    """N9: it stayed `running`"""
    chain = Chain(tmp_path, {**base_environment(tmp_path), **KEY})
    process = chain.start("run", "daily", "--run-id", "r1")
    wait_for((tmp_path / "runs" / "r1" / "run.json").exists, process)
    os.kill(process.pid, signal.SIGTERM)
    assert process.wait(timeout=40) == 143
    record = json.loads((tmp_path / "runs" / "r1" / "run.json").read_text(encoding="utf-8"))
    assert (record["status"], record["exit_code"]) == ("failed", 143)
    assert not (tmp_path / "runs" / "lock.json").exists()
