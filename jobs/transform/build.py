"""Run dbt in process against a warehouse file that replaces the last one when all is well."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from jobs import __version__
from jobs.catalog import Catalog
from jobs.catalog.inherited import complete_manifest
from jobs.errors import DataRefused, ZlvError
from jobs.privacy.treatments import key_fingerprint
from jobs.settings import Settings, put_in_environment
from jobs.storage.closing import opened
from jobs.storage.files import next_file, write_certificate
from jobs.storage.session import attach, attach_sources, connect
from jobs.telemetry import StageRun
from jobs.transform.faults import is_of_data
from jobs.transform.history import SNAPSHOTS, history_beside, snapshot_of
from jobs.transform.project import columns_seen, project_of
from jobs.transform.warnings import Counts, compared, sentence, warnings_before


@dataclass
class Node:
    """One finished dbt node: times in nanoseconds since 1970; of a test, the rows that it found."""

    unique_id: str
    name: str
    resource: str
    status: str
    start: int
    end: int
    message: str = ""
    rows: int = 0


@dataclass
class Outcome:
    """What dbt did, node by node, in the order in which nodes ended."""

    nodes: list[Node] = field(default_factory=list)

    def of(self, *statuses: str) -> list[Node]:
        return [node for node in self.nodes if node.status in statuses]


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
    artefacts = settings.warehouse_dir / "dbt"
    scratch = settings.warehouse_dir / "dbt.next"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    parsed = artefacts / "partial_parse.msgpack"
    if parsed.exists():
        # dbt reads again only the models that changed since.
        shutil.copyfile(parsed, scratch / parsed.name)
    # The history ends first: killed in between, the next build finds its day there and adds nothing.
    with next_file(target) as pending, history_beside(settings, run) as history:
        if only and target.exists():
            shutil.copyfile(target, pending)
        day = as_of(settings, catalog)
        # Not dbt's `--vars`: when one of these changes, dbt reads the whole project again, and these change
        # every day.
        put_in_environment("ZLV_AS_OF", day.isoformat())
        put_in_environment("ZLV_SNAPSHOT_AT", history.snapshot_at.isoformat() if history.snapshot_at else "")
        with project_of(settings, catalog) as project:
            # Of a source that is not decided, or closed, nothing can be built; the rest is.
            waiting = [f"source:{s.domain}.{s.name}+" for s in catalog.sources if s.waiting]
            selection = _selection(only, [*history.excluded, *waiting], unit_tests=unit_tests)
            outcome = _dbt(settings, catalog, project, scratch, selection, run)
        # Spans first: a build that is refused shows its nodes too.
        rows = _count(settings, pending, run, outcome) if pending.exists() else {}
        _check(outcome)
        warnings = _warnings(target, outcome, run)
        facts = {"as_of": day.isoformat(), "rows": rows, "warnings": warnings}
        _certify(settings, pending, run, facts)
        history.taken = history.snapshot_at is not None and SNAPSHOTS.issubset(
            node.name for node in outcome.of("success")
        )
    complete_manifest(scratch / "manifest.json", catalog, columns_seen(catalog))
    shutil.rmtree(artefacts, ignore_errors=True)
    scratch.rename(artefacts)
    tests = sum(node.resource in ("test", "unit_test") for node in outcome.of("pass", "success"))
    run.count(rows=sum(rows.values()), tests=tests)
    run.facts(
        models=len([node for node in outcome.nodes if node.resource == "model"]),
        tests=tests,
        as_of=day.isoformat(),
        warnings=warnings,
    )


def as_of(settings: Settings, catalog: Catalog) -> date:
    """Give the day for which the warehouse speaks: that of the application's snapshot.

    Flags such as "connected in the last 30 days" count from it, not from the day of the build.
    """
    moment = snapshot_of(settings)
    if moment is not None:
        return moment.date()
    years = [source.millesime for source in catalog.lake_sources if source.millesime]
    return date(max(years, default=1970), 1, 1)


def _selection(only: tuple[str, ...], excluded: list[str], *, unit_tests: bool) -> list[str]:
    chosen = [*(["--select", *only] if only else []), *(["--exclude", *excluded] if excluded else [])]
    return [*chosen, *([] if unit_tests else ["--exclude-resource-type", "unit_test"])]


def _dbt(
    settings: Settings,
    catalog: Catalog,
    project: Path,
    scratch: Path,
    selection: list[str],
    run: StageRun,
) -> Outcome:
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner

    prefixes = ("lovac", "locomvac", "ff", "ff_owners")
    variables = {
        "millesimes": {prefix: catalog.millesimes(prefix) for prefix in prefixes},
        "public_criteria": catalog.public_criteria,
    }
    arguments = [
        "build",
        "--project-dir",
        str(project),
        "--profiles-dir",
        str(project),
        "--target-path",
        str(scratch),
    ]
    arguments += ["--log-path", str(scratch), "--log-level-file", "none", "--no-version-check", "--quiet"]
    # One node at a time: DuckDB gives each query all its threads, and two queries would want the memory
    # twice.
    arguments += ["--threads", "1", "--vars", json.dumps(variables)]
    arguments += selection
    outcome = Outcome()
    try:
        result = dbtRunner(callbacks=[lambda event: _heard(event, outcome, run)]).invoke(arguments)
    finally:
        DuckDBConnectionManager.close_all_connections()  # type: ignore[no-untyped-call]
    if result.exception is not None and not outcome.nodes:
        raise DataRefused(f"dbt could not read the project: {_first_line(str(result.exception))}")
    return outcome


def _heard(event: Any, outcome: Outcome, run: StageRun) -> None:
    if event.info.name != "NodeFinished":
        return
    info, result = event.data.node_info, event.data.run_result
    start = _nanoseconds(info.node_started_at)
    # A node that was skipped never finished.
    end = max(start, _nanoseconds(info.node_finished_at))
    node = Node(
        info.unique_id,
        info.node_name,
        info.resource_type,
        str(result.status),
        start,
        end,
        str(result.message or ""),
        int(result.num_failures or 0),
    )
    outcome.nodes.append(node)
    if node.resource not in ("test", "unit_test") or node.status not in ("pass", "success"):
        run.log.info(
            "%s %s",
            node.resource,
            node.name,
            extra={"status": node.status, "seconds": round((end - start) / 1e9, 2)},
        )


def _check(outcome: Outcome) -> None:
    failed = outcome.of("fail")
    if failed:
        names = ", ".join(node.name for node in failed[:5])
        more = f" and {len(failed) - 5} more" if len(failed) > 5 else ""
        raise DataRefused(
            f"{len(failed)} dbt test(s) failed: {names}{more}; look at the rows with `zlv sql`, mend the"
            " source or the model, and build again"
        )
    broken = outcome.of("error", "runtime error")
    if broken:
        sentence = f"dbt could not build {broken[0].name}: {_first_line(broken[0].message)}"
        raise (DataRefused if is_of_data(broken[0].message) else ZlvError)(sentence)
    if not outcome.nodes:
        raise DataRefused("dbt built nothing: the selection names no model")


def _warnings(target: Path, outcome: Outcome, run: StageRun) -> Counts:
    """Count what warns, beside the last good build, and say it."""
    tests = [node for node in outcome.nodes if node.resource == "test"]
    before = warnings_before(target)
    warned = {node.name: node.rows for node in tests if node.status == "warn"}
    counts = compared({node.name: node.rows for node in tests}, warned, before)
    told = sentence(counts, before)
    if told:
        run.note(told)
    return counts


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


def _nanoseconds(moment: str) -> int:
    return int(datetime.fromisoformat(moment).replace(tzinfo=UTC).timestamp() * 1e9) if moment else 0


def _first_line(text: str) -> str:
    """Keep of an engine's message what names the fault, not the data it may quote."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    sentence = next((line for line in lines if "Error" in line), lines[0] if lines else "no message")
    return sentence.split("'", 1)[0].split("LINE ", 1)[0].strip()[:300]
