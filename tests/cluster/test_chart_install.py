"""The chart installed on a real API server: drift, rights, and volumes that outlive it.

This is the place."""

from __future__ import annotations

import json
import secrets
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
from chart import CHART, NAMESPACE, helm, identity
from chart_variants import VARIANTS
from kubectl import kubectl

pytestmark = pytest.mark.cluster


@pytest.fixture
def own_namespace() -> Iterator[str]:
    """Give one test a namespace that admits restricted pods only, and remove it."""
    name = f"zlv-test-{secrets.token_hex(3)}"
    labels = {f"pod-security.kubernetes.io/{mode}": "restricted" for mode in ("enforce", "warn")}
    kubectl(
        "apply",
        "-f",
        "-",
        text=json.dumps(
            {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}}
        ),
    )
    yield name
    kubectl("delete", "namespace", name, "--wait=false")


def install(
    namespace: str, *more: str, values: dict[str, Any] | None = None, command: str = "install"
) -> subprocess.CompletedProcess[str]:
    """Install or upgrade without starting anything."""
    done = helm(
        command,
        "zlv",
        str(CHART),
        "--namespace",
        namespace,
        "--values",
        "-",
        *more,
        text=json.dumps(values or {}),
    )
    assert done.returncode == 0, done.stderr
    return done


@pytest.mark.parametrize("variant", ["default", "metabase"])
def test_nothing_drifts_after_an_install_and_a_second_upgrade(variant: str, own_namespace: str) -> None:
    namespace = own_namespace
    values = VARIANTS[variant] | {"metabase": {**VARIANTS[variant].get("metabase", {}), "replicas": 0}}
    install(namespace, values=values)
    seen = _diff(namespace)
    assert seen.returncode == 0, seen.stdout
    before = _versions(namespace)
    install(namespace, values=values, command="upgrade")
    assert _diff(namespace).returncode == 0
    install(namespace, values=values, command="upgrade")
    assert _versions(namespace) == before, "an upgrade with the same values changes nothing"
    install(namespace, values={**values, "keepReleases": 9, "image": {"tag": "other"}}, command="upgrade")
    assert _versions(namespace) != before


def test_an_upgrade_leaves_suspended_what_a_person_suspended(own_namespace: str) -> None:
    """K8: also where the upgrade changes the CronJob, and it says so."""
    namespace = own_namespace
    install(namespace)
    name = "zlv-zlv-warehouse-daily"
    patch = json.dumps({"spec": {"suspend": True}})
    kubectl("patch", "cronjob", name, "--namespace", namespace, "--type=merge", "--patch", patch)
    assert _diff(namespace).returncode == 0, "it is no drift"
    told = install(namespace, values={"image": {"tag": "other"}}, command="upgrade").stdout
    spec = json.loads(kubectl("get", "cronjob", name, "--namespace", namespace, "--output=json").stdout)[
        "spec"
    ]
    assert spec["suspend"] is True
    assert ":other" in spec["jobTemplate"]["spec"]["template"]["spec"]["containers"][0]["image"]
    assert "daily is suspended in the cluster" in told and f"zlv resume daily -N {namespace}" in told


def _diff(namespace: str) -> subprocess.CompletedProcess[str]:
    manifest = helm("get", "manifest", "zlv", "--namespace", namespace).stdout
    return kubectl("diff", "--namespace", namespace, "-f", "-", text=manifest, check=False)


def _versions(namespace: str) -> dict[tuple[str, str], str]:
    kinds = "configmaps,cronjobs,roles,rolebindings,serviceaccounts,networkpolicies,services,deployments"
    selector = "--selector=app.kubernetes.io/instance=zlv"
    listing = json.loads(kubectl("get", kinds, "--namespace", namespace, "--output=json", selector).stdout)
    # A controller writes to the status of a Deployment; what was asked for has its own count.
    return {
        identity(thing): str(
            thing["metadata"]["generation"]
            if thing["kind"] == "Deployment"
            else thing["metadata"]["resourceVersion"]
        )
        for thing in listing["items"]
    }


def test_each_service_account_may_do_what_the_table_says_and_nothing_else(own_namespace: str) -> None:
    namespace = own_namespace
    install(namespace, values={"metabase": {"enabled": True, "replicas": 0}})
    prefix = "zlv-zlv-warehouse"
    executor = {
        "jobs.batch": {"create", "delete", "get", "list", "patch", "watch"},
        "pods": {"get", "list", "watch"},
        "pods/log": {"get"},
        "events": {"list"},
    }
    for account, rights in {"executor": executor, "step": {}, "metabase": {}}.items():
        assert _rights(namespace, f"{prefix}-{account}") == rights, account


def _rights(namespace: str, account: str) -> dict[str, set[str]]:
    """Give what an account may do in its namespace beyond what every account may."""
    listed = kubectl(
        "auth", "can-i", "--list", "--namespace", namespace,
        f"--as=system:serviceaccount:{namespace}:{account}",
        "--as-group=system:serviceaccounts", f"--as-group=system:serviceaccounts:{namespace}",
        "--as-group=system:authenticated",
    ).stdout  # fmt: skip
    rights: dict[str, set[str]] = {}
    for line in listed.splitlines()[1:]:
        resource, verbs = line.split()[0], line[line.rindex("[") + 1 : line.rindex("]")].split()
        if not resource.startswith("[") and not resource.startswith("self"):
            rights.setdefault(resource, set()).update(verbs)
    return rights


def test_uninstalling_keeps_both_volumes_and_a_new_installation_finds_them(own_namespace: str) -> None:
    namespace = own_namespace
    install(namespace)
    before = _claims(namespace)
    assert set(before) == {"zlv-zlv-warehouse-raw", "zlv-zlv-warehouse-clean"}
    assert helm("uninstall", "zlv", "--namespace", namespace, "--wait").returncode == 0
    assert _claims(namespace) == before
    left = kubectl(
        "get", "cronjobs,configmaps,roles,networkpolicies", "--namespace", namespace, "--output=name"
    ).stdout.split()
    assert left == ["configmap/kube-root-ca.crt"]
    install(namespace)
    assert _claims(namespace) == before


def _claims(namespace: str) -> dict[str, str]:
    listing = json.loads(
        kubectl("get", "persistentvolumeclaims", "--namespace", namespace, "--output=json").stdout
    )
    return {thing["metadata"]["name"]: thing["metadata"]["uid"] for thing in listing["items"]}


def test_the_notes_name_commands_that_are_there(own_namespace: str) -> None:
    namespace = own_namespace
    notes = install(namespace, values={"dev": {"enabled": True}}, command="install").stdout
    assert f"kubectl -n {namespace} create job --from=cronjob/zlv-zlv-warehouse-daily" in notes
    assert "Never point it at real data" in notes
    kubectl("get", "cronjob", "zlv-zlv-warehouse-daily", "--namespace", namespace)
    assert NAMESPACE not in notes.replace("zlv-zlv-warehouse", "").replace("zlv-warehouse 0", "")
