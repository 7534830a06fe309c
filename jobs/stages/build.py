"""Build staging, intermediate and marts with dbt."""

from __future__ import annotations

import click

EVERY = "*"


@click.command()
@click.option(
    "--only", multiple=True, help="dbt selection (model, path, tag:…); everything else keeps its last build."
)
@click.option(
    "--unit-tests",
    is_flag=True,
    help="Run dbt's unit tests too: they try the models' code on rows of their own.",
)
@click.option("--full", is_flag=True, help="Build everything, and hold it to the builds of what changed.")
@click.option(
    "--why",
    metavar="NODE",
    is_flag=False,
    flag_value=EVERY,
    help="Say of each model and test, or of NODE, whether it ran and because of what.",
)
def build(only: tuple[str, ...], unit_tests: bool, full: bool, why: str | None) -> None:
    """Build staging, intermediate and marts with dbt.

    Runs what changed since the last build, and what reads it; a model that comes out equal ends the change
    there. Writes a new warehouse file beside the current one and puts it in place when every model is built
    and every test has passed. Where nothing changed, the file stands.

    Example: zlv build --why marts_lovac_flows
    """
    if only and (full or why):
        raise click.UsageError("--only builds its part whatever changed: leave --full and --why out")
    from jobs.catalog import load_catalog
    from jobs.settings import read_settings
    from jobs.telemetry import stage
    from jobs.transform.build import build_warehouse
    from jobs.transform.part import build_part
    from jobs.transform.why import told

    settings = read_settings()
    with stage(settings, "build") as run:
        catalog = load_catalog(settings.catalog_dirs)
        if only or unit_tests:
            build_part(settings, catalog, run, only, unit_tests=unit_tests)
            return
        state = build_warehouse(settings, catalog, run, full=full)
        if why:
            for line in told(state, run.run_id, None if why == EVERY else why):
                click.echo(line)
