"""Steps that others took away: a Job deleted by hand, a pod that had to give way, one that took too much."""

from __future__ import annotations

from typing import Any

import pytest
from told_pods import DELETED, ENDED, FAILED, job, pod, status

from jobs.pipelines.kubernetes.verdict import verdict


@pytest.mark.parametrize(
    ("end", "metadata", "code", "sentence", "disruption"),
    [
        pytest.param({"exitCode": 137, **ENDED}, {}, 137, "its Job was deleted", True, id="killed"),
        pytest.param({"exitCode": 143, **ENDED}, DELETED, 143, "its Job was deleted", True, id="asked"),
        pytest.param({"exitCode": 0, **ENDED}, DELETED, 143, "its Job was deleted", True, id="gave-way"),
        pytest.param(
            {"exitCode": 0, "finishedAt": "2026-11-26T02:00:07Z"}, DELETED, 0, None, False, id="done-before"
        ),
        pytest.param({"exitCode": 65, **ENDED, "message": "zlv: no"}, DELETED, 65, "no", False, id="refused"),
    ],
)
def test_a_job_that_was_deleted_by_hand_is_a_disruption(
    end: dict[str, Any], metadata: dict[str, Any], code: int, sentence: str | None, disruption: bool
) -> None:
    """K10"""
    found = verdict(job(), [pod(status("main", terminated=end), metadata=metadata)])
    assert found.sentence == sentence and found.is_disruption == disruption
    assert found.exit_code == code or (disruption and found.exit_code >= 128)


WANTED = {"type": "DisruptionTarget", "status": "True", "reason": "PreemptionByScheduler", "message": "room"}
OVER = "Pod ephemeral local storage usage exceeds the total limit of containers 5Mi."
LOW = "The node was low on resource: ephemeral-storage."


@pytest.mark.parametrize(
    ("status_", "sentence", "disruption"),
    [
        pytest.param({}, "its pod had to give way (PreemptionByScheduler: room)", True, id="preempted"),
        pytest.param(
            {"reason": "Evicted", "message": LOW},
            "its pod had to give way (PreemptionByScheduler: room)",
            True,
            id="node-is-full",
        ),
        pytest.param(
            {"reason": "Evicted", "message": OVER},
            f"was evicted from its node (Evicted): {OVER}",
            False,
            id="above-its-own-limit",
        ),
    ],
)
def test_who_had_to_give_way_runs_again_and_who_took_too_much_failed(
    status_: dict[str, Any], sentence: str, disruption: bool
) -> None:
    ended = status("main", terminated={"exitCode": 137, **ENDED})
    found = verdict(job(FAILED), [pod(ended, phase="Failed", conditions=[WANTED], **status_)])
    assert (found.exit_code, found.sentence, found.is_disruption) == (137, sentence, disruption)
