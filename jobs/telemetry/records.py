"""Keep and read what ran: `<runs>/<run id>/run.json` and one file per step."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any


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

    @property
    def seconds(self) -> float | None:
        return None if self.ended is None else self.ended - self.started


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


def write_record(path: Path, record: StepRecord | RunRecord) -> None:
    """Write a record whole: beside, then renamed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pending = path.with_name(f".{path.name}.{os.getpid()}")
    pending.write_text(json.dumps(asdict(record), ensure_ascii=False, indent=1), encoding="utf-8")
    os.replace(pending, path)


def step_path(runs_dir: Path, run_id: str, step: str) -> Path:
    return runs_dir / run_id / "steps" / f"{step}.json"


def run_path(runs_dir: Path, run_id: str) -> Path:
    return runs_dir / run_id / "run.json"


def read_step(runs_dir: Path, run_id: str, step: str) -> StepRecord | None:
    path = step_path(runs_dir, run_id, step)
    return StepRecord(**json.loads(path.read_text(encoding="utf-8"))) if path.exists() else None


def read_run(runs_dir: Path, run_id: str) -> RunRecord | None:
    path = run_path(runs_dir, run_id)
    return RunRecord(**json.loads(path.read_text(encoding="utf-8"))) if path.exists() else None


def read_steps(runs_dir: Path, run_id: str) -> list[StepRecord]:
    """Read the records of a run's steps, in the order in which they started."""
    paths = sorted((runs_dir / run_id / "steps").glob("*.json"))
    records = [StepRecord(**json.loads(path.read_text(encoding="utf-8"))) for path in paths]
    return sorted(records, key=lambda record: record.started)


def run_ids(runs_dir: Path) -> Iterator[str]:
    """Yield the ids of all runs, newest first."""
    folders = [path for path in runs_dir.glob("*") if (path / "run.json").exists() or (path / "steps").is_dir()]
    yield from (path.name for path in sorted(folders, key=lambda path: path.stat().st_mtime, reverse=True))
