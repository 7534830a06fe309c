"""Count what the sources hold that nobody documented, and keep each count beside that of the build before."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from jobs.storage.files import read_certificate
from jobs.telemetry import StageRun
from jobs.transform.nodes import Outcome

SHOWN = 5
Counts = dict[str, dict[str, int | None]]


def warned(target: Path, outcome: Outcome, run: StageRun, known: Collection[str] | None = None) -> Counts:
    """Count what warns in a build, beside the last good one (`target`), and say it.

    `known` names the tests that there are: one that is gone is forgotten.
    """
    tests = [node for node in outcome.nodes if node.resource == "test"]
    before = {name: rows for name, rows in warnings_before(target).items() if known is None or name in known}
    rows = {node.name: node.failures or 0 for node in tests}
    counts = compared(rows, {node.name: rows[node.name] for node in tests if node.status == "warn"}, before)
    told = sentence(counts, before)
    if told:
        run.note(told)
    return counts


def retold(target: Path, run: StageRun) -> None:
    """Say again what warned in the build that stands."""
    before = warnings_before(target)
    counts = compared({}, {}, before)
    run.facts(warnings=counts)
    told = sentence(counts, before)
    if told:
        run.note(told)


def warnings_before(file: Path) -> dict[str, int]:
    """Read the rows that each test warned of in the last good build; nothing is known without one."""
    found: Mapping[str, Any] = (read_certificate(file) or {}).get("warnings", {})
    return {name: int(counts["rows"]) for name, counts in found.items()}


def compared(run: Mapping[str, int], warned: Mapping[str, int], before: Mapping[str, int]) -> Counts:
    """Give by test its rows, and those of the build before (None: it did not warn then, or is new).

    `run` holds every test that ran. A test that did not run, in a build of some models, keeps what it said.
    """
    kept = {name: rows for name, rows in before.items() if name not in run}
    now = {**kept, **warned}
    return {name: {"rows": now[name], "before": before.get(name)} for name in sorted(now)}


def sentence(counts: Counts, before: Mapping[str, int]) -> str | None:
    """Say which tests warn, the most rows first, and how many are quiet again; None when there is nothing to
    say."""
    quiet = [name for name in before if name not in counts]
    if not counts and not quiet:
        return None
    most = sorted(counts.items(), key=lambda each: -(each[1]["rows"] or 0))
    told = [f"{name} {_rows(each)}" for name, each in most[:SHOWN]]
    more = [f"and {len(most) - SHOWN} more"] if len(most) > SHOWN else []
    again = (
        [f"{len(quiet)} that warned before are quiet: {', '.join(sorted(quiet)[:SHOWN])}"] if quiet else []
    )
    head = f"{len(counts)} test(s) of what the sources hold warn and refuse nothing"
    return f"{head}: {' · '.join([*told, *more, *again])}" if told or again else head


def _rows(counts: Mapping[str, int | None]) -> str:
    before = counts["before"]
    return f"{counts['rows']} rows ({'none' if before is None else before} before)"
