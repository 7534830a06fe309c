"""A stage whose volume is full, holds what it cannot read, or is another user's: said; then a retry."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from kubernetes import client
from laptop import POD_SECURITY, Runs, wait_for
from manifests import task

pytestmark = pytest.mark.cluster
MEBIBYTE = 1 << 20
# A model that needs no other.
ONE_MODEL = ["zlv", "build", "--only", "stg_external__admin_communes"]


@pytest.fixture
def volume(runs: Runs, api: client.ApiClient) -> Iterator[Path]:
    """Give a folder of 100 MiB that the claim `small` leads to.

    ZLV_TEST_NODE_FOLDER is a folder of the node that is also ours, to mount in.
    """
    place = os.environ.get("ZLV_TEST_NODE_FOLDER")
    if not place:
        pytest.skip("ZLV_TEST_NODE_FOLDER names a folder of the node")  # a node elsewhere shares none with us
    folder, name = Path(tempfile.mkdtemp(dir=place)), f"{runs.namespace}-small"
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=100m,mode=0777", "tmpfs", folder], check=True)
    try:
        room = {"accessModes": ["ReadWriteOnce"], "storageClassName": ""}
        disk = {"capacity": {"storage": "100Mi"}, "hostPath": {"path": str(folder)}, **room}
        runs.core.create_persistent_volume({"metadata": {"name": name}, "spec": disk})
        claim = {"volumeName": name, "resources": {"requests": {"storage": "100Mi"}}, **room}
        body = {"metadata": {"name": "small"}, "spec": claim}
        runs.core.create_namespaced_persistent_volume_claim(runs.namespace, body)
        read = runs.core.read_namespaced_persistent_volume_claim
        # A pod that comes first is told of the claim alone.
        wait_for(lambda: read("small", runs.namespace).status.phase == "Bound")
        yield folder
        runs.core.delete_namespaced_persistent_volume_claim("small", runs.namespace)
        runs.core.delete_persistent_volume(name)
    finally:
        subprocess.run(["umount", "-l", folder], check=True)
        folder.rmdir()


def test_a_step_says_which_folder_of_its_volume_is_full_and_goes_on_by_retry(
    runs: Runs, volume: Path
) -> None:
    """Issue 13: a full claim"""
    warehouse = volume / "warehouse" / "warehouse.duckdb"
    warehouse.parent.mkdir()
    warehouse.parent.chmod(0o777)
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("CREATE TABLE good AS SELECT 42 AS answer")
    before, filler = warehouse.read_bytes(), volume / "filler"
    free = os.statvfs(volume).f_bavail * os.statvfs(volume).f_frsize
    filler.write_bytes(bytes(free - MEBIBYTE))
    step = runs.step("a", "", command=ONE_MODEL)
    step["container"] |= {
        "env": [{"name": "ZLV_HOME", "value": "/data"}, {"name": "ZLV_PSEUDONYM_KEY", "value": "k" * 40}],
        "volumeMounts": [{"name": "raw", "mountPath": "/data"}],
        "resources": {"requests": {"cpu": "20m"}, "limits": {"cpu": "2", "memory": "1Gi"}},
    }
    volumes = [{"name": "raw", "persistentVolumeClaim": {"claimName": "small"}}]
    output = runs.run(runs.manifest([task("a")], [step], volumes=volumes), 75)
    full = r"the disk of [^:]*/data/warehouse \(ZLV_WAREHOUSE_DIR, \d\.\d MB free\)[^:]* is full"
    assert re.search(r"a failed with 75 after .*" + full, output), output
    assert re.search(full, runs.told()["message"]) and "free some" in output
    assert warehouse.read_bytes() == before, "the last good file stands"
    filler.unlink()
    runs.zlv("retry", runs.run_id, "-N", runs.namespace)
    assert runs.told()["state"] == "done" and warehouse.read_bytes() != before


@pytest.mark.parametrize(
    ("case", "code", "sentence"),
    [
        ("broken-catalog", 64, r"lovac\.yml"),
        ("full-volume", 64, r"GB free and needs"),
    ],
)
def test_a_stage_says_what_its_volumes_lack(runs: Runs, case: str, code: int, sentence: str) -> None:
    data = {"lovac.yml": "domain: lovac\nsources: [not, a, mapping\n"}
    if case == "broken-catalog":
        runs.core.create_namespaced_config_map(runs.namespace, {"metadata": {"name": case}, "data": data})
    volumes: list[dict[str, Any]] = [
        {"name": "data", "emptyDir": {"medium": "Memory", "sizeLimit": "2Mi"}},
        {"name": "catalog", "configMap": {"name": "broken-catalog", "optional": True}},
    ]
    env = [{"name": "ZLV_HOME", "value": "/data"}]
    if case == "broken-catalog":
        env.append({"name": "ZLV_CATALOG_DIR", "value": ":/etc/zlv/catalog"})
    mounts = [{"name": "data", "mountPath": "/data"}, {"name": "catalog", "mountPath": "/etc/zlv/catalog"}]
    command = ["zlv", "catalog", "check"] if case == "broken-catalog" else ["zlv", "prepare"]
    step = runs.step("a", "", memory="512Mi", command=command, container={"env": env, "volumeMounts": mounts})
    output = runs.run(runs.manifest([task("a")], [step], volumes=volumes), code)
    assert re.search(sentence, output), output
    if case == "broken-catalog":
        runs.core.delete_namespaced_config_map(case, runs.namespace)
        runs.zlv("retry", runs.run_id, "-N", runs.namespace)
        assert runs.told()["state"] == "done"


def test_a_stage_runs_as_any_user(runs: Runs) -> None:
    """OpenShift gives a number that no image knows, and group 0."""
    random = {"runAsUser": 1_000_660_000, "runAsGroup": 0, "fsGroup": 1_000_660_000}
    volumes = [{"name": "data", "emptyDir": {}}]
    container = {
        "env": [{"name": "ZLV_HOME", "value": "/data"}],
        "volumeMounts": [{"name": "data", "mountPath": "/data"}],
    }
    step = runs.step("a", "", memory="512Mi", command=["zlv", "catalog", "check"], container=container)
    path = runs.manifest(
        [task("a")], [step | {"securityContext": {**POD_SECURITY, **random}}], volumes=volumes
    )
    runs.run(path)
