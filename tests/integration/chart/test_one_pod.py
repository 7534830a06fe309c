"""A pipeline whose steps all run in the pod of its CronJob: it has what they have together, and no more."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml
from chart import CHART, Pod, helm, identity, objects, pods, render, step_pods
from chart_variants import VARIANTS

ALL = VARIANTS["one pod"]
NAMES = ("daily", "weekly", "yearly", "backup", "restore")


def one_pod(name: str, values: dict[str, Any] | None = None) -> Pod:
    things = objects(render(values or ALL))
    (found,) = (
        pod
        for pod in pods([thing for thing in things if thing["kind"] == "CronJob"])
        if pod.name.endswith(name)
    )
    return found


def steps_of(name: str, values: dict[str, Any] | None = None) -> list[Pod]:
    things = {identity(thing): thing for thing in objects(render(values or ALL))}
    return list(
        step_pods(yaml.safe_load(things["ConfigMap", "zlv-warehouse-pipelines"]["data"][f"{name}.yml"]))
    )


def keys(pod: Pod) -> set[str]:
    return {item.key for volume in pod.spec.volumes if volume.secret for item in volume.secret.items}


@pytest.mark.parametrize("name", NAMES)
def test_the_pod_has_the_keys_and_volumes_of_its_steps(name: str) -> None:
    """Issue 14: `executor: pod`"""
    pod, steps = one_pod(name), steps_of(name)
    (container,) = pod.spec.containers
    assert keys(pod) == {key for step in steps for key in keys(step)}
    mounted = {mount.mount_path: mount for mount in container.volume_mounts}
    theirs = [{mount.mount_path for mount in step.spec.containers[0].volume_mounts} for step in steps]
    only_read = all("/data/raw" in paths for paths in theirs)
    assert mounted.keys() - {"/etc/zlv/pipelines"} == set().union(*theirs) - (
        set() if only_read else {"/data/raw"}
    )
    assert only_read is (name == "backup")
    volumes = [volume.name for volume in pod.spec.volumes]
    assert len(volumes) == len(set(volumes)) and {mount.name for mount in mounted.values()} <= set(volumes)
    assert "/etc/certificates" in mounted
    assert container.command == ["zlv", "run", f"/etc/zlv/pipelines/{name}.yml", "--executor", "pod"]


def test_the_pod_has_the_largest_limits_of_its_steps_and_tells_them_to_duckdb() -> None:
    """Issue 14: one step after the other needs no more than the largest."""
    (container,) = one_pod("daily").spec.containers
    assert container.resources.limits == {"cpu": "2500m", "memory": "12Gi", "ephemeral-storage": "20Gi"}
    assert container.resources.requests == {"cpu": "500m", "memory": "512Mi", "ephemeral-storage": "64Mi"}
    (plain,) = one_pod("daily", {"pipelines": {"daily": {"executor": "pod"}}}).spec.containers
    assert plain.resources.limits == {"cpu": "2", "memory": "6Gi", "ephemeral-storage": "20Gi"}
    told = {each.name: each.value_from for each in container.env}
    assert told["ZLV_POD_MEMORY_LIMIT"].resource_field_ref.resource == "limits.memory"
    assert told["ZLV_JOB_NAME"].field_ref.field_path == "metadata.labels['batch.kubernetes.io/job-name']"


def test_the_pod_has_no_right_and_reaches_what_its_steps_reach() -> None:
    """Issue 14: its own processes are its steps; the API server is no part of the run."""
    things = {identity(thing): thing for thing in objects(render(ALL))}
    assert not [name for _, name in things if name.endswith("-executor")]
    pod = one_pod("daily")
    assert pod.spec.service_account_name == "zlv-warehouse-step"
    assert pod.spec.automount_service_account_token is False
    spec = things["NetworkPolicy", "zlv-warehouse-run-daily"]["spec"]
    assert spec["podSelector"]["matchLabels"].items() <= pod.labels.items()
    ports = {port["port"] for rule in spec["egress"] for port in rule["ports"]}
    assert ports == {53, 5353, 443, 5432, 3128}, (
        "443 is S3, the web and the webhook; 3128 the audit's own rule"
    )
    chosen = [
        name
        for (kind, name), thing in things.items()
        if kind == "NetworkPolicy"
        and thing["spec"]["podSelector"]["matchLabels"].items() <= pod.labels.items()
    ]
    assert sorted(chosen) == ["zlv-warehouse-default-deny", "zlv-warehouse-run-daily"]


def test_one_pipeline_in_a_pod_changes_no_other() -> None:
    """Issue 14: the default stays a Job per step."""
    plain = {identity(thing): thing for thing in objects(render())}
    other = {
        identity(thing): thing for thing in objects(render({"pipelines": {"daily": {"executor": "pod"}}}))
    }
    changed = {name for kind, name in other if plain.get((kind, name)) != other[kind, name]}
    assert changed == {"zlv-warehouse-daily", "zlv-warehouse-run-daily"}
    assert plain.keys() <= other.keys()


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"pipelines": {"daily": {"executor": "local"}}}, "'/pipelines/daily/executor'.*'kubernetes', 'pod'"),
        (
            {"argo": {"enabled": True}, "pipelines": {"daily": {"executor": "pod"}}},
            "pipelines.daily.executor is pod, but with argo.enabled Argo runs the steps",
        ),
    ],
)
def test_what_cannot_be_is_refused(values: dict[str, Any], sentence: str) -> None:
    """Issue 14"""
    done = helm("template", "zlv", str(CHART), "--values", "-", text=yaml.safe_dump(values))
    assert done.returncode
    assert re.search(sentence, done.stderr), done.stderr


@pytest.mark.parametrize("executor", ["pod", "kubernetes"])
def test_the_alert_says_where_the_runs_of_one_pod_are_looked_at(executor: str) -> None:
    """Issue 14: they leave no Job of a step from which a laptop could read them."""
    values = {
        "monitoring": {"prometheusRule": {"enabled": True}},
        "pipelines": {"daily": {"executor": executor}},
    }
    (rule,) = (thing for thing in objects(render(values)) if thing["kind"] == "PrometheusRule")
    told = next(each for each in rule["spec"]["groups"][0]["rules"] if each["alert"] == "ZlvRunFailed")
    look = "Of daily, whose runs are on the volume: kubectl -n zlv-warehouse exec deploy/zlv-warehouse-shell"
    assert (look in told["annotations"]["description"]) is (executor == "pod")
