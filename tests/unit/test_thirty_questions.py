"""Thirty questions of a newcomer are answered in three steps, each of which names the next."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "architecture.md"
INDEX = "docs/README.md"
MOST_STEPS = 3
ROW = re.compile(r"^\| ((?:Where|Why) [^|]+\?) \| ([^|]+) \| `([^|]+)` \|$", re.MULTILINE)
QUESTIONS = ROW.findall(PAGE.read_text(encoding="utf-8"))


def way(cell: str) -> list[str]:
    return [step.strip().strip("`") for step in cell.split("›")]


def names(place: Path, step: str) -> bool:
    """Say whether a folder holds the step, or a page speaks of it, as a link or in backticks."""
    if place.is_dir():
        return step.rstrip("/") in {path.name for path in place.iterdir()}
    text = place.read_text(encoding="utf-8")
    return f"]({step})" in text or f"`{step}`" in text


def answer(cell: str) -> tuple[Path, list[Path]]:
    """Give the file that answers, and the pages and folders that were opened on the way to it."""
    first, *rest = way(cell)
    here = ROOT / first
    assert first == INDEX or names(ROOT, first), f"{first} is neither the index nor in the root"
    assert here.exists(), first
    opened = []
    for step in rest:
        assert names(here, step), f"{here.relative_to(ROOT)} does not name {step}"
        opened.append(here)
        here = (here if here.is_dir() else here.parent) / step
        assert here.exists(), f"{here.relative_to(ROOT)} is not there"
    return here, opened


def test_there_are_thirty_questions_and_every_row_is_read() -> None:
    rows = re.findall(r"^\| (?:Where|Why) ", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(rows) == len(QUESTIONS) == len({question for question, *_ in QUESTIONS}) >= 30


@pytest.mark.parametrize(("question", "cell", "words"), QUESTIONS, ids=[row[0] for row in QUESTIONS])
def test_a_question_is_answered_in_at_most_three_steps(question: str, cell: str, words: str) -> None:
    found, opened = answer(cell)
    assert len(opened) <= MOST_STEPS, f"{question} {len(opened)} steps"
    assert found.is_file(), f"{found.relative_to(ROOT)} is no file"
    assert words in found.read_text(encoding="utf-8"), f"{found.relative_to(ROOT)} does not say {words!r}"


@pytest.mark.parametrize(
    "cell",
    [
        "`nowhere/` › `a.py`",
        "`jobs/` › `nowhere.py`",
        "`docs/README.md` › `decisions/nowhere.md`",
        "`docs/README.md` › `../LICENSE`",
    ],
    ids=["no root", "no child", "no page", "a file that the page does not name"],
)
def test_a_way_with_a_step_that_is_not_named_is_refused(cell: str) -> None:
    with pytest.raises(AssertionError):
        answer(cell)
