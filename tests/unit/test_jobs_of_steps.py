"""The Job of a step: built from the manifest's own template, named by its run, and what its end means."""

from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path
from typing import Any

import pytest
from kubernetes import client
from manifests import manifest, shell, task

from jobs.pipelines.graph import Graph
from jobs.pipelines.kubernetes.job import Setting, job_name, job_of, label_value
from jobs.pipelines.kubernetes.pod_log import without_log_lines
from jobs.pipelines.kubernetes.verdict import verdict
from jobs.pipelines.kubernetes.waiting import Why, why_waiting
from jobs.pipelines.manifest.manifest import find_manifest, read_pipeline
from jobs.pipelines.manifest.pipeline import Pipeline
from jobs.pipelines.step import Step

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


def pipeline_and_steps(folder: Path) -> tuple[Pipeline, list[Step]]:
    arguments = {"parameters": [{"name": "source", "value": "{{item}}"}]}
    tasks = [{"name": "load", "template": "load", "withItems": ["lovac_2025", "cog"], "arguments": arguments}]
    pipeline = read_pipeline(manifest(folder, tasks, [LOAD], **SPEC))
    return pipeline, Graph(pipeline, "r1", {"image": "zlv:1"}, {"load"}, {}).due()


def setting(pipeline: Pipeline, **more: Any) -> Setting:
    owner = {"apiVersion": "batch/v1", "kind": "Job", "name": "zlv-daily-1", "uid": "u"}
    return Setting(pipeline, "r1", "zlv", "00-a-b-01", {"image": "zlv:1"}, 600, **{"owner": owner, **more})


@pytest.mark.parametrize("name", ["daily", "yearly", "backup", "restore"])
def test_the_job_of_a_step_has_the_step_s_own_keys_and_the_label_that_its_policy_selects(name: str) -> None:
    """S5: the executor makes of the manifest what the manifest says, for each step of each pipeline."""
    pipeline = read_pipeline(find_manifest(name))
    given = {"image": "zlv:1", "to": "s3://lake/backups", "upload": "true"}
    parameters = {each: given.get(each, str(known.value)) for each, known in pipeline.parameters.items()}
    seen: set[str] = set()
    for task_name in pipeline.tasks:
        if pipeline.tasks[task_name].items_from is None:
            steps = Graph(pipeline, "r1", parameters, {task_name}, {}).due()
            for step in steps:
                pod = typed(job_of(step, 1, setting(pipeline))).spec.template
                keys = [volume.secret for volume in pod.spec.volumes if volume.secret]
                (container,) = pod.spec.containers
                assert pod.metadata.labels["zlv.fr/stage"] == step.template
                assert not [source for source in container.env_from if source.secret_ref]
                mounts = [mount for mount in container.volume_mounts if mount.mount_path == "/etc/zlv/keys"]
                assert len(keys) == len(mounts) <= 1
                assert all(secret.items and secret.optional for secret in keys)
                seen.add(step.template)
    assert len(seen) == sum(task.items_from is None for task in pipeline.tasks.values())


def test_what_a_workflow_has_no_field_for_reaches_the_pod_and_argo_s_own_containers_do_not(
    tmp_path: Path,
) -> None:
    """K17: runtimeClassName, dnsConfig, hostUsers and the spread come by the patch that Argo reads."""
    patch = {
        "runtimeClassName": "gvisor",
        "hostUsers": False,
        "containers": [{"name": "wait"}],
        "initContainers": [],
    }
    tasks = [
        {
            "name": "load",
            "template": "load",
            "arguments": {"parameters": [{"name": "source", "value": "cog"}]},
        }
    ]
    pipeline = read_pipeline(manifest(tmp_path, tasks, [LOAD], **SPEC, podSpecPatch=json.dumps(patch)))
    (step,) = Graph(pipeline, "r1", {"image": "zlv:1"}, {"load"}, {}).due()
    pod = typed(job_of(step, 1, setting(pipeline))).spec.template.spec
    assert (pod.runtime_class_name, pod.host_users) == ("gvisor", False)
    assert [container.name for container in pod.containers] == ["main"]
    assert pod.init_containers is None


