"""A task fans out over the items that an earlier step printed, or over none."""

from __future__ import annotations

from pathlib import Path

import pytest
from graphs import graph, states, work
from manifests import task

from jobs.errors import SettingsError


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
