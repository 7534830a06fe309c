"""Say how far long work is: what is done of all, since when, and about how long it still takes."""

from __future__ import annotations

# How often long work says how far it is.
PROGRESS_SECONDS = 3.0


def spoken(seconds: float) -> str:
    """Write a duration as a person says it: `45 s`, `2 min 5 s`, `1 h 3 min`."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def to_go(done: float, total: float, seconds: float) -> str:
    """Say about how long the rest takes at the pace so far; nothing where that cannot be told."""
    if done <= 0 or total <= 0:
        return ""
    return f", about {spoken(max(0.0, total - done) * seconds / done)} to go"
