"""A trial without any outside service: install, one run, and the clean file is read as Metabase would read it."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Iterator
from typing import Any

import pytest
from chart import CHART, helm

pytestmark = pytest.mark.cluster
NAME = "zlv-zlv-warehouse"


@pytest.fixture(scope="module")
def trial(namespace: str, image: str) -> Iterator[str]:
    """Install with `--wait`; ZLV_TEST_TRIAL_IMAGE names the image with both servers."""
    repository, _, tag = image.rpartition(":")
    trial_repository, _, trial_tag = os.environ.get("ZLV_TEST_TRIAL_IMAGE", f"{repository}-trial:{tag}").rpartition(":")
    values: dict[str, Any] = {
        "image": {"repository": repository, "tag": tag, "pullPolicy": "IfNotPresent"},
        "dev": {"enabled": True, "image": {"repository": trial_repository, "tag": trial_tag}, "scale": 0.2},
    }
    done = helm(
        "install", "zlv", str(CHART), "--namespace", namespace, "--values", "-", "--wait", "--timeout", "5m", text=json.dumps(values)
    )
    assert done.returncode == 0, done.stderr
    assert "arning" not in done.stderr
    yield namespace
    helm("uninstall", "zlv", "--namespace", namespace, "--wait")


def test_one_run_leads_to_a_clean_file_that_is_read_without_a_hand_edit(trial: str) -> None:
    kubectl = ["kubectl", "--namespace", trial]
    subprocess.run([*kubectl, "create", "job", f"--from=cronjob/{NAME}-daily", "first-run"], check=True)
    state: dict[str, Any] = {}
    until = time.monotonic() + 300
    while not {"succeeded", "failed"} & state.keys() and time.monotonic() < until:
        time.sleep(2)
        state = json.loads(subprocess.run([*kubectl, "get", "job", "first-run", "-ojson"], check=True, capture_output=True).stdout)[
            "status"
        ]
    log = subprocess.run([*kubectl, "logs", "job/first-run"], check=False, capture_output=True, text=True).stdout
    assert state.get("succeeded") == 1, log
    done = helm("test", "zlv", "--namespace", trial, "--logs", "--timeout", "3m")
    assert done.returncode == 0, done.stdout + done.stderr
    counted = {line.split()[1]: int(line.split()[0]) for line in done.stdout.splitlines() if line.split()[:1] and line.split()[0].isdigit()}
    assert counted["marts_production_housing"] > 0
    status = subprocess.run([*kubectl, "exec", f"deploy/{NAME}-shell", "--", "zlv", "status"], check=True, capture_output=True, text=True)
    assert "production" in status.stdout
