"""Write down what a release was made of, so that a later one can say what changed: models and sources behind
each mart."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jobs.catalog import Catalog
from jobs.settings import Settings
from jobs.storage.files import read_certificate

MANIFEST = Path("dbt", "manifest.json")


def read_manifest(settings: Settings) -> dict[str, Any]:
    """Read dbt's manifest of the last build; empty when there is none."""
    try:
        manifest: dict[str, Any] = json.loads((settings.warehouse_dir / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return manifest


def release_origins(settings: Settings, catalog: Catalog) -> dict[str, Any]:
    """Give `marts` (public name → grain, models, sources), `models` (digests of their SQL) and `sources`
    (what was loaded).

    `models` has of each the checksum of its code and a digest of the SQL that ran, without the day for
    which the warehouse speaks: that moves every day and is no change of the model. The digest is None
    where the last build did not run the model.
    """
    manifest = read_manifest(settings)
    if not manifest:
        return {}
    as_of = str((read_certificate(settings.warehouse_file) or {}).get("as_of") or "")
    named = {node["name"]: id_ for id_, node in manifest["nodes"].items() if node["resource_type"] == "model"}
    marts: dict[str, Any] = {}
    used: set[str] = set()
    for publication in catalog.publications:
        if publication.mart not in named:
            continue
        above = upstream(manifest, named[publication.mart])
        used |= set(above)
        marts[publication.public_name] = {
            "grain": grain_of(manifest["nodes"][named[publication.mart]]),
            "models": sorted(manifest["nodes"][id_]["name"] for id_ in above if id_ in manifest["nodes"]),
            "sources": sorted(
                _source_name(manifest["sources"][id_]) for id_ in above if id_ in manifest["sources"]
            ),
        }
    models = {
        manifest["nodes"][id_]["name"]: _digests(manifest["nodes"][id_], as_of)
        for id_ in sorted(used)
        if id_ in manifest["nodes"]
    }
    return {"marts": marts, "models": models, "sources": loaded_sources(settings, catalog)}


def upstream(manifest: Mapping[str, Any], of: str) -> dict[str, int]:
    """Give every node and source that a node is made of, itself included, with its distance from it."""
    depth, waiting = {of: 0}, [of]
    for id_ in waiting:
        node = manifest["nodes"].get(id_) or {}
        for parent in node.get("depends_on", {}).get("nodes", []):
            if depth.get(parent, -1) < depth[id_] + 1:
                depth[parent] = depth[id_] + 1
                waiting.append(parent)
    return depth


def grain_of(node: Mapping[str, Any]) -> list[str]:
    """Read the columns that tell one row of a mart from another."""
    grain = (node.get("config", {}).get("meta") or {}).get("grain") or []
    return [str(name) for name in (grain if isinstance(grain, list) else [grain])]


def loaded_sources(settings: Settings, catalog: Catalog) -> dict[str, Any]:
    """Tell of each loaded source, by `domain.name`, its millésime, objects, rows, rejected rows, day and
    content."""
    production = read_certificate(settings.production_file) or {}
    found: dict[str, Any] = {}
    for source in catalog.sources:
        name = f"{source.domain}.{source.name}"
        if source.is_production:
            table = (production.get("tables") or {}).get(source.name)
            if table is not None:
                facts = table if isinstance(table, dict) else {"rows": table}
                found[name] = {
                    "rows": facts.get("rows"),
                    "content": facts.get("fingerprint"),
                    "day": production.get("snapshot_at"),
                }
            continue
        held = read_certificate(settings.raw_file(source.domain, source.name))
        if held is not None:
            found[name] = {
                "millesime": source.millesime,
                "objects": {item["name"]: item.get("etag") for item in held.get("objects", [])},
                "rows": held.get("rows"),
                "rejects": held.get("rejects"),
                "content": held.get("fingerprint"),
            }
    return found


def _source_name(source: Mapping[str, Any]) -> str:
    return f"{source['source_name']}.{source['name']}"


def _digests(node: Mapping[str, Any], as_of: str) -> dict[str, str | None]:
    code = node.get("compiled_code")
    sql = str(code).replace(as_of, "as_of") if code and as_of else code
    checksum = (node.get("checksum") or {}).get("checksum")
    return {"code": checksum, "sql": hashlib.sha256(str(sql).encode()).hexdigest()[:16] if sql else None}
