"""No text of the data acts on the terminal that shows it (S11)."""

from __future__ import annotations

import logging
import os
import pty
import subprocess
from pathlib import Path

import pytest
from chain import ZLV, base_environment

from jobs.errors import DataRefused, printable
from jobs.telemetry.logs import TerminalFormatter

RED, BELL, TITLE, TURNED = "\x1b[31m", "\x07", "\x9d0;title\x9c", "\u202egnp.exe"


@pytest.mark.parametrize("text", [RED, BELL, TITLE, TURNED, "a\rb", "\x7f", "\x00"])
def test_control_characters_are_shown_as_their_code(text: str) -> None:
    shown = printable(text)
    assert not any(ord(c) < 32 or 0x7F <= ord(c) < 0xA0 or 0x202A <= ord(c) <= 0x202E for c in shown)
    assert "\\x" in shown


def test_letters_lines_and_tabs_stay() -> None:
    text = "Évry – l’été œuvre\t€\nsecond line"
    assert printable(text) == text


def test_errors_and_logs_of_a_terminal_are_printable() -> None:
    assert RED not in str(DataRefused(f"object {RED}x is broken"))
    record = logging.LogRecord("zlv", logging.INFO, "", 0, "object %s", (f"{RED}x",), None)
    record.rows = f"{BELL}1"
    line = TerminalFormatter("load-lake").format(record)
    assert RED not in line and BELL not in line


@pytest.mark.parametrize("form", ["table", "csv", "json"])
def test_what_a_query_gives_does_not_act_on_a_terminal(form: str, tmp_path: Path) -> None:
    """A file or a pipe gets the values as they are."""
    query = "SELECT 'a' || chr(27) || ']0;title' || chr(7) AS v, chr(155) || '31m' AS w"
    leader, follower = pty.openpty()
    environment = {**base_environment(tmp_path), "TERM": "dumb", "NO_COLOR": "1"}
    command = [str(ZLV), "sql", query, "--format", form]
    process = subprocess.Popen(command, stdin=follower, stdout=follower, stderr=follower, env=environment)
    os.close(follower)
    shown = b""
    try:
        while block := os.read(leader, 65536):
            shown += block
    except OSError:
        pass  # the terminal ends with its last writer
    assert process.wait(60) == 0, shown
    assert b"title" in shown
    assert b"\x1b]0;" not in shown and b"\xc2\x9b" not in shown
    if form == "csv":
        piped = subprocess.run(command, env=environment, capture_output=True, check=True).stdout
        assert b"\x1b]0;title\x07" in piped
