"""Manifests: valid for Argo, read as Argo means them, anything else refused with its place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hera.workflows.models import WorkflowTemplate
from manifests import manifest, shell, task

from jobs.cli import COMMANDS
from jobs.errors import SettingsError
from jobs.pipelines.choice import Choice
from jobs.pipelines.manifest.check import ancestors
from jobs.pipelines.manifest.manifest import find_manifest, read_pipeline
from jobs.pipelines.manifest.pipeline import Pipeline
from jobs.pipelines.manifest.retry import Retry
from jobs.pipelines.run_record import settle_parameters

NAMES = {"daily": "datawarehouse-synchronize-and-build", "yearly": "datawarehouse-build-ff-data"}


@pytest.fixture(params=NAMES)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def pipeline(name: str) -> Pipeline:
    return read_pipeline(find_manifest(name))


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


def test_parameters_are_known_complete_and_allowed(tmp_path: Path) -> None:
    daily = read_pipeline(find_manifest("daily"))
    assert settle_parameters(daily, {"upload": "true"})["upload"] == "true"
    with pytest.raises(SettingsError, match="must be one of true, false"):
        settle_parameters(daily, {"upload": "yes"})
    with pytest.raises(SettingsError, match="no parameter of daily; it has image, upload"):
        settle_parameters(daily, {"uplaod": "true"})
    needy = manifest(
        tmp_path, [task("a")], [shell("a", "true")], arguments={"parameters": [{"name": "year"}]}
    )
    with pytest.raises(SettingsError, match="needs a value for year: -p year=…"):
        settle_parameters(read_pipeline(needy), {})


WRONG: dict[str, tuple[list[dict[str, Any]], list[dict[str, Any]], dict[str, Any], str]] = {
    "unknown task field": (
        [task("a", onExit="a")],
        [shell("a", "true")],
        {},
        r"tasks\[a\]: onExit is not among what every executor",
    ),
    "steps": ([task("a")], [{"name": "a", "steps": []}], {}, r"templates\[a\]: steps is not among"),
    "script": ([task("a")], [{"name": "a", "script": {}}], {}, r"templates\[a\]: script is not among"),
    "nested dag": ([task("a")], [{"name": "a", "dag": {}}], {}, "a dag inside the dag"),
    "no command": (
        [task("a")],
        [{"name": "a", "container": {"image": "x"}}],
        {},
        "command is always written out",
    ),
    "number as argument": (
        [task("a")],
        [{"name": "a", "container": {"command": ["sleep", 1]}}],
        {},
        "command must be a list of texts",
    ),
    "no such template": ([task("a", template="b")], [shell("a", "true")], {}, "there is no template 'b'"),
    "no such task": (
        [task("a", "b")],
        [shell("a", "true")],
        {},
        "task a: depends on 'b', which is not a task",
    ),
    "no such state": (
        [task("a"), task("b", "a.Done")],
        [shell("a", "true"), shell("b", "true")],
        {},
        "'a.Done' asks for a state",
    ),
    "circle": (
        [task("a", "b"), task("b", "a")],
        [shell("a", "true"), shell("b", "true")],
        {},
        "task a: waits for itself",
    ),
    "unreadable depends": (
        [task("a"), task("b", "a &&")],
        [shell("a", "true"), shell("b", "true")],
        {},
        "'a &&' cannot be read at 'its end'",
    ),
    "unknown hole": (
        [task("a")],
        [shell("a", "echo {{pod.name}}")],
        {},
        "template a: {{pod.name}} is not known here",
    ),
    "expression hole": ([task("a")], [shell("a", "echo {{=1+1}}")], {}, "is not known here"),
    "item without items": (
        [task("a", when="'{{item}}' == 'x'")],
        [shell("a", "true")],
        {},
        "{{item}} is not known here",
    ),
    "result not waited for": (
        [task("a"), task("b", withParam="{{tasks.a.outputs.result}}")],
        [shell("a", "true"), shell("b", "true")],
        {},
        "reads the output of 'a' but does not wait for it",
    ),
    "missing input": (
        [task("a")],
        [shell("a", "true", inputs={"parameters": [{"name": "x"}]})],
        {},
        "does not give x to its template",
    ),
    "unknown input": (
        [task("a", arguments={"parameters": [{"name": "x", "value": "1"}]})],
        [shell("a", "true")],
        {},
        "which is no input of",
    ),
    "on error only": (
        [task("a")],
        [shell("a", "true", retryStrategy={"retryPolicy": "OnError"})],
        {},
        "retryPolicy OnError depends on how pods",
    ),
    "unknown in retry": (
        [task("a")],
        [shell("a", "true", retryStrategy={"expression": "exitCode == 1"})],
        {},
        "exitCode is not known",
    ),
    "bad duration": (
        [task("a")],
        [shell("a", "true", retryStrategy={"backoff": {"duration": "soon"}})],
        {},
        "'soon' is no duration",
    ),
    "spec field": ([task("a")], [shell("a", "true")], {"hooks": {}}, "spec: hooks is not among"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_not_every_executor_understands_is_refused_with_its_place(tmp_path: Path, case: str) -> None:
    tasks, templates, spec, sentence = WRONG[case]
    with pytest.raises(SettingsError, match=sentence.replace("{", r"\{")) as error:
        read_pipeline(manifest(tmp_path, tasks, templates, **spec))
    assert "\n" not in str(error.value)
    assert str(tmp_path / "small.yml") in str(error.value)


def test_an_unknown_pipeline_is_told_the_known_ones() -> None:
    with pytest.raises(SettingsError, match=r"there is no pipeline 'weekly'; known are .*daily.*yearly"):
        find_manifest("weekly")


def test_another_kind_of_object_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "job.yml"
    path.write_text("{apiVersion: batch/v1, kind: Job, metadata: {}, spec: {}}", encoding="utf-8")
    with pytest.raises(SettingsError, match="is not an Argo WorkflowTemplate"):
        read_pipeline(path)


def _strings(value: Any) -> Any:
    # The models write numbers and texts of IntOrString alike.
    if isinstance(value, dict):
        return {key: _strings(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_strings(each) for each in value]
    return str(value)
