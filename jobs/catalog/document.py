"""Read one YAML file within bounds and remember on which line each field stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from jobs.errors import SettingsError

FieldPath = tuple[str | int, ...]
# What people write stays far below; what exceeds these would stop the program, or its machine.
MOST_BYTES = 4 << 20
MOST_DEPTH = 32
MOST_NODES = 200_000


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
    """Read a YAML mapping of at most 4 MiB, 32 levels and 200,000 values, repetitions by alias included.

    Raises SettingsError with file and line for a file that is no UTF-8 text, broken YAML, a field written
    twice, an alias inside its own anchor, or a file that is not a mapping.
    """
    text = _text(path)
    try:
        _bound(text, path)
        loader = _Loader(text)
        node = loader.get_single_node()
        lines = dict(_lines(node, (), path, [MOST_NODES])) if node is not None else {}
        content = loader.construct_document(node) if node is not None else {}
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise SettingsError(f"{path.name}:{line}: not valid YAML ({error.problem})") from None
    except (yaml.YAMLError, ValueError) as error:
        raise SettingsError(f"{path.name}:1: not valid YAML ({str(error).splitlines()[0]})") from None
    if not isinstance(content, dict):
        raise SettingsError(f"{path.name}:1: a catalog file is a mapping of fields")
    return Document(path, content, lines)


def _text(path: Path) -> str:
    try:
        size = path.stat().st_size
        held = path.read_bytes() if size <= MOST_BYTES else b""
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read ({error.strerror}); check ZLV_CATALOG_DIR") from error
    if size > MOST_BYTES:
        raise SettingsError(f"{path.name}:1: {size} bytes; a catalog file has {MOST_BYTES} at most")
    cure = "save the file as UTF-8"
    if held.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise SettingsError(f"{path.name}:1: the text is UTF-16; {cure}")
    try:
        text = held.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = held.count(b"\n", 0, error.start) + 1
        raise SettingsError(f"{path.name}:{line}: the text is not UTF-8 (Latin-1, perhaps); {cure}") from None
    wrong = next((at for at, sign in enumerate(text) if sign < " " and sign not in "\n\r\t"), None)
    if wrong is not None:
        line = text.count("\n", 0, wrong) + 1
        raise SettingsError(
            f"{path.name}:{line}: holds a control character (U+{ord(text[wrong]):04X}); take it out"
        )
    return text


def _bound(text: str, path: Path) -> None:
    """Look at depth before anything is built: events are read one after the other."""
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MOST_DEPTH:
            line = event.start_mark.line + 1 if event.start_mark else 1
            raise SettingsError(
                f"{path.name}:{line}: more than {MOST_DEPTH} levels lie in each other; a file needs six"
            )


def _lines(node: yaml.Node, at: FieldPath, path: Path, left: list[int]) -> Iterator[tuple[FieldPath, int]]:
    line = node.start_mark.line + 1
    left[0] -= 1
    if len(at) > MOST_DEPTH or left[0] < 0:
        raise SettingsError(
            f"{path.name}:{line}: an alias repeats itself, or too much; write the values out in place of"
            " anchors (&) and aliases (*)"
        )
    yield at, line
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            name = str(key.value)
            if name in seen:
                raise SettingsError(f"{path.name}:{key.start_mark.line + 1}: field {name!r} is written twice")
            seen.add(name)
            yield (*at, name), key.start_mark.line + 1
            yield from (pair for pair in _lines(value, (*at, name), path, left) if pair[0] != (*at, name))
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            yield from _lines(value, (*at, index), path, left)
