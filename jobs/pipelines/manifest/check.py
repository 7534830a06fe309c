"""Check what a manifest's parts say of each other: names, waiting, parameters, `{{…}}`."""

from __future__ import annotations

import re
from collections.abc import Iterable

from jobs.errors import SettingsError
from jobs.pipelines.manifest.pipeline import Pipeline, Task, Template
from jobs.pipelines.manifest.substitution import holes

STATES = ("Succeeded", "Failed", "Errored", "Skipped", "Omitted", "Daemoned", "AnySucceeded", "AllFailed")
WORKFLOW = ("workflow.name", "workflow.uid", "workflow.namespace")
# Known when everything else has ended.
AT_EXIT = ("workflow.status", "workflow.failures")
_RESULT = re.compile(r"tasks\.([\w-]+)\.outputs\.result")


def check_references(pipeline: Pipeline, place: str) -> None:
    """Refuse names that lead nowhere, tasks that wait for themselves, and holes that nothing fills."""
    for task in pipeline.tasks.values():
        where = f"{place}: task {task.name}"
        for full in task.depends.names() if task.depends else ():
            name, _, state = full.partition(".")
            if name not in pipeline.tasks:
                raise SettingsError(f"{where}: depends on {name!r}, which is not a task")
            if state and state not in STATES:
                raise SettingsError(
                    f"{where}: {full!r} asks for a state that does not exist; known are {', '.join(STATES)}"
                )
        if task.items is not None and task.items_from is not None:
            raise SettingsError(f"{where}: has withItems and withParam; one is enough")
        _check_task_holes(pipeline, task, where)
    for task in pipeline.tasks.values():
        if task.name in ancestors(pipeline, task.name):
            raise SettingsError(
                f"{place}: task {task.name}: waits for itself by way of {', '.join(task.after)}"
            )
    for template in pipeline.templates.values():
        _check_template_holes(pipeline, template, f"{place}: template {template.name}")


def ancestors(pipeline: Pipeline, name: str) -> set[str]:
    """Give every task that `name` waits for, at any distance."""
    found: set[str] = set()
    waiting = list(pipeline.tasks[name].after)
    while waiting:
        after = waiting.pop()
        if after not in found:
            found.add(after)
            waiting.extend(pipeline.tasks[after].after)
    return found


def descendants(pipeline: Pipeline, name: str) -> set[str]:
    """Give every task that waits for `name`, at any distance."""
    return {other for other in pipeline.tasks if name in ancestors(pipeline, other)}


def results_needed(task: Task) -> set[str]:
    """Give the tasks whose output this task reads."""
    texts = [*task.arguments.values(), task.when or "", task.items_from or ""]
    return {match[1] for text in texts for hole in holes(text) if (match := _RESULT.fullmatch(hole))}


def _check_task_holes(pipeline: Pipeline, task: Task, where: str) -> None:
    template = pipeline.templates[task.template]
    missing = [
        name for name, default in template.inputs.items() if default is None and name not in task.arguments
    ]
    unknown = [name for name in task.arguments if name not in template.inputs]
    if missing or unknown:
        what = (
            f"does not give {', '.join(missing)} to"
            if missing
            else f"gives {', '.join(unknown)}, which is no input of,"
        )
        raise SettingsError(f"{where}: {what} its template {task.template}")
    over_items = task.items is not None or task.items_from is not None
    earlier = ancestors(pipeline, task.name)
    for text in [*task.arguments.values(), task.when or "", task.items_from or ""]:
        for hole in holes(text):
            result = _RESULT.fullmatch(hole)
            if result and result[1] not in earlier:
                raise SettingsError(
                    f"{where}: reads the output of {result[1]!r} but does not wait for it; name it in depends"
                )
            is_item = (
                over_items and text is not task.items_from and (hole == "item" or hole.startswith("item."))
            )
            if not result and not is_item:
                _check_hole(hole, _workflow_names(pipeline), where)


def _check_template_holes(pipeline: Pipeline, template: Template, where: str) -> None:
    known = [*_workflow_names(pipeline), *(f"inputs.parameters.{name}" for name in template.inputs)]
    known += AT_EXIT if template.name == pipeline.on_exit else ()
    for text in [*template.command, *template.environment.values()]:
        for hole in holes(text):
            _check_hole(hole, known, where)


def _workflow_names(pipeline: Pipeline) -> list[str]:
    return [*WORKFLOW, *(f"workflow.parameters.{name}" for name in pipeline.parameters)]


def _check_hole(hole: str, known: Iterable[str], where: str) -> None:
    if hole not in known:
        raise SettingsError(f"{where}: {{{{{hole}}}}} is not known here; known are {', '.join(known)}")
