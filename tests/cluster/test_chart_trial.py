"""A trial without any outside service: install, run the pipelines, and read the clean file as Metabase would,
in place or elsewhere."""

from __future__ import annotations

import base64
import json
import os
import secrets
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from chain import Chain, base_environment, fingerprints
from chart import CHART, helm, objects, render
from components import free_port

pytestmark = pytest.mark.cluster
NAME = "zlv-zlv-warehouse"
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
        command = [
            "kubectl",
            "-n",
            self.namespace,
            "port-forward",
            f"deploy/{NAME}-dev",
            f"{postgres}:5432",
            f"{s3}:9000",
        ]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as forwarded:
            assert forwarded.stdout is not None
            for _ in range(2):
                assert "Forwarding from" in forwarded.stdout.readline()
            yield settings | {
                "POSTGRES_PRODUCTION_DB": "127.0.0.1",
                "POSTGRES_PRODUCTION_PORT": str(postgres),
                "CELLAR_HOST_URL": f"127.0.0.1:{s3}",
            }
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


def test_one_run_leads_to_a_clean_file_that_is_read_without_a_hand_edit(trial: Trial) -> None:
    done = helm("test", "zlv", "--namespace", trial.namespace, "--logs", "--timeout", "3m")
    assert done.returncode == 0, done.stdout + done.stderr
    counted = {
        line.split()[1]: int(line.split()[0])
        for line in done.stdout.splitlines()
        if line.split()[:1] and line.split()[0].isdigit()
    }
    assert counted["marts_production_housing"] > 0
    assert "production" in trial.kubectl("exec", f"deploy/{NAME}-shell", "--", "zlv", "status")


def test_a_metabase_without_the_volume_follows_the_releases_in_s3(trial: Trial) -> None:
    """The chart's own pod, with a stand-in that mounts and reads as Metabase would."""
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
    stand_in = {key: value for key, value in metabase.items() if key not in probes}
    stand_in |= {"image": follow["image"], "command": ["sleep", "600"]}
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "stand-in", "labels": deployment["spec"]["template"]["metadata"]["labels"]},
        "spec": {
            **spec,
            "initContainers": [follow],
            "containers": [stand_in],
            "serviceAccountName": f"{NAME}-step",
        },
    }
    trial.kubectl("apply", "-f", "-", text=json.dumps(pod))
    trial.kubectl("wait", "--for=condition=Ready", "pod/stand-in", "--timeout=60s")
    where = ("stand-in", "-c", "metabase")
    link = ("exec", *where, "--", "readlink", "/clean/zlv.duckdb")
    until = time.monotonic() + 60
    while subprocess.run(
        ["kubectl", "-n", trial.namespace, *link], check=False, capture_output=True
    ).returncode:
        assert time.monotonic() < until, trial.kubectl("logs", "stand-in", "-c", "follow")
        time.sleep(1)
    query = "SELECT count(*) FROM marts_production_housing"
    assert trial.count(query, *where) == trial.count(query) > 0
    refused = subprocess.run(
        ["kubectl", "-n", trial.namespace, "exec", *where, "--", "touch", "/clean/x"],
        check=False,
        capture_output=True,
        text=True,
    )
    assert refused.returncode and "Read-only" in refused.stderr
    trial.kubectl("delete", "pod", "stand-in", "--now")


def test_a_run_on_a_laptop_gives_the_same_tables_as_the_jobs_of_the_cluster(
    trial: Trial, tmp_path: Path
) -> None:
    with trial.sources() as sources:
        local = Chain(tmp_path, {**base_environment(tmp_path), **sources})
        local.zlv("run", "daily")
    assert fingerprints(local.clean_file) == trial.tables()


@pytest.mark.skipif(
    "ZLV_TEST_ARGO" not in os.environ, reason="ZLV_TEST_ARGO says that Argo Workflows watches every namespace"
)
def test_argo_runs_the_same_manifest_to_the_same_tables(trial: Trial) -> None:
    before, release = (
        trial.tables(),
        trial.kubectl("exec", f"deploy/{NAME}-shell", "--", "readlink", "/clean/zlv.duckdb"),
    )
    trial.helm("upgrade", argo={"enabled": True})
    name = f"by-argo-{secrets.token_hex(3)}"
    workflow = {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Workflow",
        "metadata": {"name": name},
        "spec": {"workflowTemplateRef": {"name": f"{NAME}-daily"}},
    }
    trial.kubectl("create", "-f", "-", text=json.dumps(workflow))
    status: dict[str, Any] = {}
    until = time.monotonic() + 420
    while status.get("phase") not in ("Succeeded", "Failed", "Error") and time.monotonic() < until:
        time.sleep(3)
        status = json.loads(trial.kubectl("get", "workflow", name, "-ojson")).get("status", {})
    told = [
        (node["displayName"], node["phase"], node.get("message")) for node in status.get("nodes", {}).values()
    ]
    assert status.get("phase") == "Succeeded", (status.get("message"), told)
    assert (
        name
        in trial.kubectl("exec", f"deploy/{NAME}-shell", "--", "readlink", "/clean/zlv.duckdb")
        != release
    )
    assert trial.tables() == before
    assert name in trial.kubectl("exec", f"deploy/{NAME}-shell", "--", "zlv", "runs")
    trial.helm("upgrade")


