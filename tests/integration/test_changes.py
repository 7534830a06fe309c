"""A build of what changed is the build of everything, and runs nothing that it need not."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from chain import fingerprints
from changing import World, changed, first
from changing_files import write_project, write_raw

from jobs.catalog import load_catalog
from jobs.errors import DataRefused
from jobs.settings import Settings, read_settings
from jobs.telemetry import stage
from jobs.transform import inputs, parsed, project
from jobs.transform.build import build_warehouse
from jobs.transform.state import State

# ZLV_TEST_CHANGES=200 tries as many as a release should stand.
SETS = int(os.environ.get("ZLV_TEST_CHANGES", "12"))
SAID_ONLY = ("meta", "tags", "docs", "group", "access", "freshness", "event_time", "packages")


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
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Small]:
    for name in ("project", "catalog"):
        (tmp_path / name).mkdir()
    for module in (inputs, parsed, project):
        monkeypatch.setattr(module, "project_dir", lambda name: tmp_path / "project")
    yield Small(tmp_path, monkeypatch)


@dataclass
class Seen:
    """What a build of everything made of a world."""

    world: World
    nodes: dict[str, Any]
    tables: dict[str, str]

    def says(self, id_: str) -> Any:
        """Give what is written of a node: its SQL, and what of its settings decides."""
        node = self.nodes[id_]
        config = {name: value for name, value in node["config"].items() if name not in SAID_ONLY}
        return node.get("compiled_code"), config, node["checksum"] if node["resource_type"] == "seed" else 0

    def holds(self, id_: str) -> Any:
        """Give the content of a source or a table."""
        if id_.startswith("source."):
            name = id_.removeprefix("source.zlv.")
            columns = self.world.columns.get(name, [])
            dropped = {
                c for c, said in self.world.policy[name.split(".")[0]].items() if said.endswith("drop")
            }
            kept = [at for at, column in enumerate(columns) if column not in dropped]
            key = self.world.key if name.startswith("production.") else ""
            return sorted([str([row[at] for at in kept]) for row in self.world.rows.get(name, [])]), kept, key
        return self.tables.get(self.nodes[id_]["name"])


def needed(before: Seen, now: Seen) -> set[str]:
    """Give the nodes that must run: their text changed, or a source or a table that they read did, through
    views too."""

    def moved(id_: str) -> bool:
        if id_ in now.nodes and now.nodes[id_]["config"]["materialized"] in ("view", "ephemeral"):
            return id_ not in before.nodes or before.says(id_) != now.says(id_) or any(map(moved, reads(id_)))
        return before.holds(id_) != now.holds(id_) if known(id_) else True

    def reshaped(id_: str) -> bool:
        return id_.startswith("source.") and before.holds(id_)[1] != now.holds(id_)[1]

    def known(id_: str) -> bool:
        return id_.startswith("source.") or id_ in before.nodes

    def reads(id_: str) -> list[str]:
        return list(now.nodes[id_].get("depends_on", {}).get("nodes", []))

    return {
        id_
        for id_, node in now.nodes.items()
        if node["config"]["materialized"] != "ephemeral"
        and node["config"]["enabled"]
        and (
            id_ not in before.nodes
            or before.says(id_) != now.says(id_)
            # A view shows new rows by itself, but not another column.
            or any(map(reshaped if node["config"]["materialized"] == "view" else moved, reads(id_)))
        )
    }


def test_random_changes_give_what_a_build_of_everything_gives_and_run_nothing_else(small: Small) -> None:
    draw = random.Random(20261126)
    world = first(draw)
    small.write(world)
    small.build("following", world.key)
    small.build("anew", world.key)
    before = Seen(world, small.nodes("anew"), small.tables("anew"))
    refusals = 0
    for number in range(SETS):
        after, what = changed(before.world, draw)
        small.write(after)
        try:
            _, run = small.build("anew", after.key, full=True)
        except DataRefused:
            with pytest.raises(DataRefused):
                small.build("following", after.key)
            assert small.tables("following") == before.tables, what
            refusals += 1
            small.write(before.world)
            continue
        state, run = small.build("following", after.key)
        now = Seen(after, small.nodes("anew"), small.tables("anew"))
        assert small.tables("following") == now.tables, (number, what)
        ran = {id_ for id_, made in state.nodes.items() if made.run == run}
        assert ran == needed(before, now), (number, what)
        before = now
