"""Names and order of releases decide which one a rollback takes and which ones go."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from bases import base, publish, write_warehouse

from jobs.errors import DataRefused, SettingsError
from jobs.releases.release import (
    current_release,
    free_name,
    meant_release,
    point_to,
    previous_release,
    release_file,
    release_names,
    remove_old,
)
from jobs.releases.release import warehouse_fingerprint as fingerprint
from jobs.settings import Settings


def releases(settings: Settings, *names: str) -> None:
    """Write empty releases, oldest first."""
    for second, name in enumerate(names):
        file = release_file(settings.clean_dir, name)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
        os.utime(file, (second, second))


@pytest.mark.parametrize("name", ["../zlv", "a/b", "", ".hidden", "a\0b", "x" * 64])
def test_a_name_that_could_leave_the_folder_is_refused(name: str) -> None:
    with pytest.raises(SettingsError, match="is no release"):
        release_file(Path("clean"), name)


def test_releases_are_ordered_by_time_not_by_name(tmp_path: Path) -> None:
    settings = base(tmp_path)
    releases(settings, "yearly-9", "daily-2", "daily-10")
    assert release_names(settings.clean_dir) == ["daily-10", "daily-2", "yearly-9"]


def test_a_retry_gets_a_name_that_was_never_used(tmp_path: Path) -> None:
    settings = base(tmp_path)
    assert free_name(settings.clean_dir, "daily") == "daily"
    releases(settings, "daily", "daily-2")
    assert free_name(settings.clean_dir, "daily") == "daily-3"


def test_without_a_certificate_a_rollback_takes_the_next_older_release(tmp_path: Path) -> None:
    settings = base(tmp_path)
    assert current_release(settings) is None and previous_release(settings) is None
    releases(settings, "one", "two", "three")
    point_to(settings, "two")
    assert previous_release(settings) == "one"
    assert remove_old(settings, 1) == []
    point_to(settings, "three")
    assert remove_old(settings, 1) == ["one"]


def test_a_clean_file_that_is_no_symlink_is_never_replaced(tmp_path: Path) -> None:
    settings = base(tmp_path)
    settings.clean_dir.mkdir(parents=True)
    settings.clean_file.touch()
    with pytest.raises(SettingsError, match="is not a symlink"):
        current_release(settings)


def test_the_fingerprint_tells_two_warehouse_files_apart_by_their_content(tmp_path: Path) -> None:
    """S2: one byte changed, with size and time set back, is another file."""
    settings = base(tmp_path)
    with pytest.raises(SettingsError, match="zlv build"):
        fingerprint(settings.warehouse_file)
    write_warehouse(settings, rows=1)
    first = fingerprint(settings.warehouse_file)
    assert fingerprint(settings.warehouse_file) == first
    before, content = settings.warehouse_file.stat(), bytearray(settings.warehouse_file.read_bytes())
    content[len(content) // 2] ^= 1
    settings.warehouse_file.write_bytes(content)
    os.utime(settings.warehouse_file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert fingerprint(settings.warehouse_file) != first


def test_last_and_previous_mean_releases_where_one_is_named(tmp_path: Path) -> None:
    """N15: `zlv diff previous last` said that there is no release of that name."""
    settings = base(tmp_path)
    with pytest.raises(DataRefused, match="no last release yet"):
        meant_release(settings, "last")
    for mark in (1, 2):
        write_warehouse(settings, mark, rows=1)
        publish(settings, f"daily-{mark}")
    assert [meant_release(settings, word) for word in ("previous", "last", "daily-7")] == [
        "daily-1",
        "daily-2",
        "daily-7",
    ]
