"""The S3 secret: persistent, scoped, private, renewed when the settings change, and never shown."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from components import BUCKET, Lake, s3_server

from jobs.errors import SettingsError
from jobs.settings import Settings, read_settings
from jobs.sources.lake.secret import NAME, ensure_s3_secret
from jobs.storage.session import connect

__all__ = ["s3_server"]


def settings_of(tmp_path: Path, lake: Lake, **extra: str) -> Settings:
    return read_settings({"ZLV_HOME": str(tmp_path), **lake.environment(), **extra})


def shown(settings: Settings) -> list[tuple[Any, ...]]:
    connection = connect(settings, "httpfs")
    return connection.execute(
        "SELECT name, persistent, scope, secret_string FROM duckdb_secrets()"
    ).fetchall()


def test_a_later_session_reads_the_lake_with_the_written_secret(s3_server: Lake, tmp_path: Path) -> None:
    s3_server.put("secret/raw.csv", "a\n1\n")
    settings = settings_of(tmp_path, s3_server)
    assert ensure_s3_secret(settings)
    assert not ensure_s3_secret(settings)
    query = f"SELECT a FROM read_csv('s3://{BUCKET}/secret/raw.csv', delim = ';', header = true)"
    assert connect(settings, "httpfs").execute(query).fetchall() == [(1,)]


def test_it_is_private_scoped_and_not_shown(s3_server: Lake, tmp_path: Path) -> None:
    settings = settings_of(tmp_path, s3_server)
    settings.secrets_dir.mkdir(mode=0o755)
    ensure_s3_secret(settings)
    assert settings.secrets_dir.stat().st_mode & 0o777 == 0o700
    assert all(path.stat().st_mode & 0o077 == 0 for path in settings.secrets_dir.iterdir())
    (secret,) = shown(settings)
    assert secret[:3] == (NAME, True, [f"s3://{BUCKET}"])
    assert "canary-secret" not in secret[3]


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("CELLAR_SECRET_ACCESS_KEY", "canary-secret"),
        ("CELLAR_SECRET_ACCESS_KEY", "l" * 200),
        ("CELLAR_ACCESS_KEY_ID", "another;key='\\"),
        ("CELLAR_USE_SSL", "true"),
        ("CELLAR_HOST_URL", "cellar.example"),
        ("CELLAR_REGION", "fr-par"),
        ("CELLAR_DATA_LAKE_BUCKET_NAME", "another-lake"),
    ],
)
def test_it_is_written_again_when_a_setting_changes(
    s3_server: Lake, tmp_path: Path, setting: str, value: str
) -> None:
    ensure_s3_secret(settings_of(tmp_path, s3_server))
    changed = settings_of(tmp_path, s3_server, **{setting: value})
    assert ensure_s3_secret(changed)
    assert not ensure_s3_secret(changed)
    assert len(shown(changed)) == 1


def test_a_file_cut_short_is_written_again(s3_server: Lake, tmp_path: Path) -> None:
    settings = settings_of(tmp_path, s3_server)
    ensure_s3_secret(settings)
    file = settings.secrets_dir / f"{NAME}.duckdb_secret"
    for length in (0, 100):
        file.write_bytes(file.read_bytes()[:length])
        assert ensure_s3_secret(settings)
        assert not ensure_s3_secret(settings)


def test_processes_that_start_together_write_it_once(s3_server: Lake, tmp_path: Path) -> None:
    settings = settings_of(tmp_path, s3_server)
    written: list[bool] = []
    threads = [threading.Thread(target=lambda: written.append(ensure_s3_secret(settings))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(written) == [False] * 5 + [True]


def test_a_folder_that_cannot_be_written_is_told_without_the_values(s3_server: Lake, tmp_path: Path) -> None:
    settings = settings_of(tmp_path, s3_server, ZLV_SECRETS_DIR=str(tmp_path / "file"))
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsError, match="ZLV_SECRETS_DIR") as caught:
        ensure_s3_secret(settings)
    assert "canary" not in str(caught.value)
