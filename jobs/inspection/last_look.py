"""Find when a build last looked at the sources and found that the warehouse file stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from jobs.settings import Settings
from jobs.storage.files import read_certificate
from jobs.telemetry.moments import PARIS, in_paris
from jobs.telemetry.records import StepRecord, read_step


@dataclass(frozen=True)
class Look:
    """Say when a build began that found nothing changed, and of which moment its data are."""

    at: datetime
    as_of: datetime | None


def last_look(settings: Settings) -> Look | None:
    """Give the last unchanged build since the warehouse file was written; None where there is none."""
    if not settings.warehouse_file.exists():
        return None
    written = settings.warehouse_file.stat().st_mtime
    found = [step for step in _builds(settings, written) if step.unchanged and step.started >= written]
    last = max(found, key=lambda step: step.started, default=None)
    return None if last is None else Look(datetime.fromtimestamp(last.started, PARIS), _seen(settings, last))


def is_made_of(release: Path, warehouse: Path) -> bool:
    """Tell whether a release shows this very warehouse file: then it is as fresh."""
    made = (read_certificate(release) or {}).get("warehouse")
    own = read_certificate(warehouse) or {}
    told = ("run_id", "written_at")
    return isinstance(made, dict) and all(own.get(name) and made.get(name) == own[name] for name in told)


def _builds(settings: Settings, since: float) -> list[StepRecord]:
    # Of years of runs, only the files that were written since are opened.
    paths = (path for path in settings.runs_dir.glob("*/steps/*.json") if path.stat().st_mtime >= since)
    records = (read_step(settings.runs_dir, path.parents[1].name, path.stem) for path in paths)
    return [record for record in records if record is not None and record.stage == "build"]


def _seen(settings: Settings, build: StepRecord) -> datetime | None:
    """Tell of which moment the data were: what the build says, else the snapshot that it found."""
    certificate = read_certificate(settings.production_file) or {}
    try:
        if build.facts.get("as_of"):
            return in_paris(datetime.fromisoformat(str(build.facts["as_of"])))
        moment = in_paris(datetime.fromisoformat(str(certificate.get("snapshot_at"))))
    except ValueError:
        return None
    return moment if moment <= datetime.fromtimestamp(build.started, UTC) else None
