"""Give dbt its project as the catalog in force wants it: sources and years that a deployment adds are known
to it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePath

from jobs.catalog import Catalog, Source
from jobs.catalog.generate import sources_yml
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


def project_dirs(settings: Settings) -> tuple[Path, Path]:
    """Name the folders that dbt's project may be in: the program's own, and a deployment's copy."""
    return project_dir("dbt"), settings.warehouse_dir / "dbt.project"


@contextmanager
def project_of(settings: Settings, catalog: Catalog) -> Iterator[Path]:
    """Give the project's own folder, or, where a deployment's catalog adds to it, a copy that knows what was
    added."""
    project, copy = project_dirs(settings)
    changed = {
        path: text for path, text in generated_files(catalog).items() if not _holds(project / path, text)
    }
    if not changed:
        yield project
        return
    shutil.rmtree(copy, ignore_errors=True)
    try:
        # Without modes: the program's own folder may be read-only.
        shutil.copytree(project, copy, copy_function=shutil.copyfile)
        for path, text in changed.items():
            (copy / path).parent.mkdir(parents=True, exist_ok=True)
            (copy / path).write_text(text, encoding="utf-8")
        yield copy
    finally:
        shutil.rmtree(copy, ignore_errors=True)


def _holds(path: Path, text: str) -> bool:
    return path.is_file() and path.read_text(encoding="utf-8") == text
