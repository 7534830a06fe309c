"""The executor as a pod with the least rights and the volume before it: its successor, and the lock between
two runs."""

from __future__ import annotations

import json
import re
import secrets
from typing import Any

import pytest
from kubernetes import client
from laptop import POD_SECURITY, SECURITY
from manifests import task

pytestmark = pytest.mark.cluster

RULES = [
    {
        "apiGroups": ["batch"],
        "resources": ["jobs"],
        "verbs": ["create", "get", "list", "watch", "delete", "patch"],
    },
    {"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list", "watch"]},
    {"apiGroups": [""], "resources": ["pods/log"], "verbs": ["get"]},
    {"apiGroups": [""], "resources": ["events"], "verbs": ["list"]},
]
VOLUMES = [{"name": "raw", "persistentVolumeClaim": {"claimName": "raw"}}, {"name": "tmp", "emptyDir": {}}]
MOUNTS = [{"name": "raw", "mountPath": "/data"}, {"name": "tmp", "mountPath": "/tmp"}]


class Installation:
    """Install what the chart does for the executor, and no more."""

    def __init__(self, api: client.ApiClient, namespace: str, image: str, wait_for: Any) -> None:
        self.namespace, self.image, self.wait_for = namespace, image, wait_for
        self.batch, self.core, rbac = (
            client.BatchV1Api(api),
            client.CoreV1Api(api),
            client.RbacAuthorizationV1Api(api),
        )
        self.core.create_namespaced_service_account(namespace, {"metadata": {"name": "executor"}})
        rbac.create_namespaced_role(namespace, {"metadata": {"name": "executor"}, "rules": RULES})
        subject = {"kind": "ServiceAccount", "name": "executor", "namespace": namespace}
        role = {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "executor"}
        rbac.create_namespaced_role_binding(
            namespace, {"metadata": {"name": "executor"}, "roleRef": role, "subjects": [subject]}
        )
        claim = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "100Mi"}}}
        self.core.create_namespaced_persistent_volume_claim(
            namespace, {"metadata": {"name": "raw"}, "spec": claim}
        )

    def container(self, command: list[str], **more: Any) -> dict[str, Any]:
        limits = {"requests": {"cpu": "20m", "memory": "32Mi"}, "limits": {"cpu": "1", "memory": "256Mi"}}
        return {
            "image": self.image,
            "imagePullPolicy": "IfNotPresent",
            "command": command,
            "securityContext": SECURITY,
            "resources": limits,
        } | more

    def pipeline(self, name: str, scripts: dict[str, str]) -> None:
        names = list(scripts)
        tasks = [task(each, before) for each, before in zip(names, [None, *names], strict=False)]
        steps = [
            {"name": each, "container": self.container(["sh", "-c", script], volumeMounts=MOUNTS)}
            for each, script in scripts.items()
        ]
        spec = {"entrypoint": "main", "securityContext": POD_SECURITY, "volumes": VOLUMES}
        document = {
            "apiVersion": "argoproj.io/v1alpha1",
            "kind": "WorkflowTemplate",
            "metadata": {"name": name},
            "spec": {**spec, "templates": [{"name": "main", "dag": {"tasks": tasks}}, *steps]},
        }
        self.core.create_namespaced_config_map(
            self.namespace, {"metadata": {"name": name}, "data": {f"{name}.yml": json.dumps(document)}}
        )

    def start(self, pipeline: str, backoff: int) -> str:
        name = f"{pipeline}-{secrets.token_hex(3)}"
        fields = {"ZLV_POD_NAME": "metadata.name", "ZLV_POD_NAMESPACE": "metadata.namespace"}
        environment: list[dict[str, Any]] = [
            {"name": key, "valueFrom": {"fieldRef": {"fieldPath": path}}} for key, path in fields.items()
        ]
        mounts = [*MOUNTS, {"name": "pipelines", "mountPath": "/etc/zlv/pipelines"}]
        command = ["zlv", "run", f"/etc/zlv/pipelines/{pipeline}.yml", "--executor", "kubernetes"]
        container = self.container(
            command,
            name="executor",
            env=[*environment, {"name": "ZLV_HOME", "value": "/data"}],
            volumeMounts=mounts,
        )
        pod = {
            "restartPolicy": "Never",
            "serviceAccountName": "executor",
            "terminationGracePeriodSeconds": 60,
            "securityContext": POD_SECURITY,
            "volumes": [*VOLUMES, {"name": "pipelines", "configMap": {"name": pipeline}}],
            "containers": [container],
        }
        template = {"metadata": {"labels": {"executor": name}}, "spec": pod}
        self.batch.create_namespaced_job(
            self.namespace,
            {"metadata": {"name": name}, "spec": {"backoffLimit": backoff, "template": template}},
        )
        return name

    def end(self, job: str, seconds: float = 150) -> str:
        def ended() -> str | None:
            conditions = self.batch.read_namespaced_job(job, self.namespace).status.conditions or []
            return next((each.type for each in conditions if each.type in ("Complete", "Failed")), None)

        return str(self.wait_for(ended, seconds))

    def executors(self, job: str) -> list[Any]:
        pods = self.core.list_namespaced_pod(self.namespace, label_selector=f"executor={job}").items
        return sorted(pods, key=lambda pod: pod.metadata.creation_timestamp)

    def log(self, pod: Any) -> str:
        return str(self.core.read_namespaced_pod_log(pod.metadata.name, self.namespace))

    def step_pods(self, step: str) -> list[Any]:
        return list(self.core.list_namespaced_pod(self.namespace, label_selector=f"zlv.fr/step={step}").items)


