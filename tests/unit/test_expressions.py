"""Expressions of a manifest mean what Argo means: depends, when, and their values."""

from __future__ import annotations

from pathlib import Path

import pytest
from graphs import graph, work
from manifests import task

from jobs.errors import SettingsError
from jobs.pipelines.manifest.expressions import parse


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
