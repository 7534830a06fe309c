"""Draw a run's trace in the terminal: `zlv trace RUN`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from jobs.errors import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.text import Text

    from jobs.inspection.trace_tree import Node

# Characters of a bar at most and at least, and of the figures beside it with what parts them.
_BAR = 32
_LEAST_BAR = 12
_FIGURES = 25


@click.command()
@click.argument("run_id", metavar="RUN")
@click.option("--json", "as_json", is_flag=True, help="Print the spans as JSON.")
def trace(run_id: str, as_json: bool) -> None:
    """Draw a run's trace as a waterfall.

    RUN is a run id of `zlv runs`, `last`, or `previous`.

    Example: zlv trace last
    """
    import json

    from jobs.errors import SettingsError
    from jobs.inspection.meant import meant_run
    from jobs.inspection.trace_tree import read_spans, spans_of_records, trees
    from jobs.settings import read_settings
    from jobs.telemetry.identity import RUN_ID
    from jobs.telemetry.records import run_ids
    from jobs.telemetry.terminal import console, paged

    settings = read_settings()
    run_id = meant_run(run_id, run_ids(settings.runs_dir), settings.runs_dir)
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
    out = console()
    with paged(out):
        out.print(f"[bold]{run_id}[/bold]  trace {spans[0]['trace_id']}", soft_wrap=True)
        if from_records:
            out.print(
                "[dim]its spans went to the collector; these are the times of its records[/dim]",
                soft_wrap=True,
            )
        for line in _waterfall(trees(spans), out.width):
            out.print(line, soft_wrap=True)


def _waterfall(roots: list[Node], width: int) -> Iterator[Text]:
    """Give the lines; a name that leaves no room for its bar has a line of its own, whole."""
    from rich.cells import cell_len
    from rich.text import Text

    begin = min(node.start for root in roots for _, node in root.walk())
    end = max(node.end for root in roots for _, node in root.walk())
    names = {id(node): _name(depth, node) for root in roots for depth, node in root.walk()}
    longest = max(cell_len(name) for name, _ in names.values())
    column = min(longest, max(20, width - _LEAST_BAR - _FIGURES))
    bar = max(_LEAST_BAR, min(_BAR, width - column - _FIGURES))
    yield Text(f"{'span':<{column}} {'':<{bar}} {'seconds':>9} {'rows':>13}", style="dim")
    told = False
    for root in roots:
        if root.is_orphan and not told:
            told = True
            yield Text("without their parent (it was killed, or still runs):", style="yellow")
        for depth, node in root.walk():
            style = "red" if node.failed else "cyan" if depth <= 1 else "blue"
            name, at = names[id(node)]
            line = Text(name)
            line.stylize("red", at)
            if cell_len(name) > column:
                yield line
                line = Text("")
            line.pad_right(column - line.cell_len + 1)
            line.append(bar_of(node.start, node.end, begin, end, bar), style)
            line.append(f" {node.seconds:>9.2f} {f'{node.rows:,}' if node.rows else '':>13}".rstrip())
            yield line


def _name(depth: int, node: Node) -> tuple[str, int]:
    """Give what stands before a bar, and where in it the sentence of a failure begins."""
    label = f"{'  ' * depth}{node.attributes.get('zlv.step', node.name)}"
    failure = f" ✘ {(node.message or 'failed').splitlines()[0]}" if node.failed else ""
    return printable(label + failure), len(label)


def bar_of(start: int, end: int, begin: int, finish: int, width: int = _BAR) -> str:
    """Draw a span's place in the run: `   ████    `; never empty."""
    whole = max(finish - begin, 1)
    first = min(int((start - begin) / whole * width), width - 1)
    length = max(1, round((end - start) / whole * width))
    return (" " * first + "█" * length)[:width].ljust(width)
