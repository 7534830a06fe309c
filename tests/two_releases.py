"""Make a base of two releases, and change its files as somebody would."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from bases import base, publish, write_warehouse
from components import Lake, s3

from jobs.releases.release import release_file
from jobs.settings import Settings


@pytest.fixture(scope="module")
def lake() -> Iterator[Lake]:
    with s3() as server:
        yield server


def two_releases(home: Path) -> Settings:
    settings = base(home)
    for mark in (1, 2):
        write_warehouse(settings, mark=mark, rows=10)
        publish(settings, f"daily-{mark}")
    return settings


def rewrite(path: Path, content: bytes) -> None:
    """Change a file as somebody would who sets its size and time back."""
    before = path.stat()
    path.chmod(0o600)
    path.write_bytes(content)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def flipped(path: Path) -> bytes:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    return bytes(content)


def damaged(settings: Settings, name: str) -> None:
    path = release_file(settings.clean_dir, name)
    rewrite(path, flipped(path))
