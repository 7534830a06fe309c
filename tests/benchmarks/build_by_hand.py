"""Write the warehouse's tables as one SQL script in one session: no dbt, no test, no contract, only what a
mart needs.

Run as `python build_by_hand.py [OUT]` after `zlv build`, with its settings. The statements are the models'
own, as dbt compiled them: they are what we would type, and each improvement of a model makes this bound
harder too.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jobs.catalog import load_catalog
from jobs.settings import read_settings
from jobs.sql import identifier, literal
from jobs.storage.session import attach, attach_sources, connect


def statements(manifest: dict[str, Any]) -> Iterator[str]:
    """Give the script: seeds copied from the built file, then each model after those that it reads."""
    nodes = {
        key: node for key, node in manifest["nodes"].items() if node["resource_type"] in ("model", "seed")
    }
    for schema in sorted({node["schema"] for node in nodes.values()}):
        yield f"CREATE SCHEMA IF NOT EXISTS warehouse.{identifier(schema)}"
    for key in _in_order(nodes):
        node = nodes[key]
        name = f"warehouse.{identifier(node['schema'])}.{identifier(node['name'])}"
        if node["resource_type"] == "seed":
            yield f"CREATE TABLE {name} AS FROM built.{identifier(node['schema'])}.{identifier(node['name'])}"
        else:
            kind = "TABLE" if node["config"]["materialized"] == "table" else "VIEW"
            yield f"CREATE {kind} {name} AS {node['compiled_code']}"


def _in_order(nodes: dict[str, Any]) -> list[str]:
    """Order what the marts need, each node after those that it reads."""
    ordered: dict[str, None] = {}

    def visit(key: str) -> None:
        if key in nodes and key not in ordered:
            for parent in sorted(nodes[key]["depends_on"].get("nodes", [])):
                visit(parent)
            ordered[key] = None

    for key in sorted(nodes):
        if nodes[key]["schema"] == "marts":
            visit(key)
    return list(ordered)


def main() -> None:
    settings = read_settings()
    out = Path(sys.argv[1]) if len(sys.argv) > 1 else settings.ZLV_HOME / "by_hand.duckdb"
    out.unlink(missing_ok=True)
    manifest = json.loads((settings.warehouse_dir / "dbt" / "manifest.json").read_text())
    connection = connect(settings)
    connection.execute(f"ATTACH {literal(out)} AS warehouse (STORAGE_VERSION 'v1.5.0')")
    attach(connection, settings.warehouse_file, "built", read_only=True)
    # The days that the builds kept: what no script could make again.
    attach(connection, settings.history_file, "history", read_only=True)
    attach_sources(connection, settings, load_catalog(settings.catalog_dirs))
    for statement in statements(manifest):
        connection.execute(statement)
    connection.execute("CHECKPOINT warehouse")


if __name__ == "__main__":
    main()
