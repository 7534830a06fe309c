"""Read sizes of memory and disk as people write them: `2`, `512MB`, `1.5 GiB`, `80%`."""

from __future__ import annotations

import os
import re
from pathlib import Path

# ASCII only: other digits and look-alikes are no size to DuckDB.
_SIZE = re.compile(r"(\d{1,9}(?:\.\d{1,6})?)\s*(%|[KMGT]i?B|B)?", re.ASCII | re.IGNORECASE)
_LIMITS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")


def memory(text: str) -> str:
    """Give DuckDB's own writing of an amount of memory; a number alone is GB, a share is of this machine's or
    pod's.

    Raises ValueError for anything else, nothing, or more than all.
    """
    number, unit = _read(text, "must be a number of GB, or a size such as 512MB or 80%")
    if unit != "%":
        return f"{number:g}{unit}"
    if number > 100:
        raise ValueError("must be at most 100%")
    return f"{max(1, int(_all_memory() * number / 100) >> 20)}MiB"


def disk(text: str) -> str:
    """Give DuckDB's own writing of an amount of disk; a number alone is GB. DuckDB takes no share here."""
    rule = "must be a number of GB, or a size such as 20GB"
    number, unit = _read(text, rule)
    if unit == "%":
        raise ValueError(rule)
    return f"{number:g}{unit}"


def _read(text: str, rule: str) -> tuple[float, str]:
    match = _SIZE.fullmatch(text.strip())
    if match is None:
        raise ValueError(rule)
    if float(match[1]) == 0:
        raise ValueError("must be more than nothing")
    unit = (match[2] or "GB").upper().replace("IB", "iB")
    return float(match[1]), unit


def _all_memory() -> int:
    machine = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    for file in _LIMITS:
        try:
            limit = Path(file).read_text(encoding="ascii").strip()
        except OSError:
            continue
        if limit.isdigit():
            return min(machine, int(limit))
    return machine
