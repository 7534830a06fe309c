"""Start the servers of a trial once for a module."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from jobs.sample.servers import components as local
from jobs.sample.servers.state import Components

SCALE, SEED = 0.05, 7


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("components")


@pytest.fixture(scope="module")
def up(home: Path) -> Iterator[Components]:
    yield local.start(home, SCALE, SEED)
    local.stop(home, forget=True)
