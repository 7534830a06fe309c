"""Name all that a build depends on without reading the project with dbt: equal inputs give an equal
warehouse."""

from __future__ import annotations

from datetime import date
from importlib.metadata import version
from pathlib import Path

from jobs.catalog import Catalog
from jobs.privacy.treatments import key_fingerprint
from jobs.settings import Settings, child_environment, project_dir
from jobs.storage.fingerprint import file_sha256, folder_sha256
from jobs.transform.history import snapshot_of

_ENGINES = ("duckdb", "dbt-core", "dbt-duckdb", "dbt-adapters", "dbt-common")
_SESSION = ("storage/session.py", "storage/closing.py", "transform/plugin.py", "privacy/treatments.py")
# What dbt and Python leave in the project's folder when they read it.
_MADE = ("parsed", "target", "logs", "__pycache__")
_PROGRAM = Path(__file__).resolve().parents[1]


def engine() -> str:
    """Name what may change what a statement gives: versions, and the program's own part in dbt's session."""
    session = [file_sha256(_PROGRAM / name)[:12] for name in _SESSION]
    return " ".join([*(f"{name}={version(name)}" for name in _ENGINES), *session])


def as_of(settings: Settings, catalog: Catalog) -> date:
    """Give the day for which the warehouse speaks: that of the application's snapshot.

    Flags such as "connected in the last 30 days" count from it, not from the day of the build.
    """
    moment = snapshot_of(settings)
    if moment is not None:
        return moment.date()
    years = [source.millesime for source in catalog.lake_sources if source.millesime]
    return date(max(years, default=1970), 1, 1)


def inputs_of(settings: Settings, day: date, moment: str, history: str) -> dict[str, str]:
    """Name by part what a build depends on besides the sources' rows: code, catalog, key, day and versions.

    `moment` is the application's snapshot's, `history` why no day is added to it. Every
    name is a digest, or what it says itself.
    """
    return {
        "engine": engine(),
        "program": folder_sha256(_PROGRAM, "*.py"),
        "project": folder_sha256(project_dir("dbt"), "*", _MADE),
        "catalog": " ".join(folder_sha256(folder, "*.yml") for folder in settings.catalog_dirs),
        # dbt's project file reads it where it says which packages are taken.
        "packages": child_environment().get("ZLV_DBT_PACKAGES", ""),
        "key": str(key_fingerprint(settings)),
        "as_of": day.isoformat(),
        "snapshot_at": moment,
        "history": history,
    }
