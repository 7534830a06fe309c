"""Match the header that is there with the columns that are declared, and tell the drift."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass, field

from jobs.catalog import Column, FileLayout, Source
from jobs.errors import DataRefused
from jobs.sources.lake.layouts import fitting
from jobs.sources.lake.names import plain, shown

BOM = b"\xef\xbb\xbf"
FIRST, MOST = 1 << 16, 1 << 23


@dataclass
class Layout:
    """How one object's columns stand in its file.

    `columns` gives, in the file's order, a unique name and the declared column it is (None: not
    declared, not read); `texts` the header text of each declared column that is there. `drift` is
    told to people: names only. `name` is that of the layout, where the source has several.
    """

    encoding: str
    columns: list[tuple[str, Column | None]] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)
    drift: list[str] = field(default_factory=list)
    name: str = ""


def read_layout(source: Source, name: str, start: Callable[[int], bytes]) -> Layout | None:
    """Read an object's header (`start(n)` gives its first n bytes) and match it; None when the object is
    empty."""
    size, encoding = FIRST, source.format.encoding
    while True:
        head = start(size)
        whole = len(head) < size or size >= MOST
        if head.startswith(BOM):
            head, encoding = head[len(BOM) :], "utf-8"
        if not head.strip():
            return None
        names = _first_record(source, head, encoding, whole)
        if names is not None:
            break
        size *= 8
    layout = match(source, name, names)
    layout.encoding = encoding
    if encoding != source.format.encoding:
        layout.drift.append(
            f"{name} begins with a UTF-8 byte-order mark and is read as UTF-8; the catalog says"
            f" {source.format.encoding}"
        )
    return layout


def _first_record(source: Source, head: bytes, encoding: str, whole: bool) -> list[str] | None:
    form = source.format
    try:
        text = head.decode(encoding, errors="strict" if whole else "ignore")
        if not whole:
            first = head.split(b"\n", 1)[0]
            first.decode(encoding)
    except UnicodeDecodeError:
        raise DataRefused(
            f"{source.name}: the header is not {encoding}: correct format.encoding in the catalog, or the"
            " file; the last good file stands"
        ) from None
    double = form.escape == form.quote
    reader = csv.reader(
        io.StringIO(text, newline=""),
        delimiter=form.delimiter,
        quotechar=form.quote or None,
        quoting=csv.QUOTE_MINIMAL if form.quote else csv.QUOTE_NONE,
        doublequote=double,
        escapechar=None if double else form.escape or None,
    )
    for record in reader:
        if not record:
            continue
        consumed = sum(len(line) for line in text.splitlines(keepends=True)[: reader.line_num])
        return record if whole or consumed < len(text) else None
    return None


def match(source: Source, name: str, names: list[str]) -> Layout:
    """Match header names with declared columns: as written, else but for case, accents and spacing.

    Raises DataRefused when a required column is missing.
    """
    chosen = fitting(source, names)
    names = [text.strip() for text in names] if source.format.trim else names
    declared = {text: column for column in chosen.columns for text in column.header_names}
    layout = Layout(source.format.encoding, name=chosen.name)
    found: list[Column | None] = [declared.get(text) for text in names]
    taken = {column.name for column in found if column is not None}
    alike = {plain(text): column for text, column in declared.items() if column.name not in taken}
    # A header is French or technical; the name of the column itself is a likely match as well.
    alike |= {
        plain(column.name): column
        for column in chosen.columns
        if column.name not in taken and plain(column.name) not in alike
    }
    for index, text in enumerate(names):
        column = found[index]
        if column is None and (column := alike.get(plain(text))) is not None and column.name not in taken:
            taken.add(column.name)
            layout.drift.append(f"{name}: column {column.header_name} is renamed to {shown(text)}")
        elif column is not None and column.name in layout.texts:
            layout.drift.append(f"{name}: column {column.header_name} stands twice; the first is read")
            column = None
        elif column is None:
            layout.drift.append(f"{name}: new column {shown(text)} is not declared and not read")
        if column is not None:
            layout.texts[column.name] = text
        layout.columns.append((column.name if column is not None else f"#{index + 1}", column))
    _tell_missing(source, name, chosen, layout)
    return layout


def _tell_missing(source: Source, name: str, chosen: FileLayout, layout: Layout) -> None:
    missing = [column for column in chosen.columns_read if column.name not in layout.texts]
    required = [column.header_name for column in missing if column.required]
    if required:
        raise DataRefused(
            f"{source.name}: required column{'s' if len(required) > 1 else ''} {', '.join(required)} missing"
            f" in {name}: the last good file stands; correct the file, or the catalog if the layout has"
            " changed"
        )
    layout.drift += [f"{name}: column {column.header_name} is missing; it is NULL" for column in missing]