@pytest.fixture(scope="module")
def installation(api: client.ApiClient, namespace: str, image: str, wait_for: Any) -> Installation:
    return Installation(api, namespace, image, wait_for)


@pytest.mark.parametrize("grace", [0, 60], ids=["killed", "asked-to-end"])
def test_a_successor_of_the_executors_pod_finishes_the_run(installation: Installation, grace: int) -> None:
    name = f"chain{grace}"
    scripts = {
        f"a{grace}": f"echo a >> /data/{name}",
        f"b{grace}": "trap 'exit 143' TERM; i=0; while [ $i -lt 100 ]; do sleep 0.1; i=$((i+1)); done",
        f"c{grace}": f"cat /data/{name}; cat /data/runs/lock.json",
    }
    installation.pipeline(name, scripts)
    job = installation.start(name, backoff=4)
    installation.wait_for(
        lambda: [pod for pod in installation.step_pods(f"b{grace}") if pod.status.phase == "Running"]
    )
    (executor,) = installation.executors(job)
    installation.core.delete_namespaced_pod(
        executor.metadata.name, installation.namespace, grace_period_seconds=grace
    )
    assert installation.end(job) == "Complete"
    (successor,) = [pod for pod in installation.executors(job) if pod.metadata.name != executor.metadata.name]
    log = installation.log(successor)
    assert f"a{grace} was done before" in log
    assert len(installation.step_pods(f"a{grace}")) == 1
    # An executor that could still say so cancelled its step, which then runs again; one that it left running
    # is taken up.
    starts = [line for line in log.splitlines() if f"▶ b{grace} started" in line]
    assert len(starts) == 1 if grace else len(starts) <= 1
    run_id = re.search(rf'c{grace} │  "run_id": "([^"]+)"', log)
    assert run_id is not None and run_id[1].startswith(job)
    lease = re.search(rf'c{grace} │  "lease": ([0-9.]+)', log)
    assert lease is not None and float(lease[1]) > 600, "K6: a Job's longest pause"
    owner = installation.step_pods(f"a{grace}")[0].metadata.owner_references[0].name
    (reference,) = installation.batch.read_namespaced_job(
        owner, installation.namespace
    ).metadata.owner_references
    assert (reference.kind, reference.name) == ("Job", job)


def test_of_two_runs_started_in_the_same_second_one_says_who_holds_the_volume(
    installation: Installation,
) -> None:
    for name in ("left", "right"):
        installation.pipeline(name, {f"{name}-wait": "sleep 6"})
    jobs = [installation.start(name, backoff=0) for name in ("left", "right")]
    ends = {job: installation.end(job) for job in jobs}
    assert sorted(ends.values()) == ["Complete", "Failed"]
    winner, loser = sorted(jobs, key=lambda job: ends[job])
    (pod,) = installation.executors(loser)
    assert pod.status.container_statuses[0].state.terminated.exit_code == 75
    assert re.search(
        rf"zlv: run {winner}-\w+ \({winner}-\w+\) has held this volume since \d{{4}}-\d\d-\d\d",
        installation.log(pod),
    )
