"""Find lines among the bytes of a text: how many there are, and on which one a record starts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator


class LineEnds:
    """Pass blocks of bytes on, and count the lines that they hold."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = iter(chunks)
        self._feeds = self._returns = 0
        self._last = b""

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._chunks:
            self._feeds += chunk.count(b"\n")
            # A file of an old machine ends its lines with a carriage return alone.
            self._returns += chunk.count(b"\r") if not self._feeds else 0
            self._last = chunk[-1:] or self._last
            yield chunk

    def lines(self) -> int:
        """Go to the end, and tell how many lines there were; the last one need not be ended."""
        for _ in self:
            pass
        return (self._feeds or self._returns) + (self._last not in (b"", b"\n", b"\r"))


def physical_lines(chunks: Iterable[bytes], starts: Iterable[int]) -> dict[int, int]:
    """Find the physical line of each byte position (from 1) at which DuckDB says that a record starts.

    DuckDB numbers records, and a quoted value may hold line ends. With CRLF, and after blank lines, a
    position lies on the line ends before the record: these are passed over.
    """
    wanted = iter(sorted(set(starts)))
    lines: dict[int, int] = {}
    target, offset, line, skipping = next(wanted, None), 0, 1, False
    for chunk in chunks:
        if target is None:
            break
        place = 0
        while target is not None:
            if not skipping:
                stop = target - 1 - offset
                if stop > len(chunk):
                    break
                line += chunk.count(b"\n", place, stop)
                place, skipping = stop, True
            while place < len(chunk) and chunk[place] in b"\r\n":
                line += chunk[place] == 10
                place += 1
            if place >= len(chunk):
                break
            lines[target], skipping = line, False
            target = next(wanted, None)
            if target is not None and target - 1 - offset < place:
                skipping = True
        if not skipping:
            line += chunk.count(b"\n", place)
        offset += len(chunk)
    if target is not None and skipping:
        lines[target] = line
    return lines
