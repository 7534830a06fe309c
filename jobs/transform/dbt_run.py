"""Run dbt in this process: read the project once, then compile and build what is asked for."""

from __future__ import annotations

import json
from collections.abc import Collection
from pathlib import Path, PurePath
from typing import Any

from jobs.catalog import Catalog
from jobs.errors import DataRefused, SettingsError, ZlvError
from jobs.settings import Settings
from jobs.telemetry import StageRun
from jobs.telemetry.ending import go_on
from jobs.telemetry.faults import told, told_words
from jobs.transform.faults import without_values
from jobs.transform.listener import Listener
from jobs.transform.nodes import Outcome
from jobs.transform.parsed import dbt_arguments

RESULTS = "run_results.json"
_DUE = "zlv_due"
# An incremental model is made whole, as it is in an empty warehouse.
_MARKED = ["--select", f"tag:{_DUE}", "--indirect-selection", "empty", "--full-refresh"]


def selection_of(only: tuple[str, ...], excluded: list[str], *, unit_tests: bool) -> list[str]:
    """Write dbt's arguments that choose what is built.

    A part is tried by the tests of which every model is in it: one that compares it with an earlier build of
    the rest says nothing of it. Raises SettingsError for a path that leads out of the project: dbt looks for
    it on the machine.
    """
    for word in " ".join(only).replace(",", " ").split():
        place = PurePath(word.rpartition(":")[2].lstrip("+@"))
        if place.is_absolute() or ".." in place.parts:
            raise SettingsError(
                f"--only {word!r} is no part of the dbt project: name a model, or a path below it"
            )
    chosen = [*(["--select", *only] if only else []), *(["--exclude", *excluded] if excluded else [])]
    chosen += ["--indirect-selection", "cautious" if only else "eager"]
    return [*chosen, *([] if unit_tests else ["--exclude-resource-type", "unit_test"])]


class Dbt:
    """The project as dbt reads it, once, and what is asked of it since: to compile, to build."""

    def __init__(
        self, settings: Settings, catalog: Catalog, project: Path, scratch: Path, run: StageRun
    ) -> None:
        self.outcome = Outcome()
        self.results: dict[str, dict[str, Any]] = {}
        self._settings, self._catalog, self._run = settings, catalog, run
        self._project, self._scratch = project, scratch
        self._manifest: Any = None

    @property
    def manifest(self) -> Any:
        """The parsed project, read when it is first asked for.

        Raises DataRefused when dbt cannot read it.
        """
        if self._manifest is None:
            self._manifest = self._invoke("parse", [], Outcome()).result
        return self._manifest

    def compile(self, nodes: Collection[str]) -> dict[str, str]:
        """Give the SQL of nodes as it stands with what is there; of one that cannot be compiled now, none."""
        if not nodes:
            return {}
        self._mark(nodes)
        found = self._invoke("compile", _MARKED, Outcome()).result
        return {each.node.unique_id: each.node.compiled_code for each in found if each.status == "success"}

    def build(self, nodes: Collection[str]) -> None:
        """Build and test exactly these nodes, in dbt's order; the outcome has them all."""
        self._mark(nodes)
        done = Outcome(planned=len(nodes))
        self._invoke("build", [*_MARKED, "--exclude-resource-type", "unit_test"], done)
        self.outcome.add(done)

    def select(self, selection: list[str]) -> None:
        """Build what dbt's own selection names."""
        done = Outcome()
        self._mark(())
        self._invoke("build", selection, done)
        self.outcome.add(done)

    def _mark(self, nodes: Collection[str]) -> None:
        for id_, node in self.manifest.nodes.items():
            node.tags = [tag for tag in node.tags if tag != _DUE]
            if id_ in nodes:
                node.tags.append(_DUE)
                if node.resource_type.value != "seed":
                    # Compiled once, dbt takes it for one whose ephemeral models are written into it already.
                    node.compiled, node.extra_ctes_injected, node.extra_ctes = False, False, []

    def artefact(self) -> dict[str, Any]:
        """Give dbt's manifest as it writes it, with the SQL of all that was compiled or ran."""
        from dbt_common.utils.encoding import JSONEncoder

        self._mark(())
        whole = self.manifest.writable_manifest().to_dict(omit_none=False, context={"artifact": True})
        read: dict[str, Any] = json.loads(json.dumps(whole, cls=JSONEncoder))
        return read

    def _invoke(self, verb: str, selection: list[str], done: Outcome) -> Any:
        from dbt.adapters.duckdb.connections import DuckDBConnectionManager
        from dbt.cli.main import dbtRunner

        arguments = [*dbt_arguments(verb, self._project, self._scratch, self._catalog), *selection]
        heard = Listener(self._run, done)
        with self._run.span(f"dbt {verb}", kind="dbt"):
            try:
                result = dbtRunner(manifest=self._manifest, callbacks=[heard]).invoke(arguments)
            finally:
                DuckDBConnectionManager.close_all_connections()  # type: ignore[no-untyped-call]
        go_on()
        if result.exception is not None:
            raise _fault(result.exception, done)
        if verb == "build":
            done_result: Any = result.result
            _look_into(done_result, done)
            # dbt would write the whole manifest with it, every time.
            file = self._scratch / RESULTS
            done_result.write(str(file))
            written = json.loads(file.read_text(encoding="utf-8"))
            self.results |= {each["unique_id"]: each for each in written["results"]}
        return result


def _fault(error: BaseException, outcome: Outcome) -> ZlvError:
    """Say why dbt gave up: what it wraps may be a sentence of ours, or a fault of the disk."""
    inner: BaseException | None = error
    while inner is not None:
        known = told(inner)
        if isinstance(known, ZlvError):
            return known
        inner = inner.__cause__ or inner.__context__
    known_words = told_words(str(error))
    if known_words is not None:
        return known_words
    if not outcome.nodes:
        return DataRefused(f"dbt could not read the project: {without_values(str(error))}")
    return ZlvError(
        f"dbt gave up after {len(outcome.nodes)} of {outcome.planned} models and tests"
        f" ({type(error).__name__}); the last good file stands, build again"
    )


def _look_into(result: Any, outcome: Outcome) -> None:
    """Take from dbt's own results what its events do not tell: every node planned, and what failed tests
    found."""
    results = list(getattr(result, "results", None) or [])
    planned = len({each.node.unique_id for each in results})
    # dbt announces a unit test once by itself and once with its model.
    unit_tests = any(node.resource == "unit_test" for node in outcome.nodes)
    outcome.planned = planned if unit_tests else max(outcome.planned, planned)
    by_id = {each.node.unique_id: each for each in results}
    for node in outcome.of("fail", "warn"):
        found = by_id.get(node.unique_id)
        if found is not None:
            node.file = str(found.node.original_file_path)
            models = getattr(getattr(found.node, "depends_on", None), "nodes", [])
            node.models = tuple(name.rsplit(".", 1)[-1] for name in models)
            node.query, node.failures = str(getattr(found.node, "compiled_code", "") or ""), found.failures
