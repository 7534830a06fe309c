"""Fill `{{…}}` in a manifest's texts: parameters, items, results of earlier tasks, the run's name."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from jobs.errors import SettingsError

_HOLE = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)


def holes(text: str) -> Iterator[str]:
    """Yield what stands between `{{` and `}}`."""
    for match in _HOLE.finditer(text):
        yield match[1].strip()


def fill(text: str, scope: Mapping[str, str], where: str) -> str:
    """Put the values of `scope` in; an unknown name is an error that says where it stands."""

    def value(match: re.Match[str]) -> str:
        name = match[1].strip()
        if name not in scope:
            raise SettingsError(
                f"{where}: {{{{{name}}}}} has no value here; known are {', '.join(sorted(scope)) or 'none'}"
            )
        return scope[name]

    return _HOLE.sub(value, text)


def item_scope(item: Any) -> dict[str, str]:
    """Name an item of `withItems` or `withParam`: `item`, and `item.<key>` when it is a map."""
    if isinstance(item, Mapping):
        return {"item": as_text(item)} | {f"item.{key}": as_text(value) for key, value in item.items()}
    return {"item": as_text(item)}


def as_text(value: Any) -> str:
    """Write a value as Argo puts it into a text: a text bare, anything else as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
