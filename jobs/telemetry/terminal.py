"""Give the consoles that tables and a run's events are printed on."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click
from rich.console import Console

from jobs.telemetry.ending import with_ctrl_c
from jobs.telemetry.logs import is_quiet
from jobs.telemetry.pipe import hush

# A pod's log, a file or a pipe has no width: lines are not cut to one.
_WITHOUT_TERMINAL = 200


class Unbroken(Console):
    """Print to whoever still reads: a pipe that closed (`| head`) ends neither the run nor its record."""

    def on_broken_pipe(self) -> None:
        """Send what is still printed nowhere."""
        hush()


def console(*, markup: bool = True) -> Console:
    """Give a console as wide as its terminal, or wide enough for a sentence where there is none."""
    found = Unbroken(highlight=False, markup=markup)
    if not found.is_terminal:
        found.width = _WITHOUT_TERMINAL
    return found


def run_console() -> Console:
    """Give the console that a run is told on while it happens."""
    return Unbroken(quiet=is_quiet())


@contextmanager
def paged(out: Console) -> Iterator[None]:
    """Show what is printed in the block page by page, where it is longer than the terminal."""
    if not (out.is_terminal and sys.stdin.isatty() and sys.stdout.isatty()):
        yield
        return
    with out.capture() as captured:
        yield
    text = captured.get()
    if text.count("\n") < out.height:
        click.echo(text, nl=False, color=True)
        return
    # Ctrl-C is the pager's own.
    with with_ctrl_c(lambda *_: None):
        click.echo_via_pager(text)
