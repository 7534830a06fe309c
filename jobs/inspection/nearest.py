"""Propose the names that a mistyped one may have meant."""

from __future__ import annotations

import difflib


def closest(name: str, known: list[str]) -> str:
    near = difflib.get_close_matches(name, known, 3, 0.5)
    return f"did you mean {', '.join(near)}?" if near else f"there are {', '.join(known)}"
