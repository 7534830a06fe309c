"""A clean folder follows the releases in S3: whole, checked, and soon after their upload."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from bases import base, publish, write_warehouse, zlv
from chain import ZLV, base_environment, fingerprints
from components import BUCKET, Lake, s3

from jobs.releases.release import current_release
from jobs.releases.upload import upload_release
from jobs.settings import Settings
from jobs.telemetry import stage

SECONDS = 15
SHOWN = ["daily-1.duckdb", "daily-1.json"]


@pytest.fixture(scope="module")
def server() -> Iterator[Lake]:
    with s3() as lake:
        yield lake


@pytest.fixture
def lake(server: Lake) -> Lake:
    server.empty()
    return server


def where(lake: Lake) -> dict[str, str]:
    return {**lake.environment(), "CELLAR_METABASE_BUCKET_NAME": BUCKET, "CELLAR_METABASE_KEY_PATH": "bi"}


def uploaded(home: Path, lake: Lake, name: str, rows: int) -> Settings:
    """Publish a release on a home of its own and send it to S3."""
    settings = base(home, **where(lake))
    write_warehouse(settings, rows=rows)
    publish(settings, name)
    with stage(settings, "upload") as run:
        upload_release(settings, run, None)
    return settings


def follower(home: Path, lake: Lake, **more: str) -> Settings:
    return base(home, **where(lake), **more)


def follow(settings: Settings, lake: Lake) -> subprocess.CompletedProcess[str]:
    return zlv(settings, "follow", "--once", **where(lake))


@pytest.fixture
def following(tmp_path: Path, lake: Lake) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start `zlv follow` in a loop; it is ended with the test."""
    started: list[subprocess.Popen[str]] = []

    def start(home: Path, **more: str) -> subprocess.Popen[str]:
        environment = {**base_environment(home), **where(lake), **more}
        process = subprocess.Popen(
            [str(ZLV), "follow", "--every", "1"],
            env=environment,
            cwd=tmp_path,
            text=True,
            stderr=subprocess.PIPE,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()


def until(condition: Callable[[], Any]) -> None:
    end = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)


def shows(home: Path, release: str) -> bool:
    file = home / "clean" / "zlv.duckdb"
    return file.is_symlink() and file.readlink().stem == release


def test_the_release_that_s3_names_is_fetched_once_and_shown(tmp_path: Path, lake: Lake) -> None:
    origin, here = uploaded(tmp_path / "origin", lake, "daily-1", 100), follower(tmp_path / "here", lake)
    assert follow(here, lake).returncode == 0
    assert fingerprints(here.clean_file) == fingerprints(origin.clean_file)
    written = here.clean_file.stat().st_mtime_ns
    assert follow(here, lake).returncode == 0
    assert here.clean_file.stat().st_mtime_ns == written


def test_without_an_upload_there_is_nothing_to_follow_and_no_error(tmp_path: Path, lake: Lake) -> None:
    here = follower(tmp_path, lake)
    done = follow(here, lake)
    assert done.returncode == 0 and "current.json is not there yet" in done.stderr
    assert not here.clean_file.exists()


def test_a_new_upload_and_a_step_back_are_followed_while_it_runs(
    tmp_path: Path, lake: Lake, following: Callable[..., subprocess.Popen[str]]
) -> None:
    uploaded(tmp_path / "origin", lake, "daily-1", 100)
    process = following(tmp_path / "here")
    until(lambda: shows(tmp_path / "here", "daily-1"))
    origin = uploaded(tmp_path / "origin", lake, "daily-2", 200)
    until(lambda: shows(tmp_path / "here", "daily-2"))
    with stage(origin, "upload") as run:
        upload_release(origin, run, "daily-1")
    until(lambda: shows(tmp_path / "here", "daily-1"))
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=SECONDS) == 143


@pytest.mark.parametrize(
    "damage",
    [{"sha256": "0" * 64}, {"run_id": "../../daily-2"}, {"sha256": "no checksum"}, {"bytes": 3}],
    ids=["checksum", "path", "pointer", "bytes"],
)
def test_what_upload_did_not_write_is_refused_and_the_last_release_stands(
    tmp_path: Path, lake: Lake, damage: dict[str, str]
) -> None:
    uploaded(tmp_path / "origin", lake, "daily-1", 100)
    here = follower(tmp_path / "here", lake)
    follow(here, lake)
    uploaded(tmp_path / "origin", lake, "daily-2", 200)
    pointer = json.loads(lake.client.get_object(Bucket=BUCKET, Key="bi/current.json")["Body"].read())
    lake.client.put_object(
        Bucket=BUCKET, Key="bi/current.json", Body=json.dumps({**pointer, **damage}).encode()
    )
    done = follow(here, lake)
    assert done.returncode == 65 and "the last release stands" in done.stderr
    assert shows(tmp_path / "here", "daily-1")
    assert sorted(path.name for path in (tmp_path / "here" / "clean" / "releases").iterdir()) == SHOWN


def test_a_damaged_release_and_a_server_that_is_away_do_not_end_the_following(
    tmp_path: Path, lake: Lake, following: Callable[..., subprocess.Popen[str]]
) -> None:
    uploaded(tmp_path / "origin", lake, "daily-1", 100)
    content = lake.client.get_object(Bucket=BUCKET, Key="bi/releases/daily-1.duckdb")["Body"].read()
    lake.client.put_object(Bucket=BUCKET, Key="bi/releases/daily-1.duckdb", Body=content[:-1])
    process = following(tmp_path / "here")
    assert process.stderr is not None
    until(lambda: "does not have the checksum" in process.stderr.readline())  # type: ignore[union-attr]
    uploaded(tmp_path / "origin", lake, "daily-2", 200)
    until(lambda: shows(tmp_path / "here", "daily-2"))
    away = zlv(
        follower(tmp_path / "away", lake),
        "follow",
        "--once",
        **{**where(lake), "CELLAR_HOST_URL": "127.0.0.1:1"},
    )
    assert away.returncode == 75 and "cannot be reached" in away.stderr


def test_a_download_that_is_killed_changes_nothing_and_leaves_nothing(
    tmp_path: Path, lake: Lake, following: Callable[..., subprocess.Popen[str]]
) -> None:
    uploaded(tmp_path / "origin", lake, "daily-1", 100)
    follow(follower(tmp_path / "here", lake), lake)
    origin = uploaded(tmp_path / "origin", lake, "daily-big", 150)
    key = "bi/releases/daily-big.duckdb"
    assert current_release(origin) == "daily-big"
    lake.client.put_object(Bucket=BUCKET, Key=key, Body=os.urandom(1024) * 1024 * 150)
    process = following(tmp_path / "here")
    releases = tmp_path / "here" / "clean" / "releases"
    until(lambda: list(releases.glob("*.next")))
    process.kill()
    process.wait()
    assert list(releases.glob("*.next")), "it was killed too late"
    assert shows(tmp_path / "here", "daily-1")
    uploaded(tmp_path / "origin", lake, "daily-2", 200)
    assert follow(follower(tmp_path / "here", lake), lake).returncode == 0
    assert shows(tmp_path / "here", "daily-2")
    assert {path.stem for path in releases.iterdir()} == {"daily-1", "daily-2"}
