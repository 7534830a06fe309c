"""`zlv logs` shows a step's lines to a person, gives them to a program, and reads on while they come."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time

import pytest
from chain import ZLV, Chain
from local_runs import home
from manifests import manifest, shell, task
from terminals import Terminal, shown_on

from jobs.telemetry.records import StepRecord, step_path, write_record

__all__ = ["home"]  # fixtures

LINE = {"time": "2026-11-23T22:30:00.000+00:00", "level": "warning", "stage": "a", "run": "r1"}
WRITTEN = json.dumps({**LINE, "message": "3 lines are broken", "table": "lovac", "trace_id": "0"})
ALONE = """
import time
from jobs.settings import read_settings
from jobs.telemetry import stage
with stage(read_settings(), 'build'):
    time.sleep(60)
"""


def step(home: Chain, run_id: str, name: str, status: str, log: str) -> None:
    path = step_path(home.home / "runs", run_id, name)
    started = time.time() - (3600 if run_id == "r1" else 60)
    write_record(path, StepRecord(name, name, run_id, started, started + 1, status, 65))
    log_path = path.parents[1] / "logs" / f"{name}.log"
    log_path.parent.mkdir(exist_ok=True)
    log_path.write_text(log, encoding="utf-8")


def test_a_terminal_shows_sentences_and_a_program_gets_json(home: Chain) -> None:
    """N14, N28: a person had raw JSON to read, a program lines that are none."""
    step(home, "r1", "a", "failed", f"{WRITTEN}\nzlv: that is wrong\n")
    shown = shown_on("logs", "r1", environment=home.environment)
    assert shown == ["2026-11-23 23:30:00 warning 3 lines are broken table=lovac", "zlv: that is wrong"]
    assert home.zlv("logs", "r1").stdout.splitlines() == [WRITTEN, "zlv: that is wrong"]
    given = [json.loads(line) for line in home.zlv("logs", "r1", "--json").stdout.splitlines()]
    assert given == [json.loads(WRITTEN), {"message": "zlv: that is wrong"}]


def test_last_and_previous_name_a_run_in_every_command_that_takes_one(home: Chain) -> None:
    """N15"""
    for command in ("trace", "logs", "retry"):
        assert "holds no run yet" in home.zlv(command, "last", code=64).stderr
    step(home, "r1", "a", "failed", "of the first\n")
    for command in ("trace", "logs", "retry"):
        assert "holds no run before the last yet" in home.zlv(command, "previous", code=64).stderr
    step(home, "r2", "a", "failed", "of the second\n")
    for word, said, run_id in (("last", "second", "r2"), ("previous", "first", "r1")):
        assert home.zlv("logs", word).stdout == f"of the {said}\n"
        assert home.zlv("trace", word).stdout.startswith(run_id)
        assert f"there is no run '{run_id}' of a pipeline" in home.zlv("retry", word, code=64).stderr


def test_logs_read_on_until_the_step_has_ended(home: Chain) -> None:
    """N28: there was no `--follow`."""
    script = "echo first; while ! test -e $ZLV_HOME/go; do sleep 0.1; done; printf last"
    path = manifest(home.home, [task("a")], [shell("a", script)])
    run = home.start("run", str(path), "--run-id", "r1")
    while not (home.home / "runs" / "r1" / "logs" / "a.log").is_file():
        time.sleep(0.05)
    following = Terminal("logs", "last", "a", "-f", environment=home.environment)
    following.wait_for("first")
    assert "last" not in following.shown
    (home.home / "go").touch()
    assert following.end() == 0 and following.shown == "first\nlast\n"
    assert run.wait(30) == 0


@pytest.mark.parametrize("by_name", [False, True], ids=["alone", "of a run"])
def test_a_stage_that_was_killed_is_not_shown_as_running(home: Chain, by_name: bool) -> None:
    """N28: it stayed `running` for ever."""
    environment = {**home.environment, **({"ZLV_RUN_ID": "r1"} if by_name else {})}
    stage = subprocess.Popen([sys.executable, "-c", ALONE], env=environment)

    def state() -> str | None:
        found = json.loads(home.zlv("runs", "--json").stdout or "[]") if records() else []
        return found[0]["state"] if found else None

    def records() -> list[object]:
        return list((home.home / "runs").glob("*/steps/build.json"))

    until = time.monotonic() + 30
    while state() != "running":
        assert time.monotonic() < until and stage.poll() is None
    os.kill(stage.pid, signal.SIGKILL)
    stage.wait()
    assert state() == "interrupted"


def test_a_stage_of_another_machine_is_running_as_long_as_its_record_is_touched(home: Chain) -> None:
    """N28"""
    path = step_path(home.home / "runs", "build-1", "build")
    write_record(path, StepRecord("build", "build", "build-1", time.time() - 7200, host="elsewhere"))
    for age, state in ((10, "running"), (3600, "interrupted")):
        os.utime(path, (time.time() - age,) * 2)
        assert json.loads(home.zlv("runs", "--json").stdout)[0]["state"] == state


def test_status_does_not_say_that_a_killed_run_still_runs(home: Chain) -> None:
    """N28"""
    path = manifest(home.home, [task("a")], [shell("a", "touch $OUT; exec sleep 60")])
    run = subprocess.Popen(
        [ZLV, "run", str(path), "--run-id", "r1"],
        env=home.environment,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    while not (home.home / "out").exists():
        time.sleep(0.05)
    os.killpg(run.pid, signal.SIGKILL)
    run.wait()
    assert [each["status"] for each in json.loads(home.zlv("status", "--json").stdout)["runs"]] == [
        "interrupted"
    ]
