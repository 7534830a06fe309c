"""Export the whole base – raw files, warehouse, releases – with checksums.

An export is a folder named after its run, with `manifest.json` beside the files: path, bytes,
SHA-256, time of each. The same manifest at the root of the place names the newest export, so that
the place itself can be imported. The manifest is written last: without one there is no export.
"""

from __future__ import annotations

import json
import os
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from jobs import __version__
from jobs.errors import DataRefused, Temporary
from jobs.releases.release import current_release
from jobs.settings import Settings
from jobs.storage.outside import Inside, Outside, Sha256
from jobs.storage.places import Place
from jobs.telemetry import StageRun

MANIFEST = "manifest.json"
FORMAT = 1
# The audit of an imported warehouse needs the manifest that describes its marts.
PATTERNS = ("**/*.duckdb", "dbt/manifest.json", "releases/*.json")


class BaseFile(Outside):
    """Describe one exported file; `path` is relative to the base: raw/…, warehouse/…, clean/releases/…."""

    path: Inside
    bytes: int
    sha256: Sha256
    modified_ns: int


def export_base(settings: Settings, place: Place, run: StageRun) -> str:
    """Copy every file of the base to a place, and give the name of the export.

    All files are opened before the first is copied: what a stage replaces meanwhile stays whole.
    Raises Temporary when a file is being written in place, DataRefused when there is nothing.
    """
    folder, number = run.run_id, 1
    while place.exists(f"{folder}/{MANIFEST}"):
        number += 1
        folder = f"{run.run_id}-{number}"
    with ExitStack() as stack:
        current = current_release(settings)
        opened = [(path, stack.enter_context(file.open("rb"))) for path, file in _base_files(settings)]
        if not opened:
            raise DataRefused(f"there is no file to export under {settings.ZLV_HOME}; run the pipeline first")
        place.start(folder)
        files = [_exported(place, folder, path, content, run) for path, content in opened]
    manifest = {
        "format": FORMAT,
        "run_id": run.run_id,
        "written_at": datetime.now(UTC).isoformat(),
        "version": __version__,
        "current": current,
        "files": [file.model_dump() for file in files],
    }
    place.write(f"{folder}/{MANIFEST}", json.dumps({"folder": ".", **manifest}, indent=1))
    place.finish(folder)
    place.write(MANIFEST, json.dumps({"folder": folder, **manifest}, indent=1))
    size = sum(file.bytes for file in files)
    run.facts(export=folder, files=len(files), bytes=size)
    run.note(f"{len(files)} files ({size / 1e6:.1f} MB) are exported to {place}, folder {folder}")
    return folder


def _exported(place: Place, folder: str, path: str, content: BinaryIO, run: StageRun) -> BaseFile:
    facts = os.fstat(content.fileno())
    with run.span(path, kind="file", bytes=facts.st_size):
        return BaseFile(
            path=path,
            bytes=facts.st_size,
            sha256=place.put(f"{folder}/{path}", content),
            modified_ns=facts.st_mtime_ns,
        )


def _base_files(settings: Settings) -> list[tuple[str, Path]]:
    found: list[tuple[str, Path]] = []
    for part, folder in base_parts(settings).items():
        for file in sorted(file for pattern in PATTERNS for file in folder.glob(pattern)):
            path = str(PurePosixPath(part, *file.relative_to(folder).parts))
            # The clean file itself is a symlink: the manifest says where it points.
            if file.is_symlink():
                continue
            if file.with_name(file.name + ".wal").exists():
                raise Temporary(f"{file} is being written; export again when its stage has ended")
            found.append((path, file))
    return found


def base_parts(settings: Settings) -> dict[str, Path]:
    """Name the folders of a base."""
    return {"raw": settings.raw_dir, "warehouse": settings.warehouse_dir, "clean": settings.clean_dir}
