"""Copy the application's tables in one snapshot."""

from __future__ import annotations

import click


@click.command("sync-production")
@click.option(
    "--only",
    multiple=True,
    metavar="TABLE",
    help="Only these tables; the others stay as they are in the last good file.",
)
def sync_production(only: tuple[str, ...]) -> None:
    """Copy the application's tables in one snapshot.

    Example: zlv sync-production --only owners --only events
    """
    from jobs.catalog import load_catalog
    from jobs.settings import read_settings
    from jobs.sources.production.postgres import NEEDED
    from jobs.sources.production.snapshot import sync_production as sync
    from jobs.telemetry import stage

    settings = read_settings()
    settings.require(*NEEDED, "ZLV_PSEUDONYM_KEY")
    with stage(settings, "sync-production") as run:
        sync(settings, load_catalog(settings.catalog_dirs), run, only)
