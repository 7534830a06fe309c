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
    from jobs.catalog import load_catalog
    from jobs.privacy.treatments import output_columns
    from jobs.settings import read_settings

    loaded = load_catalog(read_settings().catalog_dirs)
    written = sum(len(output_columns(source)) for source in loaded.sources)
    raw = sum(len(source.columns) for source in loaded.sources)
    click.echo(f"{len(loaded.sources)} sources, {raw} raw columns declared, {written} columns written after the policy")


@catalog.command()
@click.option("--check", "only_check", is_flag=True, help="Write nothing; fail when a generated file is out of date.")
def generate(only_check: bool) -> None:
    """Write from the catalog: dbt's sources, the mart with a column per year, the dictionaries, the differences."""
    from jobs.catalog import load_catalog
    from jobs.catalog.differences import differences_page, load_differences
    from jobs.catalog.generate import dictionary, write_if_changed
    from jobs.catalog.mart_pages import FOLDER, mart_pages
    from jobs.catalog.marts import read_marts
    from jobs.errors import SettingsError
    from jobs.settings import project_dir, read_settings
    from jobs.warehouse.dbt_project import generated_files

    loaded = load_catalog(read_settings().catalog_dirs)
    docs = project_dir("docs") / "dictionary"
    generated = generated_files(loaded)
    files = {project_dir("dbt") / path: text for path, text in generated.items()}
    files[project_dir("docs") / "differences.md"] = differences_page(loaded, load_differences(project_dir("catalog")))
    files |= {docs / f"{domain}.md": dictionary(loaded, domain) for domain in dict.fromkeys(s.domain for s in loaded.sources)}
    marts = read_marts(project_dir("dbt"), loaded, generated)
    faults = [fault for mart in marts for fault in mart.faults()]
    if faults:
        raise SettingsError("the marts' .yml lack what their dictionary page says:\n" + "\n".join(f"  {fault}" for fault in faults))
    files |= {docs / FOLDER / name: text for name, text in mart_pages(marts, loaded).items()}
    gone = [path for path in (docs / FOLDER).glob("*.md") if path not in files]
    if only_check:
        stale = [path for path, text in files.items() if not path.exists() or path.read_text(encoding="utf-8") != text] + gone
        if stale:
            raise SettingsError(f"{stale[0].name} of {stale[0].parent.name} is out of date; run: zlv catalog generate")
        return
    for path in gone:
        path.unlink()
    written = gone + [path for path, text in files.items() if write_if_changed(path, text)]
    click.echo(f"{len(written)} of {len(files)} generated files changed")


@catalog.command()
@click.option("--domain", "domains", multiple=True, help="Only these domains.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list, as a pipeline's withParam wants it.")
def sources(domains: tuple[str, ...], as_json: bool) -> None:
    """List the declared sources, domain by domain as asked for."""
    from jobs.catalog import load_catalog
    from jobs.settings import read_settings

    loaded = load_catalog(read_settings().catalog_dirs)
    names = [source.name for source in ([s for domain in domains for s in loaded.of(domain)] if domains else loaded.sources)]
    click.echo(json.dumps(names) if as_json else "\n".join(names))
