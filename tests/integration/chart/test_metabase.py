"""Metabase reads the clean file."""

from __future__ import annotations

from typing import Any

from chart import identity, objects, pods, render, typed
from chart_variants import VARIANTS
from kubernetes import client


def test_metabase_reads_and_never_writes_the_clean_volume() -> None:
    for variant in ("metabase", "metabase from releases"):
        things = {identity(thing): thing for thing in objects(render(VARIANTS[variant]))}
        deployment = things["Deployment", "zlv-warehouse-metabase"]
        spec = deployment["spec"]["template"]["spec"]
        containers = {each["name"]: each for each in spec["containers"]}
        sidecars = {each["name"]: each for each in spec["initContainers"] if "restartPolicy" in each}
        (mount,) = (mount for mount in containers["metabase"]["volumeMounts"] if mount["name"] == "clean")
        assert mount["readOnly"] is True
        claims = [
            volume["persistentVolumeClaim"]["claimName"]
            for volume in spec["volumes"]
            if "persistentVolumeClaim" in volume
        ]
        if variant == "metabase":
            assert claims == ["zlv-warehouse-clean"]
            assert not sidecars
        else:
            assert claims == []
            assert sidecars["follow"]["command"] == ["zlv", "follow", "--every", "20"]
            assert "affinity" not in spec


def metabase(**values: Any) -> client.V1Deployment:
    """Give Metabase's Deployment."""
    more = values.pop("chart", {})
    things = objects(render({"metabase": {"enabled": True, **values}, **more}))
    (found,) = (thing for thing in things if identity(thing) == ("Deployment", "zlv-warehouse-metabase"))
    deployment: client.V1Deployment = typed(found)
    return deployment


def test_metabase_has_its_own_place_volumes_and_way_of_being_replaced() -> None:
    """K17: strategy, affinity, tolerations, volumes and variables that are not the pipelines'."""
    node = {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": []}}}
    own = metabase(
        strategy={"type": "Recreate"},
        affinity=node,
        tolerations=[{"key": "bi", "operator": "Exists"}],
        nodeSelector={"pool": "bi"},
        extraVolumes=[{"name": "ldap", "secret": {"secretName": "ldap"}}],
        extraVolumeMounts=[{"name": "ldap", "mountPath": "/etc/ldap", "readOnly": True}],
        extraEnvFrom=[{"secretRef": {"name": "mail"}}],
        chart={"tolerations": [{"key": "batch", "operator": "Exists"}], "nodeSelector": {"pool": "batch"}},
    )
    pod = own.spec.template.spec
    assert own.spec.strategy.type == "Recreate"
    assert pod.affinity.node_affinity and pod.affinity.pod_affinity is None
    assert [each.key for each in pod.tolerations] == ["bi"] and pod.node_selector == {"pool": "bi"}
    (container,) = pod.containers
    assert "ldap" in {volume.name for volume in pod.volumes}
    assert "/etc/ldap" in {mount.mount_path for mount in container.volume_mounts}
    assert [source.secret_ref.name for source in container.env_from] == ["mail"]
    plain = metabase(chart={"tolerations": [{"key": "batch", "operator": "Exists"}]})
    assert [each.key for each in plain.spec.template.spec.tolerations] == ["batch"]
    assert plain.spec.strategy is None


def test_the_follower_is_a_sidecar_of_kubernetes_own() -> None:
    """K17: there before Metabase starts, gone after it, no hindrance to its end."""
    pod = metabase(delivery="releases").spec.template.spec
    assert [each.name for each in pod.containers] == ["metabase"]
    (follow,) = (each for each in pod.init_containers if each.name == "follow")
    assert follow.restart_policy == "Always"
    assert follow.resources.limits["memory"]


def test_metabase_and_a_trial_listen_at_every_address() -> None:
    """K14: a cluster of IPv6 alone has no 0.0.0.0."""
    variables = {each.name: each.value for each in metabase().spec.template.spec.containers[0].env}
    assert variables["MB_JETTY_HOST"] == "::"
    for variant in VARIANTS.values():
        assert "0.0.0.0" not in render(variant)
    (dev,) = (pod for pod in pods(objects(render({"dev": {"enabled": True}}))) if pod.name.endswith("-dev"))
    command = dev.spec.containers[0].command
    assert command[command.index("--host") + 1] == "::"
