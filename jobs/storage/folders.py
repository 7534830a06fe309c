"""Look whether a folder can hold DuckDB files: writable, on a local disk, with room."""

from __future__ import annotations

import errno
import os
import re
import shutil
import tempfile
from pathlib import Path

from jobs.errors import SettingsError
from jobs.telemetry.faults import told

# Locks on these are not to be trusted under a DuckDB file.
NETWORK = re.compile(
    r"^(nfs\d*|cifs|smb\w*|9p|afs|glusterfs|lustre|ceph|fuse\.(sshfs|glusterfs|s3fs|rclone|goofys|mount-s3))$"
)
LEAST_FREE = 1 << 30
# Room for records, logs and spans of a run.
LEAST_FREE_FOR_RECORDS = 16 << 20


def check_folder(folder: Path, name: str, *, databases: bool, mounts: str | None = None) -> str:
    """Say how much room a folder has.

    `name` is the setting that moves it; `databases` tells whether DuckDB files lie there;
    `mounts` is the content of /proc/mounts. Raises SettingsError for a folder that cannot be used.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as trial:
            # A quota tells itself to who writes, not to who asks.
            trial.write(bytes(1 << 16))
            trial.flush()
    except OSError as error:
        known = told(error)
        if isinstance(known, SettingsError):
            raise known from None
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        cure = "make room" if full else "give the process the right"
        raise SettingsError(f"{folder} cannot be written ({error.strerror}): {cure}, or set {name}") from None
    kind = file_system(folder, mounts)
    if databases and NETWORK.match(kind):
        raise SettingsError(
            f"{folder} lies on a network file system ({kind}), whose locks are not to be trusted: set {name}"
            " to a local disk"
        )
    free = shutil.disk_usage(folder).free
    # A file is written beside the one it replaces.
    needed = (
        max(LEAST_FREE, sum(path.stat().st_size for path in folder.rglob("*.duckdb") if path.is_file()))
        if databases
        else LEAST_FREE_FOR_RECORDS
    )
    if free < needed:
        raise SettingsError(
            f"{folder} has {free / 1e9:.1f} GB free and needs {needed / 1e9:.2f} GB: give it a larger disk,"
            f" or set {name}"
        )
    return f"{free / 1e9:.0f} GB free, {kind or 'local'}"


def file_system(folder: Path, mounts: str | None = None) -> str:
    """Name the kind of file system that a folder lies on; empty where the system does not tell."""
    if mounts is None:
        try:
            mounts = Path("/proc/mounts").read_text(encoding="utf-8", errors="replace")
        except OSError:
            return ""
    place = os.path.realpath(folder)
    best, kind = "", ""
    for line in mounts.splitlines():
        fields = line.split(" ")
        if len(fields) < 3:
            continue
        # Spaces and a few other characters are written as octal numbers there.
        point = re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), fields[1])
        inside = place == point or place.startswith(point.rstrip("/") + "/")
        if inside and len(point) >= len(best):
            best, kind = point, fields[2]
    return kind
