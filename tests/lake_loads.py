"""Declare sources of a lake, and load them in this process or by the command."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

from chain import ZLV
from components import PSEUDONYM_KEY, Lake, catalog_of, rows, step

from jobs.sources.lake.loading import load_lake
from jobs.sources.lake.planning import choose
from jobs.storage.retry import Backoff

QUICK = Backoff(attempts=3, initial=0.01, maximum=0.02, jitter=0.01)
BODY = "code,zone\n01001,B2\n01002,A\n"
KEEP = "{class: none, treatment: keep}"
POLICY = f"domain: external\ncolumns:\n  code: {KEEP}\n  zone: {KEEP}\n"


def declared(folder: Path, **keys: str) -> Any:
    """Declare sources: name → key in the lake."""
    text = "domain: external\ndefaults: {owner: team, producer: INSEE, licence: LO}\nsources:\n" + "".join(
        f"  {name}:\n    location: 's3://{{lake}}/{key.replace(chr(39), chr(39) * 2)}'\n"
        "    columns: {code: {type: VARCHAR, required: true}, zone: VARCHAR}\n"
        for name, key in keys.items()
    )
    return catalog_of(folder / "catalog", external=text, policy_external=POLICY)


def load(folder: Path, catalog: Any, lake: Lake, **extra: str) -> Any:
    with step("load-lake", folder / "home", **{**lake.environment(), **extra}) as (settings, run):
        load_lake(settings, choose(catalog), run, 2, QUICK)
        return run.record


def loaded(folder: Path, name: str) -> int:
    file = folder / "home" / "raw" / "external" / f"{name}.duckdb"
    return int(rows(file, f"SELECT count(*) FROM {name}")[0][0])


def command(folder: Path, lake: Lake, *arguments: str, **extra: str) -> subprocess.CompletedProcess[str]:
    environment = {
        "PATH": "/usr/bin:/bin",
        "ZLV_HOME": str(folder / "home"),
        "ZLV_CATALOG_DIR": str(folder / "catalog"),
        "ZLV_PSEUDONYM_KEY": PSEUDONYM_KEY,
        **lake.environment(),
        **extra,
    }
    return subprocess.run([ZLV, *arguments], env=environment, capture_output=True, text=True, check=False)
