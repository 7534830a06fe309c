"""A local run that a signal, a second run, a kill or an impossible step ends: nothing is left behind."""

from __future__ import annotations

import json
import os
import re
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from chain import Chain
from local_runs import home, lines, record
from manifests import manifest, shell, task

from jobs.telemetry.holder import born

__all__ = ["home"]  # fixtures


def wait_for(condition: Callable[[], object], seconds: float = 20) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.02)


def test_an_impossible_fan_out_ends_the_run_and_its_steps(home: Chain) -> None:
    tasks = [task("list"), task("long"), task("load", "list", withParam="{{tasks.list.outputs.result}}")]
    templates = [
        shell("list", "sleep 0.3; echo nonsense"),
        shell("long", "echo $$ > $OUT; exec sleep 60"),
        shell("load", "true"),
    ]
    done = home.zlv("run", str(manifest(home.home, tasks, templates)), "--run-id", "r1", code=64)
    assert "withParam must be a JSON list; it is 'nonsense'" in done.stderr
    assert not Path(f"/proc/{lines(home)[0]}").exists()
    assert record(home, "r1")["status"] == "failed"


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_signal_stops_the_steps_and_the_record_says_so(
    home: Chain, number: signal.Signals, code: int
) -> None:
    templates = [
        shell(
            "a", "trap 'echo told >> $OUT; exit 143' TERM; echo up >> $OUT; while true; do sleep 0.1; done"
        ),
        shell("b", "true"),
    ]
    process = home.start(
        "run", str(manifest(home.home, [task("a"), task("b", "a")], templates)), "--run-id", "r1"
    )
    wait_for((home.home / "out").exists)
    process.send_signal(number)
    output, _ = process.communicate(timeout=20)
    assert process.returncode == code, output
    assert lines(home) == ["up", "told"]
    assert record(home, "r1") | {
        "status": "failed",
        "exit_code": code,
        "message": "was stopped by a signal",
    } == record(home, "r1")
    assert record(home, "r1", "a")["status"] == "failed"
    assert "– b left out: the run was stopped" in output or "– b left out: a failed" in output


def test_a_second_run_on_the_same_home_says_who_holds_it(home: Chain) -> None:
    path = str(manifest(home.home, [task("a")], [shell("a", "touch $OUT; exec sleep 60")]))
    process = home.start("run", path, "--run-id", "first")
    try:
        wait_for((home.home / "out").exists)
        done = home.zlv("run", path, "--run-id", "second", code=75)
        assert re.search(
            rf"run first \(process {process.pid}\) has held this home since \d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d;"
            r" wait",
            done.stderr,
        )
        assert not (home.home / "runs" / "second").exists()
        assert "running" in home.zlv("runs").stdout
    finally:
        process.terminate()
        process.wait(20)
    home.zlv("run", str(manifest(home.home, [task("b")], [shell("b", "true")])))


def test_an_executor_that_is_killed_takes_its_steps_along_and_the_run_goes_on(home: Chain) -> None:
    templates = [
        shell("a", "echo a >> $OUT"),
        shell("b", "echo b >> $OUT; test -e $OUT.again || { echo $$ > $OUT.pid; exec sleep 60; }"),
    ]
    path = str(manifest(home.home, [task("a"), task("b", "a")], templates))
    process = home.start("run", path, "--run-id", "r1")
    wait_for((home.home / "out.pid").exists)
    wait_for((home.home / "out.pid").read_text)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    wait_for(lambda: not born(int((home.home / "out.pid").read_text())))
    assert "interrupted" in home.zlv("runs").stdout
    (home.home / "out.again").touch()
    home.zlv("run", path, "--run-id", "r1")
    assert lines(home) == ["a", "b", "b"], "the finished step did not run twice"
    (root,) = [
        span for span in json.loads(home.zlv("trace", "r1", "--json").stdout) if span["parent_id"] is None
    ]
    assert root["name"] == "run small"
