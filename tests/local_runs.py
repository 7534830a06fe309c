"""A home for local runs of small manifests, and what their steps and records say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from chain import Chain, base_environment


@pytest.fixture
def home(tmp_path: Path) -> Chain:
    return Chain(tmp_path, {**base_environment(tmp_path), "OUT": str(tmp_path / "out")})


def record(home: Chain, run_id: str, step: str | None = None) -> dict[str, Any]:
    folder = home.home / "runs" / run_id
    return dict(
        json.loads(
            (folder / f"steps/{step}.json" if step else folder / "run.json").read_text(encoding="utf-8")
        )
    )


def lines(home: Chain) -> list[str]:
    return (home.home / "out").read_text(encoding="utf-8").split()