def test_the_job_of_a_step_is_what_the_manifest_says(tmp_path: Path) -> None:
    pipeline, (step, _) = pipeline_and_steps(tmp_path)
    labels = {
        "app.kubernetes.io/name": "zlv-warehouse",
        "app.kubernetes.io/managed-by": "zlv",
        "zlv.fr/pipeline": "small",
        "zlv.fr/run": "r1",
        "zlv.fr/step": "load-lovac_2025",
        "zlv.fr/millesime": "2025",
    }
    expected = client.V1Job(
        api_version="batch/v1",
        kind="Job",
        metadata=client.V1ObjectMeta(
            name=job_name("r1", "load-lovac_2025", 2),
            namespace="zlv",
            labels=labels,
            annotations={
                "zlv.fr/step-name": "load-lovac_2025",
                "zlv.fr/attempt": "2",
                "zlv.fr/parameters": '{"image": "zlv:1"}',
            },
            owner_references=[
                client.V1OwnerReference(api_version="batch/v1", kind="Job", name="zlv-daily-1", uid="u")
            ],
        ),
        spec=client.V1JobSpec(
            backoff_limit=0,
            pod_replacement_policy="Failed",
            active_deadline_seconds=720,
            ttl_seconds_after_finished=3600,
            pod_failure_policy=client.V1PodFailurePolicy(
                rules=[
                    client.V1PodFailurePolicyRule(
                        action="FailJob",
                        on_exit_codes=client.V1PodFailurePolicyOnExitCodesRequirement(
                            container_name="main", operator="In", values=[2, 64, 65, 66]
                        ),
                    ),
                ]
            ),
            template=client.V1PodTemplateSpec(
                metadata=client.V1ObjectMeta(labels=labels),
                spec=client.V1PodSpec(
                    service_account_name="zlv-step",
                    automount_service_account_token=False,
                    active_deadline_seconds=60,
                    restart_policy="Never",
                    priority_class_name="batch",
                    node_selector={"disk": "ssd"},
                    security_context=client.V1PodSecurityContext(
                        run_as_non_root=True,
                        run_as_user=65532,
                        seccomp_profile=client.V1SeccompProfile(type="RuntimeDefault"),
                    ),
                    volumes=[
                        client.V1Volume(
                            name="raw",
                            persistent_volume_claim=client.V1PersistentVolumeClaimVolumeSource(
                                claim_name="zlv-raw"
                            ),
                        )
                    ],
                    containers=[
                        client.V1Container(
                            name="main",
                            image="zlv:1",
                            command=["zlv", "load-lake", "--only", "lovac_2025"],
                            env=[
                                client.V1EnvVar(name="KEEP", value="1"),
                                client.V1EnvVar(name="ZLV_RUN_ID", value="r1"),
                                client.V1EnvVar(name="ZLV_STEP", value="load-lovac_2025"),
                                client.V1EnvVar(name="TRACEPARENT", value="00-a-b-01"),
                            ],
                            resources=client.V1ResourceRequirements(limits={"memory": "512Mi"}),
                            volume_mounts=[client.V1VolumeMount(name="raw", mount_path="/data")],
                            termination_message_policy="FallbackToLogsOnError",
                        )
                    ],
                ),
            ),
        ),
    )
    job = job_of(step, 2, setting(pipeline))
    assert typed(job) == expected
    assert client.ApiClient().sanitize_for_serialization(expected) == job, (
        "nothing that the API's model does not know"
    )


def test_from_a_laptop_a_job_has_no_owner_and_may_have_another_image(tmp_path: Path) -> None:
    pipeline, (_, step) = pipeline_and_steps(tmp_path)
    job = job_of(step, 1, setting(pipeline, owner=None, image="zlv:2"))
    assert "ownerReferences" not in job["metadata"]
    assert "zlv.fr/millesime" not in job["metadata"]["labels"]
    assert job["spec"]["template"]["spec"]["containers"][0]["image"] == "zlv:2"


@pytest.mark.parametrize(
    ("run_id", "step"),
    [
        ("daily-20261123t184502-3fa9", "build"),
        ("R.1", "load-x_2025"),
        ("r" * 63, "s" * 80),
        ("r" * 60, "é" * 40),
    ],
)
def test_names_and_labels_fit_and_are_always_the_same(run_id: str, step: str) -> None:
    names = [job_name(run_id, step, attempt) for attempt in (1, 2, 12)]
    for name in [*names, label_value(step).lower()]:
        assert len(name) <= 63
        assert re.fullmatch(r"[a-z0-9]([a-z0-9._-]*[a-z0-9])?", name)
    assert len(set(names)) == 3
    assert names == [job_name(run_id, step, attempt) for attempt in (1, 2, 12)]
    assert job_name(run_id, step + "x", 1) != names[0]


def test_a_short_name_says_run_step_and_attempt() -> None:
    assert job_name("daily-1", "build", 1) == "daily-1-build-1"


def ended(**condition: Any) -> dict[str, Any]:
    spec = {
        "activeDeadlineSeconds": 5,
        "containers": [{"name": "main", "resources": {"limits": {"memory": "64Mi"}}}],
    }
    found = {"type": "Failed", "status": "True", "reason": "BackoffLimitExceeded", **condition}
    return {
        "metadata": {"annotations": {"zlv.fr/step-name": "build"}},
        "spec": {"template": {"spec": spec}},
        "status": {"conditions": [found]},
    }


