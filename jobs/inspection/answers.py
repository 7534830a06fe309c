"""Answer queries on a read-only session: one text, or a conversation on a terminal."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from typing import Any

import click
import duckdb

from jobs.errors import WrongUsage
from jobs.inspection.printing import PRINTERS
from jobs.storage.interrupt import interruptible
from jobs.telemetry.ending import go_on, with_ctrl_c

BATCH = 2000


def answer(connection: duckdb.DuckDBPyConnection, text: str, form: str) -> None:
    """Run every statement of a text and print what it gives; Ctrl-C stops a long one.

    Raises WrongUsage (2) for a statement that DuckDB does not take.
    """
    try:
        for statement in connection.extract_statements(text):
            interruptible(connection, lambda each=statement: connection.execute(each))  # type: ignore[misc]
            if connection.description:
                names = [column[0] for column in connection.description]
                PRINTERS[form](names, _rows(connection))
        sys.stdout.flush()
    except BrokenPipeError:
        # Who reads has seen enough (`| head`); what Python would flush at its end goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except duckdb.Error as error:
        raise WrongUsage(_sentence(str(error))) from None


def converse(connection: duckdb.DuckDBPyConnection, form: str) -> None:
    """Read queries from the terminal until its end; a query that fails or is stopped ends nothing."""
    import readline  # noqa: F401 - editing and history of `input`, kept in memory only

    click.echo("Read-only; `;` ends a query, SHOW ALL TABLES lists the tables, Ctrl-D ends the session.")
    text = ""
    # Ctrl-C stops a query or a line here, not the process.
    with with_ctrl_c(signal.default_int_handler):
        while True:
            try:
                line = input("zlv> " if not text else "  -> ")
                text = f"{text}\n{line}".strip()
                if text.endswith(";"):
                    answer(connection, text, form)
                    text = ""
            except EOFError:
                click.echo()
                return
            except KeyboardInterrupt:
                go_on()  # SIGTERM comes the same way
                click.echo("\nstopped" if text.endswith(";") else "")
                text = ""
            except WrongUsage as error:
                click.echo(f"zlv: {error}", err=True)
                text = ""


def _rows(connection: duckdb.DuckDBPyConnection) -> Iterator[tuple[Any, ...]]:
    # A result is made while it is fetched.
    while rows := interruptible(connection, lambda: connection.fetchmany(BATCH)):
        yield from rows


def _sentence(message: str) -> str:
    """Keep the first line of DuckDB's message, and what it proposes instead."""
    lines = [line.strip() for line in message.splitlines() if line.strip()]
    proposed = [line for line in lines[1:] if line.startswith("Did you mean")]
    return " ".join([*lines[:1], *proposed[:1]])
