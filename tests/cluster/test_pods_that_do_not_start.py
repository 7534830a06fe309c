"""Pods that never come, or never start: said within half a minute, given up with 75, run again by hand."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
from kubernetes import client
from laptop import Runs, wait_for
from manifests import task
from obstacles import Obstacle, account, down, keyless, limits, mesh, quota, unmade

pytestmark = pytest.mark.cluster

MOUNT = {"name": "s", "mountPath": "/s"}
KEY = {"name": "K", "valueFrom": {"secretKeyRef": {"name": "there", "key": "missing"}}}


def volume(name: str) -> dict[str, Any]:
    return {"volumes": [{"name": "s", "secret": {"secretName": name}}]}


@pytest.mark.parametrize(
    ("obstacle", "step", "spec", "sentence"),
    [
        pytest.param(quota, {}, {}, r"FailedCreate: exceeded quota: none, requested: pods=1", id="K1-quota"),
        pytest.param(
            limits, {}, {}, r"FailedCreate: maximum memory usage per Container is 64Mi", id="K1-limit-range"
        ),
        pytest.param(
            account,
            {},
            {"serviceAccountName": "nobody"},
            r"FailedCreate: error looking up service account .*\"nobody\" not found",
            id="K1-service-account",
        ),
        pytest.param(
            down,
            {"metadata": {"labels": {"inject": "first"}}},
            {},
            r"FailedCreate: .*failed calling webhook .*service \"nobody\" not found",
            id="K1-webhook",
        ),
        pytest.param(
            unmade,
            {"container": {"volumeMounts": [MOUNT]}},
            volume("nobody-made-it"),
            r"FailedMount: .*secret \"nobody-made-it\" not found",
            id="K2-mount",
        ),
        pytest.param(
            mesh,
            {"metadata": {"labels": {"inject": "init"}}},
            {},
            r"container proxy: the image localhost/none:1 is not on the node .*ErrImageNeverPull",
            id="K2-init-container",
        ),
        pytest.param(
            keyless,
            {"container": {"env": [KEY]}},
            {},
            r"its container cannot be configured \(CreateContainerConfigError\): couldn't find key missing",
            id="K2-key-of-the-secret",
        ),
        pytest.param(
            lambda runs, api: quota(runs, api, "count/jobs.batch"),
            {},
            {},
            r"no Job can be made for it: exceeded quota: none, requested: count/jobs.batch=1",
            id="K12-jobs",
        ),
    ],
)
def test_what_keeps_a_pod_from_its_start_is_said_soon_given_up_in_time_and_mended_by_retry(
    runs: Runs,
    api: client.ApiClient,
    obstacle: Obstacle,
    step: dict[str, Any],
    spec: dict[str, Any],
    sentence: str,
) -> None:
    path = runs.manifest([task("a")], [runs.step("a", "true", **step)], **spec)
    with obstacle(runs, api):
        began, process = time.monotonic(), runs.start(path)
        seen = ""
        while "a waits: " not in seen:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert line, seen
            seen += line
        assert time.monotonic() - began < 30
        if "jobs.batch" not in sentence:
            told = wait_for(lambda: runs.told().get("message"))
            assert re.search(sentence, told) and told.startswith("a waits: "), told
        output, _ = process.communicate(timeout=60)
        output = seen + output
        assert process.returncode == 75, output
    pending = runs.environment["ZLV_PENDING_SECONDS"]
    given_up = rf"a failed with 75 after .*did not start within {pending} s: .*" + sentence
    assert re.search(given_up, output), output
    if "jobs.batch" not in sentence:
        assert runs.told()["exit_code"] == 75 and re.search(sentence, runs.told()["message"])
        runs.zlv("retry", runs.run_id, "-N", runs.namespace)
    else:
        runs.run(path)  # it left nothing in the cluster to take up
    assert runs.told()["state"] == "done"


def test_a_run_that_was_given_up_goes_on_by_retry_once_there_is_room(
    runs: Runs, api: client.ApiClient
) -> None:
    path = runs.manifest([task("a"), task("b", "a")], [runs.step("a", "true"), runs.step("b", "true")])
    with quota(runs, api):
        runs.run(path, 75)
    runs.zlv("retry", runs.run_id, "-N", runs.namespace)
    assert runs.told()["state"] == "done"


@pytest.mark.parametrize("what", ["count/jobs.batch", "pods"])
def test_a_run_goes_on_when_there_is_room_again(runs: Runs, api: client.ApiClient, what: str) -> None:
    """K12; K1"""
    runs.environment["ZLV_PENDING_SECONDS"] = "120"
    with quota(runs, api, what):
        process = runs.start(runs.manifest([task("a")], [runs.step("a", "true")]))
        assert process.stdout is not None
        while "exceeded quota" not in (line := process.stdout.readline()):
            assert line
    output, _ = process.communicate(timeout=90)
    assert process.returncode == 0, output
    assert runs.told()["state"] == "done" and runs.told()["message"] is None


def test_a_secret_that_comes_late_is_waited_for(runs: Runs) -> None:
    """K2"""
    runs.environment["ZLV_PENDING_SECONDS"] = "120"
    step = runs.step("a", "cat /s/k", container={"volumeMounts": [MOUNT]})
    process = runs.start(runs.manifest([task("a")], [step], **volume("late")))
    assert process.stdout is not None
    while "FailedMount" not in (line := process.stdout.readline()):
        assert line
    body = {"metadata": {"name": "late"}, "stringData": {"k": "it came"}}
    runs.core.create_namespaced_secret(runs.namespace, body)
    output, _ = process.communicate(timeout=120)
    assert process.returncode == 0 and "a │ it came" in output, output
