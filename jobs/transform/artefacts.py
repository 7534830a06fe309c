"""Put dbt's own files beside the warehouse, in place of the last ones, when a build ends well."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from jobs.settings import Settings
from jobs.telemetry.ending import go_on
from jobs.transform.nodes import Outcome
from jobs.transform.parsed import FILE, parsed_project, say_place

# What dbt writes of a node once its SQL is made.
_COMPILED = ("compiled", "compiled_code", "compiled_path", "extra_ctes", "extra_ctes_injected")


def untested(scratch: Path, outcome: Outcome) -> int:
    """Count the tests of what was built when none of them was run."""
    if any(node.is_test for node in outcome.nodes):
        return 0
    nodes = json.loads((scratch / "manifest.json").read_text(encoding="utf-8"))["nodes"].values()
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


def keep_unchanged(last: Path, scratch: Path, results: Mapping[str, Mapping[str, Any]]) -> None:
    """Complete dbt's manifest and results of this build with those of the `last` one, for the nodes that did
    not run.

    `results` are those of this build, by node.
    """
    file = scratch / "manifest.json"
    manifest, before = _read(file), _read(last / "manifest.json").get("nodes", {})
    for id_, node in manifest["nodes"].items():
        if not node.get("compiled_code") and before.get(id_, {}).get("compiled_code"):
            node |= {fact: before[id_][fact] for fact in _COMPILED if fact in before[id_]}
    file.write_text(json.dumps(manifest), encoding="utf-8")
    kept = _read(last / "run_results.json")
    told = {each["unique_id"]: each for each in kept.get("results", [])} | dict(results)
    whole = [each for id_, each in told.items() if id_ in manifest["nodes"]]
    facts = {**kept, **_read(scratch / "run_results.json"), "results": whole}
    (scratch / "run_results.json").write_text(json.dumps(facts), encoding="utf-8")


def _read(file: Path) -> dict[str, Any]:
    try:
        read: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return read
