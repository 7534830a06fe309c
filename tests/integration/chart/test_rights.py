"""Only the executor has rights."""

from __future__ import annotations

from chart import CHART, objects, render
from chart_variants import VARIANTS


def test_only_the_executor_has_rights() -> None:
    table = {
        thing["metadata"]["name"]: sorted(
            (f"{resource}.{group}".rstrip("."), verb)
            for rule in thing["rules"]
            for group in rule["apiGroups"]
            for resource in rule["resources"]
            for verb in rule["verbs"]
        )
        for values in VARIANTS.values()
        for thing in objects(render(values))
        if thing["kind"] == "Role"
    }
    readme = (CHART / "README.md").read_text(encoding="utf-8")
    written = {
        name: sorted(
            (row[2].strip(" `"), verb.strip())
            for row in (line.split("|") for line in readme.splitlines() if line.startswith(f"| `…-{name}`"))
            for verb in row[3].split(",")
        )
        for name in ("executor", "argo")
    }
    assert written["executor"] == table["zlv-warehouse-executor"] == table["warehouse-executor"]
    assert written["argo"] == table["zlv-warehouse-argo"]
    assert table.keys() == {"zlv-warehouse-executor", "warehouse-executor", "zlv-warehouse-argo"}
