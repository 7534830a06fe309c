"""Join catalog and policy files into one validated catalog."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from jobs.catalog.document import Document, read_document
from jobs.catalog.expected import FILE, with_expected
from jobs.catalog.model import CLOSED, Catalog, Column, Publication, Rule, Source
from jobs.errors import SettingsError

_RANGE = re.compile(r"\{(\d+)\.\.(\d+)\}")
_FILE_FIELDS = {"domain", "defaults", "layouts", "sources"}


def load_catalog(folders: Iterable[Path]) -> Catalog:
    """Read all sources, their policy and the publication list.

    A later folder adds sources, layouts, defaults and policy lines to the earlier ones, and may
    replace them by name: so a chart's values add a millésime without a new image.
    Raises SettingsError that lists every fault, a line each: file, line, field, cure.
    """
    folders = [folder for folder in folders if folder.is_dir()]
    if not folders:
        raise SettingsError(
            "no catalog folder was found; set ZLV_CATALOG_DIR to the folder that holds lovac.yml"
        )
    faults: list[str] = []
    policies = _policies(_documents(folders, "policy/*.yml"), faults)
    documents = [d for d in _documents(folders, "*.yml") if d.path.name not in ("publication.yml", FILE)]
    layouts = {
        (document.content.get("domain"), name): (document, columns)
        for document in documents
        for name, columns in _mapping(document, faults, "layouts").items()
    }
    defaults: dict[Any, dict[str, Any]] = {}
    sources: dict[str, Source] = {}
    for document in documents:
        unknown = set(document.content) - _FILE_FIELDS
        faults += [
            f"{document.where(name)}: unknown field; known are {', '.join(sorted(_FILE_FIELDS))}"
            for name in sorted(unknown)
        ]
        # What the domain's first file says holds in the later ones too, unless they say otherwise for
        # themselves.
        own = _mapping(document, faults, "defaults")
        fallback = {**defaults.setdefault(document.content.get("domain"), own), **own}
        for name, entry in _mapping(document, faults, "sources").items():
            source = _source(document, name, entry, fallback, layouts, policies, faults)
            if source is not None:
                sources[name] = source
    with_expected(folders, sources, faults)
    publications = list(_publications(_documents(folders, "publication.yml"), faults))
    if faults:
        raise SettingsError("the catalog is wrong:\n" + "\n".join(f"  {fault}" for fault in faults))
    return Catalog(sources=tuple(sources.values()), publications=tuple(publications))


def expand(names: dict[str, Any]) -> Iterator[tuple[str, str, Any]]:
    """Yield (name, written name, value), with `owner_{1..6}` written out as six names."""
    for written, value in names.items():
        match = _RANGE.search(written)
        if match is None:
            yield written, written, value
            continue
        for number in range(int(match[1]), int(match[2]) + 1):
            yield _RANGE.sub(str(number), written), written, value


def _documents(folders: list[Path], pattern: str) -> list[Document]:
    return [read_document(path) for folder in folders for path in sorted(folder.glob(pattern))]


def _mapping(document: Document, faults: list[str], *at: str) -> dict[str, Any]:
    value: Any = document.content
    for part in at:
        value = value.get(part, {}) if isinstance(value, dict) else {}
    if value is None:
        return {}
    if not isinstance(value, dict):
        faults.append(f"{document.where(*at)}: must be a mapping")
        return {}
    return value


def _policies(documents: list[Document], faults: list[str]) -> dict[tuple[str, str | None, str], Rule]:
    """Read the policy: (domain, source or None for all, column) → rule."""
    rules: dict[tuple[str, str | None, str], Rule] = {}
    for document in documents:
        domain = str(document.content.get("domain", document.path.stem))
        scopes: list[tuple[str | None, tuple[str, ...]]] = [(None, ("columns",))]
        scopes += [(name, ("sources", name)) for name in _mapping(document, faults, "sources")]
        for source, at in scopes:
            for column, written, entry in expand(_mapping(document, faults, *at)):
                try:
                    rules[domain, source, column] = Rule.model_validate(entry)
                except ValidationError as error:
                    faults += _told(document, error, *at, written)
    return rules


def _source(
    document: Document,
    name: str,
    entry: Any,
    defaults: dict[str, Any],
    layouts: dict[tuple[Any, str], tuple[Document, Any]],
    policies: dict[tuple[str, str | None, str], Rule],
    faults: list[str],
) -> Source | None:
    if not isinstance(entry, dict):
        faults.append(f"{document.where('sources', name)}: must be a mapping")
        return None
    domain = str(document.content.get("domain"))
    fields = {**defaults, **entry}
    layout, own = fields.pop("layout", None), fields.pop("columns", None) or {}
    columns: dict[str, Column] = {}
    parts: list[tuple[Document, dict[str, Any], tuple[str, ...]]] = []
    if layout is not None:
        if (domain, layout) not in layouts:
            faults.append(
                f"{document.where('sources', name, 'layout')}: layout {layout!r} is not declared in domain"
                f" {domain!r}"
            )
            return None
        home, content = layouts[domain, layout]
        parts.append((home, content, ("layouts", layout)))
    parts.append((document, own, ("sources", name, "columns")))
    for home, content, at in parts:
        for column, written, value in expand(content):
            rule = policies.get((domain, name, column)) or policies.get((domain, None, column)) or CLOSED
            declared = value if isinstance(value, dict) else {"type": value or "VARCHAR"}
            try:
                columns[column] = Column.model_validate({**declared, "name": column, "policy": rule})
            except ValidationError as error:
                faults += _told(home, error, *at, written)
    try:
        return Source.model_validate(
            {**fields, "name": name, "domain": domain, "columns": tuple(columns.values())}
        )
    except ValidationError as error:
        faults += _told(document, error, "sources", name)
        return None


def _publications(documents: list[Document], faults: list[str]) -> Iterator[Publication]:
    """Read the publication list of the last folder that has one."""
    for document in documents[-1:]:
        for mart, entry in _mapping(document, faults, "publish").items():
            fields = entry if isinstance(entry, dict) else {"public_name": entry or mart}
            try:
                yield Publication.model_validate({"public_name": mart, **fields, "mart": mart})
            except ValidationError as error:
                faults += _told(document, error, "publish", mart)


def _told(document: Document, error: ValidationError, *at: str) -> Iterator[str]:
    for fault in error.errors():
        message = (
            "unknown field"
            if fault["type"] == "extra_forbidden"
            else fault["msg"].removeprefix("Value error, ")
        )
        yield f"{document.where(*at, *fault['loc'])}: {message}"
