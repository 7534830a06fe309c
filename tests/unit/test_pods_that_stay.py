"""A pod that outlives its step or its Job, with a cluster of recorded objects: ended in time."""

from __future__ import annotations

from typing import cast

import pytest
from scenes import Recorded, Scene, pod, scene

from jobs.errors import Temporary
from jobs.pipelines.kubernetes.cluster import Cluster
from jobs.pipelines.kubernetes.verdict import verdict

__all__ = ["scene"]  # fixtures


@pytest.mark.parametrize("code", [0, 65])
def test_a_step_ends_though_a_sidecar_holds_its_pod(scene: Scene, code: int) -> None:
    """K4"""
    end = {"exitCode": code, "finishedAt": "2026-11-26T02:00:09Z", "message": "zlv: refused"}
    scene.attempt.pods = {"p": pod(proxy={"running": {}}, main={"terminated": end})}
    scene.look()
    scene.look()
    assert scene.attempt.ended_job is None, "a sidecar may take a moment"
    scene.pass_by(6)
    scene.look()
    assert scene.attempt.ended_job is not None and scene.patrol.is_over(scene.attempt)
    assert scene.attempt.held_by == ("proxy",)
    assert scene.cluster.told == [
        "a has ended; its pod is held by container proxy, which does not end with it: the pod is ended"
    ]
    told = verdict(scene.attempt.ended_job, scene.attempt.pods.values())
    assert (told.exit_code, told.sentence) == (code, "refused" if code else None)


def test_no_attempt_begins_beside_the_pod_of_a_deleted_job(scene: Scene) -> None:
    """K10"""
    scene.attempt.ended_job = {"metadata": {"name": "r1-a-1"}, "status": {}}
    scene.cluster.found_pods = [pod(main={"running": {}})]
    assert not scene.patrol.is_over(scene.attempt)
    assert scene.cluster.told == ["a waits: its Job was deleted, its pod p has not ended yet"]
    scene.attempt.looked = 0.0
    scene.cluster.found_pods = [pod(main={"terminated": {"exitCode": 143}})]
    assert scene.patrol.is_over(scene.attempt)


def test_a_pod_that_never_ends_after_its_job_was_deleted_fails_the_step(scene: Scene) -> None:
    """K10"""
    scene.attempt.ended_job = {"metadata": {"name": "r1-a-1"}, "status": {}}
    scene.cluster.found_pods = [pod(main={"running": {}})]
    scene.pass_by(601)
    assert scene.patrol.is_over(scene.attempt)
    assert "has not ended within 600 s; another attempt would work beside it" in str(scene.attempt.given_up)


def test_what_a_step_printed_and_that_went_with_its_pod_is_said_to_be_lost(scene: Scene) -> None:
    """K11: an empty text would be read as a wrong one, for good."""

    class Gone(Recorded):
        def pod_log(self, pod: str) -> None:
            return None

    scene.patrol.jobs.cluster = cast(Cluster, Gone())
    done = pod(phase="Succeeded", main={"terminated": {"exitCode": 0}})
    with pytest.raises(
        Temporary, match="what step a printed is lost with its pod; run it again with --from a"
    ):
        scene.patrol.jobs.result(scene.attempt.step, {"p": done})
