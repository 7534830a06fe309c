"""Try the chart without any outside service: install, run, and read the clean file as Metabase would."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import time
from pathlib import Path

import pytest
from chain import Chain, base_environment, fingerprints
from chart import helm
from trials import GUIDE, LOVAC_2027, NAME, PUT_2027, Trial, at_once, stand_in, trial

__all__ = ["trial"]  # fixtures

pytestmark = pytest.mark.cluster


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
    trial.kubectl("apply", "-f", "-", text=json.dumps(stand_in(trial)))
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


def test_a_laptop_gives_the_same_tables_as_the_jobs_of_the_cluster(trial: Trial, tmp_path: Path) -> None:
    declared = json.loads(trial.kubectl("get", "configmap", f"{NAME}-catalog", "-ojson"))
    (tmp_path / "catalog").mkdir()
    for file, text in declared["data"].items():
        (tmp_path / "catalog" / file).write_text(text)
    where = base_environment(tmp_path) | {"ZLV_CATALOG_DIR": f":{tmp_path / 'catalog'}"}
    with trial.sources() as sources:
        local = Chain(tmp_path, where | sources)
        local.zlv("run", "daily")
    assert fingerprints(local.clean_file) == trial.tables()


def test_the_steps_of_one_pod_give_the_same_tables_as_jobs(trial: Trial) -> None:
    """Issue 14: `executor: pod`, the same manifest, the same records."""
    before = trial.tables()
    trial.helm("upgrade", pipelines={"daily": {"executor": "pod"}})
    try:
        name = f"in-one-pod-{secrets.token_hex(3)}"
        trial.run("daily", name)
        made = json.loads(trial.kubectl("get", "jobs", "--selector=zlv.fr/run", "-ojson"))["items"]
        assert not [job for job in made if job["metadata"]["labels"]["zlv.fr/run"].startswith(name)]
        told = trial.kubectl("exec", f"deploy/{NAME}-shell", "--", "zlv", "runs", "--json")
        (run,) = (each for each in json.loads(told) if each["run_id"].startswith(name))
        assert (run["pipeline"], run["state"], run["exit_code"]) == ("daily", "done", 0)
        assert trial.tables() == before
    finally:
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
    assert at_once(loads) >= 8
    assert (
        trial.count(
            "SELECT count(*) FROM marts_common_morphology WHERE year = 2027 AND"
            " count_vacant_housing_private_fil_public > 0"
        )
        > 0
    )


def test_the_guides_commands_run_the_pipelines_from_a_laptop(trial: Trial, tmp_path: Path) -> None:
    """As docs/operate.md writes them; only the namespace is another."""
    guide = GUIDE.read_text(encoding="utf-8")
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
    said = run("zlv logs RUN STEP --namespace zlv", RUN=newest, STEP="publish")
    shown = trial.kubectl("exec", f"deploy/{NAME}-shell", "--", "readlink", "/clean/zlv.duckdb")
    assert "is published" in said if newest in shown else "stands: nothing changed" in said
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
    trial.kubectl("delete", "pods", "--field-selector=status.phase!=Running")
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
    guide = GUIDE.read_text(encoding="utf-8")
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
