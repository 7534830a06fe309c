"""The graph of a pipeline: what is due, skipped, left out; expressions; fan-out; retries."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from manifests import manifest, shell, task

from jobs.errors import SettingsError
from jobs.pipelines.graph import Graph
from jobs.pipelines.manifest.expressions import parse
from jobs.pipelines.manifest.manifest import read_pipeline


def graph(
    folder: Path,
    tasks: list[dict[str, Any]],
    *,
    chosen: set[str] | None = None,
    fail_fast: bool = False,
    **spec: Any,
) -> Graph:
    templates = [
        shell(
            each["template"],
            "echo {{inputs.parameters.x}}",
            inputs={"parameters": [{"name": "x", "value": "-"}]},
        )
        for each in tasks
    ]
    pipeline = read_pipeline(manifest(folder, tasks, templates, fail_fast=fail_fast, **spec))
    parameters = {name: parameter.value or "" for name, parameter in pipeline.parameters.items()}
    return Graph(pipeline, "run-1", parameters, set(pipeline.tasks) if chosen is None else chosen, {})


def work(graph: Graph, failing: set[str] = frozenset(), printed: dict[str, str] | None = None) -> list[str]:  # type: ignore[assignment]
    """Run a graph to its end, one step at a time; give the names of the steps in order."""
    done: list[str] = []
    waiting = graph.due()
    while waiting:
        step = waiting.pop(0)
        done.append(step.name)
        graph.finish(step, succeeded=step.name not in failing, result=(printed or {}).get(step.name, ""))
        waiting.extend(graph.due())
    return done


def states(graph: Graph) -> dict[str, str]:
    return {name: each.state for name, each in graph.tasks.items()}


def test_what_is_left_out_says_how_to_ask_for_it(tmp_path: Path) -> None:
    """N27: it said `not asked for ('false' == 'true')`"""
    asked = task("upload", when="'{{workflow.parameters.upload}}' == 'true'")
    other = task("other", when="{{workflow.parameters.upload}} != false")
    parameters = {"parameters": [{"name": "upload", "value": "false"}]}
    made = graph(tmp_path, [asked, other], arguments=parameters)
    work(made)
    assert made.tasks["upload"].why == "not asked for; ask with -p upload=true"
    assert made.tasks["other"].why == "its condition does not hold: false != false"


@pytest.mark.parametrize(
    ("chosen", "failing", "succeeded"),
    [
        pytest.param({"b"}, {"b"}, False, id="N20-one in the middle"),
        pytest.param({"a", "c"}, {"a"}, False, id="N20-the one between is not chosen"),
        pytest.param({"a", "b"}, {"a"}, False, id="N20-what waits for it is left out"),
        pytest.param({"b", "mend"}, {"b"}, True, id="a chosen task mends it"),
        pytest.param({"a"}, set(), True, id="all is well"),
    ],
)
def test_a_chosen_task_that_fails_fails_the_run(
    tmp_path: Path, chosen: set[str], failing: set[str], succeeded: bool
) -> None:
    """N20"""
    tasks = [task("a"), task("b", "a"), task("c", "b"), task("mend", "b.Failed")]
    made = graph(tmp_path, tasks, chosen=chosen)
    work(made, failing)
    assert made.succeeded is succeeded


def test_steps_that_do_not_wait_for_each_other_are_due_together(tmp_path: Path) -> None:
    made = graph(tmp_path, [task("a"), task("b", "a"), task("c", "a"), task("d", "b && c")])
    (first,) = made.due()
    assert (first.name, made.due()) == ("a", [])
    made.finish(first, succeeded=True)
    together = made.due()
    assert [step.name for step in together] == ["b", "c"]
    made.finish(together[0], succeeded=True)
    assert made.due() == []
    made.finish(together[1], succeeded=True)
    assert [step.name for step in made.due()] == ["d"]


def test_a_failure_stops_what_depends_on_it_and_nothing_else(tmp_path: Path) -> None:
    made = graph(tmp_path, [task("a"), task("b", "a"), task("c", "b"), task("d")])
    assert work(made, {"a"}) == ["a", "d"]
    assert states(made) == {"a": "Failed", "b": "Omitted", "c": "Omitted", "d": "Succeeded"}
    assert made.tasks["b"].why == "a failed"
    assert made.tasks["c"].why == "b did not run"
    assert not made.succeeded


def test_fail_fast_begins_nothing_new_after_a_failure(tmp_path: Path) -> None:
    made = graph(tmp_path, [task("a"), task("b"), task("c", "b")], fail_fast=True)
    assert work(made, {"a"}) == ["a", "b"]
    assert made.tasks["c"].why == "another task failed (failFast)"


@pytest.mark.parametrize(
    ("depends", "runs"),
    [
        ("a", False), ("b", True), ("skipped", True), ("a.Failed", True), ("b.Failed", False),
        ("skipped.Succeeded", False),
        ("skipped.Skipped", True), ("a || b", True), ("a && b", False), ("!a", True), ("b && !b.Failed",
        True),
        ("(a || b) && (a.Failed)", True), ("many.AnySucceeded", True), ("many.AllFailed", False), ("many",
        False), ("left.Omitted", True),
        ("left", False),
    ],
)  # fmt: skip
def test_depends_means_what_argo_means(tmp_path: Path, depends: str, runs: bool) -> None:
    tasks = [
        task("a"), task("b"), task("skipped", when="'x' == 'y'"), task("many", withItems=["1", "2"]),
        task("left", "a"),
        task("end", depends),
    ]  # fmt: skip
    made = graph(tmp_path, tasks)
    assert ("end" in work(made, {"a", "many-1"})) is runs


def test_a_failure_that_is_taken_care_of_is_no_failure_of_the_pipeline(tmp_path: Path) -> None:
    made = graph(tmp_path, [task("a"), task("mend", "a.Failed")])
    work(made, {"a"})
    assert made.succeeded
    made = graph(tmp_path, [task("a"), task("mend", "a.Failed")])
    work(made)
    assert made.succeeded, "what is only there to mend is left out of a good run"


def test_items_come_from_what_an_earlier_step_printed(tmp_path: Path) -> None:
    arguments = {"parameters": [{"name": "x", "value": "{{item}}"}]}
    made = graph(
        tmp_path,
        [
            task("list"),
            task("load", "list", withParam="{{tasks.list.outputs.result}}", arguments=arguments),
            task("end", "load"),
        ],
    )
    (first,) = made.due()
    assert first.is_read
    made.finish(first, succeeded=True, result='["lovac_2025", "ff 2024", {"a": 1}]')
    steps = made.due()
    assert [step.name for step in steps] == ["load-lovac_2025", "load-ff-2024", "load-2"]
    assert [step.command[-1] for step in steps] == ["echo lovac_2025", "echo ff 2024", 'echo {"a": 1}']
    for step in steps:
        made.finish(step, succeeded=True)
    assert [step.name for step in made.due()] == ["end"]


def test_items_whose_names_would_meet_in_one_file_get_their_number(tmp_path: Path) -> None:
    made = graph(tmp_path, [task("a", withItems=["x/1", "x 1", "y", 2])])
    assert [step.name for step in made.due()] == ["a-0-x-1", "a-1-x-1", "a-y", "a-3"]


def test_no_items_skip_the_task_and_let_the_next_one_run(tmp_path: Path) -> None:
    made = graph(
        tmp_path,
        [task("list"), task("load", "list", withParam="{{tasks.list.outputs.result}}"), task("end", "load")],
    )
    assert work(made, printed={"list": "[]"}) == ["list", "end"]
    assert states(made)["load"] == "Skipped"


def test_what_is_no_list_is_refused(tmp_path: Path) -> None:
    made = graph(tmp_path, [task("list"), task("load", "list", withParam="{{tasks.list.outputs.result}}")])
    with pytest.raises(SettingsError, match="task load: withParam must be a JSON list; it is 'oops'"):
        work(made, printed={"list": "oops"})


@pytest.mark.parametrize(
    ("when", "runs"),
    [
        ("'{{workflow.parameters.upload}}' == 'true'", True), ("{{workflow.parameters.upload}} == true",
        True),
        ("{{workflow.parameters.upload}} != true", False), ("{{workflow.parameters.word}} == heads", True),
        ("{{workflow.parameters.year}} >= 2024 && {{workflow.parameters.year}} < 2030", True),
        ("{{workflow.parameters.year}} in [2019, 2020]", False),
    ],
)  # fmt: skip
def test_when_compares_parameters(tmp_path: Path, when: str, runs: bool) -> None:
    values = {"upload": "true", "word": "heads", "year": "2025"}
    arguments = {"parameters": [{"name": name, "value": value} for name, value in values.items()]}
    made = graph(tmp_path, [task("a", when=when), task("b", "a")], arguments=arguments)
    assert work(made) == (["a", "b"] if runs else ["b"]), "a skipped task lets the next one run"


def test_tasks_that_are_not_chosen_count_as_done(tmp_path: Path) -> None:
    made = graph(tmp_path, [task("a"), task("b", "a"), task("c", "b")], chosen={"b"})
    assert work(made) == ["b"]
    assert made.succeeded


@pytest.mark.parametrize("text", ["a &&", "(a", "a b", "a == ", "&& a", "a[", "in", "a # b"])
def test_an_unreadable_expression_is_one_sentence(text: str) -> None:
    with pytest.raises(
        SettingsError, match=r"the expression .* (cannot be read at|has something unreadable at)"
    ):
        parse(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 in [1, 75]", True), ("2 not in [2, 64]", False), ("!(asInt('65') in [2, 64, 65, 66])", False),
        ("true and not false", True),
        ("1 == 1 || 'a' == 'b' && false", True), ("'a b' == \"a b\"", True), ("-1 < 0", True), ("1.5 > 1",
        True),
    ],
)  # fmt: skip
def test_expressions_have_the_usual_values(text: str, value: bool) -> None:
    assert parse(text).evaluate(lambda name: name, {"asInt": int}) is value
