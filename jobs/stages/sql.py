"""Command `sql`: look at every file of the base, change none."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    import duckdb

SHOWN = 200
BATCH = 2000


class QueryFailed(click.ClickException):
    """Report a query that DuckDB does not take, as wrong usage."""

    exit_code = 2


@click.command()
@click.argument("query", required=False)
@click.option("--clean", is_flag=True, help="Attach the clean file only, as Metabase does.")
@click.option("--failed", is_flag=True, help="Show the warehouse that the last build's tests refused.")
@click.option(
    "--format", "form", type=click.Choice(["table", "csv", "json"]), default="table", show_default=True
)
def sql(query: str | None, clean: bool, failed: bool, form: str) -> None:
    """Open a read-only SQL session with every file attached.

    SQL says production.owners, lovac.lovac_2025, warehouse.marts.marts_common_cities, clean.admin_epci.
    Without QUERY it reads standard input: a prompt on a terminal, where `;` ends a query.

    Example: zlv sql "SELECT count(*) FROM lovac.lovac_2025" --format csv
    """
    from jobs.catalog import load_catalog
    from jobs.inspection.session import open_read_only
    from jobs.settings import read_settings

    settings = read_settings()
    with open_read_only(
        settings, load_catalog(settings.catalog_dirs), clean_only=clean, failed=failed
    ) as connection:
        if query is None and sys.stdin.isatty():
            _converse(connection, form)
            return
        try:
            _answer(connection, query if query is not None else sys.stdin.read(), form)
            sys.stdout.flush()
        except BrokenPipeError:
            # Who reads has seen enough (`| head`); what Python would flush at its end goes nowhere.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _converse(connection: duckdb.DuckDBPyConnection, form: str) -> None:
    """Read queries until the end of input; a query that fails ends nothing."""
    import signal

    from jobs.errors import ZlvError

    # Here Ctrl-C ends a query, not the session.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    import readline  # noqa: F401 - editing and history of `input`, kept in memory only

    click.echo("Read-only; `;` ends a query, SHOW ALL TABLES lists the tables, Ctrl-D ends the session.")
    text = ""
    while True:
        try:
            line = input("zlv> " if not text else "  -> ")
        except EOFError:
            click.echo()
            return
        except KeyboardInterrupt:
            click.echo()
            text = ""
            continue
        text = f"{text}\n{line}".strip()
        if not text.endswith(";"):
            continue
        try:
            _answer(connection, text, form)
        except (QueryFailed, ZlvError) as error:
            click.echo(f"Error: {error}", err=True)
        except KeyboardInterrupt:
            connection.interrupt()
        text = ""


def _answer(connection: duckdb.DuckDBPyConnection, text: str, form: str) -> None:
    import duckdb

    from jobs.telemetry.faults import told

    try:
        for statement in connection.extract_statements(text):
            connection.execute(statement)
            if connection.description:
                names = [column[0] for column in connection.description]
                PRINTERS[form](names, _rows(connection))
    except RuntimeError:
        # DuckDB's word for a signal that came while a statement ran.
        raise KeyboardInterrupt from None
    except duckdb.Error as error:
        fault = told(error)
        if fault is not error:
            raise fault from None
        raise QueryFailed(_sentence(str(error))) from None


def _rows(connection: duckdb.DuckDBPyConnection) -> Iterator[tuple[Any, ...]]:
    while rows := connection.fetchmany(BATCH):
        yield from rows


def _sentence(message: str) -> str:
    """Keep the first line of DuckDB's message, and what it proposes instead."""
    lines = [line.strip() for line in message.splitlines() if line.strip()]
    proposed = [line for line in lines[1:] if line.startswith("Did you mean")]
    return " ".join([*lines[:1], *proposed[:1]])


def _table(names: list[str], rows: Iterable[tuple[Any, ...]]) -> None:
    from itertools import islice

    from rich.table import Column, Table
    from rich.text import Text

    from jobs.telemetry.terminal import console

    out = console()
    table = Table(*(Column(Text(name)) for name in names))
    rows = iter(rows)
    for row in islice(rows, SHOWN):
        table.add_row(*(Text("NULL", style="dim") if value is None else Text(str(value)) for value in row))
    out.print(table)
    count, more = table.row_count, sum(1 for _ in rows)
    told = f"{count + more} row{'' if count + more == 1 else 's'}"
    out.print(told if not more else f"{told}, the first {count} are shown; --format csv prints them all")


def _csv(names: list[str], rows: Iterable[tuple[Any, ...]]) -> None:
    import csv

    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(names)
    writer.writerows(rows)


def _json(names: list[str], rows: Iterable[tuple[Any, ...]]) -> None:
    import json

    # One object per line: nothing is held in memory.
    for row in rows:
        click.echo(json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False, default=str))


PRINTERS = {"table": _table, "csv": _csv, "json": _json}
