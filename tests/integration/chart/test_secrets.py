"""Each pod has the keys that it needs, as files, and no other."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from chart import Pod, objects, pods, render
from chart_texts import keys_of, steps
from chart_variants import VARIANTS

WHOLE = ("POSTGRES_PRODUCTION_READONLY_PASSWORD", "CELLAR_ACCESS_KEY_ID", "CELLAR_SECRET_ACCESS_KEY")
KEYS = {
    "prepare": {*WHOLE, "ZLV_PSEUDONYM_KEY", "ZLV_SIGNING_KEY"},
    "sync-production": {WHOLE[0], "ZLV_PSEUDONYM_KEY"},
    "list-sources": set(),
    "load-lake": {*WHOLE[1:], "ZLV_PSEUDONYM_KEY"},
    "build": {"ZLV_PSEUDONYM_KEY"},
    "audit": {"ZLV_PSEUDONYM_KEY", "ZLV_SIGNING_KEY"},
    "publish": {"ZLV_SIGNING_KEY"},
    "upload": {*WHOLE[1:], "ZLV_SIGNING_KEY"},
    "export": {*WHOLE[1:]},
    "verify": {*WHOLE[1:], "ZLV_SIGNING_KEY"},
    "import": {*WHOLE[1:], "ZLV_SIGNING_KEY"},
    "record": {"ZLV_ALERT_URL"},
}


def mounted(pod: Pod) -> dict[str, set[str]]:
    """Give the keys that a pod mounts, by the Secret that they are of."""
    return {
        volume.secret.secret_name: {item.key for item in volume.secret.items}
        for volume in pod.spec.volumes or []
        if volume.secret
    }


@pytest.mark.parametrize("variant", VARIANTS)
def test_no_pod_of_ours_has_a_secret_in_its_environment(variant: str) -> None:
    """S5, S13: keys are files; Metabase alone, which knows no file, has its own three in variables."""
    for pod in pods(objects(render(VARIANTS[variant]))):
        for container in pod.containers:
            given = [source.secret_ref for source in container.env_from or [] if source.secret_ref]
            assert [each.name for each in given if each.name != "more"] == [], pod.name
            variables = [
                each.name
                for each in container.env or []
                if each.value_from and each.value_from.secret_key_ref
            ]
            assert variables == [] or container.name == "metabase", pod.name


@pytest.mark.parametrize("variant", ["default", "trial", "argo"])
def test_each_step_mounts_its_own_keys_as_files(variant: str) -> None:
    """S5: a step that is broken into gives away its own keys, not all of them."""
    secret = "zlv-warehouse-trial" if variant == "trial" else "zlv-warehouse"
    found = [pod for pod in pods(objects(render(VARIANTS[variant]))) if "zlv.fr/stage" in pod.labels]
    assert {pod.labels["zlv.fr/stage"] for pod in found} == KEYS.keys()
    for pod in found:
        keys = KEYS[pod.labels["zlv.fr/stage"]]
        assert mounted(pod) == ({secret: keys} if keys else {}), pod.name
        (container,) = pod.spec.containers
        mounts = {mount.name: mount for mount in container.volume_mounts}
        assert ("keys" in mounts) == bool(keys)
        if keys:
            assert mounts["keys"].read_only and mounts["keys"].mount_path == "/etc/zlv/keys"


def test_settings_look_for_keys_where_they_are_mounted() -> None:
    """S13: one folder, told once, for every pod."""
    (config,) = (
        thing
        for thing in objects(render())
        if thing["kind"] == "ConfigMap" and thing["metadata"]["name"] == "zlv-warehouse"
    )
    assert config["data"]["ZLV_KEYS_DIR"] == "/etc/zlv/keys"


def test_a_key_that_the_secret_lacks_is_told_by_the_stage_and_holds_no_pod_back() -> None:
    for pod in pods(objects(render({"metabase": {"enabled": True, "delivery": "releases"}}))):
        for volume in pod.spec.volumes or []:
            assert volume.secret is None or volume.secret.optional is True, pod.name


def test_executor_follower_and_shell_have_what_they_use() -> None:
    """S5: the executor has the webhook, the follower the keys of S3, the shell nothing."""
    values = {"metabase": {"enabled": True, "delivery": "releases"}}
    found = {pod.name: mounted(pod) for pod in pods(objects(render(values)))}
    assert found["zlv-warehouse-daily"] == {"zlv-warehouse": {"ZLV_ALERT_URL"}}
    assert found["zlv-warehouse-metabase"] == {"zlv-warehouse": set(WHOLE[1:])}
    assert found["zlv-warehouse-shell"] == {}


@pytest.mark.parametrize("step", ["build", "audit", "publish"])
def test_who_proves_and_publishes_cannot_change_raw_files(step: str) -> None:
    """S5: raw files are mounted read-only over the volume that holds the warehouse and the runs."""
    found = [pod for pod in pods(objects(render())) if pod.labels.get("zlv.fr/stage") == step]
    assert found
    for pod in found:
        mounts = {mount.mount_path: mount for mount in pod.spec.containers[0].volume_mounts}
        raw = mounts["/data/raw"]
        assert (raw.name, raw.sub_path, raw.read_only) == ("raw", "raw", True)
        assert not mounts["/data"].read_only


def test_the_shell_cannot_change_raw_files_nor_the_warehouse_with_its_proof() -> None:
    """S5: a proof is not written by hand."""
    (shell,) = (pod for pod in pods(objects(render())) if pod.name.endswith("-shell"))
    mounts = {mount.mount_path: mount for mount in shell.spec.containers[0].volume_mounts}
    for folder in ("raw", "warehouse"):
        mount = mounts[f"/data/{folder}"]
        assert (mount.name, mount.sub_path, mount.read_only) == ("raw", folder, True)


def test_a_step_needs_the_same_in_every_pipeline() -> None:
    """S5: each need is said by the manifests; a step that two pipelines have says it twice, and the same."""
    data = next(
        thing["data"]
        for thing in objects(render())
        if thing["kind"] == "ConfigMap" and thing["metadata"]["name"].endswith("-pipelines")
    )
    told: dict[str, set[str]] = {}
    for text in data.values():
        for template in yaml.safe_load(text)["spec"]["templates"]:
            if "container" in template:
                needs: Any = (keys_of(template), template["metadata"], template["container"]["volumeMounts"])
                told.setdefault(template["name"], set()).add(json.dumps(needs, sort_keys=True))
    assert {name: len(each) for name, each in told.items()} == dict.fromkeys(steps(), 1)
