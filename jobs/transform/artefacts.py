"""Put dbt's own files beside the warehouse, in place of the last ones, when a build ends well."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from jobs.catalog import Catalog
from jobs.catalog.inherited import complete_manifest
from jobs.settings import Settings
from jobs.telemetry.ending import go_on
from jobs.transform.dbt_run import RESULTS
from jobs.transform.nodes import Outcome
from jobs.transform.parsed import FILE, parsed_project, say_place
from jobs.transform.project import columns_seen

MANIFEST = "manifest.json"
# What dbt writes of a node once its SQL is made.
_COMPILED = ("compiled", "compiled_code", "compiled_path", "extra_ctes", "extra_ctes_injected")


def untested(manifest: Mapping[str, Any], outcome: Outcome) -> int:
    """Count the tests of what was built when none of them was run."""
    if any(node.is_test for node in outcome.nodes):
        return 0
    nodes = manifest["nodes"].values()
    built = {node.unique_id for node in outcome.nodes}
    return sum(
        node["resource_type"] == "test" and set(node["depends_on"]["nodes"]) <= built for node in nodes
    )


@contextmanager
def artefacts_beside(settings: Settings) -> Iterator[Path]:
    """Yield an empty folder for dbt's artefacts, which takes the place of the last one when the block ends
    well."""
    artefacts, scratch = settings.warehouse_dir / "dbt", settings.warehouse_dir / "dbt.next"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    parsed = parsed_project(artefacts)
    if parsed is not None:
        # dbt reads again only the models that changed since.
        shutil.copyfile(parsed, scratch / FILE)
    say_place(scratch)
    yield scratch
    go_on()
    shutil.rmtree(artefacts, ignore_errors=True)
    scratch.rename(artefacts)


def write_artefacts(
    settings: Settings,
    catalog: Catalog,
    scratch: Path,
    manifest: dict[str, Any],
    results: Mapping[str, Mapping[str, Any]],
) -> None:
    """Write dbt's manifest, with the classes that the catalog gives, and the results by node.

    What did not run this time is as the last build has it: its SQL, its result.
    """
    last = settings.warehouse_dir / "dbt"
    before = _read(last / MANIFEST).get("nodes", {})
    for id_, node in manifest["nodes"].items():
        if not node.get("compiled_code") and before.get(id_, {}).get("compiled_code"):
            node |= {fact: before[id_][fact] for fact in _COMPILED if fact in before[id_]}
    complete_manifest(manifest, catalog, columns_seen(catalog))
    (scratch / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    kept = _read(last / RESULTS)
    told = {each["unique_id"]: each for each in kept.get("results", [])} | dict(results)
    whole = [each for id_, each in told.items() if id_ in manifest["nodes"] or id_ in results]
    facts = {**kept, **_read(scratch / RESULTS), "results": whole}
    (scratch / RESULTS).write_text(json.dumps(facts), encoding="utf-8")


def _read(file: Path) -> dict[str, Any]:
    try:
        read: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return read
