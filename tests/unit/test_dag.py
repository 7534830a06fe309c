"""The graph of a pipeline: what is due, skipped, left out, and what a failure stops."""

from __future__ import annotations

from pathlib import Path

import pytest
from graphs import graph, states, work
from manifests import task


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


def test_a_failure_that_is_taken_care_of_is_no_failure_of_the_pipeline(tmp_path: Path) -> None:
    made = graph(tmp_path, [task("a"), task("mend", "a.Failed")])
    work(made, {"a"})
    assert made.succeeded
    made = graph(tmp_path, [task("a"), task("mend", "a.Failed")])
    work(made)
    assert made.succeeded, "what is only there to mend is left out of a good run"


def test_tasks_that_are_not_chosen_count_as_done(tmp_path: Path) -> None:
    made = graph(tmp_path, [task("a"), task("b", "a"), task("c", "b")], chosen={"b"})
    assert work(made) == ["b"]
    assert made.succeeded
