"""Say of a call of `zlv` what goes wrong around it, how it ends and what it says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Call:
    """A call on a home that has a release; `says` is looked for in what it prints.

    `{home}` in a setting stands for the home. With `spoil` the call has a home of its own, which that
    function has spoiled first.
    """

    name: str
    arguments: tuple[str, ...]
    code: int
    says: str
    settings: dict[str, str] = field(default_factory=dict)
    spoil: Callable[[Path], None] | None = None
