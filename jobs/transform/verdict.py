"""Judge what dbt did: a failed test and a broken contract refuse the data, other faults may pass."""

from __future__ import annotations

from jobs.errors import DataRefused, ZlvError
from jobs.transform.nodes import Outcome

# What dbt says when the data, not the machine, are at fault: a second try gives the same answer.
DATA_FAULTS = (
    "contract",
    "Constraint Error",
    "Conversion Error",
    "Binder Error",
    "Catalog Error",
    "Parser Error",
    "Compilation Error",
)


def check(outcome: Outcome) -> None:
    """Raise DataRefused when a test failed or a contract broke, ZlvError for what a retry may mend."""
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
        sentence = f"dbt could not build {broken[0].name}: {first_line(broken[0].message)}"
        raise (DataRefused if any(fault in broken[0].message for fault in DATA_FAULTS) else ZlvError)(
            sentence
        )
    if not outcome.nodes:
        raise DataRefused("dbt built nothing: the selection names no model")


def first_line(text: str) -> str:
    """Keep of an engine's message what names the fault, not the data it may quote."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    sentence = next((line for line in lines if "Error" in line), lines[0] if lines else "no message")
    return sentence.split("'", 1)[0].split("LINE ", 1)[0].strip()[:300]
