"""An installation of the chart with its own servers and sample data, on which `daily` has run once."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import pytest
from chart import CHART, helm, objects, render
from ports import free_port

NAME = "zlv-zlv-warehouse"
GUIDE = CHART.parent.parent / "docs" / "operate.md"
LOVAC_2027 = {
    "lovac_2027": {
        "millesime": 2027,
        "public_criterion": "fil",
        "location": "s3://{lake}/lake/lovac/2027/raw.csv",
        "layout": "new",
        "format": {"delimiter": ","},
    }
}


# Puts the lake's newest LOVAC a second time, as that of the year after.
PUT_2027 = """
import boto3, duckdb
from jobs.settings import read_settings
settings = read_settings()
s3 = boto3.client("s3", endpoint_url="http://127.0.0.1:9000", region_name="us-east-1",
    aws_access_key_id=settings.CELLAR_ACCESS_KEY_ID.get_secret_value(),
    aws_secret_access_key=settings.CELLAR_SECRET_ACCESS_KEY.get_secret_value())
bucket = settings.CELLAR_DATA_LAKE_BUCKET_NAME
s3.download_file(bucket, "lake/lovac/2026/raw.csv", "/tmp/2026.csv")
lines = "read_csv('/tmp/2026.csv', all_varchar = true, ignore_errors = true)"
rows = f"SELECT * REPLACE ('2027' AS annee) FROM {lines}"
duckdb.sql(f"COPY ({rows}) TO '/tmp/2027.csv'")
s3.upload_file("/tmp/2027.csv", bucket, "lake/lovac/2027/raw.csv")
"""


# What `chain.fingerprints` does, on the clean file of a pod.
FINGERPRINTS = """
import duckdb, json
clean = duckdb.connect("/clean/zlv.duckdb", read_only=True)
query = "SELECT table_name FROM duckdb_tables() WHERE table_name <> '_zlv' ORDER BY 1"
tables = [name for (name,) in clean.execute(query).fetchall()]
query = "SELECT count(*) || ':' || sum(hash(t)::HUGEINT)::VARCHAR FROM main.{} AS t"
print(json.dumps({name: clean.execute(query.format(name)).fetchone()[0] for name in tables}))
"""
COUNT = (
    "import duckdb, sys; print(duckdb.connect('/clean/zlv.duckdb',"
    " read_only=True).execute(sys.argv[1]).fetchone()[0])"
)


class Trial:
    """An installation of the chart with its own servers and sample data."""

    def __init__(self, namespace: str, values: dict[str, Any]) -> None:
        self.namespace, self.values = namespace, values

    def kubectl(self, *arguments: str, text: str | None = None) -> str:
        done = subprocess.run(
            ["kubectl", "--namespace", self.namespace, *arguments],
            input=text,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def helm(self, command: str, **values: Any) -> None:
        where = ["--namespace", self.namespace, "--values", "-", "--wait", "--timeout", "5m"]
        done = helm(command, "zlv", str(CHART), *where, text=json.dumps({**self.values, **values}))
        assert done.returncode == 0, done.stderr
        assert "arning" not in done.stderr

    def run(self, pipeline: str, name: str, seconds: float = 300) -> str:
        """Start a pipeline as its schedule would, wait for its end, and give its log."""
        self.kubectl("create", "job", f"--from=cronjob/{NAME}-{pipeline}", name)
        state: dict[str, Any] = {}
        until = time.monotonic() + seconds
        while not {"succeeded", "failed"} & state.keys() and time.monotonic() < until:
            time.sleep(2)
            state = json.loads(self.kubectl("get", "job", name, "-ojson"))["status"]
        log = subprocess.run(
            ["kubectl", "--namespace", self.namespace, "logs", f"job/{name}"],
            check=False,
            capture_output=True,
            text=True,
        ).stdout
        assert state.get("succeeded") == 1, log
        return log

    def count(self, query: str, *where: str) -> int:
        """Ask the clean file in a pod that mounts its volume."""
        return int(
            self.kubectl("exec", *(where or (f"deploy/{NAME}-shell",)), "--", "python", "-c", COUNT, query)
        )

    def tables(self) -> dict[str, str]:
        """Fingerprint the clean file's tables in a pod that mounts its volume."""
        found: dict[str, str] = json.loads(
            self.kubectl("exec", f"deploy/{NAME}-shell", "--", "python", "-c", FINGERPRINTS)
        )
        return found

    @contextmanager
    def sources(self) -> Iterator[dict[str, str]]:
        """Give the settings that reach the trial's servers from this machine, while the block lasts."""
        settings: dict[str, str] = json.loads(self.kubectl("get", "configmap", NAME, "-ojson"))["data"]
        settings = {
            name: value for name, value in settings.items() if not name.startswith(("ZLV_", "DUCKDB_"))
        }
        secret = json.loads(self.kubectl("get", "secret", f"{NAME}-trial", "-ojson"))["data"]
        settings |= {name: base64.b64decode(value).decode() for name, value in secret.items()}
        postgres, s3 = free_port(), free_port()
        command = ["kubectl", "-n", self.namespace, "port-forward", f"deploy/{NAME}-dev"]
        command += [f"{postgres}:5432", f"{s3}:9000"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as forwarded:
            try:
                assert forwarded.stdout is not None
                for _ in range(2):
                    assert "Forwarding from" in forwarded.stdout.readline()
                yield settings | {
                    "POSTGRES_PRODUCTION_DB": "127.0.0.1",
                    "POSTGRES_PRODUCTION_PORT": str(postgres),
                    "CELLAR_HOST_URL": f"127.0.0.1:{s3}",
                }
            finally:
                forwarded.terminate()


@pytest.fixture(scope="module")
def trial(namespace: str, image: str) -> Iterator[Trial]:
    """Install with `--wait` and run `daily` once; ZLV_TEST_TRIAL_IMAGE names the image with both servers."""
    repository, _, tag = image.rpartition(":")
    trial_repository, _, trial_tag = os.environ.get(
        "ZLV_TEST_TRIAL_IMAGE", f"{repository}-trial:{tag}"
    ).rpartition(":")
    values: dict[str, Any] = {
        "image": {"repository": repository, "tag": tag, "pullPolicy": "IfNotPresent"},
        "dev": {"enabled": True, "image": {"repository": trial_repository, "tag": trial_tag}, "scale": 0.2},
        "pipelines": {"daily": {"parameters": {"upload": "true"}}},
    }
    trial = Trial(namespace, values)
    trial.helm("install")
    trial.run("daily", "first-run")
    yield trial
    helm("uninstall", "zlv", "--namespace", namespace, "--wait")


def stand_in(trial: Trial) -> dict[str, Any]:
    """Give the chart's own Metabase pod with a sleeping image in the place of Metabase's."""
    values = {**trial.values, "metabase": {"enabled": True, "delivery": "releases"}}
    rendered = objects(render(values, release="zlv", namespace=trial.namespace))
    deployment = next(
        each
        for each in rendered
        if each["kind"] == "Deployment" and each["metadata"]["name"].endswith("-metabase")
    )
    spec = deployment["spec"]["template"]["spec"]
    (metabase,) = spec["containers"]
    (follow,) = (each for each in spec["initContainers"] if each["name"] == "follow")
    probes = ("startupProbe", "readinessProbe", "livenessProbe", "env", "ports")
    sleeping = {key: value for key, value in metabase.items() if key not in probes}
    sleeping |= {"image": follow["image"], "command": ["sleep", "600"]}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "stand-in", "labels": deployment["spec"]["template"]["metadata"]["labels"]},
        "spec": {
            **spec,
            "initContainers": [follow],
            "containers": [sleeping],
            "serviceAccountName": f"{NAME}-step",
        },
    }


def at_once(jobs: list[dict[str, Any]]) -> int:
    """Count the Jobs that ran at the same time, at most."""
    ends = ("startTime", "completionTime")
    times = [[datetime.fromisoformat(job["status"][end]) for end in ends] for job in jobs]
    return max(sum(begun <= moment < done for begun, done in times) for moment, _ in times)
