"""Import an exported base: all checksums and proofs first, then only renames."""

from __future__ import annotations

import os
import shutil
from contextlib import ExitStack
from pathlib import Path, PurePosixPath

from jobs.backup.contents import Contents, read_contents
from jobs.backup.export import BaseFile, base_parts
from jobs.errors import DataRefused
from jobs.releases.manifest import check_manifest
from jobs.releases.release import close_release, open_to_group, point_to, publishing
from jobs.settings import Settings
from jobs.storage.files import discard, next_of, put_in_place
from jobs.storage.fingerprint import file_sha256
from jobs.storage.places import Place
from jobs.storage.writer import one_writer
from jobs.telemetry import StageRun
from jobs.telemetry.ending import undone_by
from jobs.telemetry.whole import sync


def import_base(
    settings: Settings, place: Place, run: StageRun, *, force: bool = False, releases: bool = True
) -> None:
    """Bring every file of an export into the base; nothing is touched before all checksums hold.

    All files of the export are read, those that the base already has with the same content too: they stay.
    `releases` False leaves the clean files out, as for an export whose releases nothing proves. Raises
    DataRefused when the export is damaged, incomplete or unproven, or when other content would be lost and
    `force` is not given.
    """
    contents = read_contents(place, releases=releases)
    with publishing(settings):
        targets = {file: _target(settings, file) for file in contents.files}
        kept = {file for file in contents.files if _same(targets[file], file)}
        lost = [file.path for file in contents.files if file not in kept and targets[file].exists()]
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
            for file in contents.files:
                writing.enter_context(one_writer(targets[file]))
            for file in contents.files:
                arrived[file] = next_of(targets[file])
                with run.span(file.path, kind="file", bytes=file.bytes):
                    _arrive(place, contents.folder, file, arrived[file])
                if file in kept and not _is_proof(file):
                    discard(arrived[file])
            _prove(settings, place, contents, arrived)
            for file in kept:
                discard(arrived.pop(file))
            # From here on only renames: killed in between, each file is whole and a repetition ends the work.
            for file, pending in arrived.items():
                # A log that a killed writer left belongs to the file that goes.
                targets[file].with_name(targets[file].name + ".wal").unlink(missing_ok=True)
                put_in_place(pending, targets[file])
        if contents.current is not None:
            point_to(settings, contents.current)
    run.facts(export=contents.run_id, files=len(contents.files), replaced=len(contents.files) - len(kept))
    run.note(
        f"{len(contents.files) - len(kept)} of {len(contents.files)} files are imported from {place}; audit"
        " again before the next publication"
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


def _target(settings: Settings, file: BaseFile) -> Path:
    part, *rest = PurePosixPath(file.path).parts
    return base_parts(settings)[part].joinpath(*rest)


def _same(target: Path, file: BaseFile) -> bool:
    if target.is_symlink() or not target.is_file() or target.stat().st_size != file.bytes:
        return False
    return file_sha256(target) == file.sha256


def _arrive(place: Place, folder: str, file: BaseFile, pending: Path) -> None:
    pending.parent.mkdir(parents=True, exist_ok=True)
    if file.path.startswith("clean/"):
        open_to_group(pending.parent)
    discard(pending)
    if place.get(str(PurePosixPath(folder, file.path)), pending) != file.sha256:
        raise DataRefused(
            f"{file.path} of {place} is damaged: its checksum is not the manifest's; nothing was changed"
        )
    # Releases are ordered by time, and never written to.
    os.utime(pending, ns=(file.modified_ns, file.modified_ns))
    if file.path.startswith("clean/"):
        close_release(pending)
    sync(pending)


def _is_proof(file: BaseFile) -> bool:
    return file.path.startswith("clean/") and file.path.endswith(".json")


def _prove(settings: Settings, place: Place, contents: Contents, arrived: dict[BaseFile, Path]) -> None:
    """Compare each release that came with its signed manifest."""
    held = {file.path: file for file in contents.files}
    for path, file in held.items():
        if not path.startswith("clean/") or not path.endswith(".duckdb"):
            continue
        manifest = held.get(str(PurePosixPath(path).with_suffix(".json")))
        what = f"release {PurePosixPath(path).stem} of {place}"
        cure = "nothing was changed; import the rest with --without-releases, then publish"
        if manifest is None:
            raise DataRefused(f"{what} has no manifest: nothing proves it; {cure}")
        text = arrived[manifest].read_text(encoding="utf-8")
        proof = check_manifest(settings, text, f"the manifest of {what}")
        if proof.sha256 != file.sha256 or proof.release != PurePosixPath(path).stem:
            raise DataRefused(f"{what} does not hold the bytes that its manifest names; {cure}")
