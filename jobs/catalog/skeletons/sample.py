"""Look at a sample of a file, to its last line, and find out how it is written and what its columns hold."""

from __future__ import annotations

import codecs
import csv
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, product
from pathlib import Path

from jobs.catalog.skeletons.columns import SampleColumn, Watch, watched
from jobs.errors import DataRefused

DELIMITERS, QUOTES = (",", ";", "\t", "|"), ('"', "'")
# Lines at the beginning that tell delimiter, quote and titles.
FIRST = 300
TITLES = 20


@dataclass(frozen=True)
class Sample:
    """What a sample file shows: its columns, and how it is written, as the catalog's `format` says it."""

    form: dict[str, str | int | bool]
    columns: tuple[SampleColumn, ...]


def read_sample(file: Path) -> Sample:
    """Read a CSV file with a header, in any encoding, with or without titles above it.

    Raises DataRefused when it is none.
    """
    codec = _codec(file)
    try:
        with file.open(encoding=codec, newline="") as text:
            start = "".join(islice(text, FIRST))
        delimiter, quote = _form(start)
        skip, header = _header(start, delimiter, quote)
        watch = Watch(header)
        for row in _rows(file, codec, delimiter, quote, skip):
            watch.look(row)
    except (csv.Error, UnicodeDecodeError, StopIteration):
        raise DataRefused(f"{file} could not be read as CSV with a header line; check the file") from None
    if not watch.rows:
        raise DataRefused(f"{file} holds no line below its header; give a sample with a few lines")
    columns, written = watched(watch)
    form: dict[str, str | int | bool] = {"delimiter": delimiter}
    form |= {"quote": quote} if quote != '"' else {}
    form |= {"skip": skip} if skip else {}
    return Sample(form | written, columns)


def _codec(file: Path) -> str:
    """Name Python's codec for a file: the loader finds the same by the bytes."""
    with file.open("rb") as body:
        head = body.read(2)
    if head in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return "utf-16"
    decoders = {"utf-8-sig": "strict", "cp1252": "strict"}
    for codec in decoders:
        decoder = codecs.getincrementaldecoder(codec)()
        try:
            with file.open("rb") as body:
                while chunk := body.read(1 << 20):
                    decoder.decode(chunk)
                decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            continue
        return codec
    return "latin-1"


def _parsed(text: str, delimiter: str, quote: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, quotechar=quote))


def _form(start: str) -> tuple[str, str]:
    """Choose delimiter and quote: those under which the most lines have one number of columns, then those of
    the most columns."""

    def told(form: tuple[str, str]) -> tuple[float, int, bool]:
        try:
            rows = [row for row in _parsed(start, *form) if row]
        except csv.Error:
            return (0, 0, False)
        width, count = Counter(map(len, rows)).most_common(1)[0] if rows else (0, 0)
        return (count / max(len(rows), 1) if width > 1 else 0, width, form[1] == '"')

    return max(product(DELIMITERS, QUOTES), key=told)


def _header(start: str, delimiter: str, quote: str) -> tuple[int, list[str]]:
    """Find the header: the first line as wide as the others that names each column; gives the number of lines
    above it."""
    reader = csv.reader(io.StringIO(start, newline=""), delimiter=delimiter, quotechar=quote)
    rows, before = [], 0
    for row in reader:
        rows.append((before, row))
        before = reader.line_num
    held = [row for _, row in rows if row]
    if not held:
        raise csv.Error
    width = Counter(map(len, held)).most_common(1)[0][0]
    wide = [(above, row) for above, row in rows[:TITLES] if len(row) == width]
    named = [(above, row) for above, row in wide if all(name.strip() for name in row)]
    return (named or wide or [(0, held[0])])[0]


def _rows(file: Path, codec: str, delimiter: str, quote: str, skip: int) -> Iterator[list[str]]:
    with file.open(encoding=codec, newline="") as text:
        for _ in range(skip):
            next(text)
        reader = csv.reader(text, delimiter=delimiter, quotechar=quote)
        next(reader)
        yield from (row for row in reader if any(row))
