"""Print what a query gives: a table that a terminal can hold, CSV, or one JSON object per line."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterable
from itertools import islice
from typing import Any

import click
from rich.cells import cell_len
from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from jobs.errors import printable
from jobs.telemetry.terminal import console, paged

SHOWN = 200
# Border and padding of a cell.
_AROUND = 3

Row = tuple[Any, ...]


def print_table(names: list[str], rows: Iterable[Row]) -> None:
    """Print the first rows as a table; where that is wider than the terminal, each row as a block of its
    own, a line per column."""
    out = console()
    rows = iter(rows)
    shown = [
        [None if value is None else printable(str(value)) for value in row] for row in islice(rows, SHOWN)
    ]
    names = [printable(name) for name in names]
    with paged(out):
        if _width(names, shown) <= out.width:
            _side_by_side(out, names, shown)
        else:
            _one_by_one(out, names, shown)
    more = sum(1 for _ in rows)
    count = len(shown) + more
    told = f"{count} row{'' if count == 1 else 's'}"
    out.print(told if not more else f"{told}, the first {len(shown)} are shown; --format csv prints them all")


def _width(names: list[str], rows: list[list[str | None]]) -> int:
    columns = zip(names, *rows, strict=True) if rows else ((name,) for name in names)
    return 1 + sum(_AROUND + max(cell_len(cell or "NULL") for cell in column) for column in columns)


def _side_by_side(out: Console, names: list[str], rows: list[list[str | None]]) -> None:
    table = Table(*(Column(Text(name)) for name in names))
    for row in rows:
        table.add_row(*(_cell(cell) for cell in row))
    out.print(table)


def _one_by_one(out: Console, names: list[str], rows: list[list[str | None]]) -> None:
    for number, row in enumerate(rows, 1):
        out.print(Text(f"── row {number} ", style="bold"))
        table = Table.grid(padding=(0, 2))
        table.add_column(no_wrap=True)
        table.add_column(overflow="fold")
        for name, cell in zip(names, row, strict=True):
            table.add_row(Text(name), _cell(cell))
        out.print(table)


def _cell(cell: str | None) -> Text:
    return Text("NULL", style="dim") if cell is None else Text(cell)


def print_csv(names: list[str], rows: Iterable[Row]) -> None:
    """Print all rows as CSV; NULL is an empty field."""
    # A file gets the values as they are; a terminal would act on what it is shown.
    shown = printable if sys.stdout.isatty() else str
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow([shown(name) for name in names])
    writer.writerows(["" if value is None else shown(str(value)) for value in row] for row in rows)


def print_json(names: list[str], rows: Iterable[Row]) -> None:
    """Print each row as one JSON object on a line: nothing is held in memory."""
    shown = printable if sys.stdout.isatty() else str
    for row in rows:
        line = json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False, default=str)
        click.echo(shown(line))


PRINTERS = {"table": print_table, "csv": print_csv, "json": print_json}
