"""A build of what changed is the build of everything, and runs nothing that it need not."""

from __future__ import annotations

import os
import random
from dataclasses import dataclass, replace
from typing import Any

import pytest
from changing import World, changed, first
from small_builds import Small, small

from jobs.errors import DataRefused
from jobs.transform.state import read_state, write_state

__all__ = ["small"]  # fixtures

# ZLV_TEST_CHANGES=200 tries as many as a release should stand.
SETS = int(os.environ.get("ZLV_TEST_CHANGES", "5"))
SAID_ONLY = ("meta", "tags", "docs", "group", "access", "freshness", "event_time", "packages")


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


def test_a_build_of_everything_is_refused_where_the_builds_of_changes_made_another_table(
    small: Small,
) -> None:
    world = first(random.Random(1))
    small.write(world)
    small.build("following", world.key)
    settings = small.settings("following", world.key)
    known, other = read_state(settings), "model.zlv.mart_towns"
    assert known is not None and known.nodes[other].content is not None
    wrong = replace(known.nodes[other], content=replace(known.nodes[other].content, rows="of another build"))
    state = replace(known, nodes={**known.nodes, other: wrong})
    write_state(settings, settings.warehouse_dir / "dbt", state, {})
    before = settings.warehouse_file.read_bytes()
    with pytest.raises(DataRefused, match="mart_towns came out with other rows than in the warehouse"):
        small.build("following", world.key, full=True)
    assert settings.warehouse_file.read_bytes() == before
    assert read_state(settings) is None, "the next build makes everything anew"


def test_a_large_seed_is_known_by_its_content(small: Small) -> None:
    """dbt knows one above 1 MB by its path"""
    world = first(random.Random(2))
    world.labels = dict.fromkeys(range(1_100), "a" * 1_000)
    small.write(world)
    small.build("following", world.key)
    world.labels[1] = "b" * 1_000
    small.write(world)
    state, run = small.build("following", world.key)
    assert {"labels", "mart_prices"} <= {made.name for made in state.nodes.values() if made.run == run}
