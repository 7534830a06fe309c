"""Judge what dbt did: a failed test and a broken contract refuse the data, other faults may pass."""

from __future__ import annotations

from jobs.errors import DataRefused, SettingsError, ZlvError
from jobs.telemetry.faults import told_words
from jobs.transform.faults import is_of_data, without_values
from jobs.transform.nodes import Node, Outcome


def check(outcome: Outcome) -> None:
    """Refuse what dbt did not do whole and well.

    Raises DataRefused when a test failed or a contract broke, ZlvError for what a retry may mend.
    """
    failed = outcome.of("fail")
    if failed:
        raise DataRefused(_failed(failed))
    broken = outcome.of("error", "runtime error")
    if broken:
        _raise(broken[0].name, broken[0].message)
    if not outcome.nodes:
        raise SettingsError("dbt built nothing: the selection names no model")
    ended = len({node.unique_id for node in outcome.nodes if node.status != "skipped"})
    if ended < outcome.planned:
        raise ZlvError(
            f"dbt ended {ended} of {outcome.planned} models and tests; the last good file stands, build again"
        )
    if outcome.untested:
        raise SettingsError(
            f"none of the {outcome.untested} tests of what was built was run; the last good file stands: look"
            " for a setting of dbt that leaves tests out"
        )


def _failed(failed: list[Node]) -> str:
    """Name each test, where it is written and what to do first; counts, never rows."""
    from jobs.transform.statement import to_paste  # it takes a third of a second to import

    first = failed[0]
    count = "" if first.failures is None else f": {first.failures} row(s)"
    look = f"; look at them with: {to_paste(first.query)}" if first.query else ""
    others = ", ".join(node.name for node in failed[1:6])
    more = f" and {len(failed) - 6} more" if len(failed) > 6 else ""
    return (
        f"{len(failed)} dbt test(s) failed: {first.name} of {', '.join(first.models) or 'no model'}"
        f" ({first.file}){count}{look}"
        + (f"\nfailed too: {others}{more}" if others else "")
        + "\nMend the source or the model, and build again."
    )


def _raise(name: str, message: str) -> None:
    fault = told_words(message)
    if fault is not None:
        raise type(fault)(f"dbt could not build {name}: {fault}")
    kind = DataRefused if is_of_data(message) else ZlvError
    raise kind(f"dbt could not build {name}: {without_values(message)}")
