"""Give the project's catalog, and an empty one."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from jobs.catalog import Catalog, load_catalog
from jobs.settings import project_dir

FOLDER = project_dir("catalog")


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog([FOLDER])


def own_folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(FOLDER, tmp_path / "catalog"))
