"""A clock that jumps, or that of another machine, neither takes a volume from a living run nor leaves it with
a dead one."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from chain import base_environment
from click.testing import CliRunner
from foreign_locks import foreign
from manifests import manifest, shell, task

from jobs.cli import cli
from jobs.errors import Temporary
from jobs.telemetry import volume_lock
from jobs.telemetry.holder import new_lock
from jobs.telemetry.meanwhile import meanwhile
from jobs.telemetry.volume_lock import read_lock, take

HOUR = 3600.0
# The clock of who looks, against that of who wrote the heartbeat.
JUMPS = pytest.mark.parametrize("jump", [HOUR, -HOUR], ids=["forward", "back"])
# The clock jumps by so many seconds two seconds after a run has begun.
JUMPING = """
import sys, threading, time
real, jump = time.time, [0.0]
time.time = lambda: real() + jump[0]
threading.Timer(2, lambda: jump.__setitem__(0, float(sys.argv.pop()))).start()
from jobs.cli import cli
cli(sys.argv[1:3])
"""


@pytest.fixture(autouse=True)
def quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(volume_lock, "LOOK_AGAIN_SECONDS", 0.3)


@JUMPS
@pytest.mark.parametrize("stays", [True, False], ids=["between machines", "once"])
def test_a_run_whose_heart_beats_keeps_its_volume_whatever_the_clocks_say(
    tmp_path: Path, jump: float, stays: bool
) -> None:
    """Issue 13: the clock of a machine jumps once, or two machines have clocks that differ."""
    living = foreign("living", silent=jump)
    take(tmp_path, living)

    def beat(over: object) -> None:
        time.sleep(0.1)
        late = jump if stays else 0.0
        volume_lock._write(tmp_path, replace(living, heartbeat=time.time() - late))

    with meanwhile("heartbeat", beat), pytest.raises(Temporary, match=r"run living .* has held this volume"):
        take(tmp_path, foreign("next"))
    held = read_lock(tmp_path)
    assert held is not None and held.run_id == "living"


@JUMPS
def test_a_dead_run_loses_its_volume_whatever_the_clocks_say(tmp_path: Path, jump: float) -> None:
    """Issue 13"""
    take(tmp_path, foreign("dead", silent=jump))
    dead = take(tmp_path, foreign("next"))
    assert dead is not None and dead.run_id == "dead"
    held = read_lock(tmp_path)
    assert held is not None and held.run_id == "next"


@JUMPS
def test_of_a_process_of_this_machine_no_clock_is_asked(tmp_path: Path, jump: float) -> None:
    """Issue 13: a laptop that slept wakes up hours later."""
    alive = replace(new_lock("alive", "daily", "local", 180.0), heartbeat=time.time() - jump)
    take(tmp_path, alive)
    began = time.monotonic()
    with pytest.raises(Temporary, match="run alive "):
        take(tmp_path, foreign("next"))
    take(tmp_path, replace(alive, process=2**22 + os.getpid()))
    dead = take(tmp_path, foreign("next"))
    assert dead is not None and dead.run_id == "alive"
    assert time.monotonic() - began < 0.3, "nobody waited"


def test_a_heartbeat_of_later_is_shown_as_such(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Issue 13"""
    monkeypatch.setenv("ZLV_HOME", str(tmp_path))
    take(tmp_path / "runs", foreign("daily-1", silent=-HOUR))
    shown = CliRunner().invoke(cli, ["lock", "show"])
    assert shown.exit_code == 0 and "last heard of 3600 s ahead of this clock" in shown.output, shown.output
    assert "the next run takes over" in shown.output


@pytest.mark.parametrize(
    ("jump", "deadline", "seconds", "code"),
    [(HOUR, 600, 4, 0), (-HOUR, 5, 60, 143)],
    ids=["forward", "back"],
)
def test_a_step_has_the_time_of_its_deadline_whatever_the_clock_says(
    tmp_path: Path, jump: float, deadline: int, seconds: int, code: int
) -> None:
    """Issue 13: an hour forward ended a step as over its deadline, one back let it work an hour more."""
    step = shell("a", f"sleep {seconds}", activeDeadlineSeconds=deadline)
    done = subprocess.run(
        [sys.executable, "-c", JUMPING, "run", str(manifest(tmp_path, [task("a")], [step])), str(jump)],
        env=base_environment(tmp_path),
        capture_output=True,
        text=True,
        timeout=40,
        check=False,
    )
    assert done.returncode == code, done.stdout + done.stderr
