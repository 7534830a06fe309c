"""Generate what derives from the catalog: dbt's sources."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from jobs.catalog.model import Source
from jobs.catalog.whole import Catalog
from jobs.catalog.yml_style import dump_yml

HEAD = "# Generated from the catalog by `zlv catalog generate`; do not edit.\n"


def sources_yml(
    catalog: Catalog, columns: dict[str, list[tuple[str, str, str, str]]]
) -> Iterator[tuple[str, str]]:
    """Yield (domain, text) of dbt's `_sources.yml` for every domain.

    `columns` gives for each source what SQL sees of it: name, type, privacy class, description.
    """
    for domain in dict.fromkeys(source.domain for source in catalog.sources):
        tables = [_table(source, columns[source.name]) for source in catalog.of(domain)]
        content = {
            "version": 2,
            "sources": [{"name": domain, "database": domain, "schema": "main", "tables": tables}],
        }
        yield domain, HEAD + dump_yml(content)


def _table(source: Source, columns: list[tuple[str, str, str, str]]) -> dict[str, object]:
    meta = {"owner": source.owner, "due": source.due, "key": list(source.key)}
    return {
        "name": source.name,
        "description": source.description,
        "config": {"meta": {name: value for name, value in meta.items() if value}},
        "columns": [
            {
                "name": name,
                "data_type": type_,
                **({"description": text} if text else {}),
                "config": {"meta": {"privacy": privacy}},
            }
            for name, type_, privacy, text in columns
        ],
    }


def write_if_changed(path: Path, text: str) -> bool:
    """Write a generated file; tell whether it differed."""
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return True
