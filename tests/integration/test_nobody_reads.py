"""A reader that leaves (`| head -1`) stops the printing, never the work (N27)."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from chain import ZLV, Chain
from local_runs import home, record
from manifests import manifest, shell, task

__all__ = ["home"]  # fixtures

STAGE = """
import click
from jobs.settings import read_settings
from jobs.telemetry import stage
with stage(read_settings(), 'audit') as run:
    for number in range(100_000):
        click.echo(f'line {number} of a long report')
    run.facts(printed='all')
"""


def first_line(home: Chain, *command: str, stderr: int | None = None) -> tuple[str, int]:
    """Give the first line, after which the pipe closes, and the exit code."""
    with subprocess.Popen(
        command, env=home.environment, stdout=subprocess.PIPE, stderr=stderr, text=True
    ) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        process.stdout.close()
        return line, process.wait(60)


@pytest.mark.parametrize("stderr", [None, subprocess.STDOUT], ids=["stdout", "both"])
def test_a_run_goes_on_when_its_reader_leaves(home: Chain, stderr: int | None) -> None:
    """N27: `zlv run … | head -1` made the run failed."""
    tasks = [task(f"s{n}", f"s{n - 1}" if n else None) for n in range(4)]
    path = manifest(home.home, tasks, [shell(f"s{n}", f"echo {n} >> $OUT") for n in range(4)])
    line, code = first_line(home, str(ZLV), "run", str(path), "--run-id", "r1", stderr=stderr)
    assert "s0 started" in line and code == 0
    assert (home.home / "out").read_text().split() == ["0", "1", "2", "3"]
    assert (record(home, "r1")["status"], record(home, "r1")["exit_code"]) == ("done", 0)


def test_a_run_that_fails_after_its_reader_left_keeps_its_code(home: Chain) -> None:
    """N27"""
    path = manifest(home.home, [task("a"), task("b", "a")], [shell("a", "true"), shell("b", "exit 65")])
    assert first_line(home, str(ZLV), "run", str(path), "--run-id", "r1")[1] == 65
    assert record(home, "r1")["status"] == "failed"


def test_a_stage_goes_on_when_its_reader_leaves(home: Chain) -> None:
    """N27: `zlv audit --json | head -1` left a failed step and no verdict."""
    line, code = first_line(home, sys.executable, "-c", STAGE)
    assert (line, code) == ("line 0 of a long report\n", 0)
    (path,) = (home.home / "runs").glob("*/steps/audit.json")
    step = json.loads(path.read_text())
    assert (step["status"], step["facts"]) == ("done", {"printed": "all"})
