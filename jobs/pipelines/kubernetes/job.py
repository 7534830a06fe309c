"""Build a step's Job from the manifest's own template: the Kubernetes object as plain data."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from jobs.pipelines.manifest.pipeline import Pipeline
from jobs.pipelines.manifest.substitution import fill
from jobs.pipelines.step import Step

INSTANCE = "app.kubernetes.io/instance"
RUN, STEP, PIPELINE, MILLESIME = "zlv.fr/run", "zlv.fr/step", "zlv.fr/pipeline", "zlv.fr/millesime"
# Annotations: what does not fit a label. The records stand in the cluster for who has no access to the
# volume.
STEP_NAME, ATTEMPT, PARAMETERS = "zlv.fr/step-name", "zlv.fr/attempt", "zlv.fr/parameters"
RECORD, RESULT, RUN_RECORD = "zlv.fr/record", "zlv.fr/result", "zlv.fr/run-record"
WAITS = "zlv.fr/waits"

# A second try gives the same answer.
FINAL_EXITS = (2, 64, 65, 66)
_LONGEST_NAME = 63
_WEEK = 604_800
# Fields of the manifest's spec, and of a template over it, that are a pod's by the same name.
_POD = (
    "affinity",
    "automountServiceAccountToken",
    "imagePullSecrets",
    "nodeSelector",
    "priorityClassName",
    "securityContext",
    "serviceAccountName",
    "tolerations",
)


@dataclass(frozen=True)
class Setting:
    """Say what all Jobs of a run share; `owner` is the object whose end takes them along."""

    pipeline: Pipeline
    run_id: str
    namespace: str
    traceparent: str
    parameters: Mapping[str, str]
    pending_seconds: int
    image: str | None = None
    owner: Mapping[str, Any] | None = None


def job_name(run_id: str, step: str, attempt: int) -> str:
    """Name an attempt at a step by its run, so that a restarted executor finds it; at most 63 characters."""
    plain = f"{run_id}-{step}-{attempt}"
    name = re.sub(r"[^a-z0-9-]+", "-", plain.lower())
    if name == plain and len(name) <= _LONGEST_NAME:
        return name
    digest = hashlib.sha256(f"{run_id}\0{step}".encode()).hexdigest()[:8]
    end = f"-{digest}-{attempt}"
    return f"{name.removesuffix(f'-{attempt}')[: _LONGEST_NAME - len(end)].strip('-')}{end}"


def label_value(text: str) -> str:
    """Make a label's value: the text itself where it may stand there, else its start and a digest."""
    if re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?", text):
        return text
    digest = hashlib.sha256(text.encode()).hexdigest()[:8]
    return f"{re.sub(r'[^A-Za-z0-9._-]+', '-', text).strip('-._')[:54]}-{digest}".lstrip("-")


def millesime(step: Step) -> str | None:
    """Give the year edition that a step works on, when one of its inputs names it: `lovac_2025`."""
    for name, value in step.scope.items():
        if name.startswith("inputs.parameters.") and (match := re.search(r"(?:^|_)((?:19|20)\d\d)$", value)):
            return match[1]
    return None


