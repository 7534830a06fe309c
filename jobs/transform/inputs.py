"""Name all that a build depends on without reading the project with dbt: equal inputs give an equal
warehouse."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import date
from importlib.metadata import version
from pathlib import Path

from jobs.privacy.treatments import key_fingerprint
from jobs.settings import Settings, child_environment, project_dir

_ENGINES = ("duckdb", "dbt-core", "dbt-duckdb", "dbt-adapters", "dbt-common")
# What dbt and Python leave in the project's folder when they read it.
_MADE = ("parsed", "target", "logs", "__pycache__")
_PROGRAM = Path(__file__).resolve().parents[1]


def engine() -> str:
    """Name the versions whose change may change what a statement gives."""
    return " ".join(f"{name}={version(name)}" for name in _ENGINES)


def inputs_of(settings: Settings, day: date, moment: str, history: str) -> dict[str, str]:
    """Name by part what a build depends on besides the sources' rows: code, catalog, key, day and versions.

    `moment` is the application's snapshot's, `history` why no day is added to it. Every
    name is a digest, or what it says itself.
    """
    return {
        "engine": engine(),
        "program": _content(_PROGRAM, "*.py"),
        "project": _content(project_dir("dbt"), "*"),
        "catalog": " ".join(_content(folder, "*.yml") for folder in settings.catalog_dirs),
        # dbt's project file reads it where it says which packages are taken.
        "packages": child_environment().get("ZLV_DBT_PACKAGES", ""),
        "key": str(key_fingerprint(settings)),
        "as_of": day.isoformat(),
        "snapshot_at": moment,
        "history": history,
    }


def _content(folder: Path, pattern: str) -> str:
    digest = hashlib.sha256()
    for path in _files(folder, pattern):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(folder)}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


def _files(folder: Path, pattern: str) -> Iterable[Path]:
    found = (path for path in folder.rglob(pattern) if not set(_MADE) & set(path.relative_to(folder).parts))
    return sorted(path for path in found if path.is_file())
