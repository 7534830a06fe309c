"""A source of towns in a lake, its lines right and broken, and a load of it as the stage does it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from components import Lake, catalog_of, step

from jobs.sources.lake.loading import load_lake
from jobs.sources.lake.planning import choose
from jobs.storage.retry import Backoff

QUICK = Backoff(attempts=3, initial=0.01, maximum=0.02, jitter=0.01)
COLUMNS = """
    columns:
      code: {type: VARCHAR, required: true, header: Code commune}
      label: {header: Libellé}
      rooms: INTEGER
      area: DOUBLE
      flag: BOOLEAN
      seen: DATE
      owner: VARCHAR
      secret: VARCHAR
"""
POLICY = """
domain: lovac
columns:
  code: {class: none, treatment: keep}
  label: {class: none, treatment: keep}
  rooms: {class: none, treatment: keep}
  area: {class: none, treatment: keep}
  flag: {class: none, treatment: keep}
  seen: {class: none, treatment: keep}
  owner: {class: direct, treatment: pseudonymise}
"""
HEADER = "Code commune;Libellé;rooms;area;flag;seen;owner;secret\n"


def catalog(
    tmp_path: Path,
    key: str,
    *,
    name: str = "towns",
    extra: str = "",
    columns: str = COLUMNS,
    location: str | None = None,
) -> Any:
    place = location or f"s3://{{lake}}/{key}"
    text = (
        f"domain: lovac\ndefaults: {{owner: team}}\nsources:\n  {name}:\n    location:"
        f" {place}\n{extra}{columns}"
    )
    if "format:" not in extra:
        text = text.replace(extra + columns, "    format: {delimiter: ';'}\n" + extra + columns)
    return catalog_of(tmp_path / "catalog", lovac=text, policy_lovac=POLICY)


def load(tmp_path: Path, declared: Any, lake: Lake | None = None, *only: str, **extra: str) -> Any:
    environment = {**(lake.environment() if lake else {}), **extra}
    with step("load-lake", tmp_path / "home", **environment) as (settings, run):
        load_lake(settings, choose(declared, only), run, 2, QUICK)
        return run.record


def raw(tmp_path: Path, name: str = "towns", domain: str = "lovac") -> Path:
    return tmp_path / "home" / "raw" / domain / f"{name}.duckdb"


def line(number: int, **values: str) -> str:
    fields = {
        "code": f"{number:05d}",
        "label": f"Ville {number}",
        "rooms": str(number % 9),
        "area": "12.5",
        "flag": "True",
    }
    fields |= {"seen": "2024-02-29", "owner": f"M DUPONT {number}", "secret": "canary-dropped"}
    return ";".join({**fields, **values}.values()) + "\n"


BROKEN = ["00001;too few\n", line(1, rooms="canary-text"), line(1, label='"never closed')]


def thousand(broken: dict[int, str]) -> str:
    """Write 1,000 lines; `broken` gives some of them, numbered from 1."""
    return HEADER + "".join(broken.get(number) or line(number) for number in range(1, 1001))
