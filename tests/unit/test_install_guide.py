"""What the guides say of an installation can be typed in their order."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
GUIDES = ("docs/operate.md", "helm/zlv-warehouse/README.md")


@pytest.mark.parametrize("guide", GUIDES)
def test_the_namespace_comes_before_the_secret_and_the_secret_before_the_chart(guide: str) -> None:
    """K18: a Secret has no place in a namespace that is not there, and a run waits for no Secret."""
    text = (ROOT / guide).read_text(encoding="utf-8")
    order = [text.index(f"    {words}") for words in (
        "kubectl create namespace zlv\n", "kubectl -n zlv create secret generic ", "helm install zlv ",
    )]  # fmt: skip
    assert order == sorted(order)
    assert "--create-namespace" not in text.split("helm install zlv ", 2)[1]


def test_what_75_means_for_a_schedule_is_said_with_the_chart_s_own_number() -> None:
    """K18: how often a Job tries again, for how long, and what comes then."""
    values = (ROOT / "helm/zlv-warehouse/values.yaml").read_text(encoding="utf-8")
    (limit,) = (line.split(": ")[1] for line in values.splitlines() if line.startswith("  backoffLimit: "))
    seconds = sum(10 * 2**number for number in range(int(limit)))
    assert (int(limit), seconds) == (6, 630)
    guide = " ".join((ROOT / "docs/operate.md").read_text(encoding="utf-8").split())
    assert "tries six times more" in guide and "ten and a half minutes" in guide
    assert "the next try is that of the schedule" in guide
