"""Read what each mart's `.yml` says of it and, from the models' code, the sources that it is made of."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any

import yaml

from jobs.catalog.column import UNDECIDED
from jobs.catalog.whole import Catalog
from jobs.errors import SettingsError

_REF = re.compile(r"""\bref\(\s*['"](\w+)['"]""")
_SOURCE = re.compile(r"""\bsource\(\s*['"](\w+)['"]\s*,\s*['"](\w+)['"]""")
_YEARS = re.compile(r"""\bunion_millesimes\(\s*['"](\w+)['"]\s*,\s*['"](\w+)['"]""")
_MACRO = re.compile(r"\{%-?\s*macro\s+(\w+)\s*\(.*?%\}(.*?)\{%-?\s*endmacro", re.DOTALL)
_CALL = re.compile(r"\b(\w+)\s*\(")
# A document of another project is no source that a reader of this one can open.
_ELSEWHERE = re.compile(r"\b[\w-]+\.md\b")


@dataclass(frozen=True)
class MartColumn:
    """Say of one column what the mart's `.yml` states."""

    name: str
    type: str
    privacy: str
    description: str


@dataclass(frozen=True)
class Mart:
    """Say of one mart what its `.yml` states; `sources` are the names of the declared inputs behind it."""

    name: str
    domain: str
    description: str
    grain: tuple[str, ...]
    owner: str
    source_of_rule: str
    columns: tuple[MartColumn, ...]
    sources: tuple[str, ...]

    def faults(self) -> list[str]:
        """List what a reader would miss, a sentence each."""
        names = {column.name for column in self.columns}
        stated = {"grain": self.grain, "owner": self.owner, "source_of_rule": self.source_of_rule}
        found = [f"config.meta.{name} is missing" for name, value in stated.items() if not value]
        found += [
            f"config.meta.grain names {name}, which is no column" for name in self.grain if name not in names
        ]
        found += ["the description, with the rule in French, is missing"] if not self.description else []
        found += [
            f"config.meta.source_of_rule names {name}, which no reader has"
            for name in _ELSEWHERE.findall(self.source_of_rule)
        ]
        stands = {"the description": self.description, "config.meta.source_of_rule": self.source_of_rule}
        stands |= {f"the description of column {column.name}": column.description for column in self.columns}
        found += [
            f"{what} is not decided yet: write it in place of « {UNDECIDED} … »"
            for what, text in stands.items()
            if UNDECIDED in text
        ]
        found += ["no source lies behind it"] if not self.sources else []
        for column in self.columns:
            for what, value in (
                ("description", column.description),
                ("data_type", column.type),
                ("privacy class", column.privacy),
            ):
                found += [f"column {column.name} has no {what}"] if not value else []
        return [f"{self.name}: {fault}" for fault in found]


def read_marts(
    project: Path, catalog: Catalog, generated: Mapping[PurePath, str] | None = None
) -> list[Mart]:
    """Read every mart of a dbt project, by folder and name.

    `generated` gives the text of files that are written by the same command, by path inside the
    project. Raises SettingsError for a `.yml` that is no YAML.
    """
    texts = {
        path.relative_to(project): path.read_text(encoding="utf-8")
        for path in sorted((project / "models").rglob("*.yml"))
    }
    texts |= {Path(path): text for path, text in (generated or {}).items() if path.suffix == ".yml"}
    inputs = _Inputs(project, catalog)
    found: list[Mart] = []
    for path, text in texts.items():
        if path.parts[:2] != ("models", "marts"):
            continue
        try:
            models = (yaml.safe_load(text) or {}).get("models") or []
        except yaml.YAMLError as error:
            raise SettingsError(f"{path}: not valid YAML ({str(error).splitlines()[0]})") from None
        found += [_mart(path.parts[2], model, inputs.of(str(model["name"]))) for model in models]
    return sorted(found, key=lambda mart: (mart.domain, mart.name))


def _mart(domain: str, model: Mapping[str, Any], sources: tuple[str, ...]) -> Mart:
    meta = _meta(model)
    grain = meta.get("grain") or []
    columns = [
        MartColumn(
            str(column["name"]),
            str(column.get("data_type") or ""),
            str(_meta(column).get("privacy") or ""),
            " ".join(str(column.get("description") or "").split()),
        )
        for column in model.get("columns") or []
    ]
    return Mart(
        str(model["name"]),
        domain,
        " ".join(str(model.get("description") or "").split()),
        tuple(str(name) for name in (grain if isinstance(grain, list) else [grain])),
        str(meta.get("owner") or ""),
        str(meta.get("source_of_rule") or ""),
        tuple(columns),
        sources,
    )


def _meta(of: Mapping[str, Any]) -> dict[str, Any]:
    return {**(of.get("meta") or {}), **((of.get("config") or {}).get("meta") or {})}


class _Inputs:
    """Follow `ref`, `source` and `union_millesimes` through models, snapshots and the macros that they
    call."""

    def __init__(self, project: Path, catalog: Catalog) -> None:
        self._order = {source.name: place for place, source in enumerate(catalog.sources)}
        self._years = {source.name: source.family for source in catalog.sources if source.millesime}
        # A snapshot is its `.yml`, which names the model that it keeps.
        files = [*(project / "models").rglob("*.sql"), *(project / "snapshots").rglob("*.yml")]
        self._code = {path.stem: path.read_text(encoding="utf-8") for path in files}
        macros = "\n".join(
            path.read_text(encoding="utf-8") for path in sorted((project / "macros").rglob("*.sql"))
        )
        self._macros = dict(_MACRO.findall(macros))

    def of(self, model: str) -> tuple[str, ...]:
        """Name the declared sources behind a model, in the catalog's order."""
        found: set[str] = set()
        waiting, seen = [model], {model}
        while waiting:
            code = self._with_macros(self._code.get(waiting.pop(), ""))
            found |= {name for _, name in _SOURCE.findall(code)}
            prefixes = {prefix for _, prefix in _YEARS.findall(code)}
            found |= {name for name, prefix in self._years.items() if prefix in prefixes}
            new = set(_REF.findall(code)) - seen
            seen |= new
            waiting += sorted(new)
        return tuple(sorted(found & set(self._order), key=lambda name: self._order[name]))

    def _with_macros(self, code: str) -> str:
        called, seen = [code], {"union_millesimes"}
        for text in called:
            for name in _CALL.findall(text):
                if name in self._macros and name not in seen:
                    seen.add(name)
                    called.append(self._macros[name])
        return "\n".join(called)
