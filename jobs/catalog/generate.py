"""Generate what derives from the catalog: dbt's sources and the data dictionary."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from jobs.catalog.model import Catalog, Column, Source
from jobs.catalog.yml_style import dump_yml

HEAD = "# Generated from the catalog by `zlv catalog generate`; do not edit.\n"

_SAMPLE = {
    None: "",
    "facts": " The sample data hold true rows of it, for a few departments.",
    "invented": " The sample data hold invented rows, which say nothing of any place.",
}


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


def dictionary(catalog: Catalog, domain: str) -> str:
    """Write a domain's page of the data dictionary: each source, each raw column, what becomes of it."""
    lines = [
        f"# Dictionary of the raw data: {domain}",
        "",
        "<!-- Generated from the catalog by `zlv catalog generate`; do not edit. -->",
        "",
    ]
    shown: dict[tuple[str, ...], str] = {}
    for source in catalog.of(domain):
        lines += [f"## {domain}.{source.name}", "", f"{source.description}.", ""]
        lines += [f"`{source.location}` · {source.format.type} · due {source.due} · owner {source.owner}", ""]
        lines += [
            (
                f"Producer {source.producer or 'not told'} · licence"
                f" {source.licence or 'not told'}.{_SAMPLE[source.sample]}"
            ),
            "",
        ]
        if source.key:
            lines += [f"Key: {', '.join(source.key)}.", ""]
        layout = tuple(column.model_dump_json() for column in source.columns)
        same = shown.get(layout)
        if same:
            lines += [f"Columns: those of `{same}`.", ""]
            continue
        shown[layout] = source.name
        lines += ["| column | type | class | treatment | meaning |", "|---|---|---|---|---|"]
        for column in source.columns:
            derived = f" → {', '.join(column.policy.derive)}" if column.policy.derive else ""
            text = _meaning(column).replace("|", "\\|")
            lines.append(
                f"| {column.name} | {column.type} | {column.policy.privacy} |"
                f" {column.policy.treatment}{derived} | {text} |"
            )
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def _meaning(column: Column) -> str:
    """Say what a column holds, and what is documented of its values."""
    low, high = column.minimum, column.maximum
    if column.values:
        bounds = "values " + ", ".join(str(value) for value in column.values)
    elif low is not None or high is not None:
        bounds = f"from {'' if low is None else low} to {'' if high is None else high}".rstrip().removesuffix(
            " to"
        )
    else:
        bounds = ""
    return " · ".join(part for part in (column.description, bounds) if part)


def write_if_changed(path: Path, text: str) -> bool:
    """Write a generated file; tell whether it differed."""
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return True
