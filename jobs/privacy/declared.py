"""First proof: every column of a mart is documented with a class that may be published."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from jobs.errors import SettingsError
from jobs.privacy.public import HIDDEN, Knowledge
from jobs.privacy.report import Finding
from jobs.sql import INTEGERS

CLASSES = ("none", "indirect", *HIDDEN)
# What a column that is called like a personal one may hold: flags and counts. Text and days are looked at.
_HARMLESS = ("BOOLEAN", *INTEGERS)

# Mart → column → declared class, None where the class is missing.
Documented = Mapping[str, Mapping[str, str | None]]


def read_manifest(path: Path, schema: str) -> dict[str, dict[str, str | None]]:
    """Read from dbt's manifest which class each column of a schema's models declares.

    Raises SettingsError when there is no manifest: without it there is no proof.
    """
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise SettingsError(f"{path} is missing or broken; run `zlv build` first") from None
    nodes = [
        node
        for node in manifest.get("nodes", {}).values()
        if node.get("resource_type") in ("model", "seed", "snapshot")
    ]
    return {
        str(node.get("alias") or node["name"]).lower(): {
            name.lower(): _class(column) for name, column in node.get("columns", {}).items()
        }
        for node in nodes
        if node.get("schema") == schema
    }


def _class(column: Mapping[str, Any]) -> str | None:
    meta = {**(column.get("meta") or {}), **((column.get("config") or {}).get("meta") or {})}
    value = meta.get("privacy")
    return str(value).lower() if value is not None else None


def declared_findings(
    table: str, columns: Mapping[str, str], documented: Documented, knowledge: Knowledge
) -> Iterator[Finding]:
    """Compare a mart's columns (name → SQL type) with its documentation."""
    classes = documented.get(table.lower(), {})
    for column, type_ in columns.items():
        name = column.lower()
        privacy = classes.get(name)
        if name not in classes:
            cure = (
                "document it in the model's .yml with its privacy class, or select columns by name instead"
                " of `*`"
            )
            yield Finding(
                table,
                column,
                "undocumented",
                0,
                "the column is in the table and not in the documentation",
                cure,
            )
        elif privacy not in CLASSES:
            what = (
                "the column has no privacy class"
                if privacy is None
                else f"the privacy class {privacy!r} does not exist"
            )
            yield Finding(
                table,
                column,
                "unclassed",
                0,
                what,
                f"set config.meta.privacy to one of {', '.join(CLASSES[:2])}",
            )
        elif privacy in HIDDEN:
            yield Finding(
                table, column, privacy, 0, f"the column is declared {privacy}", "take it out of the mart"
            )
        elif privacy == "none" and knowledge.gives_away(column) and type_ not in _HARMLESS:
            what = "the column is called like personal data and declared none"
            yield Finding(
                table, column, "named_like", 0, what, "take it out, or rename it if it holds something else"
            )
    present = {column.lower() for column in columns}
    for name in classes:
        if name not in present:
            yield Finding(
                table,
                name,
                "stale",
                0,
                "the column is documented and not in the table",
                "take it out of the model's .yml",
            )


def may_hold_only_pseudonyms(column: str, type_: str, privacy: str | None, knowledge: Knowledge) -> bool:
    """Tell whether a column declared `indirect` bears a name that only pseudonyms justify."""
    return privacy == "indirect" and type_ not in _HARMLESS and knowledge.gives_away(column)


def absent_findings(listed: Mapping[str, str], present: set[str]) -> Iterator[Finding]:
    """Name what the publication list promises and the warehouse lacks: there is nothing to prove it by."""
    for mart in listed:
        if mart.lower() not in present:
            yield Finding(
                mart,
                "",
                "absent",
                0,
                "the publication list names a table that the warehouse lacks",
                "build it or strike it off",
            )
