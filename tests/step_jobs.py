"""A manifest whose one step has all that a Job takes over, and a Job read as the API's model."""

from __future__ import annotations

import json
from typing import Any

from kubernetes import client

from jobs.pipelines.kubernetes.job import Setting
from jobs.pipelines.manifest.pipeline import Pipeline

POD_SECURITY = {"runAsNonRoot": True, "runAsUser": 65532, "seccompProfile": {"type": "RuntimeDefault"}}
SPEC = {
    "serviceAccountName": "zlv-step",
    "automountServiceAccountToken": False,
    "securityContext": POD_SECURITY,
    "podMetadata": {"labels": {"app.kubernetes.io/name": "zlv-warehouse"}},
    "volumes": [{"name": "raw", "persistentVolumeClaim": {"claimName": "zlv-raw"}}],
    "ttlStrategy": {"secondsAfterCompletion": 3600},
    "podPriorityClassName": "batch",
    "nodeSelector": {"disk": "ssd"},
    "arguments": {"parameters": [{"name": "image", "value": "zlv:1"}]},
}
LOAD = {
    "name": "load",
    "inputs": {"parameters": [{"name": "source"}]},
    "activeDeadlineSeconds": 60,
    "container": {
        "image": "{{workflow.parameters.image}}",
        "command": ["zlv", "load-lake", "--only", "{{inputs.parameters.source}}"],
        "env": [{"name": "ZLV_RUN_ID", "value": "{{workflow.name}}"}, {"name": "KEEP", "value": "1"}],
        "resources": {"limits": {"memory": "512Mi"}},
        "volumeMounts": [{"name": "raw", "mountPath": "/data"}],
    },
}


def typed(job: dict[str, Any]) -> client.V1Job:
    """Read plain data as the client's model; what the model does not know is lost, so a difference shows."""

    class Answer:
        data = json.dumps(job)

    api = client.ApiClient()
    try:
        return api.deserialize(Answer(), "V1Job")
    except TypeError:
        return api.deserialize(json.dumps(job), "V1Job", "application/json")


def setting(pipeline: Pipeline, **more: Any) -> Setting:
    owner = {"apiVersion": "batch/v1", "kind": "Job", "name": "zlv-daily-1", "uid": "u"}
    return Setting(pipeline, "r1", "zlv", "00-a-b-01", {"image": "zlv:1"}, 600, **{"owner": owner, **more})
