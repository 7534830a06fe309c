"""Name the pipelines, and read one."""

from __future__ import annotations

import pytest

from jobs.pipelines.manifest.manifest import find_manifest, read_pipeline
from jobs.pipelines.manifest.pipeline import Pipeline

NAMES = {
    "daily": "datawarehouse-synchronize-and-build",
    "weekly": "datawarehouse-build-everything",
    "yearly": "datawarehouse-build-ff-data",
}


@pytest.fixture(params=NAMES)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def pipeline(name: str) -> Pipeline:
    return read_pipeline(find_manifest(name))
