"""Manifests: valid for Argo, read as Argo means them, anything else refused with its place."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hera.workflows.models import WorkflowTemplate
from pipelines_known import NAMES, name, pipeline

from jobs.cli import COMMANDS
from jobs.pipelines.choice import Choice
from jobs.pipelines.manifest.check import ancestors
from jobs.pipelines.manifest.manifest import find_manifest, read_pipeline
from jobs.pipelines.manifest.pipeline import Pipeline
from jobs.pipelines.manifest.retry import Retry

__all__ = ["name", "pipeline"]  # fixtures


def test_argo_models_know_every_field_of_the_manifests(name: str) -> None:
    document = yaml.safe_load(find_manifest(name).read_text(encoding="utf-8"))
    model = WorkflowTemplate.model_validate(document)
    assert model.metadata.name == NAMES[name]
    # Fields that the models do not know would be missing here.
    assert _strings(model.model_dump(by_alias=True, exclude_none=True, mode="json")) == _strings(document)


def test_every_step_is_a_command_of_the_program_with_a_deadline_retries_and_resources(
    pipeline: Pipeline,
) -> None:
    for template in pipeline.templates.values():
        assert template.command[0] == "zlv"
        assert template.command[1] in COMMANDS
        assert template.deadline
        assert template.raw["container"]["resources"]["limits"]["memory"]
        # The last step ends with the run's own exit code: trying it again would change nothing.
        assert (template.retry is None) == (template.name == pipeline.on_exit)


@pytest.mark.parametrize(
    ("code", "again"),
    [(1, True), (75, True), (137, True), (143, True), (2, False), (64, False), (65, False), (66, False)],
)
def test_the_manifests_retry_what_a_second_try_can_mend(pipeline: Pipeline, code: int, again: bool) -> None:
    for template in pipeline.templates.values():
        if template.name == pipeline.on_exit:
            continue
        assert isinstance(template.retry, Retry)
        assert template.retry.again(1, code, 10, "", 10) is again


def test_argo_closes_every_run_with_its_record(pipeline: Pipeline) -> None:
    assert pipeline.on_exit == "record"
    command = pipeline.templates["record"].command
    assert command == (
        "zlv",
        "record",
        pipeline.name,
        "--status",
        "{{workflow.status}}",
        "--failures",
        "{{workflow.failures}}",
    )


def test_daily_waits_in_the_order_of_the_design() -> None:
    daily = read_pipeline(find_manifest("daily"))
    assert ancestors(daily, "build") == {"prepare", "sync-production", "load-lake"}
    assert "load-lake" not in ancestors(daily, "sync-production")
    assert "sync-production" not in ancestors(daily, "load-lake")
    assert ancestors(daily, "upload") == {
        "prepare",
        "sync-production",
        "load-lake",
        "build",
        "audit",
        "publish",
    }


def test_weekly_is_daily_but_for_the_build_of_everything() -> None:
    """Issue 14: what one of the two learns, the other must."""
    texts = {name: find_manifest(name).read_text(encoding="utf-8") for name in ("daily", "weekly")}
    daily, weekly = (yaml.safe_load(text) for text in texts.values())
    assert read_pipeline(find_manifest("weekly")).templates["build"].command == ("zlv", "build", "--full")
    for template in weekly["spec"]["templates"]:
        if template["name"] in ("build", "record"):
            command = template["container"]["command"]
            template["container"]["command"] = [
                "daily" if part == "weekly" else part for part in command if part != "--full"
            ]
    weekly["metadata"]["name"] = daily["metadata"]["name"]
    for labels in (weekly["metadata"]["labels"], weekly["spec"]["podMetadata"]["labels"]):
        assert labels["zlv.fr/pipeline"] == "weekly"
        labels["zlv.fr/pipeline"] = "daily"
    assert weekly == daily


def test_yearly_takes_its_sources_from_the_catalog_when_it_runs() -> None:
    yearly = read_pipeline(find_manifest("yearly"))
    assert yearly.tasks["load-lake"].items_from == "{{tasks.list-sources.outputs.result}}"
    assert "2025" not in find_manifest("yearly").read_text(encoding="utf-8")


def test_from_takes_a_step_and_all_that_wait_for_it() -> None:
    daily = read_pipeline(find_manifest("daily"))
    assert Choice(start="audit").tasks(daily) == {"audit", "publish", "upload"}
    assert Choice(only=("build",)).tasks(daily) == {"build"}
    yearly = read_pipeline(find_manifest("yearly"))
    assert Choice(only=("load-lake",)).tasks(yearly) == {"list-sources", "load-lake"}, (
        "the list is needed to fan out"
    )


def _strings(value: Any) -> Any:
    # The models write numbers and texts of IntOrString alike.
    if isinstance(value, dict):
        return {key: _strings(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_strings(each) for each in value]
    return str(value)