def pod(end: dict[str, Any] | None = None, deleted: bool = False, **status: Any) -> dict[str, Any]:
    state = (
        {"containerStatuses": [{"name": "main", "image": "zlv:9", "state": {"terminated": end}}]}
        if end
        else {}
    )
    metadata = {
        "name": "p",
        "creationTimestamp": "2026-11-23T20:00:00Z",
        **({"deletionTimestamp": "2026-11-23T20:00:01Z"} if deleted else {}),
    }
    return {"metadata": metadata, "status": {**state, **status}}


TOLD = json.dumps({"step": "build", "exit_code": 65, "message": "200 of 1000 rows are broken"})


@pytest.mark.parametrize(
    ("job", "pods", "code", "sentence", "disruption"),
    [
        (ended(type="Complete"), [pod({"exitCode": 0})], 0, None, False),
        (
            ended(),
            [pod({"exitCode": 137, "reason": "OOMKilled"})],
            137,
            (
                "used more memory than its limit of 64Mi and was killed (OOMKilled); raise the memory limit"
                " of build"
            ),
            False,
        ),
        (
            ended(),
            [pod({"exitCode": 137}, reason="Evicted", message="The node was low on memory.")],
            137,
            "was evicted from its node (Evicted): The node was low on memory.",
            False,
        ),
        (
            ended(),
            [pod({"exitCode": 137}, reason="DeadlineExceeded")],
            143,
            "took longer than its 5 s and was stopped (DeadlineExceeded)",
            False,
        ),
        (
            ended(reason="DeadlineExceeded"),
            [],
            143,
            "took longer than its 5 s and was stopped (DeadlineExceeded)",
            False,
        ),
        (ended(), [pod({"exitCode": 143}, deleted=True)], 143, "its pod was deleted", True),
        (ended(), [], 143, "its pod was deleted", True),
        (
            ended(),
            [pod({"exitCode": 65, "message": TOLD}, deleted=True)],
            65,
            "200 of 1000 rows are broken",
            False,
        ),
        (
            ended(),
            [pod({"exitCode": 75, "message": "noise\nzlv: the standby is busy\n"})],
            75,
            "the standby is busy",
            False,
        ),
        (
            ended(),
            [pod({"exitCode": 1, "message": "name of a person"})],
            1,
            "ended with exit code 1; its log says why",
            False,
        ),
        (
            ended(),
            [pod({"exitCode": 128, "reason": "StartError", "message": "exec: no such file"})],
            64,
            "its command cannot be started: exec: no such file",
            False,
        ),
    ],
)
def test_the_end_of_an_attempt_is_one_sentence(
    job: dict[str, Any], pods: list[dict[str, Any]], code: int, sentence: str | None, disruption: bool
) -> None:
    found = verdict(job, pods)
    assert (found.exit_code, found.sentence, found.is_disruption) == (code, sentence, disruption)


def test_why_a_pod_waits_is_one_sentence() -> None:
    unschedulable = {
        "type": "PodScheduled",
        "status": "False",
        "reason": "Unschedulable",
        "message": "0/1 nodes: Insufficient memory.",
    }
    assert why_waiting(pod(conditions=[unschedulable])) == Why(
        "Unschedulable", "no node takes its pod (Unschedulable): 0/1 nodes: Insufficient memory."
    )
    waiting = {"reason": "ImagePullBackOff", "message": "Back-off\npulling"}
    pulling = pod(containerStatuses=[{"name": "main", "image": "zlv:9", "state": {"waiting": waiting}}])
    assert why_waiting(pulling) == Why(
        "ImagePullBackOff", "its image zlv:9 cannot be pulled (ImagePullBackOff): Back-off pulling"
    )
    assert why_waiting(pod(phase="Pending")) is None


def test_what_a_step_printed_is_its_log_without_the_programs_own_lines() -> None:
    line = json.dumps({"time": "t", "level": "info", "stage": "catalog", "run": "r", "message": "m"})
    assert without_log_lines(f'{line}\n["a", "b"]\n') == '["a", "b"]'


def test_the_step_that_closes_a_run_knows_how_it_ended(tmp_path: Path) -> None:
    template = shell("record", "echo {{workflow.status}}")
    pipeline = read_pipeline(manifest(tmp_path, [task("a")], [shell("a", "true"), template], onExit="record"))
    graph = Graph(pipeline, "r1", {}, {"a"}, {})
    step = graph.last_step("Failed", "[]")
    assert step is not None and step.command[-1] == "echo Failed"
    assert [each.name for each in graph.due()] == ["a"], "it is no task"
    assert dataclasses.replace(pipeline, on_exit=None) != pipeline
