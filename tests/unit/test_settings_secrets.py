"""Secrets may be files or lie in a folder, and never show."""

from __future__ import annotations

from pathlib import Path

import pytest

from jobs.errors import SettingsError
from jobs.settings import SECRETS, read_settings

KEY = "k" * 40


def test_a_secret_may_come_as_a_file_without_its_last_newline(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(KEY + "\n")
    settings = read_settings({"ZLV_PSEUDONYM_KEY_FILE": str(tmp_path / "key")})
    assert settings.ZLV_PSEUDONYM_KEY is not None
    assert settings.ZLV_PSEUDONYM_KEY.get_secret_value() == KEY


@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_may_lie_in_a_folder_under_its_name(name: str, tmp_path: Path) -> None:
    """S5: as Kubernetes mounts the keys that a step needs; what is not mounted is not set."""
    value = "https://" + "key" * 12
    (tmp_path / name).write_text(value + "\n")
    settings = read_settings({"ZLV_KEYS_DIR": str(tmp_path)})
    assert {each for each in SECRETS if getattr(settings, each) is not None} == {name}
    assert getattr(settings, name).get_secret_value() == value


def test_what_is_said_of_one_secret_wins_over_the_folder(tmp_path: Path) -> None:
    """S5: a variable, or a file of its own."""
    for name in ("ZLV_PSEUDONYM_KEY", "CELLAR_ACCESS_KEY_ID", "other"):
        (tmp_path / name).write_text("in the folder, and long enough for a key")
    (tmp_path / "other").write_text("of its own")
    settings = read_settings(
        {
            "ZLV_KEYS_DIR": str(tmp_path),
            "ZLV_PSEUDONYM_KEY": KEY,
            "CELLAR_ACCESS_KEY_ID_FILE": str(tmp_path / "other"),
        }
    )
    assert settings.ZLV_PSEUDONYM_KEY and settings.ZLV_PSEUDONYM_KEY.get_secret_value() == KEY
    assert settings.CELLAR_ACCESS_KEY_ID and settings.CELLAR_ACCESS_KEY_ID.get_secret_value() == "of its own"


def test_a_secret_file_that_is_not_there_is_told_with_the_other_faults(tmp_path: Path) -> None:
    environ = {"CELLAR_ACCESS_KEY_ID_FILE": str(tmp_path / "none"), "DUCKDB_THREAD_NUMBER": "0"}
    with pytest.raises(SettingsError) as refused:
        read_settings(environ)
    assert "CELLAR_ACCESS_KEY_ID_FILE" in str(refused.value)
    assert "DUCKDB_THREAD_NUMBER" in str(refused.value)


@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_never_shows_in_a_representation(name: str) -> None:
    settings = read_settings({name: "https://" + "canary" * 8})
    assert "canary" not in repr(settings) + str(settings) + settings.model_dump_json()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        (name, value)
        for name in (
            "POSTGRES_PRODUCTION_DB",
            "CELLAR_HOST_URL",
            "METABASE_URL",
            "ZLV_ALERT_URL",
        )
        for value in (
            "https://user:canary@host.example.org/path",
            "postgres://user:canary@host.example.org:5432/zlv",
            "user:canary@host.example.org",
            "//user:canary@host",
        )
    ]
    + [
        (name, value)
        for name in ("POSTGRES_PRODUCTION_DB", "CELLAR_HOST_URL")
        for value in (
            "host=h password=canary",
            "canary secret",
            "host/canary",
            "host?canary=1",
            "host:canary",
        )
    ]
    + [
        ("POSTGRES_PRODUCTION_DB_NAME", "postgres://user:canary@host/zlv"),
        ("POSTGRES_PRODUCTION_DB_NAME", "host=h password=canary"),
        ("POSTGRES_PRODUCTION_READONLY_USER", "postgres://user:canary@host/zlv"),
        ("CELLAR_REGION", "https://canary"),
        ("CELLAR_DATA_LAKE_BUCKET_NAME", "s3://key:canary@bucket"),
        ("CELLAR_METABASE_BUCKET_NAME", "s3://bucket/canary"),
        ("METABASE_URL", "file:///canary"),
    ],
)
def test_what_is_pasted_in_the_place_of_a_host_is_refused_and_never_shown(name: str, value: str) -> None:
    """S7, D7"""
    with pytest.raises(SettingsError) as refused:
        read_settings({name: value})
    assert name in str(refused.value) and "canary" not in str(refused.value)


@pytest.mark.parametrize(
    "written", ["http://user:canary@collector:4318/?key=canary", "user:canary@collector"]
)
def test_the_address_of_a_collector_is_told_without_what_it_holds(written: str) -> None:
    """S7: telemetry stops nothing, and shows nothing either."""
    from jobs.telemetry.traces import without_credentials

    assert "canary" not in without_credentials(written) and "collector" in without_credentials(written)


@pytest.mark.parametrize(("content", "said"), [(b"caf\xe9" * 10, "UTF-8"), (b"k" * 40 + b"\0", "NUL")])
def test_a_secret_file_that_is_no_text_is_told(tmp_path: Path, content: bytes, said: str) -> None:
    """N5"""
    (tmp_path / "key").write_bytes(content)
    with pytest.raises(SettingsError, match=said):
        read_settings({"ZLV_PSEUDONYM_KEY_FILE": str(tmp_path / "key")})
