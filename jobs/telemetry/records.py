"""Keep and read what ran: `<runs>/<run id>/run.json` and one file per step."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from jobs.telemetry.identity import RUN_ID
from jobs.telemetry.whole import write_whole

# The fact that says how many seconds a step waited for its pod.
POD_START = "pod_start_seconds"


@dataclass
class StepRecord:
    """Say how one stage went. Times are seconds since 1970; `status` is running, done or failed."""

    step: str
    stage: str
    run_id: str
    started: float
    ended: float | None = None
    status: str = "running"
    exit_code: int | None = None
    message: str | None = None
    attempt: int = 1
    rows: int = 0
    tests: int = 0
    notes: list[str] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)
    # Which process works on it; `born` tells it from a later one of its number.
    host: str | None = None
    process: int = 0
    born: int = 0

    @property
    def seconds(self) -> float | None:
        return None if self.ended is None else self.ended - self.started

    @property
    def unchanged(self) -> bool:
        """Tell whether the stage found that nothing was to be done: what it made before stands."""
        return self.status == "done" and self.facts.get("unchanged") is True


@dataclass
class RunRecord:
    """Say how one run of a pipeline went: its steps are files of their own, written by each stage."""

    run_id: str
    pipeline: str
    started: float
    ended: float | None = None
    status: str = "running"
    exit_code: int | None = None
    message: str | None = None
    executor: str = "local"
    parameters: dict[str, str] = field(default_factory=dict)
    # The tasks that were asked for; none for all of the pipeline.
    only: list[str] = field(default_factory=list)
    manifest: str | None = None
    notes: list[str] = field(default_factory=list)

    @property
    def seconds(self) -> float | None:
        return None if self.ended is None else self.ended - self.started

    @property
    def way_on(self) -> str:
        """Give the command that goes on after a failure; who looks at the run of one pod has not its keys."""
        if self.executor == "pod":
            return f"kubectl create job --from=cronjob/…-{self.pipeline} again"
        return f"zlv retry {self.run_id}"


# The stages that make what is shown.
_MAKERS = {"build", "audit", "publish"}


def all_unchanged(steps: Iterable[StepRecord]) -> bool:
    """Tell whether a run built, audited and published, and found nothing to be done in any of these."""
    makers = [step for step in steps if step.stage in _MAKERS]
    return {step.stage for step in makers} == _MAKERS and all(step.unchanged for step in makers)


R = TypeVar("R", StepRecord, RunRecord)

_LEFT_OUT: set[Path] = set()
_WARNED: list[Path] = []


def write_record(path: Path, record: StepRecord | RunRecord) -> None:
    """Write a record, whole."""
    write_whole(path, json.dumps(asdict(record), ensure_ascii=False, indent=1))


def keep_record(path: Path, record: StepRecord | RunRecord) -> None:
    """Write a record as well as the disk lets: a full or closed one keeps no work from being done.

    One warning of a process tells that the folder takes none.
    """
    try:
        write_record(path, record)
    except OSError as error:
        if not _WARNED:
            _WARNED.append(path)
            logging.getLogger("zlv").warning(
                "the run's record cannot be kept in %s (%s); the work goes on without it",
                path.parent,
                error.strerror,
            )


def step_path(runs_dir: Path, run_id: str, step: str) -> Path:
    return runs_dir / run_id / "steps" / f"{step}.json"


def run_path(runs_dir: Path, run_id: str) -> Path:
    return runs_dir / run_id / "run.json"


def read_step(runs_dir: Path, run_id: str, step: str) -> StepRecord | None:
    """Read one step's record; None when there is none yet."""
    return _read(step_path(runs_dir, run_id, step), StepRecord)


def read_run(runs_dir: Path, run_id: str) -> RunRecord | None:
    """Read a run's record; None for a stage that ran alone."""
    return _read(run_path(runs_dir, run_id), RunRecord)


def read_steps(runs_dir: Path, run_id: str) -> list[StepRecord]:
    """Read the records of a run's steps, in the order in which they started."""
    paths = sorted((runs_dir / run_id / "steps").glob("*.json"))
    records = [record for path in paths if (record := _read(path, StepRecord))]
    return sorted(records, key=lambda record: record.started)


def run_ids(runs_dir: Path) -> Iterator[str]:
    """Yield the ids of all runs, the one that began last first."""
    found: list[tuple[float, str]] = []
    for folder in runs_dir.glob("*"):
        if not RUN_ID.match(folder.name) or not folder.is_dir():
            continue
        run = read_run(runs_dir, folder.name)
        steps = [] if run else read_steps(runs_dir, folder.name)
        if run or steps:
            found.append((run.started if run else steps[0].started, folder.name))
    yield from (run_id for _, run_id in sorted(found, reverse=True))


def _read(path: Path, kind: type[R]) -> R | None:
    """Read a record; one that is damaged is named once and counts as none."""
    from pydantic import TypeAdapter

    try:
        text = path.read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError):
        leave_out(path)
        return None
    try:
        # A later version of the program may have written more: what is not known is not looked at.
        return TypeAdapter(kind).validate_json(text)
    except ValueError:
        leave_out(path)
        return None


def leave_out(path: Path) -> None:
    """Say once that a file of the records is damaged and left out."""
    if path not in _LEFT_OUT:
        _LEFT_OUT.add(path)
        logging.getLogger("zlv").warning("%s is damaged and is left out; remove it or bring it back", path)
