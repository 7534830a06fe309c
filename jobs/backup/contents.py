"""Read what an export says that it holds."""

from __future__ import annotations

import re

from jobs.backup.export import FORMAT, MANIFEST, BaseFile
from jobs.errors import DataRefused
from jobs.storage.outside import Inside, Name, Outside, read_outside
from jobs.storage.places import Place

# What a base is made of: nothing else is written from an export, whatever its manifest names.
_KNOWN = re.compile(
    r"raw/(\w+/)?\w+\.duckdb|warehouse/(warehouse|history)\.duckdb|warehouse/dbt/manifest\.json"
    r"|clean/releases/[\w.-]+\.(duckdb|json)"
)
_UNCHANGED = "the export is damaged; nothing was changed"


class Contents(Outside):
    """Say which files an export holds, below which folder, and which release it shows."""

    format: int
    folder: Inside
    run_id: Name
    current: Name | None
    files: tuple[BaseFile, ...]


def read_contents(place: Place, *, releases: bool = True) -> Contents:
    """Read the manifest of an export; without `releases` the clean files are left out.

    Raises DataRefused (65) for a place that holds no finished export, or one whose manifest names files that
    are none of a base.
    """
    text = place.read(MANIFEST)
    if text is None:
        raise DataRefused(
            f"{place} has no {MANIFEST}: it is no export, or one that was never finished; nothing was changed"
        )
    contents = read_outside(Contents, text, f"{MANIFEST} of {place}", _UNCHANGED)
    if contents.format != FORMAT:
        raise DataRefused(f"{MANIFEST} of {place} is of format {contents.format}: {_UNCHANGED}")
    odd = [file.path for file in contents.files if not _KNOWN.fullmatch(file.path)]
    if odd:
        raise DataRefused(f"{MANIFEST} of {place} names {odd[0]}, which is no file of a base; {_UNCHANGED}")
    if not releases:
        files = tuple(file for file in contents.files if not file.path.startswith("clean/"))
        return contents.model_copy(update={"current": None, "files": files})
    current = contents.current
    if current is not None and f"clean/releases/{current}.duckdb" not in {f.path for f in contents.files}:
        raise DataRefused(
            f"{MANIFEST} of {place} does not list its current release {current}: the export is incomplete;"
            " nothing was changed"
        )
    return contents
