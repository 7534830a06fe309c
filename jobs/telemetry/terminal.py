"""Give the console that tables are printed on."""

from __future__ import annotations

from rich.console import Console

# A pod's log, a file or a pipe has no width: lines are not cut to one.
_WITHOUT_TERMINAL = 200


def console(*, markup: bool = True) -> Console:
    """Give a console as wide as its terminal, or wide enough for a sentence where there is none."""
    found = Console(highlight=False, markup=markup)
    if not found.is_terminal:
        found.width = _WITHOUT_TERMINAL
    return found
