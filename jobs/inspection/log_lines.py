"""Read the log of a step, also while it grows, and show its lines to a person."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from jobs.errors import SettingsError, printable
from jobs.telemetry.alive import is_abandoned
from jobs.telemetry.identity import RUN_ID
from jobs.telemetry.logs import logged, sentence
from jobs.telemetry.moments import in_paris
from jobs.telemetry.records import read_step, read_steps

_LOOK_SECONDS = 0.3


def meant_step(runs_dir: Path, run_id: str) -> str:
    """Name the step that a person means who names none: the first that failed, or that runs.

    Raises SettingsError when there is neither.
    """
    _require_run(runs_dir, run_id)
    steps = read_steps(runs_dir, run_id)
    for status in ("failed", "running"):
        if found := [each.step for each in steps if each.status == status]:
            return found[0]
    raise SettingsError(f"no step of run {run_id!r} failed; name the step whose log is to be shown")


def log_file(runs_dir: Path, run_id: str, step: str) -> Path:
    """Give the file of a step's log; raises SettingsError when there is none."""
    _require_run(runs_dir, run_id)
    folder = runs_dir / run_id / "logs"
    path = folder / f"{step}.log"
    if path.parent != folder or not path.is_file():
        known = ", ".join(sorted(each.stem for each in folder.glob("*.log")))
        raise SettingsError(
            f"run {run_id!r} has no log of a step {step!r} in {runs_dir}; it has {known or 'none'}"
        )
    return path


def _require_run(runs_dir: Path, run_id: str) -> None:
    if not RUN_ID.match(run_id) or not (runs_dir / run_id).is_dir():
        raise SettingsError(f"there is no run {run_id!r} in {runs_dir}; `zlv runs` lists them")


def follow(runs_dir: Path, run_id: str, step: str, path: Path) -> Iterator[str]:
    """Yield a log's lines as they are written, until the step's record says that it ended, or nobody works
    on it any more."""
    with path.open(encoding="utf-8", errors="replace") as log:
        rest = ""
        while True:
            record = read_step(runs_dir, run_id, step)
            ended = record is not None and (record.status != "running" or is_abandoned(runs_dir, record))
            rest += log.read()
            *lines, rest = rest.split("\n")
            yield from (f"{line}\n" for line in lines)
            if ended:
                if rest:
                    yield f"{rest}\n"
                return
            time.sleep(_LOOK_SECONDS)


def for_person(line: str) -> str:
    """Write a JSON line as time, level, message and facts; any other line stays as it is."""
    values = logged(line)
    if values is None:
        return printable(line)
    try:
        moment = in_paris(datetime.fromisoformat(str(values["time"]))).strftime("%Y-%m-%d %H:%M:%S")
    except (KeyError, ValueError):
        moment = " " * 19
    return printable(f"{moment} {values.get('level', ''):<7} {sentence(values)}") + "\n"


def as_object(line: str) -> str:
    """Give a line as a JSON object: its own, or one that holds what was printed as its message."""
    if logged(line) is not None or not line.strip():
        return line if line.strip() else ""
    return json.dumps({"message": line.rstrip("\n")}, ensure_ascii=False) + "\n"
