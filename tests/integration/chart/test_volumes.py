"""Volumes: they outlive the release, and pods that share a claim share its node."""

from __future__ import annotations

from typing import Any

import pytest
from chart import Pod, objects, pods, render
from chart_variants import VARIANTS
from kubernetes import client


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


def mounting(values: dict[str, Any], release: str) -> list[Pod]:
    """Give the pods of a release that mount a claim."""
    return [
        pod
        for pod in pods(objects(render(values, release=release)))
        if any(volume.persistent_volume_claim for volume in pod.spec.volumes or [])
    ]


def seeks(pod: Pod, other: Pod) -> bool:
    """Tell whether a pod may only run where the other does."""
    affinity: client.V1PodAffinity = pod.spec.affinity.pod_affinity
    (term,) = affinity.required_during_scheduling_ignored_during_execution
    assert term.topology_key == "kubernetes.io/hostname"
    assert not term.label_selector.match_labels
    return all(
        expression.operator == "In" and other.labels.get(expression.key) in expression.values
        for expression in term.label_selector.match_expressions
    )


BOTH = {"raw": {"existingClaim": "raw-disk"}, "clean": {"existingClaim": "clean-disk"}}
METABASE = {"metabase": {"enabled": True}}


@pytest.mark.parametrize("shared", ["both", "raw"])
def test_two_releases_that_share_a_claim_share_its_node(shared: str) -> None:
    """K16: whichever of their pods came first."""
    volumes = BOTH if shared == "both" else {"raw": BOTH["raw"]}
    first, second = (mounting({"volumes": volumes}, name) for name in ("one", "two"))
    for pod in first:
        for other in second:
            if shared == "both" or "raw" in {volume.name for volume in pod.spec.volumes}:
                both = [
                    each for each in (pod, other) if "raw" in {volume.name for volume in each.spec.volumes}
                ]
                assert len(both) < 2 or (seeks(pod, other) and seeks(other, pod)), (pod.name, other.name)


def test_a_metabase_of_another_release_goes_where_the_clean_volume_is() -> None:
    """K16: and the steps come to it where it was there first."""
    writers = mounting({}, "one")
    clean = {"volumes": {"clean": {"existingClaim": "one-zlv-warehouse-clean"}}, **METABASE}
    (reader,) = (pod for pod in mounting(clean, "bi") if pod.name.endswith("-metabase"))
    for writer in writers:
        assert seeks(reader, writer), writer.name
        assert seeks(writer, reader) or writer.name.endswith("-test"), writer.name


def test_all_pods_of_a_release_that_mount_a_claim_find_each_other() -> None:
    found = mounting(METABASE, "one")
    assert len(found) > 5
    for pod in found:
        assert all(seeks(pod, other) for other in found), pod.name


def test_releases_with_claims_of_their_own_go_their_own_ways() -> None:
    """K16: the label is the claim's, and theirs differ."""
    first, second = (mounting(METABASE, name) for name in ("one", "two"))
    assert not [(pod.name, other.name) for pod in first for other in second if seeks(pod, other)]


def test_a_claim_of_a_long_name_is_still_a_label() -> None:
    """K16: names of claims may be longer than labels."""
    claim = "a" * 80 + ".b"
    values = {"volumes": {"raw": {"existingClaim": claim}, "clean": {"existingClaim": claim[:-1] + "c"}}}
    labels = [
        pod.labels[name] for pod in mounting(values, "one") for name in ("zlv.fr/volumes", "zlv.fr/clean")
    ]
    assert len(set(labels)) == 2 and all(len(label) <= 63 for label in labels)
