"""Watch the values of a sample's columns go by, and say which type and which way of writing fits them all."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Hashable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from jobs.catalog.reserved import RESERVED

# Digits that name something are no number: a sum of them says nothing, and a leading zero would be lost.
_CODE = re.compile(r"(^|_)(code|insee|siren|siret|iris|com|dep|reg|id|geo)(_|$)")
_BLANK = "[ \u00a0\u202f\u2009]"
# How numbers are written: (mark before a fraction, mark between groups of three digits).
_NUMBERS = {
    (".", ""): re.compile(r"[+-]?\d+(\.\d+)?"),
    (",", ""): re.compile(r"[+-]?\d+(,\d+)?"),
    (".", " "): re.compile(rf"[+-]?(\d{{1,3}}({_BLANK}\d{{3}})+|\d+)(\.\d+)?"),
    (",", " "): re.compile(rf"[+-]?(\d{{1,3}}({_BLANK}\d{{3}})+|\d+)(,\d+)?"),
    (",", "."): re.compile(r"[+-]?(\d{1,3}(\.\d{3})+|\d+)(,\d+)?"),
    (".", ","): re.compile(r"[+-]?(\d{1,3}(,\d{3})+|\d+)(\.\d+)?"),
    (".", "'"): re.compile(r"[+-]?(\d{1,3}('\d{3})+|\d+)(\.\d+)?"),
}
_DAYS = ("%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%d/%m/%y")
_ISO = _DAYS[0]
_BOOLEANS = {"true", "false"}
Way = TypeVar("Way", bound=Hashable)


@dataclass(frozen=True)
class SampleColumn:
    """One column of the sample: its header, the name and type proposed; whether each line has another
    value."""

    header: str
    name: str
    type: str
    unique: bool


class Watch:
    """Keep, per column, what still fits all of its values."""

    def __init__(self, header: list[str]) -> None:
        self.header, self.rows, self.padded = header, 0, any(name != name.strip() for name in header)
        self.columns = [_Column() for _ in header]

    def look(self, row: list[str]) -> None:
        self.rows += 1
        for column, value in zip(self.columns, row, strict=False):
            bare = value.strip()
            self.padded |= bare != value and bool(bare)
            column.look(bare)


class _Column:
    def __init__(self) -> None:
        self.numbers = set(_NUMBERS)
        self.days = set(_DAYS)
        self.boolean = True
        self.zeros = self.filled = False
        self.marks: set[str] = set()
        self.seen: set[str] | None = set()

    def look(self, value: str) -> None:
        if not value:
            self.seen = None
            return
        self.filled = True
        if self.seen is not None and value in self.seen:
            self.seen = None
        elif self.seen is not None:
            self.seen.add(value)
        self.zeros |= len(value) > 1 and value[0] == "0" and value.isdigit()
        self.boolean = self.boolean and value.lower() in _BOOLEANS
        self.numbers = {each for each in self.numbers if _NUMBERS[each].fullmatch(value)}
        self.marks.update(mark for mark in ".," if mark in value)
        self.days = {each for each in self.days if _is_day(value, each)}


def _is_day(value: str, form: str) -> bool:
    with suppress(ValueError):
        return bool(datetime.strptime(value, form))
    return False


def watched(watch: Watch) -> tuple[tuple[SampleColumn, ...], dict[str, str | int | bool]]:
    """Give the columns with one way of writing numbers and one of writing days for the whole file; a column
    that is written in another way stays text."""
    names = list(_names(watch.header))
    open_ = [c for c, name in zip(watch.columns, names, strict=True) if not (c.zeros or _CODE.search(name))]
    number = _most(_NUMBERS, [c.numbers for c in open_ if c.filled and c.numbers])
    day = _most(_DAYS, [c.days for c in open_ if c.filled and c.days])
    columns = []
    for header, name, column in zip(watch.header, names, watch.columns, strict=True):
        code = column not in open_ or not column.filled
        type_ = "VARCHAR" if code else _type(column, number, day)
        columns.append(SampleColumn(header.strip(), name, type_, column.seen is not None))
    written: dict[str, str | int | bool] = {}
    if number is not None and any(c.type in ("BIGINT", "DOUBLE") for c in columns):
        written |= {"decimal": number[0]} if number[0] != "." else {}
        written |= {"thousands": number[1]} if number[1] else {}
    if day not in (None, _ISO) and any(c.type == "DATE" for c in columns):
        written["dateformat"] = str(day)
    if watch.padded:
        written["trim"] = True
    return tuple(columns), written


def _type(column: _Column, number: tuple[str, str] | None, day: str | None) -> str:
    if column.boolean:
        return "BOOLEAN"
    if day in column.days:
        return "DATE"
    if number not in column.numbers or number is None:
        return "VARCHAR"
    return "DOUBLE" if number[0] in column.marks else "BIGINT"


def _most(ways: Iterable[Way], fitting: list[set[Way]]) -> Way | None:
    """Choose the way that fits the most columns, the plainest of several."""
    counts = {way: sum(way in each for each in fitting) for way in ways}
    best = max(counts.values(), default=0)
    return next((way for way, count in counts.items() if count == best), None) if best else None


def _names(headers: list[str]) -> Iterator[str]:
    taken = set(RESERVED)
    for header in headers:
        letters = unicodedata.normalize("NFKD", header).encode("ascii", "ignore").decode().lower()
        name = re.sub(r"[^a-z0-9]+", "_", letters).strip("_")
        name = name if re.match(r"[a-z]", name) else f"c_{name}".rstrip("_")
        number, free = 1, name
        while free in taken:
            number, free = number + 1, f"{name}_{number + 1}"
        taken.add(free)
        yield free
