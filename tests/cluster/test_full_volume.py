"""A volume that is full when a stage writes: which folder, 75, the last good file stands; then a retry."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from kubernetes import client
from laptop import Runs
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
        pytest.skip("ZLV_TEST_NODE_FOLDER says where the node and this machine have the same folder")
    folder, name = Path(tempfile.mkdtemp(dir=place)), f"{runs.namespace}-small"
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=100m,mode=0777", "tmpfs", folder], check=True)
    try:
        room = {"accessModes": ["ReadWriteOnce"], "storageClassName": ""}
        disk = {"capacity": {"storage": "100Mi"}, "hostPath": {"path": str(folder)}, **room}
        runs.core.create_persistent_volume({"metadata": {"name": name}, "spec": disk})
        claim = {"volumeName": name, "resources": {"requests": {"storage": "100Mi"}}, **room}
        body = {"metadata": {"name": "small"}, "spec": claim}
        runs.core.create_namespaced_persistent_volume_claim(runs.namespace, body)
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
