"""A whole base goes to a folder or to S3 and comes back byte for byte, or nothing is touched."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from bases import base, marks, publish, write_warehouse, zlv
from components import BUCKET, s3
from exports import bring, contents, export, full_base

from jobs.errors import DataRefused
from jobs.releases.release import previous_release, release_names
from jobs.storage.bucket import Bucket
from jobs.storage.places import Folder


def test_an_exported_base_comes_back_byte_for_byte(tmp_path: Path) -> None:
    source = full_base(tmp_path / "one")
    done = zlv(source, "export", "--to", str(tmp_path / "backup"), ZLV_RUN_ID="export-1")
    assert done.returncode == 0, done.stderr
    other = base(tmp_path / "two")
    done = zlv(other, "import", str(tmp_path / "backup"))
    assert done.returncode == 0, done.stderr
    assert contents(other) == contents(source)
    assert other.clean_file.readlink() == Path("releases/run-2.duckdb") and marks(other) == {(2, 2)}
    assert release_names(other.clean_dir) == ["run-2", "run-1"] and previous_release(other) == "run-1"
    # The audit was of the file that was exported, not of this one.
    assert zlv(other, "publish").returncode == 66
    # One export's own folder is a place too, and importing what is there already changes nothing.
    bring(other, Folder(tmp_path / "backup" / "export-1"))
    assert contents(other) == contents(source)


def test_an_exported_base_comes_back_from_s3(tmp_path: Path) -> None:
    with s3() as lake:
        source = full_base(tmp_path / "one", **lake.environment())
        export(source, Bucket.of(source, f"s3://{BUCKET}/backups/zlv"))
        other = base(tmp_path / "two", **lake.environment())
        bring(other, Bucket.of(other, f"s3://{BUCKET}/backups/zlv/"))
        assert contents(other) == contents(source)
        keys = [entry["Key"] for entry in lake.client.list_objects_v2(Bucket=BUCKET)["Contents"]]
        lost = next(key for key in keys if key.endswith("lovac_2025.duckdb"))
        lake.client.delete_object(Bucket=BUCKET, Key=lost)
        empty = base(tmp_path / "three", **lake.environment())
        with pytest.raises(DataRefused, match=r"lovac_2025\.duckdb is missing"):
            bring(empty, Bucket.of(empty, f"s3://{BUCKET}/backups/zlv"))
        assert contents(empty) == {}
        with pytest.raises(DataRefused, match=r"has no manifest\.json"):
            bring(empty, Bucket.of(empty, f"s3://{BUCKET}/elsewhere"))


def flipped(folder: Path) -> None:
    file = folder / "raw" / "lovac" / "lovac_2025.duckdb"
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


def lost(folder: Path) -> None:
    (folder / "raw" / "lovac" / "lovac_2025.duckdb").unlink()


def cut(folder: Path) -> None:
    file = folder / "raw" / "lovac" / "lovac_2025.duckdb"
    file.write_bytes(file.read_bytes()[:-1])


def unfinished(folder: Path) -> None:
    (folder / "manifest.json").unlink()


def escaping(folder: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["files"][0]["path"] = "raw/../../outside"
    (folder / "manifest.json").write_text(json.dumps(manifest))


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (flipped, "lovac_2025"),
        (lost, "lovac_2025"),
        (cut, "lovac_2025"),
        (unfinished, "manifest.json"),
        (escaping, "is no path below a folder"),
    ],
)
def test_a_damaged_export_is_refused_and_the_base_stays_as_it_is(
    tmp_path: Path, damage: Callable[[Path], None], told: str
) -> None:
    folder = tmp_path / "backup" / export(full_base(tmp_path / "one"), Folder(tmp_path / "backup"))
    damage(folder)
    other = base(tmp_path / "two")
    write_warehouse(other, 7, rows=10)
    publish(other, "own")
    before = contents(other)
    with pytest.raises(DataRefused, match=told):
        bring(other, Folder(folder), force=True)
    assert contents(other) == before and not list(Path(other.ZLV_HOME).rglob("*.next"))


def test_other_content_is_only_replaced_by_force(tmp_path: Path) -> None:
    source = full_base(tmp_path / "one")
    export(source, Folder(tmp_path / "backup"))
    other = base(tmp_path / "two")
    write_warehouse(other, 7, rows=10)
    with pytest.raises(DataRefused, match=r"another warehouse/warehouse\.duckdb .* --force"):
        bring(other, Folder(tmp_path / "backup"))
    bring(other, Folder(tmp_path / "backup"), force=True)
    assert contents(other) == contents(source)
