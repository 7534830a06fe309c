"""Say from a Job and its pods how an attempt ended, in one sentence and an exit code."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from jobs.pipelines.kubernetes.job import FINAL_EXITS, STEP_NAME

Object = Mapping[str, Any]

_DELETED = "its pod was deleted"
# Reasons of a container that cannot start, each with what a person does about it.
_CANNOT_START = {
    "ErrImagePull": "its image {image} cannot be pulled",
    "ImagePullBackOff": "its image {image} cannot be pulled",
    "ErrImageNeverPull": "its image {image} is not on the node and imagePullPolicy is Never",
    "InvalidImageName": "its image name {image} is wrong",
    "CreateContainerConfigError": "its container cannot be configured",
    "CreateContainerError": "its container cannot be created",
    "RunContainerError": "its container cannot be started",
}


@dataclass(frozen=True)
class Verdict:
    """Tell an attempt's end. A disruption came from outside (its pod was deleted) and is no failure.

    `told` is the record that the stage itself left in the pod's status.
    """

    exit_code: int
    sentence: str | None
    is_disruption: bool
    started: float | None
    ended: float | None
    told: Mapping[str, Any] | None


def job_end(job: Object) -> Object | None:
    """Give the condition that ended a Job; None while it goes on."""
    for condition in (job.get("status") or {}).get("conditions") or ():
        if condition["type"] in ("Complete", "Failed") and condition["status"] == "True":
            return dict(condition)
    return None


def verdict(job: Object, pods: Iterable[Object]) -> Verdict:
    """Tell how an ended Job went, by its last pod where one is known."""
    condition = job_end(job) or {}
    pod = max(pods, key=lambda each: str(each["metadata"].get("creationTimestamp")), default=None)
    end = _terminated(pod) if pod else {}
    told = _told(end.get("message"))
    code, sentence, is_disruption = 0, None, False
    if condition.get("type") != "Complete":
        code, sentence, is_disruption = _failure(job, condition, pod, end, told)
    began = moment(end.get("startedAt") or (job.get("status") or {}).get("startTime"))
    ended = moment(end.get("finishedAt") or condition.get("lastTransitionTime"))
    return Verdict(code, sentence, is_disruption, began, ended, told)


def _failure(
    job: Object, condition: Object, pod: Object | None, end: Object, told: Object | None
) -> tuple[int, str, bool]:
    """Give exit code, sentence and whether it was a disruption; what stands first explains what follows from
    it."""
    status = (pod or {}).get("status") or {}
    code = int(end.get("exitCode", 0)) or 137
    deleted = pod is None or (
        bool(pod["metadata"].get("deletionTimestamp")) and code not in (1, *FINAL_EXITS, 75)
    )
    sentences = (
        ("DeadlineExceeded" in (status.get("reason"), condition.get("reason")), 143, _deadline(job)),
        (
            status.get("reason") == "Evicted",
            code,
            f"was evicted from its node (Evicted): {_line(status.get('message'))}",
        ),
        (end.get("reason") == "OOMKilled", 137, _out_of_memory(job)),
        (deleted, 143 if pod is None else code, _DELETED),
        (
            end.get("reason") in ("StartError", "ContainerCannotRun"),
            64,
            f"its command cannot be started: {_line(end.get('message'))}",
        ),
        (True, code, _said(told, end.get("message"), code)),
    )
    code, sentence = next((code, sentence) for holds, code, sentence in sentences if holds)
    return code, sentence, sentence == _DELETED


def why_waiting(pod: Object) -> str | None:
    """Say why a pod cannot begin: no node takes it, its image is not to be had, its container not to be
    made."""
    status = pod.get("status") or {}
    for condition in status.get("conditions") or ():
        if condition["type"] == "PodScheduled" and condition["status"] == "False":
            return (
                f"no node takes its pod ({condition.get('reason', 'Unschedulable')}):"
                f" {condition.get('message', 'no reason given')}"
            )
    for container in status.get("containerStatuses") or ():
        waiting = (container.get("state") or {}).get("waiting") or {}
        if waiting.get("reason") in _CANNOT_START:
            said = _CANNOT_START[waiting["reason"]].format(image=container.get("image") or "")
            return f"{said} ({waiting['reason']}): {_line(waiting.get('message'))}"
    return None


def has_begun(pod: Object) -> bool:
    """Tell whether a pod's container has run, so that it has a log."""
    for container in (pod.get("status") or {}).get("containerStatuses") or ():
        state = container.get("state") or {}
        if "running" in state or "terminated" in state:
            return True
    return False


def has_ended(pod: Object) -> bool:
    """Tell whether a pod's container will write no more."""
    return bool(_terminated(pod)) or (pod.get("status") or {}).get("phase") in ("Succeeded", "Failed")


def moment(text: Any) -> float | None:
    """Read a time of the API as seconds since 1970."""
    return datetime.fromisoformat(str(text)).timestamp() if text else None


def last_sentence(text: str) -> str | None:
    """Give the sentence that a command of ours ended with: from its last `zlv: ` on."""
    lines = text.rstrip().splitlines()
    said = [number for number, line in enumerate(lines) if line.startswith("zlv: ")]
    return "\n".join(lines[said[-1] :]).removeprefix("zlv: ") if said else None


def _terminated(pod: Object) -> Object:
    for container in (pod.get("status") or {}).get("containerStatuses") or ():
        end = (container.get("state") or {}).get("terminated")
        if end:
            return dict(end)
    return {}


def _told(message: Any) -> Mapping[str, Any] | None:
    try:
        values = json.loads(str(message or ""))
    except ValueError:
        return None
    return values if isinstance(values, dict) and "exit_code" in values and "step" in values else None


def _said(told: Mapping[str, Any] | None, message: Any, code: int) -> str:
    if told and told.get("message"):
        return str(told["message"])
    said = last_sentence(str(message or ""))
    if said:
        return said
    # Other words may quote data: they stay in the log.
    return "was killed by SIGKILL" if code == 137 else f"ended with exit code {code}; its log says why"


def _out_of_memory(job: Object) -> str:
    limit = _main(job).get("resources", {}).get("limits", {}).get("memory", "its node's memory")
    step = (job["metadata"].get("annotations") or {}).get(STEP_NAME, "the step")
    return (
        f"used more memory than its limit of {limit} and was killed (OOMKilled); raise the memory limit of"
        f" {step}"
    )


def _deadline(job: Object) -> str:
    seconds = job["spec"]["template"]["spec"].get("activeDeadlineSeconds") or job["spec"].get(
        "activeDeadlineSeconds"
    )
    return f"took longer than its {seconds} s and was stopped (DeadlineExceeded)"


def _main(job: Object) -> Object:
    return dict(job["spec"]["template"]["spec"]["containers"][0])


def _line(text: Any) -> str:
    return " ".join(str(text or "no reason given").split())[:300]
