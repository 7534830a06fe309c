"""The first tutorial is true: its commands end well, and what it shows is what they show."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from chain import ZLV, Chain
from walkthrough import blocks

from jobs.pipelines.manifest.manifest import find_manifest, read_pipeline

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "tutorial.md"
SHOWN = [text for _, _, text in blocks(PAGE)]
# (command, what the page shows of its output); `make demo` is tried by what it runs.
STEPS = [(SHOWN[at], SHOWN[at + 1]) for at in range(2, len(SHOWN) - 1, 2)]


def pattern(line: str) -> re.Pattern[str]:
    return re.compile(".*?".join(re.escape(part.strip()) for part in line.split("…")))


def missing(shown: str, output: str) -> str | None:
    """Give the first line of the page that the output does not show after those before it."""
    lines = iter(output.splitlines())
    for line in shown.splitlines():
        wanted = pattern(line)
        if not any(wanted.search(each) for each in lines):
            return line
    return None


@pytest.mark.parametrize(("command", "shown"), STEPS, ids=[" ".join(step[0].split()[:2]) for step in STEPS])
def test_a_command_of_the_tutorial_shows_what_the_page_says(chain: Chain, command: str, shown: str) -> None:
    environment = {**chain.environment, "PATH": f"{ZLV.parent}{os.pathsep}{chain.environment['PATH']}"}
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", command],
        env=environment,
        cwd=chain.home,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    line = missing(shown, done.stdout)
    assert line is None, f"the page says\n{line}\nand the command\n{done.stdout}"


def test_the_steps_that_the_tutorial_shows_are_those_of_the_pipeline_in_an_order_that_it_allows() -> None:
    tasks = read_pipeline(find_manifest("daily")).tasks
    lines = SHOWN[1].splitlines()
    at = {tuple(re.findall(r"([▶✔]) ([\w-]+)", line)[0]): number for number, line in enumerate(lines)}
    always = {name for name, task in tasks.items() if task.when is None}
    assert {name for mark, name in at if mark == "✔"} == {name for mark, name in at if mark == "▶"} == always
    for name in always:
        for before in tasks[name].after:
            assert at["✔", before] < at["▶", name] < at["✔", name]


def test_a_step_is_told_as_the_tutorial_shows_it(own_home: Callable[[str], Chain]) -> None:
    done = own_home("home").zlv("run", "daily", "--only", "prepare")
    first = "\n".join(SHOWN[1].splitlines()[:2])
    assert missing(first, done.stdout + done.stderr) is None, done.stdout + done.stderr


def _make_targets() -> Iterator[str]:
    for text in (SHOWN[0], SHOWN[-1]):
        yield from re.findall(r"^make ([a-z]+)", text, re.MULTILINE)


def test_the_tutorial_begins_and_ends_with_targets_of_the_makefile() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = list(_make_targets())
    assert targets == ["demo", "down"]
    for target in targets:
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
    # The page's numbers are those of the suite's own sample.
    from conftest import SCALE

    assert f"make demo SCALE={SCALE}\n" == SHOWN[0]
