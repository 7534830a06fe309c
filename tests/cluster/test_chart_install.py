"""The chart on a real API server: admission, rights, drift, and volumes that outlive it.

No image is pulled: what runs is shown by the tests of the executor.
"""

from __future__ import annotations

import json
import secrets
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from chart import CHART, FOREIGN, NAMESPACE, Object, helm, identity, objects, pods, render
from chart_variants import VARIANTS

pytestmark = pytest.mark.cluster
OVERLAYS = ("dev", "staging", "production")


def kubectl(*arguments: str, text: str | None = None, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Run kubectl; its errors are the test's."""
    done = subprocess.run(["kubectl", *arguments], input=text, capture_output=True, text=True, check=False)
    assert not check or done.returncode == 0, done.stderr
    return done


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


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_server_takes_every_object_of_the_variant(variant: str, namespace: str) -> None:
    known = set(kubectl("api-resources", "--output=name").stdout.split())
    things = objects(render(VARIANTS[variant], release="zlv", namespace=namespace))
    kept = [thing for thing in things if thing["kind"] not in FOREIGN or _resource(thing) in known]
    done = kubectl("apply", "--dry-run=server", "--validate=strict", "-f", "-", text=yaml.safe_dump_all(kept))
    assert done.stdout.count("(server dry run)") == len(kept)
    assert "Warning" not in done.stderr


def _resource(thing: Object) -> str:
    return f"{thing['kind'].lower()}s.{thing['apiVersion'].split('/')[0]}"


@pytest.mark.parametrize(
    "variant", ["default", "trial", "metabase", "metabase from releases", "everything", "any user"]
)
def test_admission_takes_every_pod_of_the_variant_without_a_warning(variant: str, namespace: str) -> None:
    for pod in pods(objects(render(VARIANTS[variant], release="zlv", namespace=namespace))):
        thing = _pod(pod.name, pod.spec)
        if "priorityClassName" in thing["spec"]:
            # The class is not there before the installation; the same pods are seen in other variants.
            continue
        kubectl(
            "create",
            "serviceaccount",
            thing["spec"].get("serviceAccountName", "default"),
            "--namespace",
            namespace,
            check=False,
        )
        done = kubectl(
            "create",
            "--dry-run=server",
            "--validate=strict",
            "--namespace",
            namespace,
            "-f",
            "-",
            text=json.dumps(thing),
        )
        assert "Warning" not in done.stderr, done.stderr


def _pod(name: str, spec: Any) -> Object:
    from kubernetes import client

    plain = client.ApiClient().sanitize_for_serialization(spec)
    plain["restartPolicy"] = plain.get("restartPolicy", "Never")
    for container in plain["containers"]:
        container["image"] = container["image"].replace(
            "{{workflow.parameters.image}}", "zlv-warehouse:latest"
        )
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"generateName": name.replace("/", "-") + "-"},
        "spec": plain,
    }


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_the_server_takes_an_overlay(overlay: str) -> None:
    folder = f"k8s/overlays/{overlay}"
    text = subprocess.run(
        ["kubectl", "kustomize", folder], cwd=CHART.parent.parent, capture_output=True, text=True, check=True
    ).stdout
    named = next(thing for thing in objects(text) if thing["kind"] == "Namespace")
    kubectl("apply", "-f", "-", text=yaml.safe_dump(named))
    try:
        done = kubectl("apply", "--dry-run=server", "--validate=strict", "-f", "-", text=text)
        assert "Warning" not in done.stderr
    finally:
        kubectl("delete", "namespace", named["metadata"]["name"], "--wait=false")


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
