"""Command `status`: how fresh each file is, which release is shown, how the last runs went."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from jobs.inspection.freshness import FileState
    from jobs.inspection.warnings import Warned
    from jobs.settings import Settings

COLOURS = {
    "late": "red",
    "missing": "red",
    "damaged": "red",
    "other key": "red",
    "failed": "red",
    "absent": "dim",
    "superseded": "dim",
}

# The columns of files; those that a narrow terminal has no room for go in the order of `_SPARE`.
_NAMES = ("domain", "source", "state", "due", "late after", "as of (Paris)", "age", "rows", "MB", "key")
_FIGURES = ("late after", "age", "rows", "MB")
_SPARE = ("key", "MB", "late after", "due", "as of (Paris)", "rows", "age")


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of tables.")
@click.option("--check", is_flag=True, help="End with 1 when a delivery is late.")
def status(as_json: bool, check: bool) -> None:
    """Tell how fresh each file is and how the last run went.

    Says of each file its rows, the day its data are of, and whether the next delivery is late.

    Example: zlv status --json
    """
    import json
    from dataclasses import asdict

    from jobs.catalog import load_catalog
    from jobs.errors import LateDelivery
    from jobs.inspection.freshness import absent_years, file_states
    from jobs.inspection.warnings import warned
    from jobs.releases.release import current_release, previous_release, release_names
    from jobs.settings import read_settings

    settings = read_settings()
    loaded = load_catalog(settings.catalog_dirs)
    states = file_states(settings, loaded)
    absent = absent_years(settings, loaded)
    waiting = [f"{s.domain}.{s.name}: {s.waiting}" for s in loaded.sources if s.waiting]
    releases = {
        "current": current_release(settings),
        "rollback": previous_release(settings),
        "kept": release_names(settings.clean_dir),
    }
    late = [f"{state.domain}.{state.source}" for state in states if state.is_late]
    warnings = warned(settings)
    if as_json:
        told = {
            "files": [asdict(state) for state in states],
            "late": late,
            "absent_years": absent,
            "waiting": waiting,
            "warnings": [asdict(each) for each in warnings],
            "releases": releases,
            "runs": _runs(settings),
        }
        click.echo(json.dumps(told, ensure_ascii=False, indent=1))
    else:
        _print(states, late, releases, _runs(settings))
        for family, years in absent.items():
            click.echo(f"declared and never loaded: {family} {', '.join(map(str, years))}")
        for sentence in waiting:
            click.echo(f"nothing is read of {sentence}")
        _print_warnings(warnings)
    if check and late:
        raise LateDelivery(f"late: {', '.join(late)}")


def _runs(settings: Settings) -> list[dict[str, Any]]:
    """Give the last run of each pipeline, with the sentence of the step that failed."""
    from jobs.telemetry.alive import is_abandoned
    from jobs.telemetry.records import all_unchanged, read_run, read_steps, run_ids

    last: dict[str, dict[str, Any]] = {}
    for run_id in run_ids(settings.runs_dir):
        record = read_run(settings.runs_dir, run_id)
        if record is None or record.pipeline in last:
            continue
        steps = read_steps(settings.runs_dir, run_id)
        failed = [step for step in steps if step.status == "failed"]
        last[record.pipeline] = {
            "pipeline": record.pipeline,
            "run_id": run_id,
            "status": "interrupted" if is_abandoned(settings.runs_dir, record) else record.status,
            "unchanged": record.status == "done" and all_unchanged(steps),
            "started": record.started,
            "seconds": None if record.ended is None else round(record.ended - record.started, 1),
            "message": (
                f"{failed[-1].step}: {failed[-1].message}"
                if failed and record.status == "failed"
                else record.message
            ),
        }
    return list(last.values())


def _print(
    states: list[FileState], late: list[str], releases: dict[str, Any], runs: list[dict[str, Any]]
) -> None:
    from rich.text import Text

    from jobs.inspection.rows import laid_out
    from jobs.telemetry.terminal import console

    out = console()
    rows: list[list[str | Text]] = [
        [
            state.domain,
            state.source,
            Text(state.state, style=COLOURS.get(state.state, "green")),
            state.due,
            "" if state.late_after_days is None else f"{state.late_after_days:g} d",
            (state.as_of or "")[:16].replace("T", " "),
            _age(state.age),
            "" if state.rows is None else f"{state.rows:,}".replace(",", " "),
            "" if state.bytes is None else f"{state.bytes / 1e6:.1f}",
            (state.key or "")[:8],
        ]
        for state in states
    ]
    for line in laid_out(_NAMES, rows, out.width, right=_FIGURES, spare=_SPARE):
        out.print(line, soft_wrap=True)
    out.print(
        f"\nclean file: {releases['current'] or 'no release'} · a rollback shows"
        f" {releases['rollback'] or 'nothing'}",
        markup=False,
    )
    for run in runs:
        took = "" if run["seconds"] is None else f" in {run['seconds']} s"
        ended = _coloured("unchanged" if run["unchanged"] else run["status"])
        out.print(f"{run['pipeline']}: {ended}{took}, {run['run_id']}")
        if run["message"]:
            out.print(f"  {run['message']}", markup=False)
    out.print(f"[red]late or to mend: {', '.join(late)}[/red]" if late else "nothing is late")


def _print_warnings(warnings: list[Warned]) -> None:
    """Show what the sources held that nobody documented, with its trend; it refuses no release."""
    from jobs.inspection.rows import laid_out
    from jobs.telemetry.terminal import console

    if not warnings:
        return
    rows = [
        [each.what, f"{each.rows}", "" if each.before is None else f"{each.before}"]
        for each in sorted(warnings, key=lambda each: -each.rows)
    ]
    names = ["what the sources hold that nobody documented", "rows", "before"]
    out = console(markup=False)
    out.print()
    for line in laid_out(names, rows, out.width, right=names[1:], spare=["before"]):
        out.print(line, soft_wrap=True)


def _coloured(state: str) -> str:
    colour = COLOURS.get(state, "green")
    return f"[{colour}]{state}[/{colour}]"


def _age(seconds: float | None) -> str:
    if seconds is None:
        return ""
    return f"{seconds / 3600:.0f} h" if seconds < 2 * 86400 else f"{seconds / 86400:.0f} d"
