"""Read what is expected of the files of each millésime: how many lines, and the public figure of it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from jobs.catalog.document import Document, read_document
from jobs.catalog.format import Expected
from jobs.catalog.model import Source

FILE = "expected.yml"
# Stands for every source: a trial's data are none of the real ones.
EVERY = "*"


def with_expected(folders: Iterable[Path], sources: dict[str, Source], faults: list[str]) -> None:
    """Give each source what the folders' `expected.yml` say of it, the last one that names it.

    `null` expects nothing of a source, and nothing of all those before it where it stands under `*`.
    """
    found: dict[str, Expected | None] = {}
    # A source that could not be read is missing for its own fault, which is told.
    complete = not faults
    for folder in folders:
        if not (folder / FILE).is_file():
            continue
        document = read_document(folder / FILE)
        for name, entry in document.content.items():
            if name == EVERY and entry is None:
                found.clear()
            elif name in sources:
                found[name] = _expected(document, name, entry, faults)
            elif complete:
                faults.append(f"{document.where(name)}: no source of this name is declared")
    for name, expected in found.items():
        sources[name] = sources[name].model_copy(update={"expected": expected})


def _expected(document: Document, name: str, entry: Any, faults: list[str]) -> Expected | None:
    if entry is None:
        return None
    try:
        return Expected.model_validate(entry)
    except ValidationError as error:
        faults += [f"{document.where(name, *fault['loc'])}: {fault['msg']}" for fault in error.errors()]
        return None
