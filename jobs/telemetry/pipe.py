"""Print on although nobody reads any more (`| head`), or the log's disk is full."""

from __future__ import annotations

import contextlib
import io
import os
import stat
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


def flush() -> None:
    """Print what is left; what cannot be is given up, so that it does not change the exit code."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            with contextlib.suppress(OSError, ValueError):
                nowhere = os.open(os.devnull, os.O_WRONLY)
                os.dup2(nowhere, stream.fileno())
                os.close(nowhere)


class _Log(io.FileIO):
    """Write to a log; what a full disk or a reader that left does not take is given up."""

    def write(self, block: object) -> int:
        """Take all that is given."""
        with contextlib.suppress(OSError):
            return super().write(block)  # type: ignore[arg-type]  # whatever a buffer gives
        return len(block)  # type: ignore[arg-type]


def spare_work() -> None:
    """Let nothing that is printed stop the work: not a pipe that closed, not the full disk of a log (where
    both streams are one file, that file is only a log)."""
    try:
        out, log = os.fstat(1), os.fstat(2)
        is_log = stat.S_ISREG(out.st_mode) and (out.st_dev, out.st_ino) == (log.st_dev, log.st_ino)
        is_pipe = stat.S_ISFIFO(out.st_mode) or stat.S_ISSOCK(out.st_mode)
        if not (is_log or is_pipe) or (sys.stdout.fileno(), sys.stderr.fileno()) != (1, 2):
            return
    except (OSError, ValueError):
        return
    flush()
    sys.stdout = _spared(1)
    if is_log:
        sys.stderr = _spared(2)


def _spared(number: int) -> io.TextIOWrapper:
    return io.TextIOWrapper(
        io.BufferedWriter(_Log(number, "ab", closefd=False)),
        encoding="utf-8",
        errors="backslashreplace",
        line_buffering=True,
    )
