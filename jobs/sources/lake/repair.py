"""Read a CSV object line by line when DuckDB cannot: line ends of both kinds, a quote that is never closed,
1.5 for a whole number.

An open quote would swallow the lines after it, up to the end of the file, as one broken record.
Here the line with the open quote is set aside, all others pass on to DuckDB through a pipe: nothing
of the object is written to disk.
"""

from __future__ import annotations

import bisect
import re
from collections import deque
from collections.abc import Iterable, Iterator

from jobs.sources.lake.form import Form

# A quoted value that runs over more lines than this is taken for a quote that was not closed.
MOST_LINES = 200
BATCH = 1 << 18


class Repair:
    """Pass on whole records, each after its line number, and set aside lines with an open quote."""

    def __init__(self, form: Form, columns: int) -> None:
        self.broken: list[int] = []
        self._columns = columns
        self._quote, self._delimiter = form.quote.encode(), form.delimiter.encode()
        self._record = _record(form) if form.quote else None
        self._shifts: list[tuple[int, int]] = [(1, 0)]
        self._passed = 0

    def line_of(self, record: int) -> int:
        """Give the physical line at which a record (the header is 1) starts."""
        index = bisect.bisect_right(self._shifts, (record, 1 << 62)) - 1
        return record + self._shifts[max(index, 0)][1]

    def records(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """Yield batches of whole records, every line end a line feed."""
        lines = _numbered(chunks)
        ahead: deque[tuple[int, bytes]] = deque()
        batch: list[bytes] = []
        size = 0
        while (item := ahead.popleft() if ahead else next(lines, None)) is not None:
            number, line = item
            text = line.removesuffix(b"\r")
            if self._record is not None and self._quote in line:
                joined = self._joined(line, ahead, lines)
                if joined is None:
                    self.broken.append(number)
                    continue
                text = joined
            self._pass(number)
            batch.append(b"%d%b%b" % (number, self._delimiter, text) if text else text)
            size += len(text)
            if size > BATCH:
                yield b"\n".join(batch) + b"\n"
                batch, size = [], 0
        if batch:
            yield b"\n".join(batch) + b"\n"

    def _pass(self, number: int) -> None:
        self._passed += 1
        shift = number - self._passed
        if shift != self._shifts[-1][1]:
            self._shifts.append((self._passed, shift))

    def _joined(
        self, line: bytes, ahead: deque[tuple[int, bytes]], lines: Iterator[tuple[int, bytes]]
    ) -> bytes | None:
        """Join a line with those that its open quote spans; None when the quote is not closed as it
        should."""
        record = self._record
        if record is None or record.closed(line.removesuffix(b"\r")):
            return line.removesuffix(b"\r")
        text = line
        for index in range(MOST_LINES):
            if self._quote in text[len(text) - len(line) :] and not record.open(text):
                break
            if index >= len(ahead):
                following = next(lines, None)
                if following is None:
                    break
                ahead.append(following)
            line = ahead[index][1]
            text += b"\n" + line
            # Inside a quoted value a line end is what it is; the one behind the record is no part of it.
            whole = text.removesuffix(b"\r")
            if self._quote in line and record.closed(whole):
                if record.columns(whole) != self._columns:
                    break
                for _ in range(index + 1):
                    ahead.popleft()
                return whole
        return None


class _record:
    """Tell whether a text is a whole record, or one whose last quote is still open."""

    def __init__(self, form: Form) -> None:
        quote, delimiter = re.escape(form.quote.encode()), re.escape(form.delimiter.encode())
        escape = re.escape((form.escape or form.quote).encode())
        pair = quote * 2 if escape == quote else escape + rb"."
        # Possessive: a text is read once, however it is broken.
        inside = rb"(?:[^" + quote + (b"" if escape == quote else escape) + rb"]|" + pair + rb")*+"
        field = (
            rb"(?:" + quote + inside + quote + rb"|[^" + delimiter + quote + rb"][^" + delimiter + rb"]*+|)"
        )
        self._closed = re.compile(field + rb"(?:" + delimiter + field + rb")*\Z", re.DOTALL)
        self._open = re.compile(rb"(?:" + field + delimiter + rb")*" + quote + inside + rb"\Z", re.DOTALL)
        self._field = re.compile(field + rb"(" + delimiter + rb"|\Z)", re.DOTALL)

    def closed(self, text: bytes) -> bool:
        return self._closed.match(text) is not None

    def open(self, text: bytes) -> bool:
        return self._open.match(text) is not None

    def columns(self, text: bytes) -> int:
        count = place = 0
        while (found := self._field.match(text, place)) is not None:
            count += 1
            place = found.end()
            # Behind the last delimiter stands a value too, be it empty.
            if not found[1]:
                break
        return count


def _numbered(chunks: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
    """Yield (physical line number, line without its line feed)."""
    rest, number = b"", 0
    for chunk in chunks:
        lines = (rest + chunk).split(b"\n")
        rest = lines.pop()
        for line in lines:
            number += 1
            yield number, line
    if rest:
        yield number + 1, rest
