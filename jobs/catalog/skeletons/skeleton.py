"""Write the skeleton of what a newcomer adds to a checkout: new files only, closed until somebody decides."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

from jobs.catalog.column import NAME, UNDECIDED
from jobs.errors import SettingsError


def require_checkout(project: Path) -> None:
    """Raise SettingsError where nothing can be written: in an image, or where the program is installed
    without its sources."""
    folders = [project / name for name in ("catalog", "dbt", "docs")]
    if not all(folder.is_dir() and os.access(folder, os.W_OK) for folder in folders):
        raise SettingsError(
            f"`zlv new` writes into a checkout of the project, and {project} is none that can be written; "
            "run it in a clone of the repository"
        )


def standing_place(catalog_dir: str | None, here: Path) -> tuple[Path, bool]:
    """Find the catalog folder that a person adds to: that of the checkout that `here` lies in, else the last
    one of ZLV_CATALOG_DIR, else one below `here`; and whether dbt models go beside it.

    Never the folder that the program is installed in, unless the person stands in it. Raises SettingsError
    where nothing can be written.
    """
    checkout = next((each for each in (here, *here.parents) if _is_checkout(each)), None)
    added = [part for part in (catalog_dir or "").split(":") if part]
    catalog = Path(added[-1]).absolute() if added and checkout is None else (checkout or here) / "catalog"
    there = next(each for each in (catalog, *catalog.parents) if each.exists())
    if not os.access(there, os.W_OK):
        raise SettingsError(f"{there} cannot be written; stand in a folder of your own")
    return catalog, checkout is not None


def _is_checkout(folder: Path) -> bool:
    return all((folder / name).is_dir() for name in ("catalog", "dbt", "docs"))


def checked_name(what: str, name: str) -> str:
    """Give a name back when it may name files, tables and fields; raises SettingsError else."""
    if not NAME.match(name) or len(name) > 50:
        raise SettingsError(
            f"{what} {name!r} must be lower case letters, digits and _, begin with a letter, and have 50"
            " characters at most"
        )
    return name


def quoted(text: str) -> str:
    """Write any text as a YAML string on one line."""
    return json.dumps(text, ensure_ascii=False)


def write_new(project: Path, files: Mapping[Path, str]) -> list[str]:
    """Write files by path inside the project, all or none; gives their names.

    Raises SettingsError when one is there: nothing is overwritten.
    """
    there = [path for path in files if (project / path).exists()]
    if there:
        raise SettingsError(
            f"{there[0]} is there already and is not overwritten; take another name, or edit the file"
        )
    for path, text in files.items():
        (project / path).parent.mkdir(parents=True, exist_ok=True)
        (project / path).write_text(text, encoding="utf-8")
    return [str(path) for path in files]


def undecided(hint: str) -> str:
    """Write a placeholder that the catalog and the dictionary refuse until it is replaced."""
    return quoted(f"{UNDECIDED} : {hint}")
