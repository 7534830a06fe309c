"""Find out how a CSV file is written: by the catalog where it says so, else by the file itself."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product

from jobs.catalog import Source
from jobs.sources.lake.likeness import plain

_DELIMITERS, _QUOTES = (",", ";", "|", "\t"), ('"', "'")
FEW = 3
_NAMES = {"\t": "tabulators", "": "no quotes"}


@dataclass(frozen=True)
class Form:
    """What separates and quotes the values of a file, and what stands before a quote in a quoted value."""

    delimiter: str = ","
    quote: str = '"'
    escape: str = '"'

    def __str__(self) -> str:
        delimiter, quote = (_NAMES.get(sign, f"« {sign} »") for sign in (self.delimiter, self.quote))
        return f"{delimiter} between values and {quote} around them"


def declared_form(source: Source, text: str) -> Form:
    """Give the form that the catalog declares; what it leaves open, the beginning of the file decides."""
    declared = source.format
    return _best(
        source,
        text,
        _DELIMITERS if declared.delimiter is None else (declared.delimiter,),
        _QUOTES if declared.quote is None else (declared.quote,),
    )


def found_form(source: Source, text: str) -> Form:
    """Give the form that the beginning of the file shows, whatever the catalog declares."""
    own = (source.format.delimiter or ",", source.format.quote or '"')
    return _best(source, text, dict.fromkeys((own[0], *_DELIMITERS)), dict.fromkeys((own[1], *_QUOTES)))


def records(text: str, form: Form, *, whole: bool = True) -> Iterator[list[str]]:
    """Give the first record of a text, if it is there to its end (`whole`: the text is all there is)."""
    double = form.escape == form.quote
    reader = csv.reader(
        io.StringIO(text, newline=""),
        delimiter=form.delimiter,
        quotechar=form.quote or None,
        quoting=csv.QUOTE_MINIMAL if form.quote else csv.QUOTE_NONE,
        doublequote=double,
        escapechar=None if double else form.escape or None,
    )
    csv.field_size_limit(max(len(text), 1 << 17))
    for record in reader:
        if not record:
            continue
        consumed = sum(len(line) for line in text.splitlines(keepends=True)[: reader.line_num])
        if whole or consumed < len(text):
            yield record
        return


def _best(source: Source, text: str, delimiters: Iterable[str], quotes: Iterable[str]) -> Form:
    """Choose the form under which the header holds the most declared names, then the most names, then the one
    whose quotes the lines below it show."""
    declared = {
        plain(name)
        for layout in source.file_layouts
        for column in layout.columns
        for name in (*column.header_names, column.name)
    }
    forms = [
        Form(delimiter, quote, quote if source.format.escape is None else source.format.escape)
        for delimiter, quote in product(delimiters, quotes)
    ]
    if len(forms) == 1:
        return forms[0]

    def told(form: Form) -> tuple[int, int, int]:
        names = next(records(text, form), [])
        return sum(plain(name) in declared for name in names), len(names), _quoted(text, form)

    return max(forms, key=told)


def _quoted(text: str, form: Form) -> int:
    """Count the values of a text's beginning that stand in a form's quotes; few of them say nothing."""
    if not form.quote:
        return 0
    quote, delimiter = re.escape(form.quote), re.escape(form.delimiter)
    count = len(
        re.findall(rf"(?:^|{delimiter}){quote}[^{quote}\r\n]*{quote}(?={delimiter}|\r?$)", text, re.M)
    )
    return count if count >= FEW else 0
