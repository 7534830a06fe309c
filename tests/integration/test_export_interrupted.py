"""An export that is killed, checked, or made while a file is written."""

from __future__ import annotations

import shutil
import subprocess
import time
from pathlib import Path

import pytest
from bases import base
from chain import ZLV
from exports import bring, contents, export, full_base

from jobs.backup.restore import check_export
from jobs.errors import DataRefused, Temporary
from jobs.settings import child_environment
from jobs.storage.places import Folder
from jobs.telemetry import stage


def test_an_export_while_a_file_is_written_in_place_is_told_to_wait(tmp_path: Path) -> None:
    settings = full_base(tmp_path / "one")
    (settings.warehouse_dir / "history.duckdb").write_bytes(b"")
    (settings.warehouse_dir / "history.duckdb.wal").write_bytes(b"")
    with pytest.raises(Temporary, match=r"history\.duckdb is being written"):
        export(settings, Folder(tmp_path / "backup"))


def test_a_killed_export_is_no_export_and_the_next_one_succeeds(tmp_path: Path) -> None:
    settings = full_base(tmp_path / "one")
    settings.raw_file("ff", "ff_2024").parent.mkdir(parents=True)
    with settings.raw_file("ff", "ff_2024").open("wb") as large:
        large.truncate(300_000_000)
    environ = child_environment(
        ZLV_HOME=str(settings.ZLV_HOME), ZLV_CATALOG_DIR=str(settings.ZLV_CATALOG_DIR), ZLV_RUN_ID="export-1"
    )
    process = subprocess.Popen(
        [str(ZLV), "export", "--to", str(tmp_path / "backup")], env=environ, stderr=subprocess.DEVNULL
    )
    while not (tmp_path / "backup" / "export-1.next").exists() and process.poll() is None:
        time.sleep(0.005)
    process.kill()
    assert process.wait(30) == -9
    with pytest.raises(DataRefused, match=r"no manifest\.json"):
        bring(base(tmp_path / "two"), Folder(tmp_path / "backup"))
    shutil.rmtree(settings.raw_dir / "ff")
    name = export(settings, Folder(tmp_path / "backup"))
    assert sorted(path.name for path in (tmp_path / "backup").iterdir()) == [name, "manifest.json"]
    bring(base(tmp_path / "two"), Folder(tmp_path / "backup"))


def test_a_check_imports_the_export_elsewhere_and_leaves_no_trace(tmp_path: Path) -> None:
    settings = full_base(tmp_path / "home")
    export(settings, Folder(tmp_path / "exports"))
    before = contents(settings)
    with stage(settings, "import") as run:
        check_export(settings, Folder(tmp_path / "exports"), run)
    assert contents(settings) == before
    assert not (settings.ZLV_HOME / "import-check").exists()
    damaged = next((tmp_path / "exports").rglob("lovac_2025.duckdb"))
    damaged.write_bytes(damaged.read_bytes()[:-1] + b"x")
    with pytest.raises(DataRefused, match="lovac_2025"), stage(settings, "import") as run:
        check_export(settings, Folder(tmp_path / "exports"), run)
    assert contents(settings) == before
