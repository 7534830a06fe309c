"""Restart a Deployment pod by pod and wait until the new ones are ready."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from jobs.errors import SettingsError, Temporary
from jobs.pipelines.kubernetes.changes import Changes
from jobs.pipelines.kubernetes.cluster import Cluster


def restart(cluster: Cluster, name: str, seconds: float) -> float:
    """Restart as `kubectl rollout restart` does and give the seconds it took.

    Raises SettingsError when there is no such Deployment, Temporary when it is not ready in time.
    """
    from kubernetes.client import ApiException, AppsV1Api

    apps, began = AppsV1Api(cluster.client), time.monotonic()
    moment = datetime.now(UTC).isoformat(timespec="seconds")
    patch = {
        "spec": {"template": {"metadata": {"annotations": {"kubectl.kubernetes.io/restartedAt": moment}}}}
    }
    try:
        patched = cluster.plain(
            cluster.call(apps.patch_namespaced_deployment, name, cluster.namespace, patch)
        )
    except ApiException as error:
        if error.status != 404:
            raise
        raise SettingsError(
            f"there is no deployment {name!r} in namespace {cluster.namespace}; set METABASE_DEPLOYMENT"
        ) from None
    changes = Changes(
        cluster,
        "",
        field_selector=f"metadata.name={name}",
        followed={"deployment": apps.list_namespaced_deployment},
    )
    changes.start()
    try:
        while not _is_ready(patched):
            left = seconds - (time.monotonic() - began)
            found = changes.next(left) if left > 0 else None
            if found is None:
                raise Temporary(
                    f"deployment {name} is not ready after {seconds:.0f} s; see: kubectl -n"
                    f" {cluster.namespace} describe deployment {name}"
                )
            patched = next(iter(found), patched)
    finally:
        changes.stop()
    return time.monotonic() - began


def _is_ready(deployment: Mapping[str, Any]) -> bool:
    status, wanted = deployment.get("status") or {}, deployment["spec"].get("replicas", 1)
    seen = status.get("observedGeneration", 0) >= deployment["metadata"]["generation"]
    return bool(
        seen
        and status.get("updatedReplicas", 0)
        == status.get("availableReplicas", 0)
        == status.get("replicas", 0)
        == wanted
    )
