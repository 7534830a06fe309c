"""Say from a Job and its pods how an attempt ended, in one sentence and an exit code."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from jobs.pipelines.kubernetes.job import FINAL_EXITS, STEP_NAME
from jobs.pipelines.kubernetes.pod import (
    MAIN,
    ended_by_itself,
    failed_before,
    gave_way,
    main_end,
    moment,
    newest,
)
from jobs.pipelines.kubernetes.waiting import line

Object = Mapping[str, Any]

_POD_DELETED, _JOB_DELETED = "its pod was deleted", "its Job was deleted"
_GAVE_WAY = "its pod had to give way"


@dataclass(frozen=True)
class Verdict:
    """Tell an attempt's end. A disruption came from outside (its pod or Job was deleted) and is no failure.

    `told` is the record that the stage itself left in the pod's status; `pod_start` the seconds that lie
    between the Job's creation and the step's own start.
    """

    exit_code: int
    sentence: str | None
    is_disruption: bool
    started: float | None
    ended: float | None
    told: Mapping[str, Any] | None
    pod_start: float | None = None


def job_end(job: Object) -> Object | None:
    """Give the condition that ended a Job; None while it goes on."""
    for condition in (job.get("status") or {}).get("conditions") or ():
        if condition["type"] in ("Complete", "Failed") and condition["status"] == "True":
            return dict(condition)
    return None


def verdict(job: Object, pods: Iterable[Object]) -> Verdict:
    """Tell how a Job went that has ended or is gone, by its last pod where one is known.

    The step's own container is asked first: another one of its pod may fail, or stay, without it.
    """
    condition = job_end(job) or {}
    pod = newest(pods)
    end = main_end(pod) if pod else {}
    told = _told(end.get("message"))
    code, sentence, is_disruption = 0, None, False
    is_done = bool(pod and ended_by_itself(pod)) and end.get("exitCode") == 0
    if condition.get("type") != "Complete" and not is_done:
        code, sentence, is_disruption = _failure(job, condition, pod, end, told)
    began = moment(end.get("startedAt") or (job.get("status") or {}).get("startTime"))
    ended = moment(end.get("finishedAt") or condition.get("lastTransitionTime"))
    return Verdict(code, sentence, is_disruption, began, ended, told, _pod_start(job, end))


def _pod_start(job: Object, end: Object) -> float | None:
    """Tell how long a Job's step waited for its start; None when it had none. A second is what is told."""
    created = moment((job.get("metadata") or {}).get("creationTimestamp"))
    started = moment(end.get("startedAt"))
    return None if created is None or started is None else max(0.0, started - created)


def _failure(
    job: Object, condition: Object, pod: Object | None, end: Object, told: Object | None
) -> tuple[int, str, bool]:
    """Give exit code, sentence and whether it was a disruption; what stands first explains what follows from
    it."""
    status = (pod or {}).get("status") or {}
    code = int(end.get("exitCode", 0)) or 137
    said_itself = code in (1, *FINAL_EXITS, 75)
    init, way = (failed_before(pod), gave_way(pod)) if pod else (None, None)
    sentences = (
        ("DeadlineExceeded" in (status.get("reason"), condition.get("reason")), 143, _deadline(job)),
        (bool(way) and not said_itself, code if end else 143, f"{_GAVE_WAY} ({line(way)})"),
        (
            status.get("reason") == "Evicted",
            code,
            f"was evicted from its node (Evicted): {line(status.get('message'))}",
        ),
        (end.get("reason") == "OOMKilled", 137, _out_of_memory(job)),
        (not condition and not said_itself, code if end else 143, _JOB_DELETED),
        (pod is None, 143, _POD_DELETED),
        (
            bool(pod and pod["metadata"].get("deletionTimestamp")) and not said_itself,
            code if end else 143,
            _POD_DELETED,
        ),
        (
            end.get("reason") in ("StartError", "ContainerCannotRun"),
            64,
            f"its command cannot be started: {line(end.get('message'))}",
        ),
        (
            init is not None,
            75,
            f"was not begun: {init}, and comes before it in its pod",
        ),
        (True, code, _said(told, end.get("message"), code)),
    )
    code, sentence = next((code, sentence) for holds, code, sentence in sentences if holds)
    return code, sentence, sentence.startswith((_POD_DELETED, _JOB_DELETED, _GAVE_WAY))


def last_sentence(text: str) -> str | None:
    """Give the sentence that a command of ours ended with: from its last `zlv: ` on."""
    lines = text.rstrip().splitlines()
    said = [number for number, line in enumerate(lines) if line.startswith("zlv: ")]
    return "\n".join(lines[said[-1] :]).removeprefix("zlv: ") if said else None


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
    containers = job["spec"]["template"]["spec"]["containers"]
    return dict(next((each for each in containers if each["name"] == MAIN), containers[0]))
