"""`last` and `previous` name a release in every command that takes one (N15)."""

from __future__ import annotations

from pathlib import Path

from bases import zlv
from components import BUCKET, Lake
from two_releases import lake, two_releases

from jobs.releases.release import current_release

__all__ = ["lake"]  # fixtures


def test_the_release_before_is_shown_again_by_its_word(tmp_path: Path) -> None:
    """N15"""
    settings = two_releases(tmp_path)
    done = zlv(settings, "publish", "--rollback", "--to", "previous")
    assert done.returncode == 0, done.stderr
    assert current_release(settings) == "daily-1"


def test_a_release_is_uploaded_by_its_word(tmp_path: Path, lake: Lake) -> None:
    """N15"""
    settings = two_releases(tmp_path)
    where = {**lake.environment(), "CELLAR_METABASE_BUCKET_NAME": BUCKET, "CELLAR_METABASE_KEY_PATH": "words"}
    for word, name in (("previous", "daily-1"), ("last", "daily-2"), ("current", "daily-2")):
        done = zlv(settings, "upload", "--release", word, **where)
        assert done.returncode == 0, done.stderr
        pointer = lake.client.get_object(Bucket=BUCKET, Key="words/current.json")["Body"].read().decode()
        assert f"releases/{name}.duckdb" in pointer
