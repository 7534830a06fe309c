"""A node that takes a pod and says no more: told in time, given up in time, never worked beside."""

from __future__ import annotations

from typing import Any

import pytest
from standing import Scene, pod, scene

from jobs.pipelines.kubernetes.verdict import job_end
from jobs.pipelines.kubernetes.waiting import why_unheard

__all__ = ["scene"]

SENTENCE = "node n has its pod and says nothing of it (NodeNotHeard); see: kubectl describe node n"


def taken() -> dict[str, Any]:
    return pod(phase="Pending") | {"spec": {"nodeName": "n"}}


def test_a_node_that_says_nothing_of_a_pod_is_named_once_it_is_late(scene: Scene) -> None:
    """Issue 13: nothing warns of it, and `the cluster does not say why` helped nobody."""
    scene.attempt.pods = {"p": taken()}
    scene.pass_by(5)
    scene.look()
    assert scene.cluster.told == [], "a busy node takes a moment"
    scene.pass_by(20)
    scene.look()
    assert scene.cluster.told == [f"a waits: {SENTENCE}"]


@pytest.mark.parametrize(
    "found", [pod(phase="Pending"), pod(main={"waiting": {}}) | {"spec": {"nodeName": "n"}}]
)
def test_of_a_pod_that_no_node_has_or_that_one_tells_of_that_is_not_said(found: dict[str, Any]) -> None:
    """Issue 13"""
    assert why_unheard(found) is None


def test_a_step_whose_job_does_not_end_after_it_was_given_up_fails_without_another_attempt(
    scene: Scene,
) -> None:
    """Issue 13: a Job ends when its pod has; that of a node that is away does not, and the run hung."""
    scene.attempt.pods = {"p": taken()}
    scene.pass_by(601)
    scene.look()
    assert scene.attempt.given_up == f"did not start within 600 s: {SENTENCE}"
    assert not scene.patrol.is_over(scene.attempt), "its pod has a moment to end"
    scene.pass_by(60)
    assert scene.patrol.is_over(scene.attempt)
    assert scene.attempt.ended_job is not None and job_end(scene.attempt.ended_job) is None