def job_of(step: Step, attempt: int, setting: Setting) -> dict[str, Any]:
    """Build the Job that runs one attempt at a step.

    The executor decides on retries (`retryStrategy` knows backoff and exit codes, a Job's
    `backoffLimit` does not), so a Job has one pod. It decides on disruptions too (drain, preemption):
    a Job would start a pod anew for ever that is evicted for what it does itself. The pod's deadline
    leaves its log in place; the Job's, later, also covers a pod that never starts.
    """
    spec = setting.pipeline.raw["spec"]
    template = setting.pipeline.templates[step.template].raw
    labels = _labels(step, setting)
    annotations = {
        STEP_NAME: step.name,
        ATTEMPT: str(attempt),
        PARAMETERS: json.dumps(dict(setting.parameters), ensure_ascii=False),
    }
    metadata: dict[str, Any] = {
        "name": job_name(setting.run_id, step.name, attempt),
        "namespace": setting.namespace,
        "labels": labels,
        "annotations": annotations,
    }
    if setting.owner:
        metadata["ownerReferences"] = [dict(setting.owner)]
    pod_annotations = {
        **_of(spec, "podMetadata").get("annotations", {}),
        **_of(template, "metadata").get("annotations", {}),
    }
    job: dict[str, Any] = {
        "backoffLimit": 0,
        "podReplacementPolicy": "Failed",
        "podFailurePolicy": {
            "rules": [
                {
                    "action": "FailJob",
                    "onExitCodes": {"containerName": "main", "operator": "In", "values": list(FINAL_EXITS)},
                },
            ]
        },
        "ttlSecondsAfterFinished": int(_of(spec, "ttlStrategy").get("secondsAfterCompletion", _WEEK)),
        "template": {
            "metadata": {"labels": labels, **({"annotations": pod_annotations} if pod_annotations else {})},
            "spec": _pod(step, setting, spec, template),
        },
    }
    if step.deadline is not None:
        job["activeDeadlineSeconds"] = int(2 * step.deadline) + setting.pending_seconds
    return {"apiVersion": "batch/v1", "kind": "Job", "metadata": metadata, "spec": job}


def _labels(step: Step, setting: Setting) -> dict[str, str]:
    spec = setting.pipeline.raw["spec"]
    template = setting.pipeline.templates[step.template].raw
    year = millesime(step)
    return {
        **_of(spec, "podMetadata").get("labels", {}),
        **_of(template, "metadata").get("labels", {}),
        "app.kubernetes.io/managed-by": "zlv",
        PIPELINE: label_value(setting.pipeline.name),
        RUN: label_value(setting.run_id),
        STEP: label_value(step.name),
        **({MILLESIME: year} if year else {}),
    }


def _pod(
    step: Step, setting: Setting, spec: Mapping[str, Any], template: Mapping[str, Any]
) -> dict[str, Any]:
    pod: dict[str, Any] = {
        name: source[name] for source in (spec, template) for name in _POD if name in source
    }
    if "podPriorityClassName" in spec and "priorityClassName" not in pod:
        pod["priorityClassName"] = spec["podPriorityClassName"]
    # What a workflow has no field for; the containers that it names are Argo's own.
    patch = yaml.safe_load(spec.get("podSpecPatch") or "{}")
    pod |= {name: value for name, value in patch.items() if name not in ("containers", "initContainers")}
    volumes = [*(spec.get("volumes") or ()), *(template.get("volumes") or ())]
    if volumes:
        pod["volumes"] = volumes
    if step.deadline is not None:
        pod["activeDeadlineSeconds"] = int(step.deadline)
    pod["restartPolicy"] = "Never"
    # Steps have no business with the API.
    pod.setdefault("automountServiceAccountToken", False)
    pod["containers"] = [_container(step, setting, template["container"])]
    return pod


def _container(step: Step, setting: Setting, raw: Mapping[str, Any]) -> dict[str, Any]:
    container: dict[str, Any] = _filled(raw, step.scope, f"task {step.task}")
    container["name"] = "main"
    if setting.image:
        container["image"] = setting.image
    given = {"ZLV_RUN_ID": setting.run_id, "ZLV_STEP": step.name, "TRACEPARENT": setting.traceparent}
    container["env"] = [entry for entry in container.get("env") or () if entry["name"] not in given]
    container["env"] += [{"name": name, "value": value} for name, value in given.items()]
    # A command that is no stage of ours leaves its last words in the pod's status.
    container.setdefault("terminationMessagePolicy", "FallbackToLogsOnError")
    return container


def _filled(value: Any, scope: Mapping[str, str], where: str) -> Any:
    if isinstance(value, str):
        return fill(value, scope, where)
    if isinstance(value, Mapping):
        return {key: _filled(inner, scope, where) for key, inner in value.items()}
    if isinstance(value, list):
        return [_filled(inner, scope, where) for inner in value]
    return value


def _of(values: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = values.get(name) or {}
    return found if isinstance(found, Mapping) else {}
