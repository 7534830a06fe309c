"""A real daily run with a real collector: one trace, one root, every stage, table and dbt node in its
place."""

from __future__ import annotations

import json

from chain import Chain
from collector import Received
from observed import Observed

from jobs.telemetry.identity import trace_id

STAGES = ("prepare", "sync-production", "load-lake", "build", "audit", "publish")


def test_one_daily_run_is_one_trace(chain: Chain, observed: Observed) -> None:
    spans = {span.span_id: span for span in observed.spans}
    assert len(spans) == len(observed.spans), "no span was sent twice"
    assert {span.trace_id for span in observed.spans} == {f"{trace_id('daily-first'):032x}"}
    (root,) = [span for span in observed.spans if not span.parent_id]
    assert root.name == "run daily"
    assert all(span.parent_id in spans for span in observed.spans if span is not root), (
        "no span has lost its parent"
    )
    assert not [span.name for span in observed.spans if span.is_error]

    steps = {span.name: span for span in observed.spans if span.attributes["zlv.kind"] == "step"}
    assert set(steps) == set(STAGES)
    assert {span.parent_id for span in steps.values()} == {root.span_id}
    for name, step in steps.items():
        record = json.loads(
            (chain.home / "runs" / "daily-first" / "steps" / f"{name}.json").read_text(encoding="utf-8")
        )
        assert (step.attributes["zlv.rows"], step.attributes["process.exit.code"]) == (record["rows"], 0)

    def below(name: str, kind: str) -> dict[str, Received]:
        return {
            s.name: s
            for s in observed.spans
            if s.parent_id == steps[name].span_id and s.attributes["zlv.kind"] == kind
        }

    tables = below("sync-production", "table")
    assert len(tables) == 19
    assert (
        sum(span.attributes["zlv.rows"] for span in tables.values())
        == steps["sync-production"].attributes["zlv.rows"]
        > 0
    )
    assert {span.attributes["db.system.name"] for span in tables.values()} == {"postgresql"}
    published = below("publish", "table")
    assert all(span.attributes["zlv.rows"] > 0 for span in published.values())
    nodes = below("build", "dbt node")
    manifest = json.loads(next(chain.home.rglob("manifest.json")).read_text(encoding="utf-8"))
    models = {node["name"] for node in manifest["nodes"].values() if node["resource_type"] == "model"}
    assert models <= set(nodes), "every model is a span of the build"
    marts = [name for name in nodes if name in {span.attributes["zlv.mart"] for span in published.values()}]
    assert marts
    for span in published.values():
        assert nodes[span.attributes["zlv.mart"]].attributes["zlv.rows"] == span.attributes["zlv.rows"]
    objects = below("load-lake", "object")
    assert (
        sum(span.attributes["zlv.rows"] for span in objects.values())
        == steps["load-lake"].attributes["zlv.rows"]
        > 0
    )
