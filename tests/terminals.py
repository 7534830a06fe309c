"""Run `zlv` on a terminal of a given width, as a person does."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time
from collections.abc import Mapping

from chain import ZLV

_COLOURS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Terminal:
    """Hold a terminal on which `zlv` runs: what it showed, what is typed, how it ended."""

    def __init__(
        self, *arguments: str, environment: Mapping[str, str], columns: int = 80, pager: str = "cat"
    ) -> None:
        settings = {**environment, "TERM": "xterm", "PAGER": pager}
        settings.pop("COLUMNS", None)
        self.process, self._end = pty.fork()
        if self.process == 0:
            fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
            os.execve(ZLV, ["zlv", *arguments], settings)
        self._shown, self._has_ended = "", False

    @property
    def shown(self) -> str:
        """Give all that was shown, without colours."""
        return _COLOURS.sub("", self._shown).replace("\r\n", "\n")

    def type(self, text: str) -> None:
        """Type a text; `\\x03` is Ctrl-C, `\\x04` Ctrl-D."""
        os.write(self._end, text.encode())

    def press(self, key: str, after: float = 0.5) -> None:
        """Type a key when the line editor has come to wait for one."""
        time.sleep(after)
        self.type(key)

    def wait_for(self, text: str, times: int = 1, seconds: float = 60.0) -> None:
        """Wait until a text was shown so often."""
        until = time.monotonic() + seconds
        while self.shown.count(text) < times:
            assert self._read(0.2) and time.monotonic() < until, f"no {text!r} in:\n{self.shown}"

    def end(self, seconds: float = 60.0) -> int:
        """Wait for the end; gives the exit code."""
        until = time.monotonic() + seconds
        while self._read(0.2):
            assert time.monotonic() < until, f"does not end:\n{self.shown}"
        os.close(self._end)
        self._has_ended = True
        return os.waitstatus_to_exitcode(os.waitpid(self.process, 0)[1])

    def kill(self) -> None:
        """End what still runs."""
        if not self._has_ended:
            os.kill(self.process, signal.SIGKILL)
            self.end()

    def _read(self, seconds: float) -> bool:
        if not select.select([self._end], [], [], seconds)[0]:
            return True
        try:
            block = os.read(self._end, 65_536)
        except OSError:
            return False  # Linux says so at the end of a terminal
        self._shown += block.decode(errors="replace")
        return bool(block)


def shown_on(
    *arguments: str, environment: Mapping[str, str], columns: int = 80, code: int = 0, pager: str = "cat"
) -> list[str]:
    """Give the lines that `zlv` shows on a terminal of so many columns."""
    terminal = Terminal(*arguments, environment=environment, columns=columns, pager=pager)
    assert terminal.end() == code, terminal.shown
    return terminal.shown.splitlines()
