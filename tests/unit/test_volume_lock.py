"""One run per volume: races of real processes, heartbeat, takeover of a dead run."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import socket
import time
from collections.abc import Callable
from dataclasses import replace
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest
from foreign_locks import foreign

from jobs.errors import Temporary
from jobs.pipelines.closing import close_run
from jobs.pipelines.lock import break_lock, hold
from jobs.settings import read_settings
from jobs.telemetry import volume_lock
from jobs.telemetry.holder import new_lock
from jobs.telemetry.records import (
    StepRecord,
    read_step,
    step_path,
    write_record,
)
from jobs.telemetry.stage import stage
from jobs.telemetry.volume_lock import beating, join, read_lock, refresh, release, take

FORK = multiprocessing.get_context("fork")


@pytest.fixture(autouse=True)
def quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look again at a lock that seems dead after a moment."""
    monkeypatch.setattr(volume_lock, "LOOK_AGAIN_SECONDS", 0.1)


def contend(folder: Path, name: str, start: Barrier, told: multiprocessing.Queue[tuple[str, str]]) -> None:
    start.wait()
    try:
        take(folder, new_lock(name, "daily", "kubernetes", 180.0))
        told.put((name, ""))
    except Temporary as error:
        told.put((name, str(error)))
    time.sleep(0.5)


@pytest.mark.parametrize("before", ["nobody", "a dead run"])
def test_of_runs_started_in_the_same_second_one_wins_and_the_others_name_it(
    tmp_path: Path, before: str
) -> None:
    for turn in range(5):
        folder = tmp_path / str(turn)
        folder.mkdir()
        if before != "nobody":
            take(folder, foreign("dead", silent=500))
        start, told = FORK.Barrier(6), FORK.Queue()
        processes = [
            FORK.Process(target=contend, args=(folder, f"run-{number}", start, told)) for number in range(6)
        ]
        for process in processes:
            process.start()
        answers = dict(told.get(timeout=20) for _ in processes)
        for process in processes:
            process.join()
        (winner,) = [name for name, sentence in answers.items() if not sentence]
        for name, sentence in answers.items():
            assert name == winner or sentence.startswith(f"run {winner} (process ")
            assert name == winner or " has held this volume since 20" in sentence
        assert read_lock(folder) is not None and read_lock(folder).run_id == winner  # type: ignore[union-attr]


def test_the_steps_of_a_run_pass_and_those_of_another_are_told(tmp_path: Path) -> None:
    take(tmp_path, foreign("daily-1"))
    assert join(tmp_path, new_lock("daily-1", "", "steps", 900)) is False
    with pytest.raises(Temporary, match=r"run daily-1 \(zlv-daily-1-abcde\) has held this volume since"):
        join(tmp_path, new_lock("yearly-1", "", "steps", 900))
    lock = read_lock(tmp_path)
    assert lock is not None and (lock.host, lock.executor, lock.lease) == (
        "zlv-daily-1-abcde",
        "kubernetes",
        180.0,
    )


def test_a_silent_run_is_taken_over_and_a_heartbeat_keeps_it(tmp_path: Path) -> None:
    take(tmp_path, foreign(silent=170))
    with pytest.raises(Temporary):
        take(tmp_path, foreign("next"))
    assert refresh(tmp_path, "other")
    take(tmp_path, foreign("other", silent=181))
    dead = take(tmp_path, foreign("next"))
    assert dead is not None and dead.run_id == "other"
    assert not refresh(tmp_path, "other")
    release(tmp_path, "other")
    assert read_lock(tmp_path) is not None, "who lost it cannot free it"


def test_a_successor_of_the_same_run_passes_and_since_stays(tmp_path: Path) -> None:
    first = replace(foreign("daily-1"), since=1000.0)
    take(tmp_path, first)
    take(tmp_path, new_lock("daily-1", "daily", "kubernetes", 180.0))
    lock = read_lock(tmp_path)
    assert lock is not None and (lock.since, lock.host) == (1000.0, socket.gethostname())


def test_the_heartbeat_goes_on_and_tells_when_the_lock_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(volume_lock, "BEAT_SECONDS", 0.02)
    take(tmp_path, replace(foreign("r1"), heartbeat=1.0))
    lost: list[str] = []

    def wait_for(condition: Callable[[], object]) -> None:
        until = time.monotonic() + 10
        while not condition():
            assert time.monotonic() < until, "it did not happen"
            time.sleep(0.01)

    with beating(tmp_path, "r1", lost.append):
        wait_for(lambda: read_lock(tmp_path).heartbeat > time.time() - 1)  # type: ignore[union-attr]
        break_lock(tmp_path, "test")
        wait_for(lambda: lost)
    assert lost == ["run r1 lost the volume: its lock was broken"]


def test_the_lock_of_an_executor_in_a_pod_outlasts_the_longest_pause_of_a_job(tmp_path: Path) -> None:
    """K6: a Job's controller doubles its pause up to ten minutes."""
    for executor, least in (("kubernetes", 600 + 60), ("local", 60)):
        with hold(tmp_path / executor, f"{executor}-1", "daily", executor):
            lock = read_lock(tmp_path / executor)
            assert lock is not None and lock.lease >= least


def test_an_executor_that_was_killed_frees_its_home_at_once(tmp_path: Path) -> None:
    def hold_and_die() -> None:
        with hold(tmp_path, "dead", "daily", "local"):
            os.kill(os.getpid(), signal.SIGKILL)

    process = FORK.Process(target=hold_and_die)
    process.start()
    process.join()
    assert read_lock(tmp_path) is not None
    with hold(tmp_path, "next", "daily", "local"):
        assert read_lock(tmp_path).run_id == "next"  # type: ignore[union-attr]
    assert read_lock(tmp_path) is None


def test_without_an_executor_the_first_step_takes_the_volume_and_the_last_frees_it(tmp_path: Path) -> None:
    """As under Argo: each step a process of its own, in a pod, and `zlv record` at the end."""

    def settings(run_id: str, step: str) -> dict[str, str]:
        return {
            "ZLV_HOME": str(tmp_path),
            "ZLV_RUN_ID": run_id,
            "ZLV_STEP": step,
            "KUBERNETES_SERVICE_HOST": "10.96.0.1",
        }

    runs = tmp_path / "runs"
    with stage(read_settings(settings("daily-1", "prepare")), "prepare"):
        pass
    lock = read_lock(runs)
    assert lock is not None and (lock.run_id, lock.executor) == ("daily-1", "steps")
    with (
        pytest.raises(Temporary, match="run daily-1 "),
        stage(read_settings(settings("yearly-1", "prepare")), "prepare"),
    ):
        pass
    record = read_step(runs, "yearly-1", "prepare")
    assert (
        record is not None
        and record.exit_code == 75
        and record.message is not None
        and "daily-1" in record.message
    )
    # A step that was killed has written no end; Argo knows why.
    write_record(step_path(runs, "daily-1", "build"), StepRecord("build", "build", "daily-1", time.time()))
    failures = json.dumps(
        json.dumps(
            [{"displayName": "build", "templateName": "build", "message": "OOMKilled (exit code 137)"}]
        )
    )
    closed = close_run(read_settings(settings("daily-1", "record")), "daily", "Failed", failures)
    sentence = (
        "build: used more memory than its limit and was killed (OOMKilled); raise the memory limit of build"
    )
    assert (closed.status, closed.exit_code, closed.message) == ("failed", 137, sentence)
    assert read_lock(runs) is None
    with stage(read_settings(settings("yearly-1", "prepare")), "prepare"):
        pass
