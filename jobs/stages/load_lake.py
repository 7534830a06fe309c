"""Load the lake's objects into raw files."""

from __future__ import annotations

import click


@click.command("load-lake")
@click.option("--only", multiple=True, metavar="SOURCE", help="Only these sources.")
@click.option("--domain", "domains", multiple=True, metavar="DOMAIN", help="Only sources of these domains.")
@click.option(
    "--millesime", "millesimes", multiple=True, type=int, metavar="YEAR", help="Only sources of these years."
)
@click.option(
    "--workers",
    type=click.IntRange(min=1),
    metavar="N",
    help="How many sources at a time; as many as DuckDB's threads.",
)
@click.option(
    "--accept-rows",
    metavar="REASON",
    help="Load although a source's rows are far from those expected; the reason goes with the file.",
)
def load_lake(
    only: tuple[str, ...],
    domains: tuple[str, ...],
    millesimes: tuple[int, ...],
    workers: int | None,
    accept_rows: str | None,
) -> None:
    """Load the lake's objects into raw files.

    Objects that have not changed since the last load are not read. A source with far fewer or more lines
    than the file before, or than its millésime has, ends with 65 and leaves the last good file.

    Example: zlv load-lake --domain lovac --millesime 2025
    """
    from jobs.catalog import load_catalog
    from jobs.settings import read_settings
    from jobs.sources.lake.loading import load_lake as load
    from jobs.sources.lake.planning import choose
    from jobs.telemetry import stage

    if accept_rows is not None and not accept_rows.strip():
        raise click.UsageError("--accept-rows needs the reason, in a few words")
    settings = read_settings()
    catalog = load_catalog(settings.catalog_dirs)
    sources = choose(catalog, only, domains, millesimes)
    with stage(settings, "load-lake") as run:
        load(
            settings,
            sources,
            run,
            workers or settings.DUCKDB_THREAD_NUMBER,
            accept_rows=accept_rows,
            known=catalog.lake_sources,
        )
