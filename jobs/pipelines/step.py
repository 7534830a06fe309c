"""Hold one thing to run, and make it of a task, its template and what fills their holes."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from jobs.errors import SettingsError
from jobs.pipelines.manifest.expressions import Expression, parse
from jobs.pipelines.manifest.pipeline import Task, Template
from jobs.pipelines.manifest.retry import Retry
from jobs.pipelines.manifest.substitution import as_text, fill

# `'{{workflow.parameters.upload}}' == 'true'`: a parameter that asks for a task.
_ASKED = re.compile(r"'?\{\{\s*workflow\.parameters\.([\w-]+)\s*\}\}'?\s*==\s*'?([\w-]+)'?")


@dataclass(frozen=True)
class Step:
    """Hold one thing to run: a task, or one item of a task that fans out.

    `name` is unique in the run and fit for a file name: `build`, `load-lake-lovac_2025`.
    """

    name: str
    task: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    retry: Retry | None
    deadline: float | None
    is_read: bool
    template: str = ""
    scope: Mapping[str, str] = field(default_factory=dict)


def is_wanted(task: Task, scope: Mapping[str, str]) -> bool:
    """Tell whether a task's `when` holds for these values; without one it does."""
    return task.when is None or _true(parse(fill(task.when, scope, f"task {task.name}: when")))


def not_wanted(when: str, task: str, scope: Mapping[str, str]) -> str:
    """Say why a task's `when` leaves it out, and which parameter asks for it where one does."""
    asked = _ASKED.fullmatch(when.strip())
    if asked:
        return f"not asked for; ask with -p {asked[1]}={asked[2]}"
    return f"its condition does not hold: {fill(when, scope, task)}"


def step_of(
    task: Task,
    name: str,
    template: Template,
    scopes: tuple[Mapping[str, str], Mapping[str, str]],
    *,
    is_read: bool,
) -> Step:
    """Make a task's step; `scopes` are the run's values, and those with the task's item and the results
    before it."""
    run_scope, scope = scopes
    where = f"task {task.name}"
    inputs = {key: default for key, default in template.inputs.items() if default is not None}
    inputs |= {key: fill(value, scope, where) for key, value in task.arguments.items()}
    inner = {**run_scope, **{f"inputs.parameters.{key}": as_text(value) for key, value in inputs.items()}}
    return filled(template, name, task.name, inner, where, is_read=is_read)


def filled(
    template: Template, name: str, task: str, scope: Mapping[str, str], where: str, *, is_read: bool
) -> Step:
    """Fill a template's holes; `where` is named when one cannot be."""
    return Step(
        name=name,
        task=task,
        command=tuple(fill(part, scope, where) for part in template.command),
        environment={key: fill(value, scope, where) for key, value in template.environment.items()},
        retry=template.retry,
        deadline=template.deadline,
        is_read=is_read,
        template=template.name,
        scope=scope,
    )


def items_of(task: Task, scope: Mapping[str, str]) -> list[Any]:
    """Give the items that a task fans out over; one None where it does not.

    Raises SettingsError when `withParam` is no list.
    """
    if task.items is not None:
        return list(task.items)
    if task.items_from is None:
        return [None]
    text = fill(task.items_from, scope, f"task {task.name}: withParam")
    try:
        items = json.loads(text)
    except ValueError:
        items = None
    if not isinstance(items, list):
        raise SettingsError(f"task {task.name}: withParam must be a JSON list; it is {text[:60]!r}")
    return items


def _true(expression: Expression) -> bool:
    # A bare word in `when` is a text, as in Argo: `heads == heads`.
    return expression.evaluate(lambda name: name) is True


def labels_of(items: list[Any]) -> list[str]:
    """Name each item for a file: by its text, with its number where that alone would not do."""
    if items == [None]:
        return [""]
    plain = [
        re.sub(r"[^A-Za-z0-9_.-]+", "-", item).strip("-.")[:60] if isinstance(item, str) else ""
        for item in items
    ]
    return [
        label if label and plain.count(label) == 1 else f"{number}-{label}".rstrip("-")
        for number, label in enumerate(plain)
    ]
