"""A file of towns, declared and loaded without a lake."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from components import catalog_of, rows, step

from jobs.sources.lake.loading import load_lake
from jobs.sources.lake.planning import choose

POLICY = """
domain: lovac
columns:
  code: {class: none, treatment: keep}
  label: {class: none, treatment: keep}
  rooms: {class: none, treatment: keep}
  number: {class: none, treatment: keep}
  area: {class: none, treatment: keep}
  annee: {class: none, treatment: keep}
"""
COLUMNS = """
    columns:
      code: {type: VARCHAR, required: true}
      label: VARCHAR
      rooms: INTEGER
      number: BIGINT
      area: DOUBLE
"""


def declare(
    tmp_path: Path,
    file: Path,
    extra: str = "",
    columns: str = COLUMNS,
    expected: str = "",
    sources: str = "",
) -> Any:
    text = "domain: lovac\ndefaults: {owner: team}\nsources:\n  towns:\n"
    text += f"    location: {file}\n{extra}{columns}"
    (tmp_path / "catalog").mkdir(exist_ok=True)
    (tmp_path / "catalog" / "expected.yml").write_text(expected, encoding="utf-8")
    return catalog_of(tmp_path / "catalog", lovac=text + sources, policy_lovac=POLICY)


def load(tmp_path: Path, declared: Any, **options: Any) -> Any:
    with step("load-lake", tmp_path / "home") as (settings, run):
        load_lake(settings, choose(declared, ["towns"]), run, 1, known=declared.lake_sources, **options)
        return run.record


def loaded(tmp_path: Path, query: str = "FROM towns ORDER BY code") -> list[tuple[Any, ...]]:
    return rows(tmp_path / "home" / "raw" / "lovac" / "towns.duckdb", query)


def put(tmp_path: Path, body: bytes | str, name: str = "raw.csv") -> Path:
    file = tmp_path / name
    file.write_bytes(body.encode() if isinstance(body, str) else body)
    return file


def lines(count: int, label: str = "Ville é") -> str:
    return "code,label,rooms,number,area\n" + "".join(
        f"{n:05d},{label},{n % 9},{n},1.5\n" for n in range(count)
    )
