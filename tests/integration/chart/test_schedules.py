"""Schedules: what they say of time and of suspension, and which manifest a run keeps."""

from __future__ import annotations

import re
import shutil
import zoneinfo
from pathlib import Path
from typing import Any

import pytest
import yaml
from chart import CHART, helm, objects, render, typed
from chart_variants import VARIANTS
from kubernetes import client

from jobs.pipelines.manifest.manifest import read_pipeline

NAMES = {"daily", "weekly", "yearly", "backup", "restore"}
MANIFEST = "zlv.fr/manifest"


def cron_jobs(values: dict[str, Any] | None = None) -> dict[str, client.V1CronJob]:
    """Give the CronJobs by their pipeline."""
    found = [typed(thing) for thing in objects(render(values)) if thing["kind"] == "CronJob"]
    return {each.metadata.labels["zlv.fr/pipeline"]: each for each in found}


def test_what_a_person_suspended_is_not_the_chart_s_to_start() -> None:
    """K8: a field that is not rendered is his who set it, for helm, kubectl, Argo CD and Flux."""
    jobs = cron_jobs()
    assert jobs.keys() == NAMES
    assert {name for name, job in jobs.items() if job.spec.suspend is not None} == {"yearly", "restore"}
    asked = cron_jobs({"pipelines": {"daily": {"suspend": True}, "yearly": {"suspend": False}}})
    assert asked["daily"].spec.suspend is True and asked["yearly"].spec.suspend is None
    flows = [thing["spec"] for thing in objects(render(VARIANTS["argo"])) if thing["kind"] == "CronWorkflow"]
    assert sorted("suspend" in spec for spec in flows) == [False, False, False, True, True]


@pytest.mark.parametrize(
    ("suspended", "told"),
    [
        ("true", {"NOTE: daily", "NOTE: weekly", "NOTE: backup"}),
        ("false", {"WARNING: yearly", "WARNING: restore"}),
        ("", set()),
    ],
)
def test_an_upgrade_tells_what_stands_suspended(suspended: str, told: set[str], tmp_path: Path) -> None:
    """K8: the notes look at the cluster's own CronJobs, which stand here in their place."""
    copied = shutil.copytree(CHART, tmp_path / "chart")
    notes = (copied / "templates" / "NOTES.txt").read_text(encoding="utf-8")
    found = f'dict "spec" (dict "suspend" {suspended})' if suspended else "dict"
    live, count = re.subn(r'lookup "batch/v1" "CronJob" [^|]+', f"{found} ", notes)
    assert count == 1
    (copied / "templates" / "told.yaml").write_text("told: {{ include `told` . | toJson }}\n")
    (copied / "templates" / "_told.tpl").write_text(f"{{{{ define `told` }}}}{live}{{{{ end }}}}")
    done = helm("template", "zlv", str(copied), "--namespace", "zlv", "--show-only", "templates/told.yaml")
    assert done.returncode == 0, done.stderr
    text = objects(done.stdout)[0]["told"]
    assert set(re.findall(r"(?:NOTE|WARNING): (?:daily|weekly|yearly|backup|restore)", text)) == told
    assert ("zlv resume daily -N zlv" in text) is (suspended == "true")


def test_no_object_depends_on_what_the_cluster_holds() -> None:
    """K8: only the notes look there, so that nothing drifts."""
    templates = [path for path in (CHART / "templates").rglob("*") if path.suffix in (".yaml", ".tpl")]
    assert templates and not [path for path in templates if "lookup" in path.read_text(encoding="utf-8")]


def test_a_pipeline_that_is_started_by_hand_is_not_counted_as_one_that_waits() -> None:
    """K18: Argo CD shows an application with a suspended CronJob as Suspended, unless told."""
    told = "argocd.argoproj.io/ignore-healthcheck"
    annotations = {name: job.metadata.annotations or {} for name, job in cron_jobs().items()}
    assert {name for name, each in annotations.items() if each.get(told) == "true"} == {"yearly", "restore"}


@pytest.mark.parametrize(
    "zone", ["Europe/Pari", "Paris", "europe/paris", "Local", "", "UTC+1", "Europe/Paris ", "Factory"]
)
def test_a_zone_that_no_cluster_knows_is_refused_by_its_key(zone: str) -> None:
    """K13: the CronJobs would be refused in the middle of an upgrade."""
    done = helm("template", "zlv", str(CHART), "--values", "-", text=yaml.safe_dump({"timeZone": zone}))
    assert done.returncode
    assert re.search(r"'/timeZone'.*such as Europe/Paris", done.stderr), done.stderr
    assert len(done.stderr.splitlines()) < 6


@pytest.mark.parametrize("zone", ["UTC", "Etc/UTC", "America/Argentina/Buenos_Aires", "Indian/Reunion"])
def test_a_zone_of_iana_is_taken(zone: str) -> None:
    """K13: those of the overseas departments too."""
    assert zone in zoneinfo.available_timezones()
    assert {job.spec.time_zone for job in cron_jobs({"timeZone": zone}).values()} == {zone}


@pytest.mark.parametrize("variant", ["default", "trial", "everything"])
def test_a_job_carries_the_manifest_of_its_own_image(variant: str, tmp_path: Path) -> None:
    """K15: an executor that follows one that was killed is of the same Job, and a Job never changes."""
    for name, job in cron_jobs(VARIANTS[variant]).items():
        template = job.spec.job_template.spec.template
        (volume,) = (each for each in template.spec.volumes if each.name == "pipelines")
        assert volume.config_map is None
        (item,) = volume.downward_api.items
        assert item.field_ref.field_path == f"metadata.annotations['{MANIFEST}']"
        text = template.metadata.annotations[MANIFEST]
        # A Kubernetes object may have 256 KiB of annotations.
        assert len(text.encode()) < 100_000
        path = tmp_path / item.path
        path.write_text(text, encoding="utf-8")
        pipeline = read_pipeline(path)
        executor = template.spec.containers[0]
        assert pipeline.name == name
        assert pipeline.parameters["image"].value == executor.image
        assert executor.args == ["--parameter", f"image={executor.image}"]
        assert f"/etc/zlv/pipelines/{item.path}" in executor.command


def test_what_people_read_and_what_a_job_carries_is_one_text() -> None:
    """K15: `zlv run NAME -N` reads the ConfigMap, the executor what its Job carries."""
    (config,) = (
        thing["data"]
        for thing in objects(render())
        if thing["kind"] == "ConfigMap" and thing["metadata"]["name"].endswith("-pipelines")
    )
    carried = {
        f"{name}.yml": yaml.safe_load(job.spec.job_template.spec.template.metadata.annotations[MANIFEST])
        for name, job in cron_jobs().items()
    }
    assert {name: yaml.safe_load(text) for name, text in config.items()} == carried
