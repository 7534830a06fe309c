"""Build a small project twice: once as it changes, once anew each time."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from chain import fingerprints
from changing import World
from changing_files import write_project, write_raw

from jobs.catalog import load_catalog
from jobs.settings import Settings, read_settings
from jobs.telemetry import stage
from jobs.transform import inputs, parsed, project
from jobs.transform.build import build_warehouse
from jobs.transform.state import State


@dataclass
class Small:
    """A small project with two warehouses of the same sources: one that follows changes, one made anew."""

    folder: Path
    monkeypatch: pytest.MonkeyPatch

    def settings(self, name: str, key: str) -> Settings:
        where = {
            "ZLV_HOME": str(self.folder / name),
            "ZLV_RAW_DIR": str(self.folder / "raw"),
            "ZLV_CATALOG_DIR": str(self.folder / "catalog"),
            "ZLV_PSEUDONYM_KEY": key,
        }
        for variable, value in where.items():
            self.monkeypatch.setenv(variable, value)
        return read_settings()

    def write(self, world: World) -> None:
        settings = self.settings("following", world.key)
        write_project(world, self.folder / "project", self.folder / "catalog")
        write_raw(world, settings)

    def build(self, name: str, key: str, *, full: bool = False) -> tuple[State, str]:
        settings = self.settings(name, key)
        with stage(settings, "build") as run:
            state = build_warehouse(settings, load_catalog(settings.catalog_dirs), run, full=full)
            return state, run.run_id

    def tables(self, name: str) -> dict[str, str]:
        file = self.folder / name / "warehouse" / "warehouse.duckdb"
        return {**fingerprints(file, "marts"), **fingerprints(file, "int")}

    def nodes(self, name: str) -> dict[str, Any]:
        file = self.folder / name / "warehouse" / "dbt" / "manifest.json"
        found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))["nodes"]
        return found


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Small:
    for name in ("project", "catalog"):
        (tmp_path / name).mkdir()
    for module in (inputs, parsed, project):
        monkeypatch.setattr(module, "project_dir", lambda name: tmp_path / "project")
    return Small(tmp_path, monkeypatch)
