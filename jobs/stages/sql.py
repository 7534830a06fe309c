"""Command `sql`: look at every file of the base, change none."""

from __future__ import annotations

import sys

import click


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
    from jobs.inspection.answers import answer, converse
    from jobs.inspection.session import open_read_only
    from jobs.settings import read_settings

    settings = read_settings()
    with open_read_only(
        settings, load_catalog(settings.catalog_dirs), clean_only=clean, failed=failed
    ) as connection:
        if query is None and sys.stdin.isatty():
            converse(connection, form)
        else:
            answer(connection, query if query is not None else sys.stdin.read(), form)
