"""Take from dbt's manifest what decides each node's result: its definition, and what it reads."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

from jobs.catalog import Catalog
from jobs.storage.fingerprint import file_sha256
from jobs.transform.parsed import dbt_variables

# Of a node's configuration, what neither its rows nor a test's verdict depend on.
_SAID_ONLY = ("meta", "tags", "docs", "group", "access", "freshness", "event_time", "packages")
_BUILT_IN = ("dbt", "dbt_duckdb")
_BUILT = ("model", "seed", "snapshot", "test")
_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Defined:
    """One node of the project: `kind` is table, view, seed, snapshot or test.

    `origin` names its definition as it is written, `settings` what of it is not in its SQL; `moving` says
    that its SQL depends on the environment (the day). `relation` is database, schema and name of what it
    makes.
    """

    id: str
    name: str
    kind: str
    origin: str
    settings: str
    reads: tuple[str, ...]
    moving: bool = False
    relation: tuple[str, str, str] | None = None

    @property
    def is_table(self) -> bool:
        return self.kind in ("table", "seed", "snapshot")


@dataclass(frozen=True)
class Graph:
    """The nodes to build, in an order in which each comes after what it reads; `left_out` are the others.

    `world` names what all definitions share: macros, variables, sources, the engine.
    """

    nodes: Mapping[str, Defined]
    left_out: Mapping[str, Defined]
    world: str


def digest(*facts: Any) -> str:
    """Name facts by a short hash."""
    text = json.dumps(facts, sort_keys=True, default=str, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def graph_of(manifest: Any, catalog: Catalog, engine: str, excluded_tags: Iterable[str]) -> Graph:
    """Read the graph of a parsed project; what hangs on a waiting source, or bears an excluded tag, is left
    out."""
    own = {id_: m for id_, m in manifest.macros.items() if m.package_name not in _BUILT_IN}
    built_in = {m.name for m in manifest.macros.values() if m.package_name in _BUILT_IN}
    moving = _moving({macro.name: macro.macro_sql for macro in own.values()})
    world = digest(
        engine,
        dbt_variables(catalog),
        # dbt's project files, in which variables may stand too.
        sorted((name, file.checksum) for name, file in manifest.state_check.project_hashes.items()),
        sorted((id_, macro.macro_sql) for id_, macro in own.items()),
        sorted((id_, _source(source)) for id_, source in manifest.sources.items()),
    )
    # What dbt itself calls while it builds stands in no node's SQL.
    called = digest(engine, sorted((m.name, m.macro_sql) for m in own.values() if m.name in built_in))
    every = digest(sorted((id_, macro.macro_sql) for id_, macro in own.items()))
    # A test of a model that is not there is kept by dbt, disabled.
    models = {
        id_: node
        for id_, node in manifest.nodes.items()
        if node.resource_type.value in _BUILT and node.config.enabled
    }
    inlined = {id_: node for id_, node in models.items() if _made(node) == "ephemeral"}
    defined = {
        id_: _defined(node, moving, every if _has_hooks(node) else called, inlined)
        for id_, node in models.items()
        if id_ not in inlined
    }
    order = TopologicalSorter({id_: node.reads for id_, node in defined.items()}).static_order()
    outside = {source.unique_id for source in manifest.sources.values() if _waits(source, catalog)}
    tags = set(excluded_tags)
    kept: dict[str, Defined] = {}
    for id_ in order:
        if id_ not in defined:
            continue
        if tags.intersection(manifest.nodes[id_].tags) or outside.intersection(defined[id_].reads):
            # Readers of what only bears the tag are built on what is there.
            if outside.intersection(defined[id_].reads):
                outside.add(id_)
            continue
        kept[id_] = defined[id_]
    return Graph(kept, {id_: node for id_, node in defined.items() if id_ not in kept}, world)


def _defined(node: Any, moving: frozenset[str], called: str, inlined: Mapping[str, Any]) -> Defined:
    kind = _made(node)
    config = {k: v for k, v in node.config.to_dict().items() if k not in _SAID_ONLY}
    arguments = node.test_metadata.to_dict() if getattr(node, "test_metadata", None) else None
    relation = None if kind == "test" else (node.database, node.schema, node.alias)
    described = config.get("contract", {}).get("enforced") or any(config.get("persist_docs", {}).values())
    columns = (
        [[c.name, c.data_type, c.description, c.constraints] for c in node.columns.values()]
        if described
        else []
    )
    # Of a seed above 1 MB dbt looks at the path alone.
    content = file_sha256(Path(node.root_path) / node.original_file_path) if kind == "seed" else None
    settings = digest(kind, config, relation, columns, node.description if described else "", called, content)
    reads, within = _through(node, inlined)
    written = [node.raw_code, arguments, config, within]
    words = set(_WORD.findall(json.dumps(written, default=str)))
    return Defined(
        id=node.unique_id,
        name=node.name,
        kind=kind,
        origin=digest(written, settings, reads),
        settings=settings,
        reads=reads,
        moving=bool(words & moving),
        relation=relation,
    )


def _through(node: Any, inlined: Mapping[str, Any]) -> tuple[tuple[str, ...], list[str]]:
    """Give what a node reads, and the texts of the models that dbt writes into its SQL on the way there."""
    reads, within, left = set(), [], list(_depends(node))
    while left:
        read = left.pop()
        if read in inlined:
            within.append(inlined[read].raw_code)
            left += _depends(inlined[read])
        else:
            reads.add(read)
    return tuple(sorted(reads)), sorted(within)


def _depends(node: Any) -> list[str]:
    # A seed depends on macros alone.
    return list(getattr(node.depends_on, "nodes", []))


def _made(node: Any) -> str:
    made = str(node.config.materialized)
    known = ("view", "seed", "snapshot", "ephemeral", "test")
    return made if made in known else "table"


def _has_hooks(node: Any) -> bool:
    config = node.config.to_dict()
    return bool(config.get("pre-hook") or config.get("post-hook")) or _made(node) == "snapshot"


def _moving(macros: Mapping[str, str]) -> frozenset[str]:
    """Name the macros whose text depends on the environment, by themselves or by one that they name."""
    words = {name: set(_WORD.findall(text)) for name, text in macros.items()}
    found = {"env_var", "run_started_at", "invocation_id"}
    while more := {name for name, said in words.items() if name not in found and said & found}:
        found |= more
    return frozenset(found)


def _source(source: Any) -> Any:
    return [
        source.identifier,
        [[c.name, c.data_type, c.config.meta or c.meta] for c in source.columns.values()],
    ]


def _waits(source: Any, catalog: Catalog) -> bool:
    waiting = {(each.domain, each.name) for each in catalog.sources if each.waiting}
    return (source.source_name, source.name) in waiting
