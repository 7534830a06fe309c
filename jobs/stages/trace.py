"""Draw a run's trace in the terminal: `zlv trace RUN`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.table import Table

    from jobs.inspection.trace_tree import Node

# Characters of the bars, and of the figures beside them.
_BAR = 32
_FIGURES = 26


@click.command()
@click.argument("run_id", metavar="RUN")
@click.option("--json", "as_json", is_flag=True, help="Print the spans as JSON.")
def trace(run_id: str, as_json: bool) -> None:
    """Draw a run's trace as a waterfall.

    RUN is a run id of `zlv runs`, or `last`.

    Example: zlv trace last
    """
    import json

    from rich.console import Console

    from jobs.errors import SettingsError
    from jobs.inspection.trace_tree import read_spans, spans_of_records, trees
    from jobs.settings import read_settings
    from jobs.telemetry.identity import RUN_ID
    from jobs.telemetry.records import run_ids

    settings = read_settings()
    if run_id == "last":
        newest = next(run_ids(settings.runs_dir), None)
        if newest is None:
            raise SettingsError(f"{settings.runs_dir} holds no run yet; start one with: zlv run daily")
        run_id = newest
    folder = settings.runs_dir / run_id
    if not RUN_ID.match(run_id) or not folder.is_dir():
        raise SettingsError(f"there is no run {run_id!r} in {settings.runs_dir}; `zlv runs` lists them")
    spans = read_spans(folder / "spans.jsonl")
    from_records = not spans
    spans = spans or spans_of_records(settings.runs_dir, run_id)
    if as_json:
        click.echo(json.dumps(spans, ensure_ascii=False, indent=1))
        return
    if not spans:
        raise SettingsError(f"the run {run_id} left no span; it may have ended before its first step")
    console = Console()
    console.print(f"[bold]{run_id}[/bold]  trace {spans[0]['trace_id']}", highlight=False)
    if from_records:
        console.print(
            "[dim]its spans went to the collector; these are the times of its records[/dim]", highlight=False
        )
    console.print(_waterfall(trees(spans), console.width))


def _waterfall(roots: list[Node], width: int) -> Table:
    from rich.markup import escape
    from rich.table import Table

    begin = min(node.start for root in roots for _, node in root.walk())
    end = max(node.end for root in roots for _, node in root.walk())
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("span", no_wrap=True, overflow="ellipsis", max_width=max(20, width - _BAR - _FIGURES))
    table.add_column("", no_wrap=True, width=_BAR)
    table.add_column("seconds", justify="right", no_wrap=True)
    table.add_column("rows", justify="right", no_wrap=True)
    told = False
    for root in roots:
        if root.is_orphan and not told:
            told = True
            table.add_section()
            table.add_row("[yellow]without their parent (it was killed, or still runs):[/yellow]")
        for depth, node in root.walk():
            style = "red" if node.failed else "cyan" if depth <= 1 else "blue"
            label = escape(str(node.attributes.get("zlv.step", node.name)))
            message = (
                f" [red]✘ {escape((node.message or 'failed').splitlines()[0])}[/red]" if node.failed else ""
            )
            rows = f"{node.rows:,}" if node.rows else ""
            bar = f"[{style}]{bar_of(node.start, node.end, begin, end)}[/{style}]"
            table.add_row(f"{'  ' * depth}{label}{message}", bar, f"{node.seconds:.2f}", rows)
    return table


def bar_of(start: int, end: int, begin: int, finish: int, width: int = _BAR) -> str:
    """Draw a span's place in the run: `   ████    `; never empty."""
    whole = max(finish - begin, 1)
    first = min(int((start - begin) / whole * width), width - 1)
    length = max(1, round((end - start) / whole * width))
    return (" " * first + "█" * length)[:width].ljust(width)
