"""Keep the releases of the clean file: which one is current, which are kept, which one a rollback takes.

The clean file is a relative symlink to `releases/<name>.duckdb`. A release is written once, under a
name that was free, and never changed: a process that holds an older one stays whole, and its next
connection to the clean file sees the new one.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from jobs.errors import DataRefused, SettingsError, Temporary
from jobs.settings import Settings
from jobs.storage.damage import check_whole
from jobs.storage.files import discard, next_of, read_certificate
from jobs.storage.fingerprint import file_sha256
from jobs.storage.lock_file import held
from jobs.telemetry.identity import RUN_ID
from jobs.telemetry.whole import sync

FOLDER = "releases"
SUFFIX = ".duckdb"


def warehouse_fingerprint(path: Path) -> dict[str, Any]:
    """Tell one warehouse file from any other by all its bytes.

    Size, time and inode can be set back, and a disk can change a byte without them.
    Raises SettingsError when there is no file, DataRefused when it is damaged.
    """
    if not path.is_file():
        raise SettingsError(f"{path} does not exist; run `zlv build` first")
    check_whole(path)
    certificate = read_certificate(path) or {}
    return {
        "sha256": file_sha256(path),
        "bytes": path.stat().st_size,
        "run_id": certificate.get("run_id"),
        "written_at": certificate.get("written_at"),
    }


def release_file(clean_dir: Path, name: str) -> Path:
    """Give the path of a release; a name that could leave the folder is refused."""
    if not RUN_ID.match(name):
        raise SettingsError(
            f"{name!r} is no release: a name is the run id, letters, digits, '.', '_' and '-'"
        )
    return clean_dir / FOLDER / f"{name}{SUFFIX}"


def release_names(clean_dir: Path) -> list[str]:
    """List the releases on the volume, newest first."""
    paths = (clean_dir / FOLDER).glob(f"*{SUFFIX}")
    return [
        path.stem
        for path in sorted(paths, key=lambda path: (path.stat().st_mtime_ns, path.name), reverse=True)
    ]


def current_release(settings: Settings) -> str | None:
    """Name the release that the clean file shows; None before the first publication."""
    try:
        return settings.clean_file.readlink().stem
    except FileNotFoundError:
        return None
    except OSError:
        raise SettingsError(
            f"{settings.clean_file} is not a symlink to a release; move it away and publish again"
        ) from None


def previous_release(settings: Settings) -> str | None:
    """Name the release that a rollback takes: the one that the current one replaced, if it is still there.

    Not simply the next older file: after a rollback and a new publication, that would be the
    release that was rolled back from.
    """
    current = current_release(settings)
    if current is None:
        return None
    names = release_names(settings.clean_dir)
    replaced = (read_certificate(release_file(settings.clean_dir, current)) or {}).get("previous")
    if replaced in names:
        return str(replaced)
    older = names[names.index(current) + 1 :] if current in names else names
    return older[0] if older else None


def meant_release(settings: Settings, word: str) -> str:
    """Name the release that a person means: `last`, `previous`, or a name as it is.

    Raises DataRefused where there is none.
    """
    if word not in ("last", "previous"):
        return word
    name = current_release(settings) if word == "last" else previous_release(settings)
    if name is None:
        raise DataRefused(f"there is no {word} release yet; run `zlv publish` first")
    return name


def unknown_release(settings: Settings, name: str, where: str = "not on the clean volume") -> SettingsError:
    """Say that no release has this name, and which are kept."""
    kept = ", ".join(release_names(settings.clean_dir)) or "none"
    return SettingsError(f"release {name} is {where}; kept are: {kept}")


def free_name(clean_dir: Path, run_id: str) -> str:
    """Name a new release after its run; a retry gets `-2`, `-3`: a release's name is never used twice."""
    name, number = run_id, 1
    while release_file(clean_dir, name).exists():
        number += 1
        name = f"{run_id}-{number}"
    return name


def point_to(settings: Settings, name: str) -> None:
    """Swap the clean file's symlink to a release, in one step; readers see the old one or the new one."""
    target = release_file(settings.clean_dir, name)
    if not target.is_file():
        raise unknown_release(settings, name)
    pending = next_of(settings.clean_file)
    pending.unlink(missing_ok=True)
    pending.symlink_to(target.relative_to(settings.clean_dir))
    pending.replace(settings.clean_file)
    sync(settings.clean_dir)


def remove_old(settings: Settings, keep: int) -> list[str]:
    """Remove all but the newest `keep` releases, never the current one nor the one a rollback takes.

    A process that still reads a removed release keeps reading it: the file goes with its last reader.
    """
    names = release_names(settings.clean_dir)
    kept = {*names[:keep], current_release(settings), previous_release(settings)}
    removed = [name for name in names if name not in kept]
    for name in removed:
        discard(release_file(settings.clean_dir, name))
        release_file(settings.clean_dir, name).with_suffix(".json").unlink(missing_ok=True)
    return removed


def open_to_group(folder: Path) -> None:
    """Make a folder that the group may read: the clean volume is the one place that others read.

    A folder that belongs to somebody else (a mounted volume) keeps the mode that it was given.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(PermissionError):
        folder.chmod(folder.stat().st_mode | 0o050)


def close_release(path: Path) -> None:
    """Give a finished release its mode: nobody changes it, the group reads it (Metabase is another user)."""
    path.chmod(0o440)


@contextmanager
def publishing(settings: Settings) -> Iterator[None]:
    """Hold the clean volume's lock: one publication, rollback or import at a time.

    The kernel frees it when the process ends, however it ends.
    Raises Temporary when another one holds it.
    """
    open_to_group(settings.clean_dir)
    taken = Temporary(f"another publication is at work in {settings.clean_dir}; wait for its end")
    with held(settings.clean_dir / ".publish.lock", taken):
        yield
