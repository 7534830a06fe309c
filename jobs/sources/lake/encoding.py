"""Let the bytes say in which encoding a text is written, and write it in UTF-8, the one that DuckDB reads."""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from jobs.errors import DataRefused

UTF8, LATIN1, WINDOWS, UTF16 = "utf-8", "latin-1", "windows-1252", "utf-16"
_MARKS = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
# Bytes that tell Windows-1252 from Latin-1, where they are control characters that no text holds.
_TELLING = bytes(range(0x80, 0xA0))
_OTHERS = bytes(byte for byte in range(256) if byte not in _TELLING)
_UNDEFINED = b"\x81\x8d\x8f\x90\x9d"


class NotUtf8(Exception):
    """Say that a text that began as UTF-8 is not UTF-8 to its end."""


@dataclass(frozen=True)
class Written:
    """How a text is written: its encoding for people, Python's codec for it, and `odd`, how many of its lines
    are in it while the others are UTF-8 (0: all are)."""

    encoding: str
    codec: str
    odd: int = 0

    @property
    def is_utf8(self) -> bool:
        return self.encoding == UTF8

    def drift(self, name: str, declared: str | None) -> list[str]:
        """Tell where the text is not written as the catalog says."""
        if self.odd:
            return [
                f"{name} is {UTF8}, but {self.odd} of its lines are {self.encoding}: each is read as it is"
            ]
        if declared is None or declared == self.encoding:
            return []
        return [f"{name} is written in {self.encoding} and read as that; the catalog says {declared}"]


PLAIN = Written(UTF8, "utf-8")


def by_start(head: bytes, *, whole: bool) -> Written | None:
    """Tell the encoding by a text's first bytes: UTF-16, or UTF-8 as far as they go; None: look at all of
    it."""
    if (mark := _MARKS.get(head[:2])) is not None:
        return Written(UTF16, mark)
    half = len(head) // 2
    # Without a mark: in Latin letters every other byte is zero.
    for codec, zeros, letters in (("utf-16-le", head[1::2], head[::2]), ("utf-16-be", head[::2], head[1::2])):
        if half > 1 and zeros.count(0) > 0.8 * half and letters.count(0) < 0.1 * half:
            return Written(UTF16, codec)
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head, final=whole)
    except UnicodeDecodeError:
        return None
    return PLAIN


def by_all(chunks: Iterable[bytes], declared: str | None) -> Written:
    """Tell the encoding of a text by all of its lines: UTF-8, Windows-1252, Latin-1, or one among the other.

    A line that is UTF-8 by its bytes is UTF-8: French text in another encoding is that by no accident.
    """
    utf8 = odd = 0
    telling: set[int] = set()
    for block in _lines(chunks):
        if block.isascii():
            continue
        if _is_utf8(block):
            utf8 += 1
            continue
        for line in block.split(b"\n"):
            if line.isascii():
                continue
            if _is_utf8(line):
                utf8 += 1
            else:
                odd += 1
                telling.update(line.translate(None, _OTHERS))
    if not odd:
        return PLAIN if utf8 or declared not in (LATIN1, WINDOWS) else Written(declared, "utf-8")
    if telling & set(_UNDEFINED):
        name, codec = LATIN1, "latin-1"
    else:
        # Without any of the telling bytes both are the same.
        name, codec = (LATIN1, "latin-1") if declared == LATIN1 and not telling else (WINDOWS, "cp1252")
    return Written(name, codec, odd if utf8 else 0)


def in_utf8(chunks: Iterable[bytes], written: Written, where: str) -> Iterator[bytes]:
    """Write a text in UTF-8, a block at a time. Raises DataRefused for UTF-16 that is damaged."""
    if written.encoding == UTF16:
        yield from _from_utf16(chunks, written.codec, where)
        return
    for block in _lines(chunks):
        if block.isascii() or _is_utf8(block):
            yield block
        else:
            yield b"\n".join(
                line if line.isascii() or _is_utf8(line) else line.decode(written.codec).encode()
                for line in block.split(b"\n")
            )


def _from_utf16(chunks: Iterable[bytes], codec: str, where: str) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(codec)()
    first = True
    try:
        for chunk in chunks:
            text = decoder.decode(chunk)
            yield text.removeprefix("\ufeff").encode() if first else text.encode()
            first = first and not text
        yield decoder.decode(b"", final=True).encode()
    except UnicodeDecodeError:
        raise DataRefused(
            f"{where} is written in {UTF16} and damaged: the last good file stands; deliver it again"
        ) from None


def _lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Cut blocks at ends of lines, so that no character is cut."""
    rest = b""
    for chunk in chunks:
        data = rest + chunk
        end = data.rfind(b"\n") + 1
        rest = data[end:]
        if end:
            yield data[:end]
    if rest:
        yield rest


def _is_utf8(block: bytes) -> bool:
    try:
        block.decode()
    except UnicodeDecodeError:
        return False
    return True
