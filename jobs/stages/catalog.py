"""Check the catalog and generate what derives from it."""

from __future__ import annotations

import json

import click


@click.group()
def catalog() -> None:
    """Check the catalog and generate what derives from it.

    Example: zlv catalog check
    """


@catalog.command()
def check() -> None:
    """Read every catalog and policy file and tell all faults at once."""
    from jobs.catalog.load import check_catalog
    from jobs.privacy.public import read_knowledge
    from jobs.privacy.treatments import output_columns
    from jobs.settings import read_settings

    folders = read_settings().catalog_dirs
    loaded = check_catalog(folders)
    read_knowledge(folders, loaded)
    written = sum(len(output_columns(source)) for source in loaded.sources)
    raw = sum(len(source.columns) for source in loaded.sources)
    click.echo(
        f"{len(loaded.sources)} sources, {raw} raw columns declared, {written} columns written after the"
        " policy"
    )


@catalog.command()
@click.option(
    "--check", "only_check", is_flag=True, help="Write nothing; fail when a generated file is out of date."
)
def generate(only_check: bool) -> None:
    """Write from the catalog: dbt's sources, the mart with a column per year, the dictionaries, the
    differences."""
    from jobs.catalog import load_catalog
    from jobs.settings import read_settings
    from jobs.transform.generated import check_generated, generated, write_generated

    files = generated(load_catalog(read_settings().catalog_dirs))
    if only_check:
        check_generated(files)
        return
    click.echo(f"{write_generated(files)} of {len(files)} generated files changed")


@catalog.command()
@click.option("--domain", "domains", multiple=True, help="Only these domains.")
@click.option(
    "--json", "as_json", is_flag=True, help="Print a JSON list, as a pipeline's withParam wants it."
)
def sources(domains: tuple[str, ...], as_json: bool) -> None:
    """List the declared sources, domain by domain as asked for."""
    from jobs.catalog import load_catalog
    from jobs.settings import read_settings

    loaded = load_catalog(read_settings().catalog_dirs)
    names = [
        source.name
        for source in ([s for domain in domains for s in loaded.of(domain)] if domains else loaded.sources)
    ]
    click.echo(json.dumps(names) if as_json else "\n".join(names))
