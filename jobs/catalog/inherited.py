"""Let a staging column inherit what the catalog says of the raw column that it is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from jobs.catalog.whole import Catalog

# What SQL sees of each source, by its name: name, type, privacy class and description of each column.
Seen = Mapping[str, Sequence[tuple[str, str, str, str]]]

# A staging model says all of its source first, then what becomes of it: any other passes nothing on.
_ALL_OF = r"select \* from \{\{ source\('(?P<domain>\w+)', '(?P<table>\w+)'\) \}\}"
_YEARS_OF = r"\{\{ union_millesimes\('(?P<years_of>\w+)', '(?P<family>\w+)', columns\) \}\}"
_RAW = rf"\bwith (?P<all>\w+) as \(\s*(?:{_ALL_OF}|{_YEARS_OF})\s*\)"
_OUT = r"select\s(?P<columns>.*?)\bfrom (?P=all)\s*(?:where\b.*)?\Z"
_MODEL = re.compile(rf"{_RAW}\s*{_OUT}", re.DOTALL)
_NAME = re.compile(r"(\w+)(?: as (\w+))?")
_CLOSED = "direct"


def complete_manifest(manifest: dict[str, Any], catalog: Catalog, seen: Seen) -> None:
    """Put into dbt's manifest the class and the description of every staging column that states none.

    A column is passed on when its model selects it as it is, under its name or another one; where the
    source's years are not of one mind, nothing is inherited. A staging column that then has no class is
    `direct`: unknown means closed. Marts and intermediate models inherit nothing.
    """
    for node in manifest["nodes"].values():
        if node["resource_type"] == "model" and node["original_file_path"].startswith("models/staging/"):
            _complete(node, passed_on(node["raw_code"], catalog, seen))


def passed_on(sql: str, catalog: Catalog, seen: Seen) -> dict[str, tuple[str, str]]:
    """Give class and description of each column that a staging model hands on as it is in its source."""
    model = _MODEL.search(sql)
    if model is None:
        return {}
    raw: dict[str, set[tuple[str, str]]] = {}
    for source in _sources(model, catalog):
        for name, _, privacy, description in seen.get(source, ()):
            raw.setdefault(name, set()).add((privacy, description))
    given = [(name, output or name) for name, output in _selected(model["columns"])]
    outputs = [output for _, output in given]
    return {
        output: (_only(privacy for privacy, _ in raw[name]), _only(text for _, text in raw[name]))
        for name, output in given
        if name in raw and outputs.count(output) == 1
    }


def _complete(node: dict[str, Any], passed: Mapping[str, tuple[str, str]]) -> None:
    for name, column in node["columns"].items():
        privacy, description = passed.get(name, ("", ""))
        column["description"] = column.get("description") or description
        stated = {**(column.get("meta") or {}), **((column.get("config") or {}).get("meta") or {})}
        column["meta"] = {"privacy": privacy or _CLOSED, **stated}
        column["config"] = {**(column.get("config") or {}), "meta": column["meta"]}


def _sources(model: re.Match[str], catalog: Catalog) -> list[str]:
    if model["family"]:
        years = [source for source in catalog.of(model["years_of"]) if source.millesime]
        return [source.name for source in years if source.family == model["family"]]
    return [source.name for source in catalog.of(model["domain"]) if source.name == model["table"]]


def _selected(columns: str) -> Iterator[tuple[str, str | None]]:
    """Yield the columns of a select that are names, with their new one; what calls or computes is none."""
    depth, start = 0, 0
    for place, sign in enumerate(f"{columns},"):
        depth += (sign in "({[") - (sign in ")}]")
        if sign == "," and depth == 0:
            name = _NAME.fullmatch(columns[start:place].strip())
            if name:
                yield name[1], name[2]
            start = place + 1


def _only(values: Iterator[str]) -> str:
    found = set(values)
    return found.pop() if len(found) == 1 else ""
