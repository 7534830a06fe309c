"""Complete the staging models' `.yml` by what the catalog says of the raw columns that they pass on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePath
from typing import Any

import yaml

from jobs.catalog.model import Catalog
from jobs.catalog.yml_style import dump_yml
from jobs.errors import SettingsError

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


def inherited_ymls(project: Path, catalog: Catalog, seen: Seen) -> dict[PurePath, str]:
    """Write each staging model's `.yml` with the class and the description of every column that it passes on.

    What a file states stands. A column is passed on when the model selects it as it is, under its name
    or another one; where the source's years are not of one mind, nothing is inherited. A column that
    then has no class is `direct`: unknown means closed. Gives path inside the project → text. Raises
    SettingsError for a `.yml` that is no YAML.
    """
    folder = project / "models" / "staging"
    return {
        PurePath(path.relative_to(project)): dump_yml(_completed(path, catalog, seen))
        for path in sorted(folder.rglob("*.yml"))
        if path.name != "_sources.yml"
    }


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


def _completed(path: Path, catalog: Catalog, seen: Seen) -> dict[str, Any]:
    try:
        content: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except yaml.YAMLError as error:
        raise SettingsError(f"{path}: not valid YAML ({str(error).splitlines()[0]})") from None
    for model in content.get("models") or []:
        beside = path.with_name(f"{model['name']}.sql")
        passed = passed_on(beside.read_text(encoding="utf-8"), catalog, seen) if beside.is_file() else {}
        for column in model.get("columns") or []:
            privacy, description = passed.get(column["name"], ("", ""))
            column.setdefault("description", description)
            meta = column.setdefault("config", {}).setdefault("meta", {})
            meta.setdefault("privacy", privacy or _CLOSED)
    return content


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
