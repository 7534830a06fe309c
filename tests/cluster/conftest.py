"""Share a namespace of the cluster that KUBECONFIG points at, under Pod Security `restricted`.

ZLV_TEST_IMAGE names an image of the program that the cluster's nodes have.
"""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from kubernetes import client, config
from laptop import Runs


@pytest.fixture(scope="session")
def image() -> str:
    return os.environ.get("ZLV_TEST_IMAGE", "localhost/zlv-warehouse:test")


@pytest.fixture(scope="session")
def api() -> client.ApiClient:
    config.load_kube_config()
    return client.ApiClient()


@pytest.fixture(scope="module")
def namespace(api: client.ApiClient) -> Iterator[str]:
    """Give a namespace that takes only what Pod Security calls restricted; it goes with all that is in it."""
    core, name = client.CoreV1Api(api), f"zlv-test-{secrets.token_hex(3)}"
    labels = {f"pod-security.kubernetes.io/{mode}": "restricted" for mode in ("enforce", "warn")}
    core.create_namespace({"metadata": {"name": name, "labels": labels}})
    _wait_for(lambda: core.list_namespaced_service_account(name).items)
    yield name
    core.delete_namespace(name)


@pytest.fixture
def runs(tmp_path: Path, api: client.ApiClient, namespace: str, image: str) -> Runs:
    return Runs(tmp_path, api, namespace, image)


@pytest.fixture(scope="session")
def wait_for() -> Callable[..., Any]:
    """Wait until a condition holds, and give its value."""
    return _wait_for


def _wait_for(condition: Callable[[], Any], seconds: float = 60) -> Any:
    until = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.2)
    return value
