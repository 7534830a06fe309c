"""Put dbt's own files beside the warehouse, in place of the last ones, when a build ends well."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from jobs.settings import Settings
from jobs.telemetry.ending import go_on
from jobs.transform.nodes import Outcome
from jobs.transform.parsed import FILE, parsed_project, say_place


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
