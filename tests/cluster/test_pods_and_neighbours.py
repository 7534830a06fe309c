"""A step among others: sidecars before and beside it, hands that delete, the cluster that wants its place."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from injector import injecting
from kubernetes import client
from laptop import POD_SECURITY, QUICK, SECURITY, Runs, wait_for
from manifests import task

pytestmark = pytest.mark.cluster
GENTLE = "trap 'sleep 4; exit 143' TERM; echo begun; i=0; while [ $i -lt {} ]; do sleep 0.1; i=$((i+1)); done"


@pytest.fixture(scope="module")
def mesh(api: client.ApiClient, namespace: str, image: str) -> Iterator[None]:
    with injecting(api, namespace, image):
        yield


@pytest.mark.usefixtures("mesh")
@pytest.mark.parametrize("code", [65, 66, 0])
def test_the_step_s_own_end_counts_though_a_sidecar_ended_before_it(runs: Runs, code: int) -> None:
    """K3: a refusal is not hidden behind the end of the container that stands first, nor run again."""
    script = f"sleep 3; echo 'zlv: it is so' >&2; exit {code}"
    step = runs.step("a", script, metadata={"labels": {"inject": "first"}}, retryStrategy=QUICK)
    output = runs.run(runs.manifest([task("a")], [step]), code)
    assert len(runs.jobs()) == 1
    assert (f"a failed with {code}" in output and ": it is so" in output) == bool(code)
    assert "a │ zlv: it is so" in output, "the log is the step's, not the sidecar's"


@pytest.mark.usefixtures("mesh")
def test_a_run_goes_on_though_a_sidecar_holds_the_pod_of_a_step(runs: Runs) -> None:
    """K4"""
    held = runs.step("a", 'echo "[\\"x\\"]"', metadata={"labels": {"inject": "stays"}})
    arguments = {"parameters": [{"name": "of", "value": "{{item}}"}]}
    inputs = {"parameters": [{"name": "of"}]}
    tasks = [task("a"), task("b", "a", withParam="{{tasks.a.outputs.result}}", arguments=arguments)]
    began = time.monotonic()
    output = runs.run(runs.manifest(tasks, [held, runs.step("b", "true", inputs=inputs)]))
    assert time.monotonic() - began < 60
    assert "a has ended; its pod is held by container proxy" in output
    assert runs.told()["state"] == "done"
    wait_for(lambda: not runs.pods("a", "Running"))
    assert "was done before" in runs.run(str(runs.folder / "small.yml")), "a successor knows it, too"


@pytest.mark.parametrize("policy", ["Background", "Foreground"])
def test_a_job_that_is_deleted_by_hand_runs_again_once_its_pod_is_gone(runs: Runs, policy: str) -> None:
    """K10"""
    process = runs.start(runs.manifest([task("a")], [runs.step("a", GENTLE.format(80))]))
    first = runs.running_pod("a")
    runs.batch.delete_namespaced_job(f"{runs.run_id}-a-1", runs.namespace, propagation_policy=policy)
    second = wait_for(lambda: [pod for pod in runs.pods("a") if pod.metadata.uid != first.metadata.uid])[0]
    left = [pod for pod in runs.pods("a", "Running") if pod.metadata.uid == first.metadata.uid]
    assert left == [], "the old pod still works"
    output, _ = process.communicate(timeout=90)
    assert process.returncode == 0, output
    assert "a ended with 143: its Job was deleted; again in 0 s" in output and second
    assert "SIGKILL" not in output


def test_what_a_step_printed_and_the_cluster_took_away_is_temporary(runs: Runs) -> None:
    """K11: with no time to live, a Job goes with its pod as soon as it has ended."""
    arguments = {"parameters": [{"name": "of", "value": "{{item}}"}]}
    inputs = {"parameters": [{"name": "of"}]}
    tasks = [task("a"), task("b", "a", withParam="{{tasks.a.outputs.result}}", arguments=arguments)]
    steps = [runs.step("a", 'echo "[\\"x\\"]"'), runs.step("b", "true", inputs=inputs)]
    path = runs.manifest(tasks, steps, ttlStrategy={"secondsAfterCompletion": 0})
    process = runs.start(path)
    output, _ = process.communicate(timeout=90)
    lost = "what step a printed is lost with its pod; run it again with --from a"
    assert (process.returncode, lost in output) in ((75, True), (0, False)), output


def test_of_two_installations_in_a_namespace_the_one_that_is_meant_runs(runs: Runs) -> None:
    """K5"""
    for name in ("blue", "green"):
        path = runs.manifest([task("a")], [runs.step("a", f"echo I am {name}")])
        document = json.loads(Path(path).read_text(encoding="utf-8"))
        document["spec"]["podMetadata"] = {"labels": {"app.kubernetes.io/instance": name}}
        metadata = {"name": f"{name}-pipelines", "labels": {"app.kubernetes.io/instance": name}}
        data = {"twin.yml": json.dumps(document)}
        runs.core.create_namespaced_config_map(runs.namespace, {"metadata": metadata, "data": data})
    assert "2 installations" in runs.run("twin", 64)
    assert "a │ I am green" in runs.run("twin", 0, "--instance", "green")


def test_a_step_that_fills_its_own_disk_is_said_to(runs: Runs) -> None:
    """Issue 13: a retry begins with a disk that is empty again."""
    limits = {"cpu": "500m", "memory": "64Mi", "ephemeral-storage": "2Mi"}
    more = {"resources": {"limits": limits}, "volumeMounts": [{"name": "tmp", "mountPath": "/tmp"}]}
    less = {"configMapKeyRef": {"name": "less", "key": "less", "optional": True}}
    more["env"] = [{"name": "LESS", "valueFrom": less}]
    script = 'test -n "$LESS" || { dd if=/dev/zero of=/tmp/full bs=1M count=30; sleep 100; }'
    path = runs.manifest(
        [task("a")], [runs.step("a", script, container=more)], volumes=[{"name": "tmp", "emptyDir": {}}]
    )
    output = runs.run(path, 137)
    assert re.search(r"a failed with 137 .*was evicted from its node \(Evicted\): .*exceeds the", output), (
        output
    )
    assert len(runs.jobs()) == 1, "it would take as much again"
    body = {"metadata": {"name": "less"}, "data": {"less": "yes"}}
    runs.core.create_namespaced_config_map(runs.namespace, body)
    runs.zlv("retry", runs.run_id, "-N", runs.namespace)
    assert runs.told()["state"] == "done"


@pytest.mark.alone
def test_a_step_that_has_to_give_way_runs_again(runs: Runs, api: client.ApiClient) -> None:
    """Preemption: another pod of a higher class needs the room."""
    name = f"{runs.namespace}-high"
    classes = client.SchedulingV1Api(api)
    classes.create_priority_class({"metadata": {"name": name}, "value": 1_000_000, "description": "test"})
    (node,) = runs.core.list_node().items
    cpu = node.status.allocatable["cpu"]
    share = f"{int(float(cpu.removesuffix('m')) * (0.55 if cpu.endswith('m') else 550))}m"
    container = {"resources": {"requests": {"cpu": share}, "limits": {"cpu": share, "memory": "64Mi"}}}
    process = runs.start(runs.manifest([task("a")], [runs.step("a", GENTLE.format(60), container=container)]))
    runs.running_pod("a")
    other = {
        "metadata": {"name": "high"},
        "spec": {
            "priorityClassName": name,
            "terminationGracePeriodSeconds": 0,
            "securityContext": POD_SECURITY,
            "containers": [
                {
                    "name": "high",
                    "image": runs.image,
                    "imagePullPolicy": "IfNotPresent",
                    "command": ["sleep", "1000"],
                    "securityContext": SECURITY,
                    "resources": {"requests": {"cpu": share}},
                }
            ],
        },
    }
    runs.core.create_namespaced_pod(runs.namespace, other)
    try:
        wait_for(lambda: runs.core.read_namespaced_pod("high", runs.namespace).status.phase == "Running")
        wait_for(lambda: len(runs.jobs()) == 2)
    finally:
        runs.core.delete_namespaced_pod("high", runs.namespace, grace_period_seconds=0)
        classes.delete_priority_class(name)
    output, _ = process.communicate(timeout=90)
    assert process.returncode == 0, output
    assert "its pod had to give way (PreemptionByScheduler" in output
