"""Build the warehouse file that replaces the last one when all is well: what changed, or everything."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

from jobs.catalog import Catalog
from jobs.errors import ZlvError
from jobs.settings import Settings, put_in_environment
from jobs.storage.damage import check_whole
from jobs.storage.files import discard, next_file
from jobs.storage.session import attach_sources, connect
from jobs.telemetry import StageRun
from jobs.transform.artefacts import MANIFEST, artefacts_beside, write_artefacts
from jobs.transform.contents import Content, SourceContent, made_otherwise, source_contents
from jobs.transform.dbt_run import Dbt
from jobs.transform.graph import Graph, graph_of
from jobs.transform.history import SNAPSHOTS, HistoryPlan, history_beside, plan_history
from jobs.transform.inputs import as_of, engine, inputs_of
from jobs.transform.project import project_of
from jobs.transform.rounds import Rounds, sources_now
from jobs.transform.state import State, forget_state, read_state, write_state
from jobs.transform.warehouse import certify, drop_others, tell_nodes, tell_refused
from jobs.transform.warnings import retold, warned


@dataclass(frozen=True)
class Given:
    """What one build starts from: the last good build, the sources as they are, the day and the history."""

    state: State | None
    said: dict[str, SourceContent]
    sources: dict[str, Content]
    day: date
    plan: HistoryPlan
    inputs: dict[str, str]


def build_warehouse(settings: Settings, catalog: Catalog, run: StageRun, *, full: bool = False) -> State:
    """Build what changed since the last good build, and nothing where nothing did; `full` builds everything.

    Gives what each node is made of. The application's day is added to the history, beside the warehouse.
    Raises DataRefused when a test fails, a contract breaks, or a full build makes other tables than the
    builds of what changed; ZlvError for what a retry may mend; the last good files stand.
    """
    with connect(settings) as connection:
        # What is wrong with a raw file is said before the work begins, in our words and not in dbt's.
        attach_sources(connection, settings, catalog)
        given = _given(settings, catalog)
        given = replace(given, sources=sources_now(connection, settings, catalog, given.said, given.state))
    given = _same_moment(settings, given)
    last = given.state
    if last and not full and (last.inputs, last.sources) == (given.inputs, given.sources):
        settings.failed_warehouse_file.unlink(missing_ok=True)
        retold(settings.warehouse_file, run)
        run.note("nothing changed since the last build: the warehouse stands")
        run.facts(unchanged=True, models=0, tests=0, as_of=given.day.isoformat(), reused=len(last.nodes))
        return last
    target = settings.warehouse_file
    # The history ends first: killed in between, the next build finds its day there and adds nothing.
    with next_file(target, may_stand=True) as pending, artefacts_beside(settings) as scratch:
        state = _build(settings, catalog, run, given, pending, scratch, full=full)
        made = {"manifest": scratch / MANIFEST, **({"warehouse": pending} if pending.exists() else {})}
        write_state(settings, scratch, state, made)
    settings.failed_warehouse_file.unlink(missing_ok=True)
    return state


def _given(settings: Settings, catalog: Catalog) -> Given:
    # A warehouse that is damaged is no reason not to build: it is not believed, and everything is made anew.
    for path in sorted({settings.raw_file(source.domain, source.name) for source in catalog.sources}):
        if path.exists():
            check_whole(path)
    day, plan = as_of(settings, catalog), plan_history(settings)
    return Given(read_state(settings), source_contents(settings, catalog), {}, day, plan, {})


def _same_moment(settings: Settings, given: Given) -> Given:
    """Let a later snapshot of the same day that holds the same rows be the one that is known: nothing hangs
    on when it was taken."""
    last, plan = given.state, given.plan
    production = {id_ for id_ in given.sources if id_.startswith("source.zlv.production.")}
    if (
        last
        and last.inputs.get("snapshot_at")
        and last.inputs["as_of"] == given.day.isoformat()
        and last.inputs["history"] == (plan.why_not or "")
        and all(last.sources.get(id_) == given.sources[id_] for id_ in production)
    ):
        plan = replace(plan, snapshot_at=datetime.fromisoformat(last.inputs["snapshot_at"]))
    told = plan.snapshot_at.isoformat() if plan.snapshot_at else ""
    return replace(given, plan=plan, inputs=inputs_of(settings, given.day, told, plan.why_not or ""))


def _build(
    settings: Settings,
    catalog: Catalog,
    run: StageRun,
    given: Given,
    pending: Path,
    scratch: Path,
    *,
    full: bool,
) -> State:
    last = None if full else given.state
    if last is not None:
        shutil.copyfile(settings.warehouse_file, pending)
    set_environment(catalog, given.day, given.plan)
    with (
        history_beside(settings, run, given.plan) as history,
        project_of(settings, catalog) as project,
    ):
        dbt = Dbt(settings, catalog, project, scratch, run)
        graph = graph_of(dbt.manifest, catalog, engine(), given.plan.excluded)
        dropped = drop_others(settings, pending, graph) if last is not None else 0
        try:
            rounds = Rounds(settings, run, dbt, graph, last, given.sources)
            rounds.run_all()
        except ZlvError:
            tell_refused(settings, pending, run, dbt.outcome)
            raise
        rows = tell_nodes(pending, run, dbt.outcome)
        made = rounds.waves.made
        if full and given.state:
            _require_equal(settings, given.state, rounds)
        tests = {node.name for node in graph.nodes.values() if node.kind == "test"}
        told = ("as_of", "key")
        same = last is not None and all(last.inputs.get(name) == given.inputs[name] for name in told)
        if rounds.rounds or dropped or not same:
            warnings = warned(settings.warehouse_file, dbt.outcome, run, tests)
            facts = {"as_of": given.day.isoformat(), "rows": rows, "warnings": warnings}
            run.facts(warnings=warnings)
            certify(settings, pending, run, facts)
        else:
            discard(pending)
            retold(settings.warehouse_file, run)
        ran = {node.name for node in dbt.outcome.of("success") if node.resource == "snapshot"}
        taken = {node.name for node in graph.nodes.values() if node.kind == "snapshot"}
        history.taken = given.plan.snapshot_at is not None and taken >= SNAPSHOTS and bool(ran)
        write_artefacts(settings, catalog, scratch, dbt.artefact(), dbt.results)
    _tell(run, dbt, graph, given, rows)
    places = {id_: source.place for id_, source in given.said.items()}
    return State(given.inputs, graph.world, given.sources, places, made)


def set_environment(catalog: Catalog, day: date, plan: HistoryPlan) -> None:
    """Tell dbt what differs from day to day or from one deployment to the next.

    Not by its `--vars`: when one of these changes, dbt reads the whole project again.
    """
    put_in_environment("ZLV_AS_OF", day.isoformat())
    put_in_environment("ZLV_EXPECTED_PUBLIC", json.dumps(catalog.expected_public))
    put_in_environment("ZLV_SNAPSHOT_AT", plan.snapshot_at.isoformat() if plan.snapshot_at else "")


def _require_equal(settings: Settings, last: State, rounds: Rounds) -> None:
    """Hold a build of everything to the builds of what changed before it.

    Raises DataRefused where a table of the same parts and reads came out otherwise; the state is forgotten.
    """
    other = [
        made.name
        for id_, made in rounds.waves.made.items()
        if made.kind not in ("view", "test")
        and (before := last.nodes.get(id_)) is not None
        and (before.parts, before.reads) == (made.parts, made.reads)
        and before.content != made.content
    ]
    if other:
        forget_state(settings)
        raise made_otherwise(other)


def _tell(run: StageRun, dbt: Dbt, graph: Graph, given: Given, rows: dict[str, int]) -> None:
    tests = sum(node.is_test for node in dbt.outcome.of("pass", "success"))
    models = [node for node in dbt.outcome.nodes if node.resource == "model"]
    reused = len(graph.nodes) - len({node.unique_id for node in dbt.outcome.nodes})
    run.count(rows=sum(rows.values()), tests=tests)
    run.facts(models=len(models), tests=tests, reused=reused, as_of=given.day.isoformat())
    if reused:
        run.note(f"{len(dbt.outcome.nodes)} models and tests ran, {reused} are as they were")
