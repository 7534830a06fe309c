"""The prompt of `zlv sql`: Ctrl-C stops a query or a line, Ctrl-D ends the session (N24)."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from bases import base
from terminals import Terminal, shown_on

from jobs.settings import child_environment, project_dir
from jobs.telemetry.ending import GRACE_SECONDS

LONG = "SELECT count(*) FROM range(10000000000) a, range(1000) b WHERE a.range % 7 = b.range % 5;\n"
# Its rows come one by one, while it is fetched.
SLOW_ROWS = "SELECT range FROM range(100000000000) WHERE range % 30000000000 = 7;\n"


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    base(tmp_path)
    return child_environment(ZLV_HOME=str(tmp_path), ZLV_CATALOG_DIR=str(project_dir("catalog")))


@pytest.fixture
def prompt(environment: dict[str, str]) -> Iterator[Terminal]:
    terminal = Terminal("sql", environment=environment)
    terminal.wait_for("zlv> ")
    yield terminal
    terminal.kill()


@pytest.mark.parametrize("query", [LONG, SLOW_ROWS], ids=["one figure", "rows"])
def test_ctrl_c_stops_a_long_query_and_gives_the_prompt_back(prompt: Terminal, query: str) -> None:
    """N24: the process ended with 130 a few seconds later."""
    prompt.type(query)
    prompt.press("\x03", after=1)
    prompt.wait_for("stopped", seconds=10)
    prompt.wait_for("zlv> ", times=2)
    time.sleep(GRACE_SECONDS + 0.5)
    prompt.type("SELECT 41 + 1 AS answer;\n")
    prompt.wait_for("zlv> ", times=3, seconds=10)
    prompt.press("\x04")
    assert prompt.end() == 0 and "42" in prompt.shown


def test_ctrl_c_at_the_prompt_gives_a_new_one_and_ctrl_d_ends_with_0(prompt: Terminal) -> None:
    """N24"""
    for number in range(3):
        prompt.press("\x03")
        prompt.wait_for("zlv> ", times=number + 2, seconds=10)
    prompt.type("SELECT nonsense\n")
    prompt.wait_for("  -> ")
    prompt.press("\x03")
    prompt.wait_for("zlv> ", times=5, seconds=10)
    time.sleep(GRACE_SECONDS + 0.5)
    prompt.type("SELECT 41 + 1 AS answer;\n")
    prompt.wait_for("zlv> ", times=6, seconds=10)
    prompt.press("\x04")
    assert prompt.end() == 0 and "42" in prompt.shown and "nonsense" not in prompt.shown.split("answer;")[1]


def test_a_prompt_that_is_asked_to_end_ends(prompt: Terminal) -> None:
    """N9: SIGTERM is no Ctrl-C."""
    os.kill(prompt.process, signal.SIGTERM)
    assert prompt.end(10) == 143


def test_ctrl_c_stops_a_single_query_with_130(environment: dict[str, str]) -> None:
    single = Terminal("sql", LONG, environment=environment)
    single.press("\x03", after=4)
    assert single.end(10) == 130


def test_a_long_table_is_paged_and_a_short_one_is_not(environment: dict[str, str], tmp_path: Path) -> None:
    """N14"""
    pager = tmp_path / "pager"
    pager.write_text("#!/bin/sh\necho PAGED; exec cat\n")
    pager.chmod(0o755)
    for rows, paged in ((100, True), (3, False)):
        lines = shown_on("sql", f"FROM range({rows})", environment=environment, pager=str(pager))
        assert ("PAGED" in lines) is paged and f"{rows} rows" in lines
