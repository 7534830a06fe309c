"""Follow a pipeline's tasks: which are due, which fan out, which are skipped, how it ended.

Task states and `depends` are those of Argo: a bare name means Succeeded, Skipped or Daemoned.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from jobs.pipelines.manifest.check import results_needed
from jobs.pipelines.manifest.pipeline import Pipeline, Task
from jobs.pipelines.manifest.substitution import item_scope
from jobs.pipelines.step import Step, filled, is_wanted, items_of, labels_of, not_wanted, step_of

ENDED = ("Succeeded", "Failed", "Skipped", "Omitted")


@dataclass
class TaskState:
    """Follow one task: its state, its steps and what they printed."""

    state: str = "Pending"
    why: str = ""
    steps: dict[str, str] = field(default_factory=dict)
    results: dict[str, str] = field(default_factory=dict)


class Graph:
    """Follow the tasks of one run; `chosen` tasks run, the others count as done."""

    def __init__(
        self,
        pipeline: Pipeline,
        run_id: str,
        parameters: Mapping[str, str],
        chosen: set[str],
        results: Mapping[str, str],
        namespace: str = "",
    ) -> None:
        self._pipeline, self.chosen = pipeline, chosen
        self._scope = {"workflow.name": run_id, "workflow.uid": run_id, "workflow.namespace": namespace}
        self._scope |= {f"workflow.parameters.{name}": value for name, value in parameters.items()}
        self._results = dict(results)
        self.tasks = {name: TaskState() for name in pipeline.tasks}
        self._read = {read for name in pipeline.tasks for read in results_needed(pipeline.tasks[name])}
        for name, task in self.tasks.items():
            if name not in chosen:
                task.state, task.why = "Succeeded", "not chosen"

    def due(self) -> list[Step]:
        """Settle every task whose time has come and give the steps to start, in the manifest's order."""
        steps: list[Step] = []
        settled = True
        while settled:
            settled = False
            for name, state in self.tasks.items():
                task = self._pipeline.tasks[name]
                if state.state == "Pending" and all(self.tasks[after].state in ENDED for after in task.after):
                    steps.extend(self._settle(task, state))
                    settled = settled or state.state in ENDED
        return steps

    def finish(self, step: Step, *, succeeded: bool, result: str = "") -> None:
        """Take in how a step ended; `result` is what it printed."""
        state = self.tasks[step.task]
        state.steps[step.name] = "Succeeded" if succeeded else "Failed"
        state.results[step.name] = result
        ends = [end for end in state.steps.values() if end != "Skipped"]
        if all(end in ENDED for end in ends):
            state.state = "Failed" if "Failed" in ends else "Succeeded"
            fans_out = self._fans_out(self._pipeline.tasks[step.task])
            self._results[step.task] = json.dumps(list(state.results.values())) if fans_out else result

    def cancel(self, why: str) -> None:
        """Leave out every task that has not begun."""
        for state in self.tasks.values():
            if state.state == "Pending":
                state.state, state.why = "Omitted", why

    @property
    def succeeded(self) -> bool:
        """Tell whether the chosen tasks did what they should: no branch of them ends in a failure.

        A task that was not chosen answers for none: what it would have waited for is an end of its own.
        """
        inner = {after for name in self.chosen for after in self._pipeline.tasks[name].after}
        return not any(self._branch_failed(name) for name in self.chosen - inner)

    def _branch_failed(self, name: str) -> bool:
        state = self.tasks[name].state
        if state in ("Skipped", "Omitted"):
            return any(self._branch_failed(after) for after in self._pipeline.tasks[name].after)
        return state != "Succeeded"

    def _settle(self, task: Task, state: TaskState) -> list[Step]:
        if task.depends is not None and not task.depends.evaluate(self._depends):
            failed = [after for after in task.after if self.tasks[after].state == "Failed"]
            left_out = [after for after in task.after if self.tasks[after].state == "Omitted"]
            state.state = "Omitted"
            state.why = (
                f"{(failed or left_out)[0]} {'failed' if failed else 'did not run'}"
                if failed or left_out
                else "its condition is not met"
            )
            return []
        if self._pipeline.fail_fast and any(other.state == "Failed" for other in self.tasks.values()):
            state.state, state.why = "Omitted", "another task failed (failFast)"
            return []
        scope = self._scope | {
            f"tasks.{name}.outputs.result": result for name, result in self._results.items()
        }
        items = items_of(task, scope)
        labels = labels_of(items)
        steps: list[Step] = []
        for item, label in zip(items, labels, strict=True):
            name = f"{task.name}-{label}" if label else task.name
            step = self._step(task, name, scope if item is None else scope | item_scope(item))
            state.steps[name] = "Pending" if step else "Skipped"
            steps.extend([step] if step else [])
        why = (
            not_wanted(task.when, task.name, scope)
            if task.when and not self._fans_out(task)
            else "there is nothing to do"
        )
        state.state, state.why = ("Running", "") if steps else ("Skipped", why)
        return steps

    def _depends(self, full: str) -> bool:
        name, _, asked = full.partition(".")
        task = self.tasks[name]
        ends = [end for end in task.steps.values() if end != "Skipped"] or [task.state]
        if asked == "AnySucceeded":
            return "Succeeded" in ends
        if asked == "AllFailed":
            return all(end == "Failed" for end in ends)
        return task.state == asked if asked else task.state in ("Succeeded", "Skipped", "Daemoned")

    def _fans_out(self, task: Task) -> bool:
        return task.items is not None or task.items_from is not None

    def _step(self, task: Task, name: str, scope: Mapping[str, str]) -> Step | None:
        if not is_wanted(task, scope):
            return None
        template = self._pipeline.templates[task.template]
        return step_of(task, name, template, (self._scope, scope), is_read=task.name in self._read)

    def last_step(self, status: str, failures: str) -> Step | None:
        """Give the step that closes the run (`onExit`), where the executor does not do its work itself."""
        if self._pipeline.on_exit is None:
            return None
        scope = self._scope | {"workflow.status": status, "workflow.failures": failures}
        template = self._pipeline.templates[self._pipeline.on_exit]
        return filled(template, template.name, template.name, scope, f"onExit {template.name}", is_read=False)
