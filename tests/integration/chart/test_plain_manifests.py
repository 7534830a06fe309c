"""Plain manifests say what the chart renders."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from chart import CHART, identity, kustomize, objects, pods, render
from chart_files import COMPONENTS, expected
from pod_rules import RULES, broken


@pytest.mark.parametrize("overlay", ["dev", "staging", "production"])
@pytest.mark.parametrize("rule", RULES)
def test_every_pod_of_an_overlay_keeps_the_rule(overlay: str, rule: str) -> None:
    assert broken(rule, pods(kustomize(f"overlays/{overlay}"))) == []


def test_the_base_is_the_chart_with_default_values() -> None:
    def without_test(things: list[dict[str, Any]]) -> dict[tuple[str, str], dict[str, Any]]:
        return {
            identity(thing): thing
            for thing in things
            if "helm.sh/hook" not in thing["metadata"].get("annotations", {})
        }

    assert without_test(kustomize("base")) == without_test(objects(render()))


@pytest.mark.parametrize(("component", "values"), COMPONENTS.items())
def test_a_component_makes_of_the_base_what_its_values_make_of_the_chart(
    component: str, values: dict[str, Any], tmp_path: Path
) -> None:
    overlay = CHART.parent.parent / "k8s" / "overlays" / f".{component}-{tmp_path.name}"
    overlay.mkdir()
    try:
        (overlay / "kustomization.yaml").write_text(
            json.dumps(
                {
                    "kind": "Kustomization",
                    "resources": ["../../base"],
                    "components": [f"../../components/{component}"],
                }
            )
        )
        built = {identity(thing): thing for thing in kustomize(f"overlays/{overlay.name}")}
    finally:
        (overlay / "kustomization.yaml").unlink()
        overlay.rmdir()
    rendered = {identity(thing): thing for thing in objects(render(values)) if thing["kind"] != "Pod"}
    assert built == rendered


def test_what_is_generated_is_up_to_date() -> None:
    assert [str(path) for path, text in expected().items() if path.read_text(encoding="utf-8") != text] == []
