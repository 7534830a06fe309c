"""A node whose kubelet stops: it is said, nothing works twice, and all goes on once it is back."""

from __future__ import annotations

import os
import re
import subprocess
import threading
from pathlib import Path

import pytest
from kubernetes import client
from laptop import Runs, wait_for
from manifests import task

pytestmark = [pytest.mark.cluster, pytest.mark.alone]
# A node is given up by the cluster when it has not been heard of for 40 to 50 seconds.
AWAY_SECONDS = 120


def read_until(process: subprocess.Popen[str], words: str) -> str:
    """Read what a run says, to the line that holds these words."""
    assert process.stdout is not None
    timer = threading.Timer(AWAY_SECONDS, process.kill)
    timer.start()
    seen = ""
    while words not in seen:
        line = process.stdout.readline()
        assert line, seen
        seen += line
    timer.cancel()
    return seen


def ended(job: client.V1Job) -> bool:
    return any(each.type in ("Complete", "Failed") for each in job.status.conditions or ())


def finish(process: subprocess.Popen[str], seen: str, code: int) -> str:
    output, _ = process.communicate(timeout=150)
    assert process.returncode == code, seen + output
    return seen + output


def test_runs_outlive_a_node_that_is_away(
    tmp_path: Path, api: client.ApiClient, namespace: str, image: str
) -> None:
    """Issue 13: ZLV_TEST_KILL_KUBELET and ZLV_TEST_START_KUBELET are shell commands that end and start it.

    One step ends meanwhile, one has its pod deleted, one comes before anybody knows that the node is away,
    one after that.
    """
    kill, start = os.environ.get("ZLV_TEST_KILL_KUBELET"), os.environ.get("ZLV_TEST_START_KUBELET")
    if not kill or not start:
        pytest.skip("ZLV_TEST_KILL_KUBELET, ZLV_TEST_START_KUBELET say how")  # each cluster has its own way

    def runs(name: str) -> Runs:
        (tmp_path / name).mkdir()
        return Runs(tmp_path / name, api, namespace, image)

    def begin(run: Runs, script: str) -> subprocess.Popen[str]:
        go = {"configMapKeyRef": {"name": "go", "key": "go", "optional": True}}
        step = run.step("a", script, container={"env": [{"name": "GO", "valueFrom": go}]})
        return run.start(run.manifest([task("a"), task("b", "a")], [step, run.step("b", "true")]))

    stays, leaves, early, late = (runs(name) for name in ("stays", "leaves", "early", "late"))
    staying = begin(stays, "for i in $(seq 20); do echo line $i; sleep 1; done")
    loop = "trap 'exit 143' TERM; while test -z \"$GO\"; do sleep 0.1; done"
    leaving = begin(leaves, loop)
    pod = leaves.running_pod("a").metadata.name
    stays.running_pod("a")
    subprocess.run(kill, shell=True, check=True)
    try:
        coming = begin(early, "true")
        told = finish(coming, "", 75)
        assert re.search(r"a failed with 75 after .*did not start within 6 s: node \S+ has its pod", told), (
            told
        )
        seen = {run: read_until(run, "a waits: NodeNotReady") for run in (staying, leaving)}
        assert all(process.poll() is None for process in seen), "what may still work is waited for"
        told = finish(begin(late, "true"), "", 75)
        assert re.search(r"a failed with 75 after .*no node takes its pod \(Unschedulable\)", told), told
        assert re.search("waits: NodeNotReady", stays.told()["message"])
        leaves.core.delete_namespaced_pod(pod, namespace)
        go = {"metadata": {"name": "go"}, "data": {"go": "yes"}}
        leaves.core.create_namespaced_config_map(namespace, go)
    finally:
        subprocess.run(start, shell=True, check=True)
    told = finish(staying, seen[staying], 0)
    assert [line for line in told.splitlines() if line.startswith("a │")] == [
        f"a │ line {number}" for number in range(1, 21)
    ], "each line once"
    assert set(stays.jobs()) == {"a-1", "b-1"}, "no step ran twice"
    told = finish(leaving, seen[leaving], 0)
    assert "a ended with 143: its pod was deleted; again in 0 s" in told, told
    assert set(leaves.jobs()) == {"a-1", "a-2", "b-1"}
    for each in (early, late):
        wait_for(lambda each=each: all(map(ended, each.jobs().values())))
        each.zlv("retry", each.run_id, "-N", namespace)
        assert each.told()["state"] == "done"
