"""Know which step of which run this process is at, for who meets what it holds."""

from __future__ import annotations

_current: dict[str, str] = {}


def at_work() -> dict[str, str]:
    """Give `step` and `run_id` of the stage that runs in this process; nothing without one."""
    return dict(_current)


def begin_work(step: str, run_id: str) -> None:
    """Say which step begins."""
    _current.update(step=step, run_id=run_id)


def end_work() -> None:
    """Say that the step has ended."""
    _current.clear()
