"""Read a walk-through: shell blocks, edits of files, and what a command shows, in the page's order."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

_BLOCK = re.compile(r"^```(bash|diff|text)(?: (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(page: Path) -> Iterator[tuple[str, str, str]]:
    """Yield (kind, file of an edit, text) of each block."""
    yield from _BLOCK.findall(page.read_text(encoding="utf-8"))


def edit(file: Path, text: str) -> None:
    """Replace each run of `-` lines with the `+` lines below it; they stand in the file in this order."""
    content, at = file.read_text(encoding="utf-8"), 0
    for old, new in re.findall(r"((?:^-.*\n)+)((?:^\+.*\n)*)", text, re.MULTILINE):
        before, after = (re.sub(r"^[-+]", "", part, flags=re.MULTILINE) for part in (old, new))
        start = content.find(before, at)
        assert start >= 0, f"{file.name} does not hold, in this order:\n{before}"
        content = content[:start] + after + content[start + len(before) :]
        at = start + len(after)
    file.write_text(content, encoding="utf-8")
