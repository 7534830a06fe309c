"""The pod of a step has its own keys and label, and what a workflow has no field for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from manifests import manifest
from step_jobs import LOAD, SPEC, setting, typed

from jobs.pipelines.graph import Graph
from jobs.pipelines.kubernetes.job import job_of
from jobs.pipelines.manifest.manifest import find_manifest, read_pipeline


@pytest.mark.parametrize("name", ["daily", "weekly", "yearly", "backup", "restore"])
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
