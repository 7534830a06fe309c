"""Import an exported base: all checksums first, then only renames."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from contextlib import ExitStack
from pathlib import Path, PurePosixPath
from typing import Any

from jobs.backup.export import FORMAT, MANIFEST, BaseFile, base_parts
from jobs.errors import DataRefused
from jobs.releases.release import point_to, publishing
from jobs.settings import Settings
from jobs.storage.files import discard, next_of, put_in_place
from jobs.storage.places import Place
from jobs.storage.writer import one_writer
from jobs.telemetry import StageRun
from jobs.telemetry.ending import undone_by
from jobs.telemetry.whole import sync


def import_base(settings: Settings, place: Place, run: StageRun, *, force: bool = False) -> None:
    """Bring every file of an export into the base; nothing is touched before all checksums hold.

    A file that the base already has with the same content stays. Raises DataRefused when the
    export is damaged or incomplete, or when other content would be lost and `force` is not given.
    """
    manifest = _manifest(place)
    files = _files(place, manifest)
    with publishing(settings):
        targets = {file: _target(settings, file) for file in files}
        wanted = [file for file in files if not _same(targets[file], file)]
        lost = [file.path for file in wanted if targets[file].exists()]
        if lost and not force:
            raise DataRefused(
                f"the base holds another {lost[0]} ({len(lost)} files would be replaced); repeat with --force"
                " to replace them"
            )
        arrived: dict[BaseFile, Path] = {}

        def discard_arrived() -> None:
            for pending in list(arrived.values()):
                discard(pending)

        with ExitStack() as writing:
            writing.callback(discard_arrived)
            writing.enter_context(undone_by(discard_arrived))
            for file in wanted:
                writing.enter_context(one_writer(targets[file]))
            for file in wanted:
                arrived[file] = next_of(targets[file])
                with run.span(file.path, kind="file", bytes=file.bytes):
                    _arrive(place, manifest["folder"], file, arrived[file])
            # From here on only renames: killed in between, each file is whole and a repetition ends the work.
            for file, pending in arrived.items():
                # A log that a killed writer left belongs to the file that goes.
                targets[file].with_name(targets[file].name + ".wal").unlink(missing_ok=True)
                put_in_place(pending, targets[file])
        if manifest["current"] is not None:
            point_to(settings, manifest["current"])
    run.facts(export=manifest["run_id"], files=len(files), replaced=len(wanted))
    run.note(
        f"{len(wanted)} of {len(files)} files are imported from {place}; audit again before the next"
        " publication"
    )


def check_export(settings: Settings, place: Place, run: StageRun) -> None:
    """Import an export into an empty home of its own beside the base, and remove that home again.

    Raises DataRefused as `import_base` does; the base is never touched.
    """
    home = settings.ZLV_HOME / "import-check"
    shutil.rmtree(home, ignore_errors=True)
    elsewhere = {
        "ZLV_HOME": home,
        "ZLV_RAW_DIR": None,
        "ZLV_WAREHOUSE_DIR": None,
        "ZLV_CLEAN_DIR": None,
        "ZLV_RUNS_DIR": None,
    }
    try:
        import_base(Settings(**{**settings.model_dump(), **elsewhere}), place, run)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _manifest(place: Place) -> dict[str, Any]:
    text = place.read(MANIFEST)
    if text is None:
        raise DataRefused(
            f"{place} has no {MANIFEST}: it is no export, or one that was never finished; nothing was changed"
        )
    try:
        manifest: dict[str, Any] = json.loads(text)
        known = manifest["format"] == FORMAT and {"folder", "run_id", "current", "files"} <= set(manifest)
    except (ValueError, KeyError, TypeError):
        known = False
    if not known:
        raise DataRefused(f"{MANIFEST} of {place} cannot be read: the export is damaged; nothing was changed")
    return manifest


def _files(place: Place, manifest: dict[str, Any]) -> list[BaseFile]:
    try:
        files = [BaseFile(**entry) for entry in manifest["files"]]
        paths = [PurePosixPath(file.path) for file in files]
    except TypeError:
        raise DataRefused(
            f"{MANIFEST} of {place} cannot be read: the export is damaged; nothing was changed"
        ) from None
    current = manifest["current"]
    if current is not None and f"clean/releases/{current}.duckdb" not in {file.path for file in files}:
        raise DataRefused(
            f"{MANIFEST} of {place} does not list its current release {current}: the export is incomplete;"
            " nothing was changed"
        )
    outside = [
        str(path)
        for path in paths
        if ".." in path.parts or path.parts[0] not in ("raw", "warehouse", "clean")
    ]
    if outside:
        raise DataRefused(
            f"{MANIFEST} of {place} names {outside[0]}, which is no file of a base; nothing was changed"
        )
    return files


def _target(settings: Settings, file: BaseFile) -> Path:
    part, *rest = PurePosixPath(file.path).parts
    return base_parts(settings)[part].joinpath(*rest)


def _same(target: Path, file: BaseFile) -> bool:
    if not target.is_file() or target.stat().st_size != file.bytes:
        return False
    with target.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest() == file.sha256


def _arrive(place: Place, folder: str, file: BaseFile, pending: Path) -> None:
    pending.parent.mkdir(parents=True, exist_ok=True)
    discard(pending)
    if place.get(str(PurePosixPath(folder, file.path)), pending) != file.sha256:
        raise DataRefused(
            f"{file.path} of {place} is damaged: its checksum is not the manifest's; nothing was changed"
        )
    # Releases are ordered by time, and never written to.
    os.utime(pending, ns=(file.modified_ns, file.modified_ns))
    if file.path.startswith("clean/"):
        pending.chmod(0o444)
    sync(pending)
