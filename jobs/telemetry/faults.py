"""Say the faults of disks, files and memory in one sentence, whichever library met them."""

from __future__ import annotations

import errno
import shutil
from pathlib import Path

from jobs.errors import DataRefused, SettingsError, Temporary, ZlvError
from jobs.telemetry.at_work import folders

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_NO_FOLDER = {errno.ENOTDIR, errno.EEXIST}
_CLOSED = {errno.EACCES, errno.EPERM, errno.EROFS}
_ALL_BUT_FULL = 16 << 20
# DuckDB passes the system's words on.
_WORDS = {
    "No space left on device": errno.ENOSPC,
    "Disk quota exceeded": errno.EDQUOT,
    "File too large": errno.EFBIG,
    "Not a directory": errno.ENOTDIR,
    "Permission denied": errno.EACCES,
    "Operation not permitted": errno.EPERM,
    "Read-only file system": errno.EROFS,
}
_DAMAGED = (
    "Corrupt database file",
    "checksum",
    "not a valid DuckDB database file",
    "Failed to load metadata",
)


def told(error: BaseException) -> BaseException:
    """Give the sentence and exit code for a fault of disk, file or memory; any other error as it is."""
    if isinstance(error, ZlvError):
        return error
    if isinstance(error, OSError) and error.errno is not None:
        return _of_system(error.errno, str(error.filename or "")) or error
    if type(error).__module__.partition(".")[0] in ("duckdb", "_duckdb"):
        return told_words(str(error)) or error
    return error


def told_words(text: str) -> ZlvError | None:
    """Give the same for a message of DuckDB, wherever it was quoted; None when it tells of something else."""
    name = _named(text)
    if any(word in text for word in _DAMAGED):
        return DataRefused(
            f"{name or 'a file of the base'} is damaged: make it again with the stage that writes it, or"
            " bring it back with `zlv import`"
        )
    if "max_temp_directory_size" in text or "temp_directory" in text:
        return SettingsError(
            "the work does not fit in memory and in what may be spilled to disk: raise DUCKDB_MEMORY_LIMIT or"
            " DUCKDB_MAX_TEMP_DIRECTORY_SIZE"
        )
    if "Out of Memory" in text or "out of memory" in text or "failed to allocate" in text:
        return SettingsError(
            "the work needs more memory than DUCKDB_MEMORY_LIMIT allows: raise it, or give the folder of"
            " ZLV_HOME/tmp more room to spill"
        )
    for word, number in _WORDS.items():
        if word in text:
            return _of_system(number, name)
    return None


def _of_system(number: int, name: str) -> ZlvError | None:
    where = name or "a folder of the base"
    if number in _FULL:
        full = _full_folders()
        cure = f"{full} full" if full else "the disk is full, or a file may not grow any more"
        return Temporary(
            f"{name + ' cannot be written: ' if name else ''}{cure}. It needs room for each file beside the"
            " one that it replaces, 1 GB at least: free some, or give it a larger disk, then run again"
        )
    if number in _NO_FOLDER:
        return SettingsError(
            f"{where} cannot be made: a file is in the way of a folder. Move it away, or set"
            f" {_setting(name)} to a folder"
        )
    if number == errno.ELOOP:
        return SettingsError(f"{where} is a link, and is not followed: remove it, look who put it there")
    if number in _CLOSED:
        return SettingsError(
            f"{where} cannot be written: the process has no right to it, or its disk is read-only. Give it"
            f" the right, or set {_setting(name)} to a folder that it may write"
        )
    return None


def _full_folders() -> str:
    """Name the folders whose disk is full, with what is free there; empty when none is."""
    found = []
    for setting, folder in folders().items():
        try:
            place = next(each for each in (folder, *folder.parents) if each.is_dir())
            free = shutil.disk_usage(place).free
        except OSError:
            continue
        if free < _ALL_BUT_FULL:
            found.append(f"{folder} ({setting}, {free / 1e6:.1f} MB free)")
    return f"the disk of {', '.join(found)} is" if found else ""


def _setting(name: str) -> str:
    """Name the setting that moves the folder of a file."""
    path = Path(name)
    for setting, folder in folders().items():
        if name and (path == folder or folder in path.parents):
            return setting
    return "ZLV_HOME"


def _named(text: str) -> str:
    """Find the file that a message names, between quotes; empty when it names none."""
    quoted = text.split('"')[1::2]
    return next((part for part in quoted if part.startswith("/")), "")
