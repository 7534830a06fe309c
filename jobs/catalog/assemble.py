"""Make one source of its entry, the layouts that it names, the defaults of its domain and the policy."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from jobs.catalog.column import UNDECIDED, Column, FileLayout
from jobs.catalog.document import Document
from jobs.catalog.files import as_mapping, expand, told
from jobs.catalog.model import Source
from jobs.catalog.policy import Policy

Layouts = dict[tuple[str, str], tuple[Document, Any]]


def assemble(
    document: Document,
    domain: str,
    name: str,
    entry: Any,
    defaults: dict[str, Any],
    layouts: Layouts,
    policy: Policy,
    faults: list[str],
) -> Source | None:
    """Give the source of an entry; None, and its faults, when it is wrong."""
    before = len(faults)
    fields = {**defaults, **as_mapping(document, faults, entry, "sources", name)}
    wanted, own = fields.pop("layout", None), fields.pop("columns", None)
    added = _columns(document, own, ("sources", name, "columns"), (domain, name), policy, faults)
    parts = []
    for each in _names(document, domain, name, wanted, layouts, faults):
        home, content = layouts[domain, each]
        held = _columns(home, content, ("layouts", each), (domain, name), policy, faults)
        parts.append(FileLayout(name=each, columns=tuple({**held, **added}.values())))
    if not added and not parts and len(faults) == before:
        faults.append(
            f"{document.where('sources', name)}: declares no column; write `columns`, or name a `layout`"
        )
    if len(faults) > before:
        return None
    columns = _joined(parts) if parts else added
    in_order = {**as_mapping(document, [], entry), **fields}
    undecided = [each for each, value in in_order.items() if isinstance(value, str) and UNDECIDED in value]
    if undecided:
        # Nobody has said what the file is, nor what allows its use: nothing of it is read until then.
        fields |= dict.fromkeys(undecided, "")
        columns = {
            each: column.model_copy(update={"policy": Column(name=each).policy})
            for each, column in columns.items()
        }
        parts = []
    facts = {
        "name": name,
        "domain": domain,
        "columns": tuple(columns.values()),
        "layouts": tuple(parts) if len(parts) > 1 else (),
    }
    try:
        source = Source.model_validate({**fields, **facts, "waiting": "undecided" if undecided else ""})
    except ValidationError as error:
        faults += told(document, error, "sources", name)
        return None
    return source.model_copy(update={"waiting": _waiting(document, source, undecided)})


def _names(
    document: Document, domain: str, name: str, wanted: Any, layouts: Layouts, faults: list[str]
) -> list[str]:
    """List the layouts that an entry names, by one name or a list of names."""
    names = [wanted] if isinstance(wanted, str) else wanted or []
    where = document.where("sources", name, "layout")
    if not isinstance(names, list) or not all(isinstance(each, str) for each in names):
        faults.append(f"{where}: must be the name of a layout, or a list of names")
        return []
    unknown = [each for each in names if (domain, each) not in layouts]
    if unknown:
        faults.append(f"{where}: layout {unknown[0]!r} is not declared in domain {domain!r}")
        return []
    return names


def _waiting(document: Document, source: Source, undecided: list[str]) -> str:
    """Say why nothing is read of a source; nothing where something is."""
    if undecided:
        where = document.where("sources", source.name, undecided[0])
        return f"{where}: {', '.join(undecided)} not decided yet: write it in place of « {UNDECIDED} … »"
    if not source.columns_read:
        where = document.where("sources", source.name, "columns")
        return (
            f"{where}: every column is closed, so nothing is read: open what is needed in"
            f" policy/{document.path.name}"
        )
    return ""


def _columns(
    document: Document,
    content: Any,
    at: tuple[str, ...],
    scope: tuple[str, str],
    policy: Policy,
    faults: list[str],
) -> dict[str, Column]:
    columns: dict[str, Column] = {}
    for column, written, value in expand(document, faults, as_mapping(document, faults, content, *at), *at):
        declared = value if isinstance(value, dict) else {"type": value or "VARCHAR"}
        try:
            columns[column] = Column.model_validate(
                {**declared, "name": column, "policy": policy.rule(*scope, column)}
            )
        except ValidationError as error:
            faults += told(document, error, *at, written)
    return columns


def _joined(parts: list[FileLayout]) -> dict[str, Column]:
    """Join the columns of several layouts: one that not all hold is not required of a file."""
    columns: dict[str, Column] = {}
    for part in parts:
        for column in part.columns:
            columns.setdefault(column.name, column)
    held = [{column.name: column.required for column in part.columns} for part in parts]
    return {
        name: column.model_copy(update={"required": all(each.get(name, False) for each in held)})
        for name, column in columns.items()
    }
