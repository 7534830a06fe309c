"""Generate what derives from the catalog: dbt's sources."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from jobs.catalog.column import Column
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
    declared = {column.name: column for column in source.columns if column.policy.treatment == "keep"}
    return {
        "name": source.name,
        "description": source.description,
        "config": {"meta": {name: value for name, value in meta.items() if value}},
        "columns": [
            {
                "name": name,
                "data_type": type_,
                **({"description": text} if text else {}),
                "config": {"meta": {"privacy": privacy, **_bounds(declared.get(name))}},
                **_tests(source, declared.get(name)),
            }
            for name, type_, privacy, text in columns
        ],
    }


def _bounds(column: Column | None) -> dict[str, object]:
    """Give what is documented of a column's values, for `known()` and the tests."""
    if column is None:
        return {}
    bounds = {"values": list(column.values), "minimum": column.minimum, "maximum": column.maximum}
    return {name: value for name, value in bounds.items() if value not in ([], None)}


def _tests(source: Source, column: Column | None) -> dict[str, object]:
    """Write the test that counts values which nobody documents; a source's tests warn (dbt_project.yml)."""
    if column is None or not _bounds(column):
        return {}
    name = f"{source.domain}_{source.name}_{column.name}_is_documented"
    return {"data_tests": [{"documented": {"name": name, "arguments": _bounds(column)}}]}


def write_if_changed(path: Path, text: str) -> bool:
    """Write a generated file; tell whether it differed."""
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return True
