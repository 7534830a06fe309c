"""Run small pipelines on a cluster from a laptop, as a person does, and read what the cluster says."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import time
from pathlib import Path
from typing import Any

from chain import ZLV, base_environment
from kubernetes import client
from manifests import RETRY, manifest

POD_SECURITY = {
    "runAsNonRoot": True,
    "runAsUser": 65532,
    "fsGroup": 65532,
    "seccompProfile": {"type": "RuntimeDefault"},
}
SECURITY = {
    "allowPrivilegeEscalation": False,
    "readOnlyRootFilesystem": True,
    "capabilities": {"drop": ["ALL"]},
}
QUICK = {**RETRY, "backoff": {"duration": "1s", "factor": 2}}


def wait_for(condition: Any, seconds: float = 60) -> Any:
    until = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.2)
    return value


class Runs:
    """Start `zlv run` as a person does from a laptop, and read what the cluster says of it."""

    def __init__(self, folder: Path, api: client.ApiClient, namespace: str, image: str) -> None:
        self.folder, self.namespace, self.image = folder, namespace, image
        self.batch, self.core = client.BatchV1Api(api), client.CoreV1Api(api)
        self.environment = {
            **base_environment(folder),
            "KUBECONFIG": os.environ["KUBECONFIG"],
            "ZLV_PENDING_SECONDS": "10",
        }
        self.run_id = f"run-{secrets.token_hex(3)}"

    def step(self, name: str, script: str, memory: str = "128Mi", **more: Any) -> dict[str, Any]:
        command = more.pop("command", ["sh", "-c", script])
        limits = {"cpu": "500m", "memory": memory}
        container = {
            "image": more.pop("image", self.image),
            "imagePullPolicy": "IfNotPresent",
            "command": command,
            "securityContext": SECURITY,
            "resources": {"requests": {"cpu": "20m", "memory": "16Mi"}, "limits": limits},
            **more.pop("container", {}),
        }
        return {"name": name, "container": container, **more}

    def manifest(self, tasks: list[dict[str, Any]], templates: list[dict[str, Any]], **spec: Any) -> str:
        return str(manifest(self.folder, tasks, templates, securityContext=POD_SECURITY, **spec))

    def told(self) -> dict[str, Any]:
        """Give what `zlv runs` tells of this run."""
        found = json.loads(self.zlv("runs", "-N", self.namespace, "--json"))
        return next((run for run in found if run["run_id"] == self.run_id), {})

    def start(self, path: str, *arguments: str) -> subprocess.Popen[str]:
        command = [
            str(ZLV),
            "run",
            path,
            "--executor",
            "kubernetes",
            "-N",
            self.namespace,
            "--run-id",
            self.run_id,
            *arguments,
        ]
        return subprocess.Popen(
            command,
            env=self.environment,
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, path: str, code: int = 0, *arguments: str) -> str:
        output, _ = (process := self.start(path, *arguments)).communicate(timeout=300)
        assert process.returncode == code, output
        return output

    def zlv(self, *arguments: str) -> str:
        done = subprocess.run(
            [str(ZLV), *arguments],
            env=self.environment,
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout

    def jobs(self) -> dict[str, Any]:
        listing = self.batch.list_namespaced_job(
            self.namespace, label_selector=f"zlv.fr/run={self.run_id}"
        ).items
        return {job.metadata.name.removeprefix(f"{self.run_id}-"): job for job in listing}

    def pods(self, step: str, phase: str | None = None) -> list[Any]:
        """Give the pods of a step, those in a phase where one is named."""
        selector = f"zlv.fr/run={self.run_id},zlv.fr/step={step}"
        found = self.core.list_namespaced_pod(self.namespace, label_selector=selector).items
        return [pod for pod in found if phase in (None, pod.status.phase)]

    def running_pod(self, step: str) -> Any:
        return wait_for(lambda: next(iter(self.pods(step, "Running")), None))
