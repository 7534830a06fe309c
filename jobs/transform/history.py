"""Keep what the application said on past days in a file that outlives the warehouse.

dbt's snapshots write into a copy of the history, which replaces the last one only when the whole
build went well and every snapshot was taken. Killed at any point, the last history stands.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb

from jobs import __version__
from jobs.settings import Settings
from jobs.storage.closing import opened
from jobs.storage.damage import check_whole, refused
from jobs.storage.files import discard, next_of, put_in_place, read_certificate, write_certificate
from jobs.storage.session import attach, connect
from jobs.storage.writer import one_writer
from jobs.telemetry import StageRun
from jobs.telemetry.ending import undone_by

# dbt's tag of what writes into the history.
TAG = "history"
SNAPSHOTS = frozenset({"history_housing", "history_campaigns", "history_days"})


@dataclass(frozen=True)
class Known:
    """Say how far a history goes: number of days with a snapshot, the last of them and its moment."""

    days: int = 0
    last_day: date | None = None
    last_snapshot: datetime | None = None


@dataclass(frozen=True)
class HistoryPlan:
    """What a build may do to the history: `known` is how far it goes, `snapshot_at` the moment that a new day
    is given, `why_not` the reason to add none."""

    known: Known
    snapshot_at: datetime | None
    why_not: str | None

    @property
    def excluded(self) -> list[str]:
        """Give dbt's tags of what this build leaves out."""
        return [TAG] if self.why_not else []


@dataclass
class HistoryBuild:
    """The history of one build: `pending` is the copy that dbt writes to."""

    pending: Path
    plan: HistoryPlan
    taken: bool = False


def snapshot_of(settings: Settings) -> datetime | None:
    """Give the moment of the application's snapshot in the raw file; None without one."""
    certificate = read_certificate(settings.production_file) or {}
    return datetime.fromisoformat(certificate["snapshot_at"]) if "snapshot_at" in certificate else None


def read_history(settings: Settings) -> Known:
    """Read how far the history goes; nothing is known without a file.

    Raises DataRefused when the file is there and cannot be read: a build must not begin a new
    history over it.
    """
    path = settings.history_file
    if not path.exists():
        return Known()
    check_whole(path)
    facts = "count(*), max(day), max(epoch_us(snapshot_at))"
    query = f"SELECT {facts} FROM file.main.days WHERE dbt_valid_to IS NULL"
    try:
        with opened(path) as connection:
            days, last_day, moment = connection.execute(query).fetchone() or (0, None, None)
    except duckdb.Error as error:
        raise refused(path, error) from None
    return Known(days, last_day, None if moment is None else datetime.fromtimestamp(moment / 1e6, UTC))


def plan_history(settings: Settings) -> HistoryPlan:
    """Tell whether a build may add the application's day to the history.

    Raises DataRefused when the history cannot be read.
    """
    known, moment = read_history(settings), snapshot_of(settings)
    return HistoryPlan(known, moment, _why_not(settings, known, moment))


@contextmanager
def history_beside(settings: Settings, run: StageRun, plan: HistoryPlan) -> Iterator[HistoryBuild]:
    """Yield the copy of the history that this build writes to; put it in place when the block set `taken` and
    ended well."""
    target = settings.history_file
    target.parent.mkdir(parents=True, exist_ok=True)
    build = HistoryBuild(next_of(target), plan)
    if plan.why_not:
        run.note(f"no day is added to the history: {plan.why_not}")
    with one_writer(target), undone_by(lambda: discard(build.pending)):
        discard(build.pending)
        try:
            if plan.known.days:
                shutil.copyfile(target, build.pending)
            yield build
            if build.taken:
                _certify(settings, build, run)
                put_in_place(build.pending, target)
        finally:
            discard(build.pending)


def _why_not(settings: Settings, known: Known, moment: datetime | None) -> str | None:
    """Tell why a build may not add to a history that goes so far. An empty one is written to, so that its
    tables are there."""
    if not known.days:
        return None
    if moment is None:
        return "there is no snapshot of the application"
    if known.last_snapshot and moment < known.last_snapshot:
        return (
            f"the application's snapshot of {moment:%Y-%m-%d %H:%M} is older than the last one of the"
            f" history, {known.last_snapshot:%Y-%m-%d %H:%M} (UTC)"
        )
    kept = (read_certificate(settings.production_file) or {}).get("kept")
    if kept:
        return f"the file of the application holds {kept[0]} of an earlier snapshot; synchronise all tables"
    return None


def _certify(settings: Settings, build: HistoryBuild, run: StageRun) -> None:
    """Write the birth certificate and have all that dbt wrote in the file itself, not in a log beside it."""
    with connect(settings) as connection:
        attach(connection, build.pending, "history", read_only=False)
        query = "SELECT count(*), min(day), max(day) FROM history.main.days WHERE dbt_valid_to IS NULL"
        days, first, last = connection.execute(query).fetchone() or (0, None, None)
        facts: dict[str, Any] = {
            "kind": "history",
            "run_id": run.run_id,
            "version": __version__,
            "written_at": datetime.now(UTC).isoformat(),
            "snapshot_at": build.plan.snapshot_at.isoformat() if build.plan.snapshot_at else None,
            "days": days,
            "first_day": first,
            "last_day": last,
        }
        write_certificate(connection, "history", facts)
        connection.execute("CHECKPOINT history")
    run.facts(history_days=days)
