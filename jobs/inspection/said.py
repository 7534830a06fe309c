"""What the last build's tests said of a mart."""

from __future__ import annotations

import json
from typing import Any

from jobs.settings import Settings


def tests(settings: Settings, manifest: dict[str, Any], mart: str) -> dict[str, str]:
    """Give the tests that read the mart, with what the last build said of each."""
    try:
        results = json.loads(
            (settings.warehouse_dir / "dbt" / "run_results.json").read_text(encoding="utf-8")
        )["results"]
    except (OSError, ValueError):
        results = []
    said = {result["unique_id"]: str(result["status"]) for result in results}
    tests = (
        node
        for node in manifest["nodes"].values()
        if node["resource_type"] == "test" and mart in node["depends_on"]["nodes"]
    )
    return {
        str(test["name"]): said.get(test["unique_id"], "not run")
        for test in sorted(tests, key=lambda test: str(test["name"]))
    }
