"""Read one YAML file and remember on which line each field stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from jobs.errors import SettingsError

FieldPath = tuple[str | int, ...]


@dataclass(frozen=True)
class Document:
    """Hold a YAML file's content and the line of each field path."""

    path: Path
    content: dict[str, Any]
    lines: dict[FieldPath, int] = field(default_factory=dict)

    def where(self, *at: str | int) -> str:
        """Name file, line and field of the longest known prefix of a field path."""
        known = at
        while known and known not in self.lines:
            known = known[:-1]
        dotted = ".".join(str(part) for part in at)
        return f"{self.path.name}:{self.lines.get(known, 1)}: {dotted}" if dotted else f"{self.path.name}:1"


class _Loader(yaml.CSafeLoader if hasattr(yaml, "CSafeLoader") else yaml.SafeLoader):  # type: ignore[misc]
    """Load plain data only; the C parser where PyYAML was built with it."""


def read_document(path: Path) -> Document:
    """Read a YAML mapping.

    Raises SettingsError with file and line for broken YAML, a field written twice, or a file
    that is not a mapping.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read ({error.strerror}); check ZLV_CATALOG_DIR") from error
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
        lines = dict(_lines(node, (), path)) if node is not None else {}
        content = loader.construct_document(node) if node is not None else {}
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise SettingsError(f"{path.name}:{line}: not valid YAML ({error.problem})") from error
    if not isinstance(content, dict):
        raise SettingsError(f"{path.name}:1: a catalog file is a mapping of fields")
    return Document(path, content, lines)


def _lines(node: yaml.Node, at: FieldPath, path: Path) -> Iterator[tuple[FieldPath, int]]:
    yield at, node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            name = str(key.value)
            if name in seen:
                raise SettingsError(f"{path.name}:{key.start_mark.line + 1}: field {name!r} is written twice")
            seen.add(name)
            yield (*at, name), key.start_mark.line + 1
            yield from (pair for pair in _lines(value, (*at, name), path) if pair[0] != (*at, name))
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            yield from _lines(value, (*at, index), path)
