"""Know which step of which run this process is at, and its folders, for who meets what it holds."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

_step: dict[str, str] = {}
_folders: dict[str, Path] = {}


def at_work() -> dict[str, str]:
    """Give `step` and `run_id` of the stage that runs in this process; nothing without one."""
    return dict(_step)


def folders() -> dict[str, Path]:
    """Give the folders that the stage works in, by the setting that moves each."""
    return dict(_folders)


def begin_work(step: str, run_id: str, places: Mapping[str, Path]) -> None:
    """Say which step begins, and where it works."""
    _step.update(step=step, run_id=run_id)
    _folders.update(places)


def end_work() -> None:
    """Say that the step has ended."""
    _step.clear()
    _folders.clear()
