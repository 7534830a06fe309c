"""Run a stage named `probe` as a process of its own, and read what it left."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

from chain import base_environment


def start(folder: Path, body: str, **environment: str) -> subprocess.Popen[str]:
    """Start a stage named `probe` whose body is given."""
    script = "from jobs.settings import read_settings\nfrom jobs.telemetry import stage\n"
    script += (
        f"with stage(read_settings(), 'probe') as run:\n{textwrap.indent(textwrap.dedent(body), '    ')}\n"
    )
    return subprocess.Popen(
        [sys.executable, "-c", script],
        env={**base_environment(folder), "ZLV_RUN_ID": "r1", **environment},
        cwd=Path(__file__).resolve().parents[1],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run(folder: Path, body: str, code: int = 0, **environment: str) -> str:
    """Run a stage to its end; give what it wrote to standard error."""
    process = start(folder, body, **environment)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == code, errors
    return errors


def spans(folder: Path) -> dict[str, dict[str, Any]]:
    path = folder / "runs" / "r1" / "spans.jsonl"
    return (
        {span["name"]: span for span in map(json.loads, path.read_text(encoding="utf-8").splitlines())}
        if path.exists()
        else {}
    )


def record(folder: Path) -> dict[str, Any]:
    return dict(json.loads((folder / "runs" / "r1" / "steps" / "probe.json").read_text(encoding="utf-8")))


WORK = """
with run.span("owners", kind="table", rows=3) as span:
    run.log.info("copied", extra={"rows": 3})
    with run.span("index", kind="statement"):
        pass
run.count(rows=3, tests=2)
"""
