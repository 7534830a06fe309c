"""One run is one trace with one root, whatever its steps are; `zlv trace` draws it."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest
from chain import Chain, base_environment
from collector import collector
from manifests import RETRY, manifest, shell, task

from jobs.inspection.trace_tree import trees
from jobs.stages.trace import bar_of
from jobs.telemetry.identity import root_span_id, trace_id, traceparent

STAGE = """
import sys
from jobs.errors import DataRefused
from jobs.settings import read_settings
from jobs.telemetry import stage
try:
    with stage(read_settings(), 'load') as run:
        with run.span('lovac_2025', kind='object', rows=7):
            run.count(rows=7)
        if len(sys.argv) > 1:
            raise DataRefused('200 of 1000 rows are broken')
except DataRefused as error:
    sys.exit(error.exit_code)
"""


@pytest.fixture
def home(tmp_path: Path) -> Chain:
    return Chain(tmp_path, base_environment(tmp_path))


def stage_template(name: str, *arguments: str) -> dict[str, Any]:
    return {"name": name, "container": {"command": [sys.executable, "-c", STAGE, *arguments]}}


def test_a_collector_sees_one_trace_with_one_root_and_every_step_below_it(home: Chain) -> None:
    templates = [
        stage_template("load"),
        shell("plain", "true"),
        shell("killed", "kill -9 $$"),
        shell("again", "exit 75", retryStrategy=RETRY),
    ]
    path = manifest(
        home.home, [task("load"), task("plain", "load"), task("killed"), task("again")], templates
    )
    with collector() as received:
        environment = {
            "OTEL_EXPORTER_OTLP_ENDPOINT": received.endpoint,
            "TRACEPARENT": traceparent("outside"),
        }
        done = home.zlv("run", str(path), "--run-id", "r1", code=None, **environment)
    assert done.returncode in (75, 137)
    (root,) = [span for span in received.spans if not span.parent_id]
    assert (root.name, root.span_id, root.is_error) == ("run small", f"{root_span_id('r1'):016x}", True)
    assert {span.trace_id for span in received.spans} == {f"{trace_id('r1'):032x}"}
    assert root.links == (f"{trace_id('outside'):032x}",), "who started the run is linked"
    steps = [span for span in received.spans if span.attributes["zlv.kind"] == "step"]
    assert sorted(span.attributes["zlv.step"] for span in steps) == [
        "again",
        "again",
        "again",
        "killed",
        "load",
        "plain",
    ]
    assert {span.parent_id for span in steps} == {root.span_id}
    assert received.named("lovac_2025").parent_id == received.named("load").span_id
    assert (
        root.attributes | {"cicd.pipeline.name": "small", "cicd.pipeline.result": "failure", "zlv.rows": 7}
        == root.attributes
    )
    assert all(root.start <= span.start <= span.end <= root.end for span in received.spans)
    drawn = home.zlv("trace", "r1").stdout
    assert "its spans went to the collector" in drawn
    assert re.search(r"load .*█.* 7$", drawn, re.MULTILINE)


def test_the_waterfall_shows_the_tree_with_seconds_and_rows(home: Chain) -> None:
    path = manifest(
        home.home, [task("load"), task("bad", "load")], [stage_template("load"), stage_template("bad", "x")]
    )
    done = home.zlv("run", str(path), "--run-id", "r1", code=65)
    assert "bad failed with 65" in done.stdout
    assert "200 of 1000 rows are broken" in done.stdout
    assert re.search(r"✔ load \d+\.\d s 7 rows", done.stdout)
    drawn = home.zlv("trace", "last").stdout
    found = re.findall(r"^( *)(\S.*?) +█+ +(\d+\.\d\d)(?: +(\S+))?$", drawn, re.MULTILINE)
    assert [(len(indent) // 2, name, rows) for indent, name, _, rows in found] == [
        (0, "run small ✘ bad: 200 of 1000 rows are broken", "14"),
        (1, "load", "7"),
        (2, "lovac_2025", "7"),
        (1, "bad ✘ 200 of 1000 rows are broken", "7"),
        (2, "lovac_2025", "7"),
    ]
    shown = json.loads(home.zlv("trace", "r1", "--json").stdout)
    assert {span["trace_id"] for span in shown} == {f"{trace_id('r1'):032x}"}


def test_a_run_taken_up_again_stays_one_trace_with_one_root(home: Chain) -> None:
    path = str(
        manifest(
            home.home,
            [task("a"), task("b", "a")],
            [shell("a", "true"), shell("b", "test -e $ZLV_HOME/mended")],
        )
    )
    home.zlv("run", path, "--run-id", "r1", code=1)
    (home.home / "mended").touch()
    home.zlv("run", path, "--run-id", "r1")
    (root,) = trees(json.loads(home.zlv("trace", "r1", "--json").stdout))
    assert [(depth, node.name) for depth, node in root.walk()] == [
        (0, "run small"),
        (1, "a"),
        (1, "b"),
        (1, "resume small"),
        (2, "b"),
    ]


def test_orphans_are_shown_at_the_end(home: Chain) -> None:
    folder = home.home / "runs" / "r1"
    folder.mkdir(parents=True)
    span = {"trace_id": "1", "status": "UNSET", "message": None, "attributes": {}}
    spans = [
        {
            **span,
            "name": "lost",
            "span_id": "b",
            "parent_id": "nowhere",
            "start": 1_000_000_000,
            "end": 2_000_000_000,
        },
        {
            **span,
            "name": "run daily",
            "span_id": "a",
            "parent_id": None,
            "start": 2_000_000_000,
            "end": 5_000_000_000,
        },
    ]
    (folder / "spans.jsonl").write_text("\n".join(map(json.dumps, spans)) + '\n{"cut sho', encoding="utf-8")
    lines = home.zlv("trace", "r1").stdout.splitlines()
    assert [line.split()[0] for line in lines[2:]] == ["run", "without", "lost"]


@pytest.mark.parametrize("run", ["last", "unknown", "../../etc"])
def test_a_run_that_is_not_there_is_one_sentence(home: Chain, run: str) -> None:
    done = home.zlv("trace", run, code=64)
    assert done.stderr.startswith("zlv: ")
    assert len(done.stderr.splitlines()) == 1


def test_bars_are_scaled_to_the_run_and_never_empty() -> None:
    assert bar_of(0, 100, 0, 100, 10) == "█" * 10
    assert bar_of(50, 100, 0, 100, 10) == "     █████"
    assert bar_of(0, 1, 0, 1000, 10) == "█         "
    assert bar_of(1000, 1000, 0, 1000, 10) == "         █"
