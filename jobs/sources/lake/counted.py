"""Count every byte of a body against what was promised: a stream that ends early is no shorter file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from http.client import HTTPException
from typing import Protocol

from jobs.errors import Temporary
from jobs.sources.lake.meter import current

BLOCK = 1 << 20


class Body(Protocol):
    """What is read and closed: a file, an HTTP answer, the body of an S3 object."""

    def read(self, size: int, /) -> bytes: ...

    def close(self) -> None: ...


def counted(
    opened: Callable[[], Body], where: str, promised: int | None, most: int | None = None
) -> Iterator[bytes]:
    """Read a body from its start, a MiB at a time, to its end or `most` bytes.

    Raises Temporary when it stops, stalls or is reset, and when it holds fewer or more bytes than
    `promised` (None: nobody said how many). The libraries below do not: a short body ends as a whole
    one does.
    """
    from botocore.exceptions import BotoCoreError
    from urllib3.exceptions import HTTPError

    count = 0
    meter = current() if most is None else None
    if meter is not None:
        meter.begin(promised)
    wanted = promised if most is None or promised is None else min(promised, most)
    try:
        with closing(opened()) as body:
            while most is None or count < most:
                block = body.read(BLOCK if most is None else min(BLOCK, most - count))
                if not block:
                    break
                count += len(block)
                if wanted is not None and count > wanted:
                    break
                if meter is not None:
                    meter.add(len(block))
                yield block
    except (OSError, HTTPException, HTTPError, BotoCoreError) as error:
        reason = "stalled" if "imed out" in str(error) or isinstance(error, TimeoutError) else "broke off"
        of = "" if wanted is None else f" of {wanted}"
        raise Temporary(
            f"{where} {reason} after {count}{of} bytes: the last good file stands; run again"
        ) from None
    if wanted is not None and count != wanted:
        said = f"ended after {count} of {wanted}" if count < wanted else f"holds more than its {wanted}"
        raise Temporary(f"{where} {said} bytes: the last good file stands; run again")
