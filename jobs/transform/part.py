"""Build a part of the warehouse, by dbt's own selection: everything else keeps its last build."""

from __future__ import annotations

import shutil
from dataclasses import replace

from jobs.catalog import Catalog
from jobs.errors import ZlvError
from jobs.settings import Settings
from jobs.storage.damage import check_whole
from jobs.storage.files import next_file
from jobs.storage.session import attach_sources, connect
from jobs.telemetry import StageRun
from jobs.transform.artefacts import MANIFEST, artefacts_beside, untested, write_artefacts
from jobs.transform.build import set_environment
from jobs.transform.dbt_run import Dbt, selection_of
from jobs.transform.history import SNAPSHOTS, history_beside, plan_history
from jobs.transform.inputs import as_of
from jobs.transform.nodes import Outcome
from jobs.transform.project import project_of
from jobs.transform.state import State, read_state, write_state
from jobs.transform.verdict import check
from jobs.transform.warehouse import certify, tell_nodes, tell_refused
from jobs.transform.warnings import warned


def build_part(
    settings: Settings, catalog: Catalog, run: StageRun, only: tuple[str, ...], *, unit_tests: bool
) -> None:
    """Build what the selection names into a copy of the last warehouse; without one, everything anew.

    dbt's unit tests say nothing of the data and are left out unless asked for.
    Raises DataRefused when a test fails or a contract breaks, ZlvError for what a retry may mend; the last
    good files stand.
    """
    with connect(settings) as connection:
        attach_sources(connection, settings, catalog)
    last = settings.warehouse_file
    if only and last.exists():
        check_whole(last)
    state = read_state(settings) if only else None
    day, plan = as_of(settings, catalog), plan_history(settings)
    set_environment(catalog, day, plan)
    # Of a source that is not decided, or closed, nothing can be built; the rest is.
    waiting = [f"source:{s.domain}.{s.name}+" for s in catalog.sources if s.waiting]
    selection = selection_of(
        only, [*(f"tag:{tag}" for tag in plan.excluded), *waiting], unit_tests=unit_tests
    )
    with next_file(last) as pending, artefacts_beside(settings) as scratch:
        with history_beside(settings, run, plan) as history, project_of(settings, catalog) as project:
            if only and last.exists():
                shutil.copyfile(last, pending)
            dbt = Dbt(settings, catalog, project, scratch, run)
            outcome = dbt.outcome
            try:
                dbt.select(selection)
                manifest = dbt.artefact()
                outcome.untested = untested(manifest, outcome)
                check(outcome)
            except ZlvError:
                tell_refused(settings, pending, run, outcome)
                raise
            rows = tell_nodes(pending, run, outcome)
            warnings = warned(last, outcome, run)
            certify(settings, pending, run, {"as_of": day.isoformat(), "rows": rows, "warnings": warnings})
            done = {node.name for node in outcome.of("success")}
            history.taken = plan.snapshot_at is not None and done >= SNAPSHOTS
            write_artefacts(settings, catalog, scratch, manifest, dbt.results)
        if state is not None:
            made = {"manifest": scratch / MANIFEST, "warehouse": pending}
            write_state(settings, scratch, _without(state, outcome), made)
    settings.failed_warehouse_file.unlink(missing_ok=True)
    tests = sum(node.is_test for node in outcome.of("pass", "success"))
    run.count(rows=sum(rows.values()), tests=tests)
    run.facts(
        models=len([node for node in outcome.nodes if node.resource == "model"]),
        tests=tests,
        as_of=day.isoformat(),
        warnings=warnings,
    )


def _without(state: State, outcome: Outcome) -> State:
    """Forget what ran by itself, so that the next whole build looks at it and at all that reads it."""
    ran = {node.unique_id for node in outcome.nodes}
    return replace(state, inputs={}, nodes={id_: made for id_, made in state.nodes.items() if id_ not in ran})
