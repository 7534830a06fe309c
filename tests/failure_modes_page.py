"""Write docs/failure-modes.md from docs/failure-modes.yml; with --check, fail when it is out of date."""

from __future__ import annotations

import re
import sys
from functools import cache
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

TESTS = Path(__file__).resolve().parent
DOCS = TESTS.parent / "docs"
SOURCE = DOCS / "failure-modes.yml"
PAGE = DOCS / "failure-modes.md"
HEAD = """# Failure modes

<!-- Generated from docs/failure-modes.yml by `make generate`; do not edit. -->

What goes wrong, what the program says of it, and what to do. Search this page for words of the sentence that
you read: `…` stands for what the program fills in. The code is that of the stage
([all codes](operate.md#when-something-failed)); 0 means that it is told and the work goes on, 137 that the
kernel killed the step. A test holds each line. Whatever the code, what was published before is still shown.
"""
COLUMNS = ("what happens", "it says", "what to do", "code", "test")
Text = Annotated[str, Field(min_length=4)]


class Mode(BaseModel):
    """Hold one kind of fault: what happens, the sentence's words, the cure, the exit code, its test."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    what: Text
    says: Text
    do: Text
    code: int
    test: Annotated[str, Field(pattern=r"^test_\w+$")]


class Group(BaseModel):
    """Hold the faults of one subject."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    group: Text
    modes: Annotated[list[Mode], Field(min_length=1)]


def groups() -> list[Group]:
    """Read the faults; raises pydantic's error for an entry of another shape."""
    return TypeAdapter(list[Group]).validate_python(yaml.safe_load(SOURCE.read_text(encoding="utf-8")))


@cache
def places() -> dict[str, list[str]]:
    """Find every test's files by its name, so that a test may move without a word here."""
    found: dict[str, list[str]] = {}
    for path in sorted(TESTS.rglob("test_*.py")):
        for name in re.findall(r"^def (test_\w+)", path.read_text(encoding="utf-8"), re.MULTILINE):
            found.setdefault(name, []).append(f"tests/{path.relative_to(TESTS).as_posix()}")
    return found


def page() -> str:
    """Write a table for each subject."""
    parts = [HEAD]
    for group in groups():
        rows = "\n".join(_row(mode) for mode in group.modes)
        parts.append(f"\n## {group.group}\n\n{_cells(*COLUMNS)}\n")
        parts.append(f"{_cells(*['---'] * len(COLUMNS))}\n{rows}\n")
    return "".join(parts)


def _row(mode: Mode) -> str:
    path = places()[mode.test][0]
    says = mode.says.strip().removeprefix("; ").removeprefix(", ")
    return _cells(mode.what, says, mode.do, str(mode.code), f"[{mode.test.removeprefix('test_')}](../{path})")


def _cells(*texts: str) -> str:
    return "| " + " | ".join(text.replace("|", "\\|") for text in texts) + " |"


def main() -> int:
    if "--check" not in sys.argv:
        PAGE.write_text(page(), encoding="utf-8")
        return 0
    if PAGE.exists() and PAGE.read_text(encoding="utf-8") == page():
        return 0
    print("docs/failure-modes.md is out of date; run: make generate")
    return 1


if __name__ == "__main__":
    sys.exit(main())