def test_the_years_load_side_by_side_and_a_new_one_by_a_value_of_the_chart(trial: Trial) -> None:
    trial.kubectl("exec", f"deploy/{NAME}-dev", "--", "python", "-c", PUT_2027)
    catalog = {"sources": {"lovac.yml": {"domain": "lovac", "sources": LOVAC_2027}}}
    trial.helm("upgrade", catalog=catalog)
    trial.run("yearly", "a-year", seconds=600)
    jobs = json.loads(trial.kubectl("get", "jobs", "--selector=zlv.fr/pipeline=yearly", "-ojson"))["items"]
    loads = [
        job
        for job in jobs
        if "lovac_20" in job["metadata"].get("annotations", {}).get("zlv.fr/step-name", "")
    ]
    assert len(loads) == 9
    spans = [(_moment(job["status"]["startTime"]), _moment(job["status"]["completionTime"])) for job in loads]
    assert max(sum(start <= moment < end for start, end in spans) for moment, _ in spans) >= 8
    assert (
        trial.count(
            "SELECT count(*) FROM marts_common_morphology WHERE year = 2027 AND"
            " count_vacant_housing_private_fil_public > 0"
        )
        > 0
    )


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_the_guides_commands_run_the_pipelines_from_a_laptop(trial: Trial, tmp_path: Path) -> None:
    """As docs/operate.md writes them; only the namespace is another."""
    guide = (CHART.parent.parent / "docs" / "operate.md").read_text(encoding="utf-8")
    laptop = Chain(tmp_path, {**base_environment(tmp_path), "KUBECONFIG": os.environ["KUBECONFIG"]})

    def run(command: str, **places: str) -> str:
        assert f"    {command}\n" in guide, "the guide says otherwise"
        words = [{"zlv": trial.namespace, **places}.get(word, word) for word in command.split()[1:]]
        done = laptop.zlv(*words)
        return done.stdout + done.stderr

    assert "publish" in run("zlv run daily --executor kubernetes --namespace zlv")
    listed = json.loads(laptop.zlv("runs", "--namespace", trial.namespace, "--json").stdout)
    newest = listed[0]["run_id"]
    assert (listed[0]["pipeline"], listed[0]["state"]) == ("daily", "done")
    assert "is published" in run("zlv logs RUN STEP --namespace zlv", RUN=newest, STEP="publish")
    assert newest in trial.kubectl("exec", f"deploy/{NAME}-shell", "--", "readlink", "/clean/zlv.duckdb")
    for command, suspended in (("suspend", True), ("resume", False)):
        run(f"zlv {command} daily --namespace zlv")
        assert (
            json.loads(trial.kubectl("get", "cronjob", f"{NAME}-daily", "-ojson"))["spec"]["suspend"]
            is suspended
        )


def test_a_backup_is_exported_and_imported_again_as_its_proof(trial: Trial) -> None:
    log = trial.run("backup", "a-backup")
    assert "verify" in log and "export" in log


def test_the_base_is_back_after_both_volumes_were_lost(trial: Trial) -> None:
    """K7: the drill of docs/operate.md, from the export of the backup before it."""
    before, rows = trial.tables(), trial.count("SELECT count(*) FROM marts_production_housing")
    shell = f"deploy/{NAME}-shell"
    told = trial.kubectl("exec", shell, "--", "zlv", "prepare")
    assert "on purpose" in told and "wrong" not in told.replace("what is wrong", "")
    claims = (f"{NAME}-raw", f"{NAME}-clean")
    trial.kubectl("scale", shell, "--replicas=0")
    trial.kubectl("delete", "jobs", "--all", "--cascade=foreground")
    trial.kubectl("delete", "pvc", *claims, "--timeout=60s")
    trial.helm("upgrade")
    trial.kubectl("scale", shell, "--replicas=1")
    trial.kubectl("rollout", "status", shell, "--timeout=60s")
    assert not trial.kubectl("exec", shell, "--", "ls", "/clean").strip()
    log = trial.run("restore", "the-restore")
    assert "files are imported" in log
    assert trial.count("SELECT count(*) FROM marts_production_housing") == rows
    assert trial.tables() == before
    assert helm("test", "zlv", "--namespace", trial.namespace).returncode == 0


def test_a_release_goes_to_s3_from_a_step_that_has_the_keys(trial: Trial, tmp_path: Path) -> None:
    """K7: the guide's way back for a Metabase that follows S3."""
    guide = (CHART.parent.parent / "docs" / "operate.md").read_text(encoding="utf-8")
    laptop = Chain(tmp_path, {**base_environment(tmp_path), "KUBECONFIG": os.environ["KUBECONFIG"]})
    command = "zlv run restore --executor kubernetes --namespace zlv --only upload -p upload=true -p release="
    assert f"    {command}daily-20261122t020000-11aa\n" in guide, "the guide says otherwise"
    link = trial.kubectl("exec", f"deploy/{NAME}-shell", "--", "readlink", "/clean/zlv.duckdb").strip()
    words = [{"zlv": trial.namespace}.get(word, word) for word in command.split()[1:-1]]
    told = laptop.zlv(*words, f"release={Path(link).stem}")
    assert f"{Path(link).stem}" in told.stdout + told.stderr


def test_a_new_installation_finds_the_last_release(trial: Trial) -> None:
    link = ("exec", f"deploy/{NAME}-shell", "--", "readlink", "/clean/zlv.duckdb")
    before, rows = trial.kubectl(*link), trial.count("SELECT count(*) FROM marts_production_housing")
    assert helm("uninstall", "zlv", "--namespace", trial.namespace, "--wait").returncode == 0
    trial.helm("install")
    assert trial.kubectl(*link) == before
    assert trial.count("SELECT count(*) FROM marts_production_housing") == rows
