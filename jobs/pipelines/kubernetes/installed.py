"""Find what is installed in a namespace: the manifests that the chart rendered, and the pipelines'
schedules."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jobs.errors import SettingsError
from jobs.pipelines.kubernetes.cluster import Cluster
from jobs.pipelines.kubernetes.job import INSTANCE, PIPELINE, label_value
from jobs.pipelines.manifest.manifest import find_manifest
from jobs.settings import Settings

# The chart's ConfigMap of manifests, with this installation's image, volumes, secrets and resources.
_CONFIG_MAP = "-pipelines"
_ARGO, _WORKFLOWS = ("argoproj.io", "v1alpha1"), "cronworkflows"


def manifest_of(
    settings: Settings,
    cluster: Cluster | None,
    pipeline: str,
    file: str | None = None,
    instance: str | None = None,
) -> Path:
    """Give a manifest's path: the file named, what is installed in the cluster's namespace, or the program's
    own.

    `file` is where an earlier run had it; `instance` is the installation that is meant where a namespace has
    several.

    Only a person's account may read ConfigMaps; the executor of a cluster is given a file. Raises
    SettingsError when the namespace does not have that installation, or several and none was named.
    """
    if file is not None and Path(file).is_file():
        return Path(file)
    if cluster is None or cluster.pod_name is not None or Path(pipeline).suffix in (".yml", ".yaml"):
        return find_manifest(pipeline)
    listing = cluster.plain(cluster.call(cluster.core.list_namespaced_config_map, cluster.namespace))
    found = [
        each
        for each in listing["items"]
        if each["metadata"]["name"].endswith(_CONFIG_MAP) and (each.get("data") or {}).get(f"{pipeline}.yml")
    ]
    chosen = _of_one(cluster, found, instance, f"pipeline {pipeline!r}")
    if not chosen:
        return find_manifest(pipeline)
    folder = settings.ZLV_HOME / "installed" / cluster.namespace / _instance(chosen[0])
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{pipeline}.yml"
    path.write_text(chosen[0]["data"][f"{pipeline}.yml"], encoding="utf-8")
    return path


def _of_one(
    cluster: Cluster, found: list[dict[str, Any]], instance: str | None, what: str
) -> list[dict[str, Any]]:
    """Keep the objects of one installation, the named or the only one."""
    names = sorted({_instance(each) for each in found})
    if instance is None and len(names) > 1:
        raise SettingsError(
            f"namespace {cluster.namespace} has {len(names)} installations with a {what}: {', '.join(names)};"
            f" say which one: --instance {names[0]}"
        )
    if instance is not None and instance not in names:
        raise SettingsError(
            f"namespace {cluster.namespace} has no installation {instance!r} with a {what}; it has"
            f" {', '.join(names) or 'none'}"
        )
    return [each for each in found if instance in (None, _instance(each))]


def _instance(thing: dict[str, Any]) -> str:
    labels = thing["metadata"].get("labels") or {}
    return str(labels.get(INSTANCE) or thing["metadata"]["name"].removesuffix(_CONFIG_MAP))


def schedules(cluster: Cluster, pipeline: str, instance: str | None = None) -> list[str]:
    """List a pipeline's schedules in a namespace: `cronjob/<name>`, and `cronworkflow/<name>` where Argo is
    installed.

    Raises SettingsError when they are of several installations and none was named.
    """
    from kubernetes.client import ApiException, CustomObjectsApi

    selector = f"{PIPELINE}={label_value(pipeline)}"
    listing = cluster.plain(
        cluster.call(cluster.batch.list_namespaced_cron_job, cluster.namespace, label_selector=selector)
    )
    found = [each | {"kind": "cronjob"} for each in listing["items"]]
    try:
        listing = cluster.call(
            CustomObjectsApi(cluster.client).list_namespaced_custom_object,
            *_ARGO,
            cluster.namespace,
            _WORKFLOWS,
            label_selector=selector,
        )
        found += [each | {"kind": "cronworkflow"} for each in listing["items"]]
    except ApiException as error:
        if error.status != 404:
            raise
    chosen = _of_one(cluster, found, instance, f"schedule of {pipeline!r}")
    return [f"{each['kind']}/{each['metadata']['name']}" for each in chosen]


def set_suspended(cluster: Cluster, pipeline: str, suspended: bool, instance: str | None = None) -> list[str]:
    """Let a pipeline's schedules start no run, or start runs again; give their names.

    Raises SettingsError when the namespace has none, or those of several installations and none was named.
    """
    from kubernetes.client import CustomObjectsApi

    found = schedules(cluster, pipeline, instance)
    if not found:
        raise SettingsError(
            f"namespace {cluster.namespace} has no schedule of a pipeline {pipeline!r} (label {PIPELINE})"
        )
    patch = {"spec": {"suspend": suspended}}
    for each in found:
        kind, _, name = each.partition("/")
        if kind == "cronjob":
            cluster.call(cluster.batch.patch_namespaced_cron_job, name, cluster.namespace, patch)
        else:
            custom = CustomObjectsApi(cluster.client)
            cluster.call(
                custom.patch_namespaced_custom_object, *_ARGO, cluster.namespace, _WORKFLOWS, name, patch
            )
    return found
