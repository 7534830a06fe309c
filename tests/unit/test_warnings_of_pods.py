"""The newest warning of a step's Job or pod, as a cluster tells it, is one sentence."""

from __future__ import annotations

from typing import Any

import pytest

from jobs.pipelines.kubernetes.waiting import why_by_events

QUOTA = (
    'Error creating: pods "daily-1-a-1-9xk2p" is forbidden: exceeded quota: none, requested: pods=1,'
    " used: pods=0, limited: pods=0"
)
ACCOUNT = (
    'Error creating: pods "daily-1-a-1-" is forbidden: error looking up service account zlv/zlv-step:'
    ' serviceaccount "zlv-step" not found'
)
WEBHOOK = (
    'Error creating: Internal error occurred: failed calling webhook "w.example": failed to call webhook:'
    ' Post "https://w.example.svc:443/?timeout=10s": service "w" not found'
)
MOUNT = 'MountVolume.SetUp failed for volume "s" : secret "nobody-made-it" not found'


def event(
    reason: str, message: str, at: str = "2026-11-26T02:00:00Z", kind: str = "Warning"
) -> dict[str, Any]:
    return {"type": kind, "reason": reason, "message": message, "lastTimestamp": at, "metadata": {}}


@pytest.mark.parametrize(
    ("found", "sentence"),
    [
        pytest.param(
            event("FailedCreate", QUOTA),
            "FailedCreate: exceeded quota: none, requested: pods=1, used: pods=0, limited: pods=0",
            id="K1-quota",
        ),
        pytest.param(
            event("FailedCreate", ACCOUNT),
            "FailedCreate: error looking up service account zlv/zlv-step: serviceaccount"
            ' "zlv-step" not found',
            id="K1-account",
        ),
        pytest.param(
            event("FailedCreate", WEBHOOK),
            f"FailedCreate: {WEBHOOK.removeprefix('Error creating: ')}",
            id="K1-webhook",
        ),
        pytest.param(event("FailedMount", MOUNT), f"FailedMount: {MOUNT}", id="K2-mount"),
    ],
)
def test_the_newest_warning_of_an_object_is_one_sentence(found: dict[str, Any], sentence: str) -> None:
    older = event("FailedScheduling", "0/1 nodes", "2026-11-26T01:59:00Z")
    ordinary = event("Pulling", "Pulling image", "2026-11-26T02:01:00Z", kind="Normal")
    why = why_by_events([older, found, ordinary])
    assert why is not None and why.sentence == sentence
    assert why_by_events([ordinary]) is None
