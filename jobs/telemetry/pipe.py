"""Know that nobody reads what is printed any more (`| head`), and print on to nowhere."""

from __future__ import annotations

import os
import sys


def is_unread() -> bool:
    """Tell whether standard output is a pipe that closed; another one may have broken."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        return True
    return False


def hush() -> None:
    """Send what is still printed, Python's own flush at its end included, nowhere."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
