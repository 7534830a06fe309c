"""Write the project's files that derive from the catalog and from the marts' `.yml`."""

from __future__ import annotations

from pathlib import Path

from jobs.catalog import Catalog
from jobs.catalog.dictionary import dictionary
from jobs.catalog.differences import differences_page, load_differences
from jobs.catalog.generate import write_if_changed
from jobs.catalog.mart_pages import FOLDER, mart_pages
from jobs.catalog.marts import read_marts
from jobs.errors import SettingsError
from jobs.settings import project_dir
from jobs.transform.project import generated_files


def generated(catalog: Catalog) -> dict[Path, str]:
    """Give every generated file and its text.

    Raises SettingsError that lists what the marts' `.yml` lack.
    """
    docs = project_dir("docs") / "dictionary"
    inside = generated_files(catalog)
    files = {project_dir("dbt") / path: text for path, text in inside.items()}
    files[project_dir("docs") / "differences.md"] = differences_page(
        catalog, load_differences(project_dir("catalog"))
    )
    files |= {
        docs / f"{domain}.md": dictionary(catalog, domain)
        for domain in dict.fromkeys(s.domain for s in catalog.sources)
    }
    marts = read_marts(project_dir("dbt"), catalog, inside)
    faults = [fault for mart in marts for fault in mart.faults()]
    if faults:
        raise SettingsError(
            "the marts' .yml lack what their dictionary page says:\n"
            + "\n".join(f"  {fault}" for fault in faults)
        )
    return files | {docs / FOLDER / name: text for name, text in mart_pages(marts, catalog).items()}


def write_generated(files: dict[Path, str]) -> int:
    """Write what differs and remove the pages of marts that are gone; gives how many files changed."""
    gone = _gone(files)
    for path in gone:
        path.unlink()
    return len(gone) + sum(write_if_changed(path, text) for path, text in files.items())


def check_generated(files: dict[Path, str]) -> None:
    """Raise SettingsError when a generated file is out of date."""
    stale = [
        path for path, text in files.items() if not path.exists() or path.read_text(encoding="utf-8") != text
    ] + _gone(files)
    if stale:
        raise SettingsError(
            f"{stale[0].name} of {stale[0].parent.name} is out of date; run: zlv catalog generate"
        )


def _gone(files: dict[Path, str]) -> list[Path]:
    return [path for path in (project_dir("docs") / "dictionary" / FOLDER).glob("*.md") if path not in files]
