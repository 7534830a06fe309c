"""Tell how a run stands, from its record and those of its steps."""

from __future__ import annotations

from typing import Any

from jobs.settings import Settings
from jobs.telemetry.alive import is_abandoned
from jobs.telemetry.records import RunRecord, StepRecord, all_unchanged, read_run, read_steps


def describe(settings: Settings, run_id: str) -> dict[str, Any]:
    """Tell one run: times, state (done, failed, running, interrupted), and the step that failed with its
    sentence.

    A stage that ran alone is a run whose pipeline is its own name.
    """
    record, steps = read_run(settings.runs_dir, run_id), read_steps(settings.runs_dir, run_id)
    main = record or next((step for step in steps if step.status == "running"), steps[0])
    state = "interrupted" if is_abandoned(settings.runs_dir, main) else main.status
    return tell(record, steps, state, run_id)


def tell(record: RunRecord | None, steps: list[StepRecord], state: str, run_id: str) -> dict[str, Any]:
    """Tell a run from its record and those of its steps, with how often the step that failed was tried.

    `unchanged`: it built, audited and published, and what was there stands.
    """
    main = record or steps[0]
    failed = next((step for step in steps if step.status == "failed"), None)
    waiting = next((step for step in steps if step.status == "running" and step.message), None)
    message = failed.message if failed else main.message
    if message is None and waiting is not None:
        message = f"{waiting.step} {waiting.message}"
    return {
        "run_id": run_id,
        "pipeline": record.pipeline if record else steps[0].stage,
        "started": main.started,
        "ended": main.ended,
        "seconds": main.seconds,
        "state": state,
        "exit_code": main.exit_code,
        "failed_step": failed.step if failed and state != "done" else None,
        "attempts": failed.attempt if failed and state != "done" else None,
        "message": message if state != "done" else None,
        "unchanged": state == "done" and all_unchanged(steps),
        "notes": record.notes if record else [],
        "rows": sum(step.rows for step in steps),
        "tests": sum(step.tests for step in steps),
    }
