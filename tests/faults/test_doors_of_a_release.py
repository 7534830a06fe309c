"""Each door of a release looks at its bytes and at who signed them (N3, N32, S2, S8)."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from bases import base, marks, publish, write_warehouse, zlv
from components import BUCKET, Lake
from two_releases import damaged, flipped, lake, rewrite, two_releases

from jobs.releases.manifest import manifest_file
from jobs.releases.release import current_release, release_file
from jobs.releases.upload import upload_release
from jobs.settings import Settings
from jobs.telemetry import stage

__all__ = ["lake"]  # fixtures

OTHER_KEY = "another-signing-key-of-more-than-32-characters"


def where(lake: Lake) -> dict[str, str]:
    return {**lake.environment(), "CELLAR_METABASE_BUCKET_NAME": BUCKET, "CELLAR_METABASE_KEY_PATH": "doors"}


def edited_manifest(settings: Settings, name: str) -> None:
    path = manifest_file(release_file(settings.clean_dir, name))
    rewrite(path, json.dumps({**json.loads(path.read_text()), "bytes": 1}).encode())


def no_database(settings: Settings, name: str) -> None:
    rewrite(release_file(settings.clean_dir, name), b"hello")


def without_manifest(settings: Settings, name: str) -> None:
    manifest_file(release_file(settings.clean_dir, name)).unlink()


@pytest.mark.parametrize("damage", [damaged, no_database, edited_manifest, without_manifest])
def test_no_door_lets_a_changed_release_through(
    tmp_path: Path, lake: Lake, damage: Callable[[Settings, str], None]
) -> None:
    settings = two_releases(tmp_path)
    damage(settings, "daily-1")
    assert zlv(settings, "publish", "--rollback").returncode == 65
    assert zlv(settings, "verify", "daily-1").returncode == 65
    assert zlv(settings, "upload", "--release", "daily-1", **where(lake)).returncode == 65
    assert current_release(settings) == "daily-2" and marks(settings) == {(2, 2)}
    assert zlv(settings, "verify").returncode == 0


def test_a_byte_of_the_warehouse_changed_after_its_audit_is_not_published(tmp_path: Path) -> None:
    """N3: size and time were set back."""
    settings = base(tmp_path)
    write_warehouse(settings, rows=10)
    rewrite(settings.warehouse_file, flipped(settings.warehouse_file))
    done = zlv(settings, "publish")
    assert done.returncode == 66 and "the last audit was of another warehouse file" in done.stderr


def test_an_edited_audit_is_not_believed(tmp_path: Path) -> None:
    """S2: `audit.json` lies beside the warehouse, where the shell of a pod may write."""
    settings = base(tmp_path)
    write_warehouse(settings, rows=10)
    path = settings.warehouse_dir / "audit.json"
    for change in ({"verdict": "passed", "marts": []}, {"signature": "00"}):
        path.write_text(json.dumps({**json.loads(path.read_text()), **change}))
        done = zlv(settings, "publish")
        assert done.returncode == 66 and "was changed after it was signed" in done.stderr
    path.write_text("[" * 100_000)
    assert zlv(settings, "publish").returncode == 66


def test_a_name_or_description_changed_after_the_audit_is_not_published(tmp_path: Path) -> None:
    settings = base(tmp_path)
    write_warehouse(settings, rows=10)
    listed = tmp_path / "catalog" / "publication.yml"
    listed.write_text(listed.read_text().replace("Communes", "DUPONT Jean"))
    done = zlv(settings, "publish")
    assert done.returncode == 66 and "publication list was changed" in done.stderr


def test_a_follower_refuses_a_pointer_that_was_put_back_and_another_signer(
    tmp_path: Path, lake: Lake
) -> None:
    """S8: an older pointer, with the name of a release that was taken back, was followed again."""
    origin = two_releases(tmp_path / "origin").model_copy(
        update=Settings(**where(lake)).model_dump(include=set(where(lake)))
    )
    here = base(tmp_path / "here")
    pointers = []
    for name in ("daily-1", "daily-2"):
        with stage(origin, "upload") as run:
            upload_release(origin, run, name)
        pointers.append(lake.client.get_object(Bucket=BUCKET, Key="doors/current.json")["Body"].read())
        assert zlv(here, "follow", "--once", **where(lake)).returncode == 0
    lake.client.put_object(Bucket=BUCKET, Key="doors/current.json", Body=pointers[0])
    done = zlv(here, "follow", "--once", **where(lake))
    assert done.returncode == 65 and "somebody put it back" in done.stderr
    assert current_release(here) == "daily-2"

    forged = base(tmp_path / "forged", ZLV_SIGNING_KEY=OTHER_KEY, **where(lake))
    write_warehouse(forged, mark=3, rows=10)
    publish(forged, "daily-3")
    with stage(forged, "upload") as run:
        upload_release(forged, run, None)
    done = zlv(here, "follow", "--once", **where(lake))
    assert done.returncode == 65 and "another key" in done.stderr
    assert current_release(here) == "daily-2"


def test_a_pointer_of_half_a_gigabyte_is_refused_within_its_memory(tmp_path: Path, lake: Lake) -> None:
    """S8: it took two gigabytes."""
    lake.client.put_object(Bucket=BUCKET, Key="doors/current.json", Body=b" " * (50 << 20))
    done = zlv(base(tmp_path), "follow", "--once", **where(lake))
    assert done.returncode == 65 and "more than 8 MB" in done.stderr
    lake.client.delete_object(Bucket=BUCKET, Key="doors/current.json")
