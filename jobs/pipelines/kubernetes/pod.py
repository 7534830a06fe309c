"""Read a pod's status: the container `main` is the step, whatever else a cluster puts beside it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

Object = Mapping[str, Any]

MAIN = "main"


def has_begun(pod: Object) -> bool:
    """Tell whether a pod's step has run, so that it has a log."""
    state = _state(main_status(pod))
    return "running" in state or "terminated" in state


def has_ended(pod: Object) -> bool:
    """Tell whether a pod's step will write no more."""
    return bool(main_end(pod)) or (pod.get("status") or {}).get("phase") in ("Succeeded", "Failed")


def main_status(pod: Object) -> Object:
    """Give the status of a pod's step; empty while there is none."""
    return next((each for each in statuses(pod, "containerStatuses") if each.get("name") == MAIN), {})


def main_end(pod: Object) -> Object:
    """Give how a pod's step ended; empty while it has not."""
    return dict(_state(main_status(pod)).get("terminated") or {})


def ended_by_itself(pod: Object) -> bool:
    """Tell whether a pod's step ended before anybody asked its pod to."""
    end, status = main_end(pod), pod.get("status") or {}
    finished = moment(end.get("finishedAt"))
    metadata = pod["metadata"]
    if not end:
        return False
    if deleted := moment(metadata.get("deletionTimestamp")):
        asked = deleted - float(metadata.get("deletionGracePeriodSeconds") or 0)
        return finished is not None and finished < asked
    return status.get("reason") not in ("DeadlineExceeded", "Evicted", "Preempting", "Terminated")


def holders(pod: Object) -> list[str]:
    """Name the containers that keep a pod from its end though its step has ended."""
    if not main_end(pod) or (pod.get("status") or {}).get("phase") in ("Succeeded", "Failed"):
        return []
    return [str(each["name"]) for each in statuses(pod, "containerStatuses") if "running" in _state(each)]


def failed_before(pod: Object) -> str | None:
    """Say which init container's failure kept a pod's step from its start: `container x ended with 1`."""
    if has_begun(pod):
        return None
    for each in statuses(pod, "initContainerStatuses"):
        end = _state(each).get("terminated") or {}
        if end.get("exitCode"):
            return f"container {each.get('name')} ended with {end['exitCode']}"
    return None


def gave_way(pod: Object) -> str | None:
    """Say why a pod had to give way to what the cluster wanted: its node's room, a drain, another pod.

    None for a pod that was evicted for what it used itself, above its own limit.
    """
    status = pod.get("status") or {}
    if status.get("reason") == "Evicted" and "exceeds the" in str(status.get("message")):
        return None
    for each in status.get("conditions") or ():
        if each["type"] == "DisruptionTarget" and each["status"] == "True":
            return f"{each.get('reason') or 'DisruptionTarget'}: {each.get('message') or 'no reason given'}"
    return None


def is_out_of_sight(pod: Object) -> bool:
    """Tell whether a pod's step should be running while its node does not answer for it."""
    return has_begun(pod) and not has_ended(pod) and has_condition(pod, "Ready", "False")


def has_condition(pod: Object, kind: str, status: str) -> bool:
    """Tell whether a pod has a condition of that status."""
    conditions = (pod.get("status") or {}).get("conditions") or ()
    return any(each["type"] == kind and each["status"] == status for each in conditions)


def newest(pods: Iterable[Object]) -> Object | None:
    """Give the pod that was made last."""
    return max(pods, key=lambda each: str(each["metadata"].get("creationTimestamp")), default=None)


def statuses(pod: Object, kind: str) -> Iterator[Object]:
    """Yield the statuses of a pod's containers of a kind, `containerStatuses` or `initContainerStatuses`."""
    yield from (pod.get("status") or {}).get(kind) or ()


def moment(text: Any) -> float | None:
    """Read a time of the API as seconds since 1970."""
    return datetime.fromisoformat(str(text)).timestamp() if text else None


def _state(status: Object) -> Object:
    return status.get("state") or {}
