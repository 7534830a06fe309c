"""Read the policy: what becomes of each raw column."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import ValidationError

from jobs.catalog.column import CLOSED, Rule
from jobs.catalog.document import Document
from jobs.catalog.files import documents, domain_of, expand, mapping, told

# What stands in the policy's folder and is no list of columns.
_OTHERS = {"public_values.yml"}
Scope = tuple[str, str | None, str]


@dataclass
class Policy:
    """Hold the rules by (domain, source or None for all, column), and where each is written."""

    rules: dict[Scope, Rule] = field(default_factory=dict)
    written: dict[Scope, str] = field(default_factory=dict)
    sources: dict[tuple[str, str], str] = field(default_factory=dict)

    def rule(self, domain: str, source: str, column: str) -> Rule:
        """Give the rule of a column: its source's, else its domain's; without any it is closed."""
        return self.rules.get((domain, source, column)) or self.rules.get((domain, None, column)) or CLOSED

    def unmatched(self, declared: dict[tuple[str, str], set[str]]) -> Iterator[str]:
        """Say each line that is of no declared source or column: a slip would leave something closed, or
        believed to be."""
        columns: dict[str, set[str]] = {}
        for (domain, _), names in declared.items():
            columns.setdefault(domain, set()).update(names)
        for (domain, source), where in self.sources.items():
            if (domain, source) not in declared:
                yield f"{where}: domain {domain} declares no source {source!r}; correct the name"
        lines: dict[tuple[str, str, str | None], list[str]] = {}
        for (domain, owner, column), where in self.written.items():
            lines.setdefault((where, domain, owner), []).append(column)
        for (where, domain, owner), line in lines.items():
            whose = f"source {owner} has no" if owner else f"no source of domain {domain} has a"
            held = columns.get(domain, set()) if owner is None else declared.get((domain, owner), set(line))
            # A line of a range, such as a column of each year, is right when one of its names is there.
            if not held.intersection(line):
                yield f"{where}: {whose} column {line[0]!r}; correct the name"


def read_policy(folders: Iterable[Path], faults: list[str]) -> Policy:
    """Read the policy of every folder; a later line of one scope replaces the earlier."""
    policy = Policy()
    for document in documents(folders, "policy/*.yml", faults):
        if document.path.name not in _OTHERS:
            _read(document, policy, faults)
    return policy


def _read(document: Document, policy: Policy, faults: list[str]) -> None:
    domain = domain_of(document, faults, document.path.stem)
    if domain is None:
        return
    scopes: list[tuple[str | None, tuple[str, ...]]] = [(None, ("columns",))]
    for name in mapping(document, faults, "sources"):
        scopes.append((name, ("sources", name)))
        policy.sources[domain, name] = document.where("sources", name)
    faults += [
        f"{document.where(name)}: unknown field; known are columns, domain, sources"
        for name in map(str, document.content)
        if name not in ("columns", "domain", "sources")
    ]
    for source, at in scopes:
        for column, written, entry in expand(document, faults, mapping(document, faults, *at), *at):
            try:
                policy.rules[domain, source, column] = Rule.model_validate(entry)
                policy.written[domain, source, column] = document.where(*at, written)
            except ValidationError as error:
                faults += told(document, error, *at, written)
