"""Say why a step's pod does not come or does not begin: by the pod's status, and by the cluster's events."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from jobs.pipelines.kubernetes.patience import without_name
from jobs.pipelines.kubernetes.pod import MAIN, statuses

Object = Mapping[str, Any]

# Reasons of a container that cannot start, each with what is wrong.
_CANNOT_START = {
    "ErrImagePull": "image {image} cannot be pulled",
    "ImagePullBackOff": "image {image} cannot be pulled",
    "ErrImageNeverPull": "image {image} is not on the node and imagePullPolicy is Never",
    "InvalidImageName": "image name {image} is wrong",
    "CreateContainerConfigError": "container cannot be configured",
    "CreateContainerError": "container cannot be created",
    "RunContainerError": "container cannot be started",
    "CrashLoopBackOff": "container ends again and again",
}
# What a node says that has not read yet what it is asked for; once it has, it says what is wrong.
_NOT_READ_YET = re.compile(r"failed to sync \w+ cache: timed out|object \S+ not registered")
_UNHEARD = "NodeNotHeard"


class Why(NamedTuple):
    """Hold why a step waits: the cluster's word for it, and a sentence."""

    reason: str
    sentence: str

    @property
    def may_pass(self) -> bool:
        """Tell whether the node is only late, so that a better reason may follow."""
        return self.reason == _UNHEARD or _NOT_READ_YET.search(self.sentence) is not None


def why_waiting(pod: Object) -> Why | None:
    """Say why a pod cannot begin: no node takes it, its image is not to be had, its container not to be
    made."""
    for condition in (pod.get("status") or {}).get("conditions") or ():
        if condition["type"] == "PodScheduled" and condition["status"] == "False":
            reason = str(condition.get("reason", "Unschedulable"))
            return Why(
                reason, f"no node takes its pod ({reason}): {condition.get('message', 'no reason given')}"
            )
    for kind in ("initContainerStatuses", "containerStatuses"):
        for container in statuses(pod, kind):
            waiting = (container.get("state") or {}).get("waiting") or {}
            reason = str(waiting.get("reason"))
            if reason in _CANNOT_START:
                name = container.get("name")
                whose = "its" if name == MAIN else f"its pod's container {name}: the"
                what = _CANNOT_START[reason].format(image=container.get("image") or "")
                return Why(reason, f"{whose} {what} ({reason}): {line(waiting.get('message'))}")
    return None


def why_by_events(events: Iterable[Object]) -> Why | None:
    """Say why an object makes no progress: by the newest warning of it, `FailedCreate: exceeded quota …`."""
    warnings = [event for event in events if event.get("type") == "Warning"]
    newest = max(warnings, key=_when, default=None)
    if newest is None:
        return None
    reason = str(newest.get("reason") or "Warning")
    return Why(reason, f"{reason}: {line(without_name(str(newest.get('message') or '')))}")


def why_unheard(pod: Object) -> Why | None:
    """Say that a pod's node has said nothing of it yet; nothing warns of that."""
    node = (pod.get("spec") or {}).get("nodeName")
    if not node or any(statuses(pod, "containerStatuses")):
        return None
    return Why(
        _UNHEARD,
        f"node {node} has its pod and says nothing of it ({_UNHEARD}); see: kubectl describe node {node}",
    )


def line(text: Any) -> str:
    """Write a text of the cluster in one line of at most 300 characters."""
    return " ".join(str(text or "no reason given").split())[:300]


def _when(event: Object) -> str:
    series = event.get("series") or {}
    return str(
        series.get("lastObservedTime")
        or event.get("lastTimestamp")
        or event.get("eventTime")
        or event["metadata"].get("creationTimestamp")
        or ""
    )
