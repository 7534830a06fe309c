"""Write small files whole: beside, to the disk, then renamed; a reader never sees half of one."""

from __future__ import annotations

import os
import threading
from pathlib import Path


def write_whole(path: Path, text: str) -> None:
    """Replace a text file by a new one that is on the disk before it takes the name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pending = beside(path, text)
    try:
        pending.replace(path)
    except BaseException:
        pending.unlink(missing_ok=True)
        raise
    sync(path.parent)


def beside(path: Path, text: str) -> Path:
    """Write a text to the disk under a name of this thread's own beside `path`; gives that name."""
    pending = path.with_name(f".{path.name}.{os.uname().nodename}.{os.getpid()}.{threading.get_ident()}")
    try:
        pending.write_text(text, encoding="utf-8")
        sync(pending)
    except BaseException:
        pending.unlink(missing_ok=True)
        raise
    return pending


def sync(path: Path) -> None:
    """Have the kernel write a file or a folder to disk before going on."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
