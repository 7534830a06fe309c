"""Write the skeleton of a source from a sample of its file: catalog entry, closed policy, staging model."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from jobs.catalog.skeletons.sample import Sample, read_sample
from jobs.catalog.skeletons.skeleton import checked_name, quoted, undecided, write_new
from jobs.catalog.whole import Catalog
from jobs.errors import SettingsError


@dataclass(frozen=True)
class Decided:
    """Hold what the person says of the source already; `is_public`: the file is open data about places, and
    every column of it is kept."""

    description: str | None = None
    producer: str | None = None
    licence: str | None = None
    owner: str | None = None
    is_public: bool = False


NOTHING = Decided()
FILE = "ce que contient le fichier"


def new_source(
    folder: Path,
    catalog: Catalog,
    domain: str,
    name: str,
    file: Path,
    location: str | None,
    key: tuple[str, ...],
    decided: Decided = NOTHING,
    *,
    model: bool = True,
) -> list[str]:
    """Write the files of a source into the catalog `folder`; gives their names. With `model`, the staging
    model beside it.

    `key` are columns of the catalog's spelling; without it the first column that differs from line
    to line in the sample is taken. Raises SettingsError for a name that is taken or is no name,
    DataRefused for a sample that is no CSV.
    """
    checked_name("the source", name)
    if any(source.name == name for source in catalog.sources):
        raise SettingsError(f"the catalog has a source {name} already; take another name, or edit its entry")
    sample = read_sample(file)
    names = [column.name for column in sample.columns]
    wrong = [part for part in key if part not in names]
    if wrong:
        raise SettingsError(
            f"--key names {wrong[0]}, which is no column of {file.name}; they are {', '.join(names)}"
        )
    keys = list(key) or [column.name for column in sample.columns if column.unique][:1]
    if not keys:
        raise SettingsError(
            f"no column of {file.name} differs from line to line; say with --key a,b what identifies a line:"
            f" {', '.join(names)}"
        )
    staging = f"stg_{domain}__{name}"
    models = Path("dbt", "models", "staging", domain)
    address = location or f"s3://{{lake}}/lake/{domain}/{name}.csv"
    public = decided.is_public
    files = {
        # Read after the domain's own file, whose defaults hold for a deployment's additions.
        Path(folder.name, f"{domain}_{name}.yml"): _entry(domain, name, address, sample, keys, decided),
        Path(folder.name, "policy", f"{domain}_{name}.yml"): _policy(domain, name, names, public=public),
    }
    if model:
        files[models / f"{staging}.sql"] = iter([_model(domain, name, names)])
        files[models / f"{staging}.yml"] = _model_yml(staging, domain, name, sample, keys)
    return write_new(folder.parent, {path: "\n".join(lines) + "\n" for path, lines in files.items()})


def _entry(
    domain: str, name: str, location: str, sample: Sample, keys: list[str], decided: Decided
) -> Iterator[str]:
    yield f"domain: {domain}"
    yield "sources:"
    yield f"  {name}:"
    yield f"    location: {quoted(location)}"
    yield f"    description: {_said(decided.description, f'{FILE}, en une phrase sans point final')}"
    yield f"    producer: {_said(decided.producer, 'qui produit le fichier')}"
    yield f"    licence: {_said(decided.licence, 'ce qui permet de l’utiliser')}"
    yield f"    owner: {_said(decided.owner, 'l’équipe qui en répond ici')}"
    yield "    due: yearly"
    yield f"    key: [{', '.join(keys)}]"
    yield "    minimum_rows: 1"
    yield "    rejects_threshold: 0"
    yield f"    format: {{{', '.join(f'{each}: {_value(value)}' for each, value in sample.form.items())}}}"
    yield "    columns:"
    for column in sample.columns:
        header = f", header: {quoted(column.header)}" if column.header != column.name else ""
        yield (
            f"      {column.name}: {{type:"
            f" {column.type}{header}{', required: true' if column.name in keys else ''}}}"
        )


def _said(text: str | None, hint: str) -> str:
    return quoted(text) if text else undecided(hint)


def _value(value: str | int | bool) -> str:
    return quoted(value) if isinstance(value, str) else str(value).lower()


def _policy(domain: str, name: str, names: list[str], *, public: bool) -> Iterator[str]:
    if public:
        yield "# Open data about places: nobody is named, and every column is kept."
    else:
        yield (
            "# Every column is closed until its class is decided with the data protection officer: see"
            " docs/privacy.md."
        )
    yield f"domain: {domain}"
    yield "sources:"
    yield f"  {name}:"
    rule = "{class: none, treatment: keep}" if public else "{class: direct, treatment: drop}"
    yield from (f"    {column}: {rule}" for column in names)


def _model(domain: str, name: str, names: list[str]) -> str:
    columns = ",\n".join(f"    {column}" for column in names)
    return (
        f"with source as (\n    select * from {{{{ source('{domain}', '{name}')"
        f" }}}}\n)\n\nselect\n{columns}\nfrom source"
    )


def _model_yml(staging: str, domain: str, name: str, sample: Sample, keys: list[str]) -> Iterator[str]:
    grain = f"[{', '.join(keys)}]"
    yield "version: 2"
    yield "models:"
    yield f"  - name: {staging}"
    yield f"    description: The source {domain}.{name}, renamed and typed; one row per {', '.join(keys)}."
    yield "    config:"
    yield "      meta:"
    yield f"        grain: {grain}"
    yield "        owner: equipe-donnees"
    yield f"        source_of_rule: catalogue, source {domain}.{name}"
    yield "    data_tests:"
    yield "      - dbt_utils.unique_combination_of_columns:"
    yield f"          arguments: {{combination_of_columns: {grain}}}"
    yield "    columns:"
    for column in sample.columns:
        yield f"      - name: {column.name}"
        yield f"        data_type: {column.type.lower()}"
        yield f"        description: {quoted(column.header)}"
        if column.name in keys:
            yield "        data_tests: [not_null]"
