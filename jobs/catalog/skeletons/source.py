"""Write the skeleton of a source from a sample of its file: catalog entry, closed policy, staging model."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb

from jobs.catalog.model import Catalog
from jobs.catalog.reserved import RESERVED
from jobs.catalog.skeletons.skeleton import checked_name, quoted, undecided, write_new
from jobs.errors import DataRefused, SettingsError
from jobs.sql import identifier

# Digits that name something are no number: a sum of them says nothing, and a leading zero would be lost.
_CODE = re.compile(r"(^|_)(code|insee|siren|siret|iris|com|dep|reg|id|geo)(_|$)")
_TYPES = {"BIGINT": "BIGINT", "DOUBLE": "DOUBLE", "DATE": "DATE", "BOOLEAN": "BOOLEAN"}


@dataclass(frozen=True)
class SampleColumn:
    """One column of the sample: its header, the name and type proposed; whether each line has another
    value."""

    header: str
    name: str
    type: str
    unique: bool


@dataclass(frozen=True)
class Sample:
    """What a sample file shows of the delivery."""

    delimiter: str
    columns: tuple[SampleColumn, ...]


def read_sample(file: Path) -> Sample:
    """Sniff delimiter, header and types of a CSV file in UTF-8 with a header.

    Raises DataRefused when it is none.
    """
    with duckdb.connect() as connection:
        try:
            row = connection.execute(
                "SELECT Delimiter, HasHeader FROM sniff_csv(?, header = true)", [str(file)]
            ).fetchone()
            delimiter = str(row[0]) if row else ","
            read = "read_csv(?, delim = ?, header = true, all_varchar = {})"
            typed = connection.execute(
                f"DESCRIBE FROM {read.format('false')}", [str(file), delimiter]
            ).fetchall()
            connection.execute(f"CREATE TABLE sample AS FROM {read.format('true')}", [str(file), delimiter])
        except duckdb.Error:
            raise DataRefused(
                f"{file} could not be read as CSV with a header line, in UTF-8; check the file, or write"
                " it so"
            ) from None
        taken = set(RESERVED)
        columns = []
        for header, type_, *_ in typed:
            name = _name(str(header), taken)
            taken.add(name)
            field = identifier(str(header))
            query = (
                f"SELECT coalesce(bool_or({field} SIMILAR TO '0[0-9]+'), false), count(DISTINCT {field}) ="
                " count(*) FROM sample"
            )
            zeros, unique = connection.execute(query).fetchone() or (False, False)
            code = bool(zeros) or bool(_CODE.search(name))
            columns.append(
                SampleColumn(
                    str(header), name, "VARCHAR" if code else _TYPES.get(str(type_), "VARCHAR"), bool(unique)
                )
            )
    return Sample(delimiter, tuple(columns))


def new_source(
    project: Path,
    catalog: Catalog,
    domain: str,
    name: str,
    file: Path,
    location: str | None,
    key: tuple[str, ...],
) -> list[str]:
    """Write the files of a source; gives their names.

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
    folder = Path("dbt", "models", "staging", domain)
    address = location or f"s3://{{lake}}/lake/{domain}/{name}.csv"
    return write_new(
        project,
        {
            # Read after the domain's own file, whose defaults hold for a deployment's additions.
            Path("catalog", f"{domain}_{name}.yml"): (
                "\n".join(_entry(domain, name, address, sample, keys)) + "\n"
            ),
            Path("catalog", "policy", f"{domain}_{name}.yml"): "\n".join(_policy(domain, name, names)) + "\n",
            folder / f"{staging}.sql": _model(domain, name, names),
            folder / f"{staging}.yml": "\n".join(_model_yml(staging, domain, name, sample, keys)) + "\n",
        },
    )


def _name(header: str, taken: set[str]) -> str:
    letters = unicodedata.normalize("NFKD", header).encode("ascii", "ignore").decode().lower()
    name = re.sub(r"[^a-z0-9]+", "_", letters).strip("_")
    name = name if re.match(r"[a-z]", name) else f"c_{name}".rstrip("_")
    number, free = 1, name
    while free in taken:
        number, free = number + 1, f"{name}_{number + 1}"
    return free


def _entry(domain: str, name: str, location: str, sample: Sample, keys: list[str]) -> Iterator[str]:
    yield f"domain: {domain}"
    yield "sources:"
    yield f"  {name}:"
    yield f"    location: {quoted(location)}"
    yield f"    description: {undecided('ce que contient le fichier, en une phrase sans point final')}"
    yield f"    producer: {undecided('qui produit le fichier')}"
    yield f"    licence: {undecided('ce qui permet de l’utiliser')}"
    yield f"    owner: {undecided('l’équipe qui en répond ici')}"
    yield "    due: yearly"
    yield f"    key: [{', '.join(keys)}]"
    yield "    minimum_rows: 1"
    yield "    rejects_threshold: 0"
    yield f"    format: {{delimiter: {quoted(sample.delimiter)}}}"
    yield "    columns:"
    for column in sample.columns:
        header = f", header: {quoted(column.header)}" if column.header != column.name else ""
        yield (
            f"      {column.name}: {{type:"
            f" {column.type}{header}{', required: true' if column.name in keys else ''}}}"
        )


def _policy(domain: str, name: str, names: list[str]) -> Iterator[str]:
    yield (
        "# Every column is closed until its class is decided with the data protection officer: see"
        " docs/privacy.md."
    )
    yield f"domain: {domain}"
    yield "sources:"
    yield f"  {name}:"
    yield from (f"    {column}: {{class: direct, treatment: drop}}" for column in names)


def _model(domain: str, name: str, names: list[str]) -> str:
    columns = ",\n".join(f"    {column}" for column in names)
    return (
        f"with source as (\n    select * from {{{{ source('{domain}', '{name}')"
        f" }}}}\n)\n\nselect\n{columns}\nfrom source\n"
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
    yield (
        f"      - dbt_utils.unique_combination_of_columns: {{arguments: {{combination_of_columns: {grain}}}}}"
    )
    yield "    columns:"
    for column in sample.columns:
        yield f"      - name: {column.name}"
        yield f"        data_type: {column.type.lower()}"
        yield f"        description: {quoted(column.header)}"
        yield "        config: {meta: {privacy: direct}}"
        if column.name in keys:
            yield "        data_tests:"
            yield "          - not_null"
