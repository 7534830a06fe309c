"""Write the skeleton of a source, a year or a mart, and say what to decide next."""

from __future__ import annotations

from pathlib import Path

import click


@click.group()
def new() -> None:
    """Write the skeleton of a source, a year or a mart, and say what to decide next.

    Works in a checkout of the project, on its own `catalog` and `dbt`; overwrites nothing. What a
    person decides is closed, or says « À DÉCIDER », which `zlv catalog check` and `zlv catalog
    generate` refuse.

    Example: zlv new millesime lovac 2027
    """


@new.command()
@click.argument("domain", type=click.Choice(["external", "lovac", "locomvac", "ff"]))
@click.argument("name")
@click.option(
    "--file",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Sample of the file: CSV, header.",
)
@click.option("--location", help="Where it lies: s3://{lake}/… (default), https://…, or a path.")
@click.option(
    "--key",
    default="",
    metavar="A,B",
    help="Columns that identify a line; the first whose values all differ unless said.",
)
@click.option("--description", metavar="TEXT", help="What the file holds, in one sentence.")
@click.option("--producer", metavar="TEXT", help="Who makes the file.")
@click.option("--licence", metavar="TEXT", help="What allows its use.")
@click.option("--owner", metavar="TEXT", help="The team that answers for it here.")
@click.option("--open-data", is_flag=True, help="Keep every column: the file names places, and nobody.")
def source(
    domain: str,
    name: str,
    file: Path,
    location: str | None,
    key: str,
    description: str | None,
    producer: str | None,
    licence: str | None,
    owner: str | None,
    open_data: bool,
) -> None:
    """Write a source: catalog entry, policy with every column closed, staging model, its .yml and tests.

    Columns, types and the way of writing them are read from a sample; codes stay text. Written where
    you stand: into the checkout, else into the last folder of ZLV_CATALOG_DIR, else into ./catalog.

    Example: zlv new source external primes_vacance --file primes.csv
    """
    from jobs.catalog import load_catalog
    from jobs.catalog.skeletons.skeleton import standing_place
    from jobs.catalog.skeletons.source import Decided, new_source
    from jobs.settings import project_dir, read_settings

    set_ = read_settings().ZLV_CATALOG_DIR
    folder, model = standing_place(set_, Path.cwd())
    known = read_settings().catalog_dirs if set_ else [project_dir("catalog"), folder]
    loaded = load_catalog([folder] if model else known)
    keys = tuple(part.strip() for part in key.split(",") if part.strip())
    decided = Decided(description, producer, licence, owner, open_data)
    written = new_source(folder, loaded, domain, name, file, location, keys, decided, model=model)
    steps = [
        f"catalog/{domain}_{name}.yml: write description, producer, licence and owner; look at types, key,"
        " `due` and location"
    ]
    if not open_data:
        steps.append(
            f"catalog/policy/{domain}_{name}.yml: open what is needed, with the data protection officer; the"
            " rest stays closed"
        )
    if model:
        steps += [
            f"stg_{domain}__{name}.sql and .yml: take out the columns that stay closed; the others inherit"
            " their class from the catalog",
            "zlv catalog check, then zlv catalog generate",
            f"zlv load-lake --only {name}, then zlv build --only stg_{domain}__{name}",
        ]
    else:
        catalogs = set_ or f":{folder}"
        steps.append(f"export ZLV_CATALOG_DIR={catalogs}, zlv catalog check, zlv load-lake --only {name}")
    _tell(written, *steps)


@new.command()
@click.argument("family")
@click.argument("year", type=int)
@click.option(
    "--like", type=int, metavar="YEAR", help="The year whose layout it has; the last one unless said."
)
@click.option(
    "--file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The new file: its header is compared.",
)
def millesime(family: str, year: int, like: int | None, file: Path | None) -> None:
    """Add a year of a yearly file to the catalog, like an earlier one, and generate; no SQL is written.

    Example: zlv new millesime lovac 2027
    """
    from jobs.catalog import load_catalog
    from jobs.catalog.skeletons.skeleton import require_checkout
    from jobs.catalog.skeletons.year import new_year
    from jobs.settings import PROJECT
    from jobs.transform.generated import generated, write_generated

    require_checkout(PROJECT)
    added = new_year(PROJECT, load_catalog([PROJECT / "catalog"]), family, year, like, file)
    loaded = load_catalog([PROJECT / "catalog"])
    write_generated(generated(loaded))
    name = f"{family}_{year}"
    here = loaded.source(name)
    closed = [
        column.name
        for column in here.columns
        if not column.is_read and column.name not in {c.name for c in added.like.columns}
    ]
    steps = [
        f"{added.file}: what is copied from {added.like.name} holds for {year} too, or is changed:"
        f" {'; '.join(added.copied)}"
    ]
    if here.public_criterion:
        steps.append(
            f"public_criterion of {year}: {here.public_criterion}, as the year before; it is the rule of the"
            " published figure"
        )
    if closed:
        steps.append(
            f"closed, having no policy line: {', '.join(closed)}; open them in catalog/policy if they are"
            " needed"
        )
    if added.new:
        steps.append(f"new in the file, not declared and not read: {', '.join(added.new)}")
    if added.missing:
        steps.append(f"declared and missing in the file: {', '.join(added.missing)}")
    if added.required:
        steps.append(f"of these the load will refuse the file for want of: {', '.join(added.required)}")
    steps += [
        f"put the file at {here.location}, then: zlv load-lake --only {name}",
        "zlv build, zlv audit, zlv publish",
    ]
    _tell([added.file], *steps)


@new.command()
@click.argument("domain")
@click.argument("name")
@click.option(
    "--from", "model", required=True, metavar="MODEL", help="The staging or intermediate model that it reads."
)
def mart(domain: str, name: str, model: str) -> None:
    """Write a mart: model, .yml with its contract and tests, and a closed line in the publication list.

    Example: zlv new mart external primes_vacance --from stg_external__primes_vacance
    """
    from jobs.catalog import load_catalog
    from jobs.catalog.skeletons.mart import new_mart
    from jobs.catalog.skeletons.skeleton import require_checkout
    from jobs.settings import PROJECT

    require_checkout(PROJECT)
    written = new_mart(PROJECT, load_catalog([PROJECT / "catalog"]), domain, name, model)
    table = f"marts_{domain}_{name}"
    _tell(
        written,
        f"{table}.sql: write the rule",
        f"{table}.yml: the same columns with type, description in French and class (direct is refused),"
        " grain, source of the rule, tests",
        "catalog/publication.yml: take the # away and describe it, to publish it",
        f"zlv catalog generate, then zlv build --only {table}, zlv audit, zlv publish",
    )


def _tell(written: list[str], *steps: str) -> None:
    click.echo("\n".join(f"written: {name}" for name in written))
    click.echo("to decide next:")
    click.echo("\n".join(f"  {number}. {step}" for number, step in enumerate(steps, 1)))
