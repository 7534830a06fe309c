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
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, with the list of all faults.")
def check(as_json: bool) -> None:
    """Read every catalog and policy file and tell all faults at once."""
    from jobs.catalog.load import check_catalog
    from jobs.errors import SettingsError
    from jobs.privacy.public import read_knowledge
    from jobs.privacy.treatments import output_columns
    from jobs.settings import read_settings

    folders = read_settings().catalog_dirs
    try:
        loaded = check_catalog(folders)
        read_knowledge(folders, loaded)
    except SettingsError as error:
        if as_json:
            head, *faults = (line.strip() for line in str(error).splitlines())
            click.echo(json.dumps({"faults": faults or [head]}, ensure_ascii=False, indent=1))
        raise
    written = sum(len(output_columns(source)) for source in loaded.sources)
    raw = sum(len(source.columns) for source in loaded.sources)
    if as_json:
        figures = {"sources": len(loaded.sources), "raw_columns": raw, "written_columns": written}
        click.echo(json.dumps({**figures, "faults": []}, indent=1))
        return
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


@catalog.command()
@click.argument("address", metavar="S3://BUCKET")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list, an object of the lake each.")
def adopt(address: str, as_json: bool) -> None:
    """Read a lake as it is laid out, and say of each object which source it would become.

    Says what does not fit (place, header, layout, year, delimiter, encoding), with its cure. Changes
    nothing. 0: every object fits; 65: one does not.

    Example: zlv catalog adopt s3://the-lake
    """
    from dataclasses import asdict

    from jobs.catalog import load_catalog
    from jobs.errors import DataRefused
    from jobs.settings import read_settings
    from jobs.sources.lake.adoption import adopt as look_at

    settings = read_settings()
    found = look_at(settings, load_catalog(settings.catalog_dirs), address)
    if as_json:
        click.echo(json.dumps([asdict(one) for one in found], ensure_ascii=False, indent=1))
    else:
        for one in found:
            written = " ".join(part for part in (one.format, one.encoding, one.delimiter, one.layout) if part)
            click.echo(f"{one.key} → {one.source or 'no source'} ({written or 'not read'})")
            for sentence in (*one.misfits, *one.notes):
                click.echo(f"    {sentence}")
    wrong = [one for one in found if one.misfits]
    if wrong or not found:
        raise DataRefused(
            f"{len(wrong)} of {len(found)} objects do not fit, each with its cure above"
            if found
            else f"{address} holds no object; look at the name of the bucket"
        )
