"""What keeps a pod from its start while a block lasts; after it, the way is free."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from injector import injecting, unanswered
from kubernetes import client
from laptop import Runs, wait_for

Obstacle = Callable[[Runs, client.ApiClient], AbstractContextManager[None]]


@contextmanager
def quota(runs: Runs, api: client.ApiClient, what: str = "pods") -> Iterator[None]:
    """Leave no room in the namespace for objects of a kind."""
    body = {"metadata": {"name": "none"}, "spec": {"hard": {what: "0"}}}
    runs.core.create_namespaced_resource_quota(runs.namespace, body)
    # The quota counts once its controller has seen it.
    wait_for(lambda: runs.core.read_namespaced_resource_quota("none", runs.namespace).status.hard)
    try:
        yield
    finally:
        runs.core.delete_namespaced_resource_quota("none", runs.namespace)


@contextmanager
def limits(runs: Runs, api: client.ApiClient) -> Iterator[None]:
    """Let no container of the namespace have as much memory as a step."""
    limit = {"limits": [{"type": "Container", "max": {"memory": "64Mi"}}]}
    runs.core.create_namespaced_limit_range(runs.namespace, {"metadata": {"name": "small"}, "spec": limit})
    try:
        yield
    finally:
        runs.core.delete_namespaced_limit_range("small", runs.namespace)


@contextmanager
def down(runs: Runs, api: client.ApiClient) -> Iterator[None]:
    """Have a webhook that does not answer."""
    with unanswered(api, runs.namespace):
        yield


@contextmanager
def mesh(runs: Runs, api: client.ApiClient) -> Iterator[None]:
    """Have a webhook that puts containers into pods."""
    with injecting(api, runs.namespace, runs.image):
        yield


@contextmanager
def account(runs: Runs, api: client.ApiClient) -> Iterator[None]:
    """Lack the service account `nobody`."""
    yield
    runs.core.create_namespaced_service_account(runs.namespace, {"metadata": {"name": "nobody"}})


@contextmanager
def unmade(runs: Runs, api: client.ApiClient) -> Iterator[None]:
    """Lack the Secret `nobody-made-it`."""
    yield
    runs.core.create_namespaced_secret(runs.namespace, {"metadata": {"name": "nobody-made-it"}})


@contextmanager
def keyless(runs: Runs, api: client.ApiClient) -> Iterator[None]:
    """Have a Secret `there` that lacks the key `missing`."""
    body = {"metadata": {"name": "there"}, "stringData": {"a": "b"}}
    runs.core.create_namespaced_secret(runs.namespace, body)
    # A busy node first says that it has not read it yet, and tries again after fifteen seconds.
    runs.environment["ZLV_PENDING_SECONDS"] = "20"
    yield
    runs.core.patch_namespaced_secret("there", runs.namespace, {"stringData": {"missing": "found"}})
