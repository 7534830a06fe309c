"""An executor, a pod or an API server that goes away: the run goes on, or can be taken up."""

from __future__ import annotations

import os
import signal
import subprocess
import threading

import pytest
from laptop import Runs
from manifests import task

pytestmark = pytest.mark.cluster


def test_a_step_whose_pod_is_deleted_runs_again(runs: Runs) -> None:
    path = runs.manifest(
        [task("a")],
        [
            runs.step(
                "a",
                "trap 'exit 143' TERM; echo begun; i=0; while [ $i -lt 80 ]; do sleep 0.1; i=$((i+1)); done",
            )
        ],
    )
    process = runs.start(path)
    runs.core.delete_namespaced_pod(runs.running_pod("a").metadata.name, runs.namespace)
    output, _ = process.communicate(timeout=120)
    assert process.returncode == 0, output
    assert "a ended with 143: its pod was deleted; again in 0 s" in output
    assert len(runs.jobs()) == 2


def test_an_executor_that_is_killed_leaves_its_steps_running_and_its_successor_takes_them_up(
    runs: Runs,
) -> None:
    path = runs.manifest(
        [task("a"), task("b", "a"), task("c", "b")],
        [runs.step("a", "true"), runs.step("b", "sleep 8"), runs.step("c", "true")],
    )
    first = runs.start(path)
    pod = runs.running_pod("b").metadata.name
    first.kill()
    first.wait()
    output = runs.run(path)
    assert "a was done before" in output
    assert set(runs.jobs()) == {"a-1", "b-1", "c-1"}, "no step ran twice"
    assert runs.running_pod is not None and pod in {
        each.metadata.name
        for each in runs.core.list_namespaced_pod(runs.namespace, label_selector="zlv.fr/step=b").items
    }


def test_sigterm_cancels_the_jobs_and_the_run_can_be_taken_up(runs: Runs) -> None:
    path = runs.manifest(
        [task("a"), task("b", "a")],
        [
            runs.step("a", "true"),
            runs.step(
                "b",
                "trap 'exit 143' TERM; test {{workflow.parameters.go}} = yes || while true; do sleep 0.1;"
                " done",
            ),
        ],
        arguments={"parameters": [{"name": "go", "value": "no"}]},
    )
    process = runs.start(path)
    runs.running_pod("b")
    process.send_signal(signal.SIGTERM)
    output, _ = process.communicate(timeout=90)
    assert process.returncode == 143, output
    assert set(runs.jobs()) == {"a-1"}
    output = runs.run(path, 0, "-p", "go=yes")
    assert "a was done before" in output


@pytest.mark.alone
def test_a_run_outlives_its_api_server(runs: Runs) -> None:
    """ZLV_TEST_KILL_API and ZLV_TEST_START_API are shell commands that end and start the cluster's API
    server."""
    kill, start = os.environ.get("ZLV_TEST_KILL_API"), os.environ.get("ZLV_TEST_START_API")
    if not kill or not start:
        pytest.skip("ZLV_TEST_KILL_API and ZLV_TEST_START_API say how")
    away = float(os.environ.get("ZLV_TEST_API_SECONDS", "20"))
    path = runs.manifest(
        [task("a"), task("b", "a")],
        [runs.step("a", "for i in $(seq 12); do echo line $i; sleep 1; done"), runs.step("b", "true")],
    )
    process = runs.start(path)
    runs.running_pod("a")
    subprocess.run(kill, shell=True, check=True)
    timer = threading.Timer(away, lambda: subprocess.run(start, shell=True, check=True))
    timer.start()
    output, _ = process.communicate(timeout=240)
    timer.join()
    assert process.returncode == 0, output
    assert "the API server does not answer" in output
    assert [line for line in output.splitlines() if line.startswith("a │")] == [
        f"a │ line {number}" for number in range(1, 13)
    ], "each line once"
    assert set(runs.jobs()) == {"a-1", "b-1"}
