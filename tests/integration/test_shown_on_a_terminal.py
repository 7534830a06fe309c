"""What is shown on a terminal of 80 columns keeps names and ids whole."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
from bases import base, zlv
from chain import Chain
from local_runs import home
from terminals import shown_on

from jobs.catalog import load_catalog
from jobs.inspection.freshness import file_states
from jobs.settings import child_environment, project_dir
from jobs.storage.files import write_certificate
from jobs.telemetry.records import RunRecord, run_path, write_record

__all__ = ["home"]  # fixtures
CATALOG = {"ZLV_CATALOG_DIR": str(project_dir("catalog"))}
LONGEST = "communes_epci_departements_regions"


def raw_file(path: Path, **facts: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(path)) as connection:
        write_certificate(connection, path.stem, facts)


def span(name: str, number: int, parent: int | None, **more: Any) -> dict[str, Any]:
    times = {"start": number * 10**9, "end": (number + 2) * 10**9}
    ids = {"trace_id": "1", "span_id": str(number), "parent_id": None if parent is None else str(parent)}
    return {"name": name, "status": "UNSET", "message": None, "attributes": {}, **ids, **times, **more}


def test_a_trace_keeps_every_name_whole_at_80_columns(home: Chain) -> None:
    """N14: `stg_external__adm…` named no model."""
    names = [f"stg_external__admin_express_communes_{'x' * length}" for length in (0, 3, 30, 60)]
    spans = [span("run daily", 0, None, end=60 * 10**9)]
    spans += [
        span(name, number, 0, attributes={"zlv.rows": 34_000_000}) for number, name in enumerate(names, 1)
    ]
    spans.append(span("broken", 9, 0, status="ERROR", message=f"a sentence {'of many words ' * 6}that ends"))
    folder = home.home / "runs" / "r1"
    folder.mkdir(parents=True)
    (folder / "spans.jsonl").write_text("\n".join(map(json.dumps, spans)), encoding="utf-8")
    lines = shown_on("trace", "r1", environment=home.environment)
    text = "\n".join(lines)
    assert [name for name in names if f"{name} " not in text and f"{name}\n" not in text] == []
    assert "broken ✘ a sentence" in text and "that ends" in text
    bars = [line for line in lines if "█" in line]
    assert len(bars) == len(spans), "each span has its bar"
    assert all(len(line) <= 80 for line in bars)
    assert text.count("2.00    34,000,000") == len(names), "and its figures"


def test_status_has_one_line_for_each_file_at_80_columns(tmp_path: Path) -> None:
    """N28: 46 rows became 92 lines, in two time zones."""
    settings = base(tmp_path)
    raw_file(settings.raw_file("external", LONGEST), rows=12_345_678, as_of="2026-01-31", key="k" * 16)
    environment = child_environment(ZLV_HOME=str(tmp_path), ZLV_CATALOG_DIR=str(project_dir("catalog")))
    lines = shown_on("status", environment=environment)
    files = json.loads(zlv(settings.model_copy(update=CATALOG), "status", "--json").stdout)["files"]
    table = lines[: len(files) + 1]
    assert [line.split()[:2] for line in table[1:]] == [
        [each["domain"], each["source"].split()[0]] for each in files
    ]
    assert max(map(len, table)) <= 80 and "12 345 678" in "\n".join(table)
    wide = shown_on("status", environment=environment, columns=160)
    assert "as of (Paris)" in wide[0] and "2026-01-31 00:00" in "\n".join(wide)


def test_an_age_is_never_negative_and_a_day_begins_in_paris(tmp_path: Path) -> None:
    """N28: one hour before midnight in London it is the next day's midnight in Paris."""
    settings = base(tmp_path)
    catalog = load_catalog([project_dir("catalog")])
    raw_file(settings.production_file, as_of="2026-11-24", tables={})
    for moment, age in (("2026-11-23T22:30", 0.0), ("2026-11-23T23:30", 1800.0)):
        now = datetime.fromisoformat(f"{moment}+00:00")
        (found,) = (s for s in file_states(settings, catalog, now) if s.domain == "production")
        assert (found.age, found.as_of) == (age, "2026-11-24T00:00:00+01:00")


def test_runs_keep_their_ids_whole_at_80_columns(home: Chain) -> None:
    """N28: a folded id cannot be copied."""
    long = "sync-production-20261123t184502-3fa9"
    for number, run_id in enumerate((long, "x" * 63)):
        record = RunRecord(run_id, "daily-of-another-name", 1.7954e9 + number, 1.7955e9, "failed", 65)
        record.message = f"build: {'a long sentence ' * 6}"
        write_record(run_path(home.home / "runs", run_id), record)
    lines = shown_on("runs", environment=home.environment)
    assert lines[0].split("  ")[0] == "run" and "started (Paris)" in lines[0]
    assert [line.split()[0] for line in lines if "2026-11-2" in line] == ["x" * 63, long]
    assert sum(line.startswith("  build: a long sentence") for line in lines) == 2
