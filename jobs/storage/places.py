"""Say what a place for exports can do, and be one on a file system."""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path
from typing import BinaryIO, Protocol

from jobs.errors import DataRefused
from jobs.storage.outside import MOST_BYTES, document_text
from jobs.telemetry.whole import sync


class Place(Protocol):
    """Where an export lies: a folder here, or a prefix of a bucket."""

    def exists(self, path: str) -> bool: ...
    def start(self, folder: str) -> None: ...
    def put(self, path: str, content: BinaryIO) -> str: ...
    def get(self, path: str, to: Path) -> str: ...
    def write(self, path: str, text: str) -> None: ...
    def read(self, path: str) -> str | None: ...
    def finish(self, folder: str) -> None: ...


class Folder:
    """A place for exports on a file system. Files of an export go to `<folder>.next` until it is finished."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def __str__(self) -> str:
        return str(self._root)

    def exists(self, path: str) -> bool:
        return (self._root / path).exists()

    def start(self, folder: str) -> None:
        # What is exported holds personal data.
        self._root.mkdir(parents=True, exist_ok=True, mode=0o700)
        for left in self._root.glob("*.next"):
            shutil.rmtree(left, ignore_errors=True)

    def put(self, path: str, content: BinaryIO) -> str:
        target = self._pending(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        sha256 = _copy(content, target)
        sync(target.parent)
        return sha256

    def get(self, path: str, to: Path) -> str:
        try:
            with (self._root / path).open("rb") as content:
                return _copy(content, to)
        except FileNotFoundError:
            raise DataRefused(
                f"{self._root / path} is missing: the export is incomplete; nothing was changed"
            ) from None

    def write(self, path: str, text: str) -> None:
        target = self._pending(path) if "/" in path else self._root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        pending = target.with_name(f".{target.name}.next")
        pending.write_text(text, encoding="utf-8")
        sync(pending)
        pending.replace(target)
        sync(target.parent)

    def read(self, path: str) -> str | None:
        try:
            with (self._root / path).open("rb") as content:
                return document_text(content.read(MOST_BYTES + 1), str(self._root / path))
        except (FileNotFoundError, NotADirectoryError):
            return None

    def finish(self, folder: str) -> None:
        (self._root / f"{folder}.next").replace(self._root / folder)
        sync(self._root)

    def _pending(self, path: str) -> Path:
        folder, _, rest = path.partition("/")
        return self._root / f"{folder}.next" / rest


def _copy(content: BinaryIO, target: Path) -> str:
    """Copy an open file, to the disk, and give its SHA-256."""
    whole = hashlib.sha256()
    content.seek(0)
    with target.open("wb") as copy:
        while block := content.read(4 * 1024 * 1024):
            whole.update(block)
            copy.write(block)
        copy.flush()
        os.fsync(copy.fileno())
    return whole.hexdigest()
