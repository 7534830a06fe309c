"""All steps in the one pod of a Job: processes, one after the other, in the Job's run, with its lock."""

from __future__ import annotations

import json

from chain import Chain
from local_runs import home, lines, record
from manifests import RETRY, manifest, shell, task

__all__ = ["home"]  # fixtures

JOB = {"ZLV_JOB_NAME": "zlv-daily-29401234", "ZLV_JOB_UID": "8f14e45f-ceea-467f-a9d0-1c2d3e4f5a6b"}
RUN = "zlv-daily-29401234-8f14e"


def test_a_pod_that_follows_one_that_was_killed_takes_up_the_run_of_their_job(home: Chain) -> None:
    """Issue 14: no right on the API is needed to know it."""
    templates = [
        shell("a", "echo a >> $OUT"),
        shell("b", "echo b >> $OUT; test -e $OUT.go || { touch $OUT.go; kill -9 $PPID; exec sleep 30; }"),
    ]
    path = str(manifest(home.home, [task("a"), task("b", "a")], templates))
    home.zlv("run", path, "--executor", "pod", code=-9, **JOB)
    lock = json.loads((home.home / "runs" / "lock.json").read_text(encoding="utf-8"))
    assert (lock["run_id"], lock["executor"], lock["lease"]) == (RUN, "pod", 720.0)
    home.zlv("run", path, "--executor", "pod", **JOB)
    assert lines(home) == ["a", "b", "b"]
    run = record(home, RUN)
    assert (run["executor"], run["status"], run["exit_code"]) == ("pod", "done", 0)
    assert not (home.home / "runs" / "lock.json").exists()


def test_steps_of_one_pod_run_one_after_the_other(home: Chain) -> None:
    """Issue 14: each counts on the memory of the whole pod."""
    script = "mkdir $OUT.alone || exit 65; sleep 0.3; rmdir $OUT.alone"
    path = str(manifest(home.home, [task("a"), task("b")], [shell("a", script), shell("b", script)]))
    home.zlv("run", path, "--executor", "pod", **JOB)


def test_a_step_s_signal_is_not_its_pod_s(home: Chain) -> None:
    """Issue 14: the Job would start the pod again, which would try the step again."""
    path = str(
        manifest(home.home, [task("a")], [shell("a", "kill -9 $$", retryStrategy={**RETRY, "limit": 0})])
    )
    home.zlv("run", path, "--executor", "pod", code=1, **JOB)
    assert record(home, RUN, "a")["exit_code"] == 137


def test_outside_the_pod_of_a_job_it_is_refused_in_one_sentence(home: Chain) -> None:
    """Issue 14"""
    path = str(manifest(home.home, [task("a")], [shell("a", "true")]))
    done = home.zlv("run", path, "--executor", "pod", code=64)
    assert "ZLV_JOB_NAME" in done.stderr and "Traceback" not in done.stderr
    home.zlv("run", path, "--executor", "pod", "--namespace", "zlv", code=2, **JOB)


def test_a_failed_run_of_one_pod_is_not_taken_up_where_its_keys_are_not(home: Chain) -> None:
    """Issue 14"""
    path = str(manifest(home.home, [task("a")], [shell("a", "exit 65")]))
    home.zlv("run", path, "--executor", "pod", code=65, **JOB)
    done = home.zlv("retry", RUN, code=64)
    assert "start another of its CronJob" in done.stderr
