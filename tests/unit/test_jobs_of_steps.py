"""The Job of a step: built from the manifest's own template, named by its run."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from kubernetes import client
from manifests import manifest
from step_jobs import LOAD, SPEC, setting, typed

from jobs.pipelines.graph import Graph
from jobs.pipelines.kubernetes.job import job_name, job_of, label_value
from jobs.pipelines.manifest.manifest import read_pipeline
from jobs.pipelines.manifest.pipeline import Pipeline
from jobs.pipelines.step import Step


def pipeline_and_steps(folder: Path) -> tuple[Pipeline, list[Step]]:
    arguments = {"parameters": [{"name": "source", "value": "{{item}}"}]}
    tasks = [{"name": "load", "template": "load", "withItems": ["lovac_2025", "cog"], "arguments": arguments}]
    pipeline = read_pipeline(manifest(folder, tasks, [LOAD], **SPEC))
    return pipeline, Graph(pipeline, "r1", {"image": "zlv:1"}, {"load"}, {}).due()


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
