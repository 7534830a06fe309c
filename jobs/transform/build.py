"""Run dbt in process against a warehouse file that replaces the last one when all is well."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from jobs import __version__
from jobs.catalog import Catalog
from jobs.catalog.inherited import complete_manifest
from jobs.errors import DataRefused
from jobs.privacy.treatments import key_fingerprint
from jobs.settings import Settings, put_in_environment
from jobs.storage.closing import opened
from jobs.storage.damage import check_whole
from jobs.storage.files import discard, next_file, write_certificate
from jobs.storage.session import attach, attach_sources, connect
from jobs.telemetry import StageRun
from jobs.transform.artefacts import artefacts_beside, untested
from jobs.transform.dbt_run import run_dbt, selection_of
from jobs.transform.history import SNAPSHOTS, history_beside, snapshot_of
from jobs.transform.nodes import Outcome
from jobs.transform.project import columns_seen, project_of
from jobs.transform.verdict import check
from jobs.transform.warnings import warned


def build_warehouse(
    settings: Settings,
    catalog: Catalog,
    run: StageRun,
    only: tuple[str, ...] = (),
    *,
    unit_tests: bool = False,
) -> None:
    """Build the warehouse file and dbt's manifest beside it.

    dbt's unit tests say nothing of the data and are left out unless asked for.

    The application's day is added to the history, beside it. Raises DataRefused when a test fails or
    a contract breaks, ZlvError for what a retry may mend; the last good files stand.
    """
    with connect(settings) as connection:
        # What is wrong with a raw file is said before the work begins, in our words and not in dbt's.
        attach_sources(connection, settings, catalog)
    target = settings.warehouse_file
    # The history ends first: killed in between, the next build finds its day there and adds nothing.
    with next_file(target) as pending, artefacts_beside(settings) as scratch:
        outcome, facts = _build(settings, catalog, run, only, pending, scratch, unit_tests=unit_tests)
        complete_manifest(scratch / "manifest.json", catalog, columns_seen(catalog))
    settings.failed_warehouse_file.unlink(missing_ok=True)
    tests = sum(node.is_test for node in outcome.of("pass", "success"))
    run.count(rows=sum(facts["rows"].values()), tests=tests)
    run.facts(
        models=len([node for node in outcome.nodes if node.resource == "model"]),
        tests=tests,
        as_of=facts["as_of"],
        warnings=facts["warnings"],
    )


def _build(
    settings: Settings,
    catalog: Catalog,
    run: StageRun,
    only: tuple[str, ...],
    pending: Path,
    scratch: Path,
    *,
    unit_tests: bool,
) -> tuple[Outcome, dict[str, Any]]:
    """Make the pending file and the history beside it.

    Gives what dbt did, and the facts of the file: the marts' `rows`, the day for which it speaks (`as_of`),
    what its sources' tests warned of (`warnings`).
    """
    last = settings.warehouse_file
    read = {settings.raw_file(source.domain, source.name) for source in catalog.sources}
    for path in sorted(path for path in read | ({last} if only else set()) if path.exists()):
        check_whole(path)
    with history_beside(settings, run) as history:
        if only and last.exists():
            shutil.copyfile(last, pending)
        day = as_of(settings, catalog)
        # Not dbt's `--vars`: when one of these changes, dbt reads the whole project again, and these change
        # every day, or from one deployment to the next.
        put_in_environment("ZLV_AS_OF", day.isoformat())
        put_in_environment("ZLV_EXPECTED_PUBLIC", json.dumps(catalog.expected_public))
        put_in_environment("ZLV_SNAPSHOT_AT", history.snapshot_at.isoformat() if history.snapshot_at else "")
        with project_of(settings, catalog) as project:
            # Of a source that is not decided, or closed, nothing can be built; the rest is.
            waiting = [f"source:{s.domain}.{s.name}+" for s in catalog.sources if s.waiting]
            selection = selection_of(only, [*history.excluded, *waiting], unit_tests=unit_tests)
            outcome = run_dbt(settings, catalog, project, scratch, selection, run)
        # Spans first: a build that is refused shows its nodes too.
        rows = _count(settings, pending, run, outcome) if pending.exists() else {}
        outcome.untested = untested(scratch, outcome)
        try:
            check(outcome)
        except DataRefused:
            if outcome.of("fail"):
                _keep_failed(settings, pending)
            raise
        facts = {"as_of": day.isoformat(), "rows": rows, "warnings": warned(last, outcome, run)}
        _certify(settings, pending, run, facts)
        history.taken = history.snapshot_at is not None and SNAPSHOTS.issubset(
            node.name for node in outcome.of("success")
        )
    return outcome, facts


def _keep_failed(settings: Settings, pending: Path) -> None:
    """Keep the file that a test refused, for who may look into the warehouse's folder: `zlv sql --failed`."""
    kept = settings.failed_warehouse_file
    discard(kept)
    with connect(settings) as connection:
        attach(connection, pending, "warehouse", read_only=False)
        connection.execute("CHECKPOINT warehouse")
    # It holds what the warehouse holds, refused rows too.
    pending.chmod(0o600)
    pending.rename(kept)


def as_of(settings: Settings, catalog: Catalog) -> date:
    """Give the day for which the warehouse speaks: that of the application's snapshot.

    Flags such as "connected in the last 30 days" count from it, not from the day of the build.
    """
    moment = snapshot_of(settings)
    if moment is not None:
        return moment.date()
    years = [source.millesime for source in catalog.lake_sources if source.millesime]
    return date(max(years, default=1970), 1, 1)


def _count(settings: Settings, pending: Path, run: StageRun, outcome: Outcome) -> dict[str, int]:
    """Count the rows of each table and record every node as a span of the build."""
    with opened(pending) as connection:
        query = (
            "SELECT schema_name || '.' || table_name, estimated_size FROM duckdb_tables() WHERE database_name"
            " = 'file' AND table_name <> '_zlv'"
        )
        rows = {str(name): int(size) for name, size in connection.execute(query).fetchall()}
    by_table = {name.split(".", 1)[1]: count for name, count in rows.items()}
    for node in outcome.nodes:
        failed = None if node.status in ("pass", "success", "warn") else node.status
        rows_made = by_table.get(node.name) if node.resource in ("model", "seed", "snapshot") else None
        facts: dict[str, str | int | None] = {
            "resource": node.resource,
            "status": node.status,
            "rows": rows_made,
        }
        run.finished_span(
            node.name, kind="dbt node", start=node.start, end=node.end, failed=failed, within=None, **facts
        )
    return {name: count for name, count in rows.items() if name.startswith("marts.")}


def _certify(settings: Settings, pending: Path, run: StageRun, facts: dict[str, Any]) -> None:
    connection = connect(settings)
    try:
        attach(connection, pending, "warehouse", read_only=False)
        written = {
            "kind": "warehouse",
            "run_id": run.run_id,
            "version": __version__,
            "written_at": datetime.now(UTC).isoformat(),
        }
        write_certificate(connection, "warehouse", {**written, "key": key_fingerprint(settings), **facts})
        connection.execute("CHECKPOINT warehouse")
    finally:
        connection.close()
