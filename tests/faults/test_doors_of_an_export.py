"""An import writes nothing that is no file of a base, and shows nothing unproven (S2, S8, N32)."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest
from bases import base, marks, zlv
from components import Lake
from two_releases import flipped, lake, two_releases

from jobs.backup.export import export_base
from jobs.backup.restore import import_base
from jobs.errors import DataRefused
from jobs.releases.release import current_release, release_file
from jobs.settings import Settings
from jobs.storage.places import Folder
from jobs.telemetry import stage

__all__ = ["lake"]  # fixtures


def exported(tmp_path: Path) -> Path:
    settings = two_releases(tmp_path / "one")
    with stage(settings, "export") as run:
        return tmp_path / "backup" / export_base(settings, Folder(tmp_path / "backup"), run)


def bring(home: Path, folder: Path, **options: bool) -> Settings:
    settings = base(home)
    with stage(settings, "import") as run:
        import_base(settings, Folder(folder), run, **options)
    return settings


def change_manifest(export: Path, /, **changes: object) -> None:
    path = export / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


@pytest.mark.parametrize(
    "path",
    [
        "clean/zlv.duckdb",
        "warehouse/audit.json",
        "raw/../warehouse/warehouse.duckdb",
        "/etc/passwd",
        "raw/a.sh",
    ],
)
def test_an_import_writes_nothing_that_is_no_file_of_a_base(tmp_path: Path, path: str) -> None:
    """S8: `clean/zlv.duckdb` was written through the symlink."""
    folder = exported(tmp_path)
    files = json.loads((folder / "manifest.json").read_text())["files"]
    change_manifest(folder, files=[{**files[0], "path": path}, *files[1:]])
    with pytest.raises(DataRefused, match="nothing was changed"):
        bring(tmp_path / "two", folder)


@pytest.mark.parametrize(
    "changes",
    [
        {"folder": "/etc"},
        {"folder": "../.."},
        {"current": "../x"},
        {"files": 3},
        {"files": [None]},
        {"format": 2},
        {"run_id": "a\nb"},
    ],
)
def test_an_odd_manifest_of_an_export_is_one_sentence(tmp_path: Path, changes: dict[str, object]) -> None:
    """S8: they ended with 1, and `/etc` was read."""
    folder = exported(tmp_path)
    change_manifest(folder, **changes)
    with pytest.raises(DataRefused, match="nothing was changed"):
        bring(tmp_path / "two", folder)


def test_an_export_with_an_unproven_release_comes_in_without_its_releases(tmp_path: Path) -> None:
    """S2: the release that an import shows has its proof; the raw files do not wait for it."""
    folder = exported(tmp_path)
    files = json.loads((folder / "manifest.json").read_text())["files"]
    change_manifest(folder, files=[file for file in files if not file["path"].endswith("daily-2.json")])
    with pytest.raises(DataRefused, match="--without-releases"):
        bring(tmp_path / "two", folder)
    settings = bring(tmp_path / "two", folder, releases=False)
    assert settings.warehouse_file.exists() and current_release(settings) is None


def test_an_import_reads_every_file_even_where_the_base_has_it_already(tmp_path: Path) -> None:
    """N32: 0 of 48 files were verified, though the guide says all."""
    folder = exported(tmp_path)
    home = tmp_path / "two"
    bring(home, folder)
    assert marks(base(home)) == {(2, 2)}
    file = folder / "warehouse" / "warehouse.duckdb"
    file.write_bytes(flipped(file))
    with pytest.raises(DataRefused, match=r"warehouse\.duckdb .* is damaged"):
        bring(home, folder)


def test_a_release_over_a_local_file_is_no_release(tmp_path: Path, lake: Lake) -> None:
    """S8: a view over a file of the follower's own machine was shown."""
    settings = two_releases(tmp_path)
    path = release_file(settings.clean_dir, "daily-1")
    path.unlink()
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE VIEW cities_zonage_2024 AS FROM read_text('/etc/hostname')")
    assert zlv(settings, "publish", "--rollback").returncode == 65
    assert current_release(settings) == "daily-2"
