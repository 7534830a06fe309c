"""What the chart says of itself."""

from __future__ import annotations

import base64
from typing import Any
from xml.etree import ElementTree

import yaml
from chart import CHART


def chart() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((CHART / "Chart.yaml").read_text(encoding="utf-8"))
    return found


def test_a_reader_finds_the_project_its_people_and_the_oldest_cluster() -> None:
    """K17: as a hub of charts shows them."""
    told = chart()
    assert told["kubeVersion"] == ">=1.29.0-0"
    assert told["home"] in told["sources"]
    assert all(
        each["name"] and each["url"].startswith(told["home"].rsplit("/", 1)[0])
        for each in told["maintainers"]
    )
    annotations = told["annotations"]
    assert annotations["artifacthub.io/license"] == annotations["licenses"] == "MIT"
    links = yaml.safe_load(annotations["artifacthub.io/links"])
    assert all(link["url"].startswith(told["home"] + "/") for link in links)
    assert "1.29" in (CHART / "README.md").read_text(encoding="utf-8").split("\n## ")[0]


def test_the_icon_is_a_drawing_that_nothing_has_to_fetch() -> None:
    """K17: an icon without a host."""
    kind, _, data = chart()["icon"].partition(";base64,")
    assert kind == "data:image/svg+xml"
    assert ElementTree.fromstring(base64.b64decode(data)).tag.endswith("svg")
