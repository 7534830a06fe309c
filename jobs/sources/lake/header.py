"""Match the header that is there with the columns that are declared, and tell the drift."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from jobs.catalog import Column, FileLayout, Source
from jobs.errors import DataRefused
from jobs.sources.lake.form import Form, declared_form, found_form, records
from jobs.sources.lake.layouts import fitting
from jobs.sources.lake.likeness import looks_like, plain

BOM = b"\xef\xbb\xbf"
FIRST, MOST = 1 << 16, 1 << 23
FEW = 3


@dataclass
class Layout:
    """How one object's columns stand in its file.

    `columns` gives, in the file's order, a unique name and the declared column it is (None: not
    declared, not read); `texts` the header text of each declared column that is there, `types` the type
    that the file itself gives it (Parquet). `form` says how a CSV file is written, `shape` how a JSON file
    is. `drift` is told to people: names only. `name` is that of the layout, where the source has several.
    """

    form: Form = field(default_factory=Form)
    shape: str = "array"
    columns: list[tuple[str, Column | None]] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)
    drift: list[str] = field(default_factory=list)
    name: str = ""


def read_layout(
    source: Source, name: str, start: Callable[[int], bytes], known: Sequence[Source] = ()
) -> Layout | None:
    """Read the header of a text in UTF-8 (`start(n)` gives its first n bytes) and match it; None when the
    object is empty."""
    size = FIRST
    while True:
        head = start(size)
        whole = len(head) < size or size >= MOST
        text = _below_titles(head.removeprefix(BOM).decode(errors="ignore"), source.format.skip)
        if not text.strip():
            return None
        form = declared_form(source, text)
        names = next(records(text, form, whole=whole), None)
        if names is not None:
            break
        size *= 8
    found, said = found_form(source, text), ""
    if found != form and (found.delimiter, found.quote) != (form.delimiter, form.quote):
        said = f"; it is written with {found}, and the catalog says {form}"
    layout = match(source, name, names, known=known, said=said)
    layout.form = form
    return layout


def _below_titles(text: str, lines: int) -> str:
    return "".join(text.splitlines(keepends=True)[lines:]) if lines else text


def match(
    source: Source, name: str, names: list[str], *, known: Sequence[Source] = (), said: str = ""
) -> Layout:
    """Match header names with declared columns: as written, else but for case, accents and spacing.

    Raises DataRefused when a required column is missing; it says `said` of the file's form, else which
    source of `known` the names look like.
    """
    chosen = fitting(source, names)
    names = [text.strip() for text in names] if source.format.trim else names
    declared = {text: column for column in chosen.columns for text in column.header_names}
    layout = Layout(name=chosen.name)
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
            layout.drift.append(f"{name}: column {column.header_name} is renamed to {_shown(text)}")
        elif column is not None and column.name in layout.texts:
            layout.drift.append(f"{name}: column {column.header_name} stands twice; the first is read")
            column = None
        elif column is None:
            layout.drift.append(f"{name}: new column {_shown(text)} is not declared and not read")
        if column is not None:
            layout.texts[column.name] = text
        layout.columns.append((column.name if column is not None else f"#{index + 1}", column))
    _tell_missing(source, name, chosen, layout, said or looks_like(source, names, known))
    return layout


def _tell_missing(source: Source, name: str, chosen: FileLayout, layout: Layout, likely: str) -> None:
    missing = [column for column in chosen.columns_read if column.name not in layout.texts]
    required = [column.header_name for column in missing if column.required]
    if required:
        # The first names tell a person which file it is; thirty tell no more.
        shown = ", ".join(required[:FEW]) + (
            f" and {len(required) - FEW} more" if len(required) > FEW else ""
        )
        raise DataRefused(
            f"{source.name}: required column{'s' if len(required) > 1 else ''} {shown} missing"
            f" in {name}{likely}: the last good file stands; correct the file, or the catalog if the layout"
            " has changed"
        )
    layout.drift += [f"{name}: column {column.header_name} is missing; it is NULL" for column in missing]


def _shown(text: str) -> str:
    """Show a header name: a header-less file would put a line of data here, so what is no name is not
    told."""
    return (
        text
        if re.fullmatch(r"[^\W\d][\w .'’()/°%-]{0,60}", text.strip()) and "@" not in text
        else "(not a name)"
    )
