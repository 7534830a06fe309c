"""Tell how fresh each file of the base is, from its birth certificate and what the catalog says is due."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jobs.catalog import Catalog
from jobs.catalog.model import DAYS_UNTIL_LATE
from jobs.inspection.last_look import Look, is_made_of, last_look
from jobs.privacy.treatments import key_fingerprint
from jobs.releases.release import current_release, release_file
from jobs.settings import Settings
from jobs.storage.files import read_certificate
from jobs.telemetry.moments import PARIS, in_paris

DAY = 86400.0
AS_OF = ("snapshot_at", "as_of", "modified_at", "last_modified", "loaded_at", "written_at")


@dataclass(frozen=True)
class Due:
    """Hold a freshness rule: how often a delivery comes, and the age in days from which it is late (None:
    never)."""

    often: str
    late_after_days: float | None


@dataclass(frozen=True)
class FileState:
    """Say of one file what it holds and how old that is; times are ISO 8601 of Paris, ages seconds.

    `unchanged_at`: when a build last found that it stands, which makes its data those of that build's day.
    """

    domain: str
    source: str
    state: str
    due: str
    late_after_days: float | None = None
    rows: int | None = None
    as_of: str | None = None
    age: float | None = None
    bytes: int | None = None
    key: str | None = None
    run_id: str | None = None
    file: str = ""
    unchanged_at: str | None = None

    @property
    def is_late(self) -> bool:
        return self.state in ("late", "missing", "damaged", "other key")


def file_states(settings: Settings, catalog: Catalog, now: datetime | None = None) -> list[FileState]:
    """Look at every file that the catalog implies, then at the warehouse and the current release.

    States: fresh, late, absent (optional), missing (required), superseded (a newer millésime is
    there), damaged (not readable), other key (its pseudonyms do not join those of today).
    """
    now = now or datetime.now(UTC)
    daily = Due("daily", DAYS_UNTIL_LATE["daily"])
    application = [source for source in catalog.sources if source.is_production]
    # One snapshot holds all tables: it is late when one of them is.
    strictest = min(
        (s for s in application if s.days_until_late), key=lambda s: s.days_until_late or 0, default=None
    )
    rule = Due(strictest.due, strictest.days_until_late) if strictest else daily
    states = [
        _state(settings, "production", "all tables", settings.production_file, rule, now, required=True)
    ]
    newest = _newest(settings, catalog)
    for source in catalog.lake_sources:
        path = settings.raw_file(source.domain, source.name)
        superseded = source.millesime is not None and source.millesime < newest.get(source.family, 0)
        due = Due("never", None) if superseded else Due(source.due, source.days_until_late)
        state = _state(
            settings,
            source.domain,
            source.name,
            path,
            due,
            now,
            required=not source.optional,
            superseded=superseded,
        )
        states.append(state)
    look, file = last_look(settings), settings.warehouse_file
    states.append(_state(settings, "warehouse", "warehouse", file, daily, now, required=True, look=look))
    states.append(_state(settings, "warehouse", "history", settings.history_file, daily, now, required=False))
    current = current_release(settings)
    path = release_file(settings.clean_dir, current) if current else settings.clean_file
    shows = look if look and is_made_of(path, file) else None
    states.append(
        _state(settings, "clean", current or "no release", path, daily, now, required=True, look=shows)
    )
    return states


def absent_years(settings: Settings, catalog: Catalog) -> dict[str, list[int]]:
    """Give, per family of yearly files, the declared millésimes that have no file here, oldest first."""
    absent: dict[str, list[int]] = {}
    for source in catalog.lake_sources:
        if source.millesime and not settings.raw_file(source.domain, source.name).exists():
            absent.setdefault(f"{source.domain}.{source.family}", []).append(source.millesime)
    return {family: sorted(years) for family, years in absent.items()}


def _newest(settings: Settings, catalog: Catalog) -> dict[str, int]:
    """Find the newest millésime of each family that has a file."""
    newest: dict[str, int] = {}
    for source in catalog.lake_sources:
        if source.millesime and settings.raw_file(source.domain, source.name).exists():
            newest[source.family] = max(newest.get(source.family, 0), source.millesime)
    return newest


def _state(
    settings: Settings,
    domain: str,
    source: str,
    path: Path,
    due: Due,
    now: datetime,
    *,
    required: bool,
    superseded: bool = False,
    look: Look | None = None,
) -> FileState:
    if not path.exists():
        return FileState(
            domain,
            source,
            "missing" if required else "absent",
            due.often,
            due.late_after_days,
            file=str(path),
        )
    certificate = read_certificate(path)
    size = path.stat().st_size
    if certificate is None:
        return FileState(
            domain, source, "damaged", due.often, due.late_after_days, bytes=size, file=str(path)
        )
    moment = _as_of(certificate, path)
    if look is not None and look.as_of is not None:
        moment = max(moment, look.as_of)
    # A day's data are of its midnight here, and a server's clock may be ahead of ours.
    age = max(0.0, (now - moment).total_seconds())
    key = certificate.get("key")
    late = due.late_after_days is not None and age > due.late_after_days * DAY
    state = "late" if late else "superseded" if superseded else "fresh"
    if key is not None and settings.ZLV_PSEUDONYM_KEY is not None and key != key_fingerprint(settings):
        state = "other key"
    return FileState(
        domain,
        source,
        state,
        due.often,
        due.late_after_days,
        rows=_rows(certificate),
        as_of=moment.isoformat(timespec="seconds"),
        age=round(age),
        bytes=size,
        key=key,
        run_id=certificate.get("run_id"),
        file=str(path),
        unchanged_at=look.at.isoformat(timespec="seconds") if look else None,
    )


def _rows(certificate: dict[str, Any]) -> int | None:
    """Count the rows that a certificate states, for one table or for each of several."""
    rows = certificate.get("rows", certificate.get("tables"))
    if isinstance(rows, dict):
        return sum(int(each["rows"] if isinstance(each, dict) else each) for each in rows.values())
    return int(rows) if isinstance(rows, int | float) else None


def _as_of(certificate: dict[str, Any], path: Path) -> datetime:
    """Find when the data of a file were true, at best; else when the file was written."""
    for moment in _moments(certificate):
        try:
            found = datetime.fromisoformat(moment)
        except ValueError:
            continue
        return in_paris(found)
    return datetime.fromtimestamp(path.stat().st_mtime, PARIS)


def _moments(certificate: dict[str, Any]) -> Iterable[str]:
    return (str(certificate[name]) for name in AS_OF if certificate.get(name))
