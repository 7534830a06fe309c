"""The Kubernetes executor on a real cluster: small manifests of plain commands in the program's own image."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from laptop import QUICK, Runs
from manifests import task

pytestmark = pytest.mark.cluster


def test_steps_run_as_jobs_with_labels_and_their_logs_are_shown(runs: Runs) -> None:
    templates = [
        runs.step("list", 'echo "[\\"lovac_2024\\", \\"lovac_2025\\"]"'),
        runs.step(
            "load",
            "echo {{inputs.parameters.source}} $ZLV_STEP $TRACEPARENT",
            inputs={"parameters": [{"name": "source"}]},
        ),
    ]
    arguments = {"parameters": [{"name": "source", "value": "{{item}}"}]}
    tasks = [
        task("list"),
        task("load", "list", withParam="{{tasks.list.outputs.result}}", arguments=arguments),
    ]
    output = runs.run(runs.manifest(tasks, templates))
    assert re.search(
        r"^load-lovac_2025 │ lovac_2025 load-lovac_2025 00-[0-9a-f]{32}-[0-9a-f]{16}-01$",
        output,
        re.MULTILINE,
    ), output
    labels = {
        job.metadata.annotations["zlv.fr/step-name"]: job.metadata.labels for job in runs.jobs().values()
    }
    assert set(labels) == {"list", "load-lovac_2024", "load-lovac_2025"}
    expected = {
        "zlv.fr/pipeline": "small",
        "zlv.fr/run": runs.run_id,
        "zlv.fr/step": "load-lovac_2025",
        "zlv.fr/millesime": "2025",
    }
    assert expected.items() <= labels["load-lovac_2025"].items()
    (shown,) = [
        run
        for run in json.loads(runs.zlv("runs", "-N", runs.namespace, "--json"))
        if run["run_id"] == runs.run_id
    ]
    assert (shown["state"], shown["pipeline"]) == ("done", "small")
    assert "lovac_2024 load" in runs.zlv("logs", runs.run_id, "load-lovac_2024", "-N", runs.namespace)


@pytest.mark.parametrize(("code", "attempts"), [(64, 1), (65, 1), (66, 1), (75, 3)])
def test_the_exit_code_decides_on_another_attempt(runs: Runs, code: int, attempts: int) -> None:
    path = runs.manifest(
        [task("a")], [runs.step("a", f"echo 'zlv: it is so' >&2; exit {code}", retryStrategy=QUICK)]
    )
    output = runs.run(path, code)
    assert len(runs.jobs()) == attempts
    assert ("again in 1 s" in output and "again in 2 s" in output) == (code == 75)
    (shown,) = [
        run
        for run in json.loads(runs.zlv("runs", "-N", runs.namespace, "--json"))
        if run["run_id"] == runs.run_id
    ]
    assert (shown["state"], shown["exit_code"], shown["failed_step"], shown["message"]) == (
        "failed",
        code,
        "a",
        "it is so",
    )


def test_a_step_that_used_too_much_memory_says_so_in_one_sentence(runs: Runs) -> None:
    eat = ["python3", "-c", "x = bytearray(300_000_000); print(len(x))"]
    output = runs.run(runs.manifest([task("a")], [runs.step("a", "", memory="64Mi", command=eat)]), 137)
    sentence = (
        "used more memory than its limit of 64Mi and was killed (OOMKilled); raise the memory limit of a"
    )
    assert "a failed with 137 after" in output and sentence in output
    assert sentence in runs.zlv("runs", "-N", runs.namespace)
    assert (
        json.loads((runs.folder / "runs" / runs.run_id / "steps" / "a.json").read_text())["message"]
        == sentence
    )


def test_a_failed_run_is_retried_from_the_step_that_failed_and_closed_each_time(runs: Runs) -> None:
    script = '[ -n "${GO:-}" ] || { echo "zlv: not yet" >&2; exit 65; }'
    go = {"configMapKeyRef": {"name": "go", "key": "go", "optional": True}}
    told = {"env": [{"name": "GO", "valueFrom": go}]}
    record = runs.step("record", "echo closed as {{workflow.status}}")
    path = runs.manifest(
        [task("a"), task("b", "a")],
        [runs.step("a", "true"), runs.step("b", script, container=told), record],
        onExit="record",
    )
    output = runs.run(path, 65)
    assert "record │ closed as Failed" in output
    runs.core.create_namespaced_config_map(
        runs.namespace, {"metadata": {"name": "go"}, "data": {"go": "yes"}}
    )
    output = runs.zlv("retry", runs.run_id, "-N", runs.namespace)
    assert "a was done before" in output and "record │ closed as Succeeded" in output
    assert set(runs.jobs()) == {"a-1", "b-1", "b-2", "record-1", "record-2"}
    (shown,) = [
        run
        for run in json.loads(runs.zlv("runs", "-N", runs.namespace, "--json"))
        if run["run_id"] == runs.run_id
    ]
    assert (shown["state"], shown["exit_code"]) == ("done", 0)


def test_a_schedule_is_suspended_and_resumed(runs: Runs) -> None:
    pod = {"restartPolicy": "Never", "containers": [{"name": "main", "image": runs.image}]}
    spec = {"schedule": "0 3 * * *", "jobTemplate": {"spec": {"template": {"spec": pod}}}}
    metadata = {"name": "zlv-daily", "labels": {"zlv.fr/pipeline": "daily"}}
    runs.batch.create_namespaced_cron_job(runs.namespace, {"metadata": metadata, "spec": spec})
    for command, suspended in (("suspend", True), ("resume", False)):
        assert "cronjob/zlv-daily" in runs.zlv(command, "daily", "-N", runs.namespace)
        assert runs.batch.read_namespaced_cron_job("zlv-daily", runs.namespace).spec.suspend is suspended


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (
            {"image": "localhost/there-is-none:1"},
            r"did not start within 6 s: its image localhost/there-is-none:1 cannot be pulled",
        ),
        (
            {
                "memory": "900Gi",
                "container": {"resources": {"requests": {"memory": "900Gi"}, "limits": {"memory": "900Gi"}}},
            },
            "no node takes its pod",
        ),
        (
            {"activeDeadlineSeconds": 3, "script": "sleep 60"},
            r"took longer than its 3 s and was stopped \(DeadlineExceeded\)",
        ),
    ],
    ids=["image", "node", "deadline"],
)
def test_what_keeps_a_step_from_its_end_is_one_sentence(
    runs: Runs, more: dict[str, Any], sentence: str
) -> None:
    script = more.pop("script", "true")
    code = 143 if "activeDeadlineSeconds" in more else 75
    output = runs.run(runs.manifest([task("a")], [runs.step("a", script, **more)]), code)
    assert re.search(sentence, output)
    assert re.search(sentence, runs.zlv("runs", "-N", runs.namespace))
