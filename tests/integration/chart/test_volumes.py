"""Volumes outlive the release."""

from __future__ import annotations

from chart import VARIANTS, objects, pods, render


def test_both_volumes_outlive_the_release() -> None:
    claims = [thing for thing in objects(render()) if thing["kind"] == "PersistentVolumeClaim"]
    assert len(claims) == 2
    assert all(claim["metadata"]["annotations"]["helm.sh/resource-policy"] == "keep" for claim in claims)
    own = objects(render(VARIANTS["own claims and secret"]))
    assert not [thing for thing in own if thing["kind"] == "PersistentVolumeClaim"]
    assert {
        volume.persistent_volume_claim.claim_name
        for pod in pods(own)
        for volume in pod.spec.volumes
        if volume.persistent_volume_claim
    } == {"raw-disk", "clean-disk"}
