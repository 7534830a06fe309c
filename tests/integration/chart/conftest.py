"""Render the chart where helm is; without it there is nothing to render."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    missing = [program for program in ("helm", "kubectl") if shutil.which(program) is None]
    for item in items:
        if missing and Path(__file__).parent in item.path.parents:
            item.add_marker(
                pytest.mark.skip(reason=f"{' and '.join(missing)} must be on PATH to render the chart")
            )
