"""What the end of a step's attempt means, why its pod waits, and what is left of it: one sentence each."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest
from manifests import manifest, shell, task

from jobs.pipelines.graph import Graph
from jobs.pipelines.kubernetes.pod_log import without_log_lines
from jobs.pipelines.kubernetes.verdict import verdict
from jobs.pipelines.kubernetes.waiting import Why, why_waiting
from jobs.pipelines.manifest.manifest import read_pipeline


def ended(**condition: Any) -> dict[str, Any]:
    spec = {
        "activeDeadlineSeconds": 5,
        "containers": [{"name": "main", "resources": {"limits": {"memory": "64Mi"}}}],
    }
    found = {"type": "Failed", "status": "True", "reason": "BackoffLimitExceeded", **condition}
    return {
        "metadata": {"annotations": {"zlv.fr/step-name": "build"}},
        "spec": {"template": {"spec": spec}},
        "status": {"conditions": [found]},
    }


def pod(end: dict[str, Any] | None = None, deleted: bool = False, **status: Any) -> dict[str, Any]:
    state = (
        {"containerStatuses": [{"name": "main", "image": "zlv:9", "state": {"terminated": end}}]}
        if end
        else {}
    )
    metadata = {
        "name": "p",
        "creationTimestamp": "2026-11-23T20:00:00Z",
        **({"deletionTimestamp": "2026-11-23T20:00:01Z"} if deleted else {}),
    }
    return {"metadata": metadata, "status": {**state, **status}}


TOLD = json.dumps({"step": "build", "exit_code": 65, "message": "200 of 1000 rows are broken"})


@pytest.mark.parametrize(
    ("job", "pods", "code", "sentence", "disruption"),
    [
        (ended(type="Complete"), [pod({"exitCode": 0})], 0, None, False),
        (
            ended(),
            [pod({"exitCode": 137, "reason": "OOMKilled"})],
            137,
            (
                "used more memory than its limit of 64Mi and was killed (OOMKilled); raise the memory limit"
                " of build"
            ),
            False,
        ),
        (
            ended(),
            [pod({"exitCode": 137}, reason="Evicted", message="The node was low on memory.")],
            137,
            "was evicted from its node (Evicted): The node was low on memory.",
            False,
        ),
        (
            ended(),
            [pod({"exitCode": 137}, reason="DeadlineExceeded")],
            143,
            "took longer than its 5 s and was stopped (DeadlineExceeded)",
            False,
        ),
        (
            ended(reason="DeadlineExceeded"),
            [],
            143,
            "took longer than its 5 s and was stopped (DeadlineExceeded)",
            False,
        ),
        (ended(), [pod({"exitCode": 143}, deleted=True)], 143, "its pod was deleted", True),
        (ended(), [], 143, "its pod was deleted", True),
        (
            ended(),
            [pod({"exitCode": 65, "message": TOLD}, deleted=True)],
            65,
            "200 of 1000 rows are broken",
            False,
        ),
        (
            ended(),
            [pod({"exitCode": 75, "message": "noise\nzlv: the standby is busy\n"})],
            75,
            "the standby is busy",
            False,
        ),
        (
            ended(),
            [pod({"exitCode": 1, "message": "name of a person"})],
            1,
            "ended with exit code 1; its log says why",
            False,
        ),
        (
            ended(),
            [pod({"exitCode": 128, "reason": "StartError", "message": "exec: no such file"})],
            64,
            "its command cannot be started: exec: no such file",
            False,
        ),
    ],
)
def test_the_end_of_an_attempt_is_one_sentence(
    job: dict[str, Any], pods: list[dict[str, Any]], code: int, sentence: str | None, disruption: bool
) -> None:
    found = verdict(job, pods)
    assert (found.exit_code, found.sentence, found.is_disruption) == (code, sentence, disruption)


@pytest.mark.parametrize(
    ("started", "seconds"),
    [("2026-11-23T20:00:07Z", 12.0), ("2026-11-23T19:59:50Z", 0.0), (None, None)],
    ids=["in the usual case", "by a node whose clock is late", "never"],
)
def test_how_long_a_step_waited_for_its_pod_is_told(started: str | None, seconds: float | None) -> None:
    """Issue 14: from the Job's creation to the start of the step itself, the image's pull included."""
    job = ended(type="Complete")
    job["metadata"]["creationTimestamp"] = "2026-11-23T19:59:55Z"
    assert verdict(job, [pod({"exitCode": 0, "startedAt": started})]).pod_start == seconds
    assert verdict({}, [pod({"exitCode": 0})]).pod_start is None


def test_why_a_pod_waits_is_one_sentence() -> None:
    unschedulable = {
        "type": "PodScheduled",
        "status": "False",
        "reason": "Unschedulable",
        "message": "0/1 nodes: Insufficient memory.",
    }
    assert why_waiting(pod(conditions=[unschedulable])) == Why(
        "Unschedulable", "no node takes its pod (Unschedulable): 0/1 nodes: Insufficient memory."
    )
    waiting = {"reason": "ImagePullBackOff", "message": "Back-off\npulling"}
    pulling = pod(containerStatuses=[{"name": "main", "image": "zlv:9", "state": {"waiting": waiting}}])
    assert why_waiting(pulling) == Why(
        "ImagePullBackOff", "its image zlv:9 cannot be pulled (ImagePullBackOff): Back-off pulling"
    )
    assert why_waiting(pod(phase="Pending")) is None


def test_what_a_step_printed_is_its_log_without_the_programs_own_lines() -> None:
    line = json.dumps({"time": "t", "level": "info", "stage": "catalog", "run": "r", "message": "m"})
    assert without_log_lines(f'{line}\n["a", "b"]\n') == '["a", "b"]'


def test_the_step_that_closes_a_run_knows_how_it_ended(tmp_path: Path) -> None:
    template = shell("record", "echo {{workflow.status}}")
    pipeline = read_pipeline(manifest(tmp_path, [task("a")], [shell("a", "true"), template], onExit="record"))
    graph = Graph(pipeline, "r1", {}, {"a"}, {})
    step = graph.last_step("Failed", "[]")
    assert step is not None and step.command[-1] == "echo Failed"
    assert [each.name for each in graph.due()] == ["a"], "it is no task"
    assert dataclasses.replace(pipeline, on_exit=None) != pipeline
