"""Read the dbt project once, where the program is installed: a first build takes it from there."""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

from jobs.catalog import Catalog, load_catalog
from jobs.errors import DataRefused
from jobs.settings import forget_ambient, project_dir

FILE = "partial_parse.msgpack"
# dbt finds seeds by the whole path of the project that it read.
_PLACE = "project.txt"
_PREFIXES = ("lovac", "locomvac", "ff", "ff_owners")


def parsed_project(*folders: Path) -> Path | None:
    """Name the first file of the project as dbt read it, here and not in another checkout; dbt compares it
    with each file's content.

    `folders` are looked into before the program's own.
    """
    for folder in (*folders, _own_folder()):
        place = folder / _PLACE
        if (folder / FILE).is_file() and place.is_file() and place.read_text(encoding="utf-8") == _project():
            return folder / FILE
    return None


def say_place(folder: Path) -> None:
    """Write beside what dbt read which project that was."""
    (folder / _PLACE).write_text(_project(), encoding="utf-8")


def _project() -> str:
    return str(project_dir("dbt").resolve())


def _own_folder() -> Path:
    return project_dir("dbt") / "parsed"


def dbt_variables(catalog: Catalog) -> dict[str, Any]:
    """Give dbt's variables: the years that the catalog declares, and the rule of each LOVAC year."""
    return {
        "millesimes": {prefix: catalog.millesimes(prefix) for prefix in _PREFIXES},
        "public_criteria": catalog.public_criteria,
    }


def dbt_arguments(verb: str, project: Path, scratch: Path, catalog: Catalog) -> list[str]:
    """Write a command of dbt on the project, which leaves its files in `scratch` alone."""
    places = ["--project-dir", str(project), "--profiles-dir", str(project), "--target-path", str(scratch)]
    # It prints nothing: its messages quote data, and what matters is heard by its events.
    silent = [
        "--log-path",
        str(scratch),
        "--log-level-file",
        "none",
        "--log-level",
        "none",
        "--quiet",
        "--no-write-json",
    ]
    # One node at a time: DuckDB gives each query all its threads, and two queries would want the memory
    # twice.
    single = ["--no-version-check", "--threads", "1"]
    return [verb, *places, *silent, *single, "--vars", json.dumps(dbt_variables(catalog))]


def main() -> None:
    """Parse the project as it is installed, with the program's own catalog.

    Raises DataRefused when dbt cannot read it.
    """
    from dbt.cli.main import dbtRunner

    forget_ambient()
    catalog = load_catalog([project_dir("catalog")])
    with tempfile.TemporaryDirectory() as folder:
        result = dbtRunner().invoke(dbt_arguments("parse", project_dir("dbt"), Path(folder), catalog))
        if result.exception is not None:
            raise DataRefused(f"the dbt project cannot be read: {result.exception}")
        target = _own_folder() / FILE
        target.parent.mkdir(exist_ok=True)
        say_place(target.parent)
        pending = target.with_suffix(".next")
        shutil.copyfile(Path(folder) / FILE, pending)
        pending.rename(target)


if __name__ == "__main__":
    main()
