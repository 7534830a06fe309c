"""Find a catalog's files in its folders, and give what stands in them in the shape that is expected."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, get_args

from pydantic import ValidationError

from jobs.catalog.document import Document, read_document
from jobs.catalog.model import Domain
from jobs.errors import SettingsError

MOST_REPEATED = 1000
_RANGE = re.compile(r"\{(\d{1,9})\.\.(\d{1,9})\}")
DOMAINS = get_args(Domain)


def documents(folders: Iterable[Path], pattern: str, faults: list[str]) -> list[Document]:
    """Read the files of every folder, folder by folder; what cannot be read is a fault.

    A file that ends with .yaml would be passed over without a word: it is a fault as well.
    """
    found = []
    for folder in folders:
        for path in sorted(folder.glob(pattern.removesuffix(".yml") + ".yaml")):
            faults.append(f"{path.name}:1: catalog files end with .yml, this one is not read; rename it")
        for path in sorted(folder.glob(pattern)):
            try:
                found.append(read_document(path))
            except SettingsError as error:
                faults.append(str(error))
    return found


def domain_of(document: Document, faults: list[str], fallback: str | None = None) -> str | None:
    """Give the domain that a file is of; None, and a fault, where it names none that there is."""
    domain = document.content.get("domain", fallback)
    if isinstance(domain, str) and domain in DOMAINS:
        return domain
    faults.append(f"{document.where('domain')}: must be one of {', '.join(DOMAINS)}")
    return None


def mapping(document: Document, faults: list[str], *at: str) -> dict[str, Any]:
    """Give the mapping at a field path, empty where there is none; another shape is a fault."""
    value: Any = document.content
    for part in at:
        value = value.get(part, {}) if isinstance(value, dict) else {}
    return as_mapping(document, faults, value, *at)


def as_mapping(document: Document, faults: list[str], value: Any, *at: str) -> dict[str, Any]:
    """Give a value that stands at a field path as a mapping by names; another shape is a fault."""
    if value is None:
        return {}
    if not isinstance(value, dict) or not all(isinstance(name, str) for name in value):
        faults.append(f"{document.where(*at)}: must be a mapping, a name and a value a line")
        return {}
    return value


def expand(
    document: Document, faults: list[str], names: dict[str, Any], *at: str
) -> Iterator[tuple[str, str, Any]]:
    """Yield (name, written name, value), with `owner_{1..6}` written out as six names."""
    for written, value in names.items():
        match = _RANGE.search(written)
        if match is None:
            yield written, written, value
            continue
        first, last = int(match[1]), int(match[2])
        if not 0 < last - first + 1 <= MOST_REPEATED:
            faults.append(
                f"{document.where(*at, written)}: a range goes up, over {MOST_REPEATED} names at most"
            )
            continue
        for number in range(first, last + 1):
            yield _RANGE.sub(str(number), written), written, value


def told(document: Document, error: ValidationError, *at: str) -> Iterator[str]:
    """Say each fault that a model found, with file, line and field."""
    for fault in error.errors():
        message = (
            "unknown field"
            if fault["type"] == "extra_forbidden"
            else "must be a mapping of fields"
            if fault["type"] in ("model_type", "model_attributes_type")
            else fault["msg"].removeprefix("Value error, ")
        )
        yield f"{document.where(*at, *fault['loc'])}: {message}"
