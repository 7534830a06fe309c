"""Find what is installed in a namespace: the manifests that the chart rendered, and the pipelines'
schedules."""

from __future__ import annotations

from pathlib import Path

from jobs.errors import SettingsError
from jobs.pipelines.kubernetes.cluster import Cluster
from jobs.pipelines.kubernetes.job import PIPELINE, label_value
from jobs.pipelines.manifest.manifest import find_manifest
from jobs.settings import Settings

# The chart's ConfigMap of manifests, with this installation's image, volumes, secrets and resources.
_CONFIG_MAP = "-pipelines"
_ARGO, _WORKFLOWS = ("argoproj.io", "v1alpha1"), "cronworkflows"


def manifest_of(settings: Settings, cluster: Cluster | None, pipeline: str, file: str | None = None) -> Path:
    """Give a manifest's path: the file named, what is installed in the cluster's namespace, or the program's
    own.

    `file` is where an earlier run had it.

    Only a person's account may read ConfigMaps; the executor of a cluster is given a file.
    """
    if file is not None and Path(file).is_file():
        return Path(file)
    if cluster is None or cluster.pod_name is not None or Path(pipeline).suffix in (".yml", ".yaml"):
        return find_manifest(pipeline)
    listing = cluster.plain(cluster.call(cluster.core.list_namespaced_config_map, cluster.namespace))
    for each in listing["items"]:
        text = (each.get("data") or {}).get(f"{pipeline}.yml")
        if each["metadata"]["name"].endswith(_CONFIG_MAP) and text:
            path = settings.ZLV_HOME / "installed" / cluster.namespace / f"{pipeline}.yml"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            return path
    return find_manifest(pipeline)


def schedules(cluster: Cluster, pipeline: str) -> list[str]:
    """List a pipeline's schedules in a namespace: `cronjob/<name>`, and `cronworkflow/<name>` where Argo is
    installed."""
    from kubernetes.client import ApiException, CustomObjectsApi

    selector = f"{PIPELINE}={label_value(pipeline)}"
    listing = cluster.plain(
        cluster.call(cluster.batch.list_namespaced_cron_job, cluster.namespace, label_selector=selector)
    )
    found = [f"cronjob/{each['metadata']['name']}" for each in listing["items"]]
    try:
        listing = cluster.call(
            CustomObjectsApi(cluster.client).list_namespaced_custom_object,
            *_ARGO,
            cluster.namespace,
            _WORKFLOWS,
            label_selector=selector,
        )
    except ApiException as error:
        if error.status != 404:
            raise
        return found
    return [*found, *(f"cronworkflow/{each['metadata']['name']}" for each in listing["items"])]


def set_suspended(cluster: Cluster, pipeline: str, suspended: bool) -> list[str]:
    """Let a pipeline's schedules start no run, or start runs again; give their names.

    Raises SettingsError when the namespace has none.
    """
    from kubernetes.client import CustomObjectsApi

    found = schedules(cluster, pipeline)
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
