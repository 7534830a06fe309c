"""Pipelines as the executor reads them and as Argo gets them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from chart import identity, objects, render
from chart_variants import VARIANTS

from jobs.pipelines.manifest.manifest import read_pipeline

NAMES = {"daily", "weekly", "yearly", "backup", "restore"}


def test_cron_jobs_start_one_executor_and_know_the_exit_codes() -> None:
    jobs = {
        thing["metadata"]["labels"]["zlv.fr/pipeline"]: thing["spec"]
        for thing in objects(render())
        if thing["kind"] == "CronJob"
    }
    assert jobs.keys() == NAMES
    for name, spec in jobs.items():
        assert spec["concurrencyPolicy"] == "Forbid"
        assert spec["timeZone"] == "Europe/Paris"
        assert spec["startingDeadlineSeconds"]
        job = spec["jobTemplate"]["spec"]
        assert job["podFailurePolicy"]["rules"][0]["action"] == "Ignore"
        codes = job["podFailurePolicy"]["rules"][1]["onExitCodes"]["values"]
        assert {64, 65, 66} <= set(codes)
        assert not {75, 137, 143} & set(codes)
        assert f"/etc/zlv/pipelines/{name}.yml" in job["template"]["spec"]["containers"][0]["command"]


def test_argo_takes_the_place_of_cron_jobs_and_executor() -> None:
    kinds = {identity(thing) for thing in objects(render(VARIANTS["argo"]))}
    assert {name for kind, name in kinds if kind == "CronWorkflow"} == {
        f"zlv-warehouse-{name}" for name in NAMES
    }
    assert not [name for kind, name in kinds if kind == "CronJob" or name.endswith("-executor")]


def test_values_reach_every_step(tmp_path: Path) -> None:
    things = {identity(thing): thing for thing in objects(render(VARIANTS["everything"]))}
    for name in NAMES:
        path = tmp_path / f"{name}.yml"
        path.write_text(things["ConfigMap", "warehouse-pipelines"]["data"][f"{name}.yml"], encoding="utf-8")
        pipeline = read_pipeline(path)
        assert str(pipeline.parameters["image"].value).endswith("@sha256:" + "0" * 64)
        assert pipeline.raw["spec"]["nodeSelector"] == {"disk": "fast"}
        assert pipeline.raw["spec"]["podPriorityClassName"] == "warehouse"
        for template in pipeline.templates.values():
            container = template.raw["container"]
            assert {"name": "HTTPS_PROXY", "value": "http://proxy:3128"} in container["env"]
            assert {"secretRef": {"name": "more"}} in container["envFrom"]
            assert "/etc/certificates" in {mount["mountPath"] for mount in container["volumeMounts"]}
            assert {"ZLV_POD_MEMORY_LIMIT", "ZLV_POD_CPU_LIMIT", "ZLV_POD_EPHEMERAL_LIMIT"} <= {
                each["name"] for each in container["env"]
            }
    daily = yaml.safe_load(things["ConfigMap", "warehouse-pipelines"]["data"]["daily.yml"])
    build = next(each for each in daily["spec"]["templates"] if each["name"] == "build")
    assert build["container"]["resources"]["limits"] == {
        "cpu": "2",
        "memory": "12Gi",
        "ephemeral-storage": "20Gi",
    }
    assert build["activeDeadlineSeconds"] == 100
    catalog = next(volume for volume in daily["spec"]["volumes"] if volume["name"] == "catalog")["configMap"]
    assert {item["path"] for item in catalog["items"]} == {
        "lovac.yml",
        "policy/lovac.yml",
        "publication.yml",
        # The trial's files are no whole country's.
        "expected.yml",
    }
    assert {item["key"] for item in catalog["items"]} == set(things["ConfigMap", "warehouse-catalog"]["data"])


@pytest.mark.parametrize(
    ("limit", "request_"), [("64Mi", "64Mi"), ("512Mi", "512Mi"), ("16Gi", "512Mi"), ("300M", "300M")]
)
def test_a_request_is_never_above_its_limit(limit: str, request_: str) -> None:
    things = {
        identity(thing): thing
        for thing in objects(render({"steps": {"build": {"resources": {"limits": {"memory": limit}}}}}))
    }
    daily = yaml.safe_load(things["ConfigMap", "zlv-warehouse-pipelines"]["data"]["daily.yml"])
    build = next(each for each in daily["spec"]["templates"] if each["name"] == "build")
    assert build["container"]["resources"]["limits"]["memory"] == limit
    assert build["container"]["resources"]["requests"]["memory"] == request_


def test_weekly_has_the_parameters_of_daily_unless_it_is_told_its_own() -> None:
    """Issue 14: a release of Sunday goes where those of the other nights go."""
    asked: dict[str, Any] = {"daily": {"parameters": {"upload": "true"}}}

    def upload(**more: Any) -> str:
        things = {identity(thing): thing for thing in objects(render({"pipelines": asked | more}))}
        weekly = yaml.safe_load(things["ConfigMap", "zlv-warehouse-pipelines"]["data"]["weekly.yml"])
        given = {each["name"]: each["value"] for each in weekly["spec"]["arguments"]["parameters"]}
        return str(given["upload"])

    assert (upload(), upload(weekly={"parameters": {"upload": "false"}})) == ("true", "false")
