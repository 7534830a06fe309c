"""Build staging, intermediate and marts with dbt."""

from __future__ import annotations

import click


@click.command()
@click.option(
    "--only", multiple=True, help="dbt selection (model, path, tag:…); everything else keeps its last build."
)
@click.option(
    "--unit-tests",
    is_flag=True,
    help="Run dbt's unit tests too: they try the models' code on rows of their own.",
)
def build(only: tuple[str, ...], unit_tests: bool) -> None:
    """Build staging, intermediate and marts with dbt.

    Writes a new warehouse file beside the current one and puts it in place when every model is
    built and every test has passed.

    Example: zlv build
    """
    from jobs.catalog import load_catalog
    from jobs.settings import read_settings
    from jobs.telemetry import stage
    from jobs.transform.build import build_warehouse

    settings = read_settings()
    with stage(settings, "build") as run:
        build_warehouse(settings, load_catalog(settings.catalog_dirs), run, only, unit_tests=unit_tests)
