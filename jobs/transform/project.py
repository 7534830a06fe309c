"""Give dbt its project as the catalog in force wants it: its sources, and what staging inherits of them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePath

from jobs.catalog import Catalog, Source
from jobs.catalog.generate import sources_yml
from jobs.catalog.inherited import inherited_ymls
from jobs.catalog.year_columns import FILE, year_columns_yml
from jobs.settings import Settings, project_dir
from jobs.storage.session import view_columns


def generated_files(catalog: Catalog) -> dict[PurePath, str]:
    """Write what derives from the catalog: path inside the dbt project → text."""
    sources = sources_yml(catalog, columns_seen(catalog))
    files = {PurePath("models", "staging", domain, "_sources.yml"): text for domain, text in sources}
    files[PurePath("models", FILE)] = year_columns_yml(catalog)
    return files


def columns_seen(catalog: Catalog) -> dict[str, list[tuple[str, str, str, str]]]:
    """Give of each source what SQL sees of it: name, type, privacy class and description of each column."""
    return {source.name: _columns(source) for source in catalog.sources}


def _columns(source: Source) -> list[tuple[str, str, str, str]]:
    return [(column.name, column.type, column.privacy, column.description) for column in view_columns(source)]


@contextmanager
def project_of(settings: Settings, catalog: Catalog) -> Iterator[Path]:
    """Give a copy of the project that knows the catalog in force and each staging column's class."""
    project = project_dir("dbt")
    files = generated_files(catalog) | inherited_ymls(project, catalog, columns_seen(catalog))
    copy = settings.warehouse_dir / "dbt.project"
    shutil.rmtree(copy, ignore_errors=True)
    try:
        # Without modes: the program's own folder may be read-only.
        shutil.copytree(project, copy, copy_function=shutil.copyfile)
        for path, text in files.items():
            (copy / path).write_text(text, encoding="utf-8")
        yield copy
    finally:
        shutil.rmtree(copy, ignore_errors=True)
