"""What not every executor understands is refused, with its place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from manifests import manifest, shell, task

from jobs.errors import SettingsError
from jobs.pipelines.manifest.manifest import find_manifest, read_pipeline
from jobs.pipelines.run_record import settle_parameters


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
    with pytest.raises(
        SettingsError, match=r"there is no pipeline 'monthly'; known are .*daily.*weekly.*yearly"
    ):
        find_manifest("monthly")


def test_another_kind_of_object_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "job.yml"
    path.write_text("{apiVersion: batch/v1, kind: Job, metadata: {}, spec: {}}", encoding="utf-8")
    with pytest.raises(SettingsError, match="is not an Argo WorkflowTemplate"):
        read_pipeline(path)
