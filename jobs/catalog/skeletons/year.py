"""Add a year of a yearly file to the catalog: the entry of a year that is there, under another year."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import duckdb

from jobs.catalog.document import read_document
from jobs.catalog.model import Source
from jobs.catalog.skeletons.skeleton import checked_name
from jobs.catalog.whole import Catalog
from jobs.errors import DataRefused, SettingsError

FIRST, LAST = 2000, 2100


@dataclass(frozen=True)
class NewYear:
    """What was added, and what of it somebody looks at: `copied` as in the catalog; columns by header
    text."""

    file: str
    like: Source
    copied: tuple[str, ...]
    new: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    required: tuple[str, ...] = ()


def new_year(
    project: Path, catalog: Catalog, family: str, year: int, like: int | None, file: Path | None
) -> NewYear:
    """Add the entry `<family>_<year>` below that of the year it resembles, the last one unless `like` says.

    The new file's header, when there is one, is compared with the columns of that year. Raises
    SettingsError for a family without years, a year that is there or is none; DataRefused for a
    file that is no CSV.
    """
    checked_name("the family", family)
    years = catalog.millesimes(family)
    if not years:
        families = sorted({source.family for source in catalog.sources if source.millesime})
        raise SettingsError(
            f"the catalog has no year of {family}; families with years are {', '.join(families)}"
        )
    if not FIRST <= year <= LAST:
        raise SettingsError(f"{year} is no year of a file; write one from {FIRST} to {LAST}")
    if year in years:
        raise SettingsError(f"the catalog has {family}_{year} already; edit its entry")
    before = years[-1] if like is None else like
    if before not in years:
        raise SettingsError(
            f"--like {before}: the catalog has no such year of {family}; it has {', '.join(map(str, years))}"
        )
    source = catalog.source(f"{family}_{before}")
    new, missing = _compare(source, year, file) if file is not None else ((), ())
    required = tuple(
        column.header_name for column in source.columns if column.required and column.header_name in missing
    )
    path, block = _add(project, source.name, before, year)
    return NewYear(path, source, tuple(line.strip() for line in block[1:]), new, missing, required)


def _add(project: Path, name: str, before: int, year: int) -> tuple[str, list[str]]:
    for path in sorted((project / "catalog").glob("*.yml")):
        document = read_document(path)
        first = document.lines.get(("sources", name))
        if first is None:
            continue
        lines = path.read_text(encoding="utf-8").splitlines()
        after = [at for at in range(first, len(lines)) if re.match(r" {0,2}\S", lines[at])]
        end = after[0] if after else len(lines)
        held = [line for line in lines[first - 1 : end] if line.strip()]
        # A checksum is that of one file.
        block = [
            re.sub(rf"(?<!\d){before}(?!\d)", str(year), line)
            for line in held
            if not line.strip().startswith("sha256:")
        ]
        path.write_text("\n".join([*lines[:end], *block, *lines[end:]]) + "\n", encoding="utf-8")
        return str(path.relative_to(project)), block
    raise SettingsError(
        f"no file of {project / 'catalog'} holds {name}: a deployment adds it, and adds its years itself"
    )


def _compare(source: Source, year: int, file: Path) -> tuple[tuple[str, ...], tuple[str, ...]]:
    encoding = "latin-1" if source.format.encoding in ("latin-1", "windows-1252") else "utf-8"
    # What the catalog leaves open, the file decides.
    sign = source.format.delimiter
    delim, values = ("delim = ?, ", [sign]) if sign else ("", [])
    read = (
        f"DESCRIBE FROM read_csv(?, {delim}header = true, all_varchar = true, encoding = ?, ignore_errors"
        " = true)"
    )
    try:
        found = [str(row[0]) for row in duckdb.execute(read, [str(file), *values, encoding]).fetchall()]
    except duckdb.Error:
        raise DataRefused(
            f"{file} could not be read as {source.name} is ({sign!r}, {encoding}); check the file"
        ) from None
    if len(found) < 2 < len(source.columns):
        raise DataRefused(
            f"{file} is one column when split at {sign!r}; say with --like which year it resembles"
        )
    own = str(source.millesime)
    declared = [column.header_name.replace(own, str(year)) for column in source.columns]
    return tuple(name for name in found if name not in declared), tuple(
        name for name in declared if name not in found
    )
