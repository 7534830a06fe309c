"""A release reaches S3 whole and checked, and the pointer that names it comes last."""

from __future__ import annotations

import hashlib
import io
import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from bases import base, publish, write_warehouse, zlv
from components import BUCKET, Lake, s3

from jobs.errors import SettingsError, Temporary
from jobs.privacy.signature import fault
from jobs.releases.upload import upload_release
from jobs.settings import Settings
from jobs.storage import transfer
from jobs.storage.s3 import client
from jobs.telemetry import stage


@pytest.fixture(scope="module")
def server() -> Iterator[Lake]:
    with s3() as lake:
        yield lake


@pytest.fixture
def lake(server: Lake) -> Lake:
    server.empty()
    return server


def published(home: Path, lake: Lake, **environ: str) -> Settings:
    where = {
        **lake.environment(),
        "CELLAR_METABASE_BUCKET_NAME": BUCKET,
        "CELLAR_METABASE_KEY_PATH": "bi",
        **environ,
    }
    settings = base(home, **where)
    write_warehouse(settings, rows=100)
    publish(settings, "daily-1")
    return settings


def upload(settings: Settings, release: str | None = None) -> dict[str, Any]:
    with stage(settings, "upload") as run:
        upload_release(settings, run, release)
        return run.record.facts


def body(lake: Lake, key: str) -> bytes:
    content: bytes = lake.client.get_object(Bucket=BUCKET, Key=key)["Body"].read()
    return content


def test_the_current_release_is_uploaded_once_and_the_pointer_names_it(tmp_path: Path, lake: Lake) -> None:
    settings = published(tmp_path, lake)
    assert upload(settings)["sent"] is True
    content = body(lake, "bi/releases/daily-1.duckdb")
    assert content == settings.clean_file.read_bytes()
    pointer = json.loads(body(lake, "bi/current.json"))
    assert fault(pointer, pointer["signed_by"]) is None
    for name in ("pointed_at", "signed_by", "signature"):
        pointer.pop(name)
    sha256 = hashlib.sha256(content).hexdigest()
    assert pointer == {
        "run_id": "daily-1",
        "key": "bi/releases/daily-1.duckdb",
        "sha256": sha256,
        "bytes": len(content),
    }
    again = upload(settings)
    assert (again["sent"], again["unchanged"]) == (False, True)


def test_an_upload_that_points_elsewhere_is_a_change_though_nothing_is_sent(
    tmp_path: Path, lake: Lake
) -> None:
    """Going back to a release that lies in the bucket changes what followers show."""
    settings = published(tmp_path, lake)
    upload(settings)
    write_warehouse(settings, mark=2, rows=100)
    publish(settings, "daily-2")
    assert "unchanged" not in upload(settings)
    back = upload(settings, "daily-1")
    assert back["sent"] is False and "unchanged" not in back
    assert json.loads(body(lake, "bi/current.json"))["run_id"] == "daily-1"


def test_an_object_with_other_content_is_sent_again(tmp_path: Path, lake: Lake) -> None:
    settings = published(tmp_path, lake)
    wanted = settings.clean_file.read_bytes()
    # The same size and the right checksum in its metadata: only the server's own ETag tells.
    forged = {"sha256": hashlib.sha256(wanted).hexdigest()}
    lake.client.put_object(
        Bucket=BUCKET, Key="bi/releases/daily-1.duckdb", Body=b"x" * len(wanted), Metadata=forged
    )
    assert upload(settings)["sent"] is True
    assert body(lake, "bi/releases/daily-1.duckdb") == wanted


def test_an_upload_in_several_parts_is_proven_by_its_etag(
    tmp_path: Path, lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transfer, "PART", 5 * transfer.MEGABYTE)
    settings = base(tmp_path, **lake.environment())
    for size in (0, 5 * transfer.MEGABYTE - 1, 5 * transfer.MEGABYTE, 12 * transfer.MEGABYTE + 1):
        file = tmp_path / "large"
        file.write_bytes(b"z" * size)
        held, sent = transfer.put_file(client(settings), BUCKET, f"large-{size}", file.open("rb"))
        assert sent and not transfer.put_file(client(settings), BUCKET, f"large-{size}", file.open("rb"))[1]
        etag = lake.client.head_object(Bucket=BUCKET, Key=f"large-{size}")["ETag"].strip('"')
        assert etag == held.etag and ("-" in etag) == (size >= 5 * transfer.MEGABYTE)


def check_keys_after(lake: Lake, requests: int) -> None:
    """Have the server check access keys after so many requests."""
    url = f"http://127.0.0.1:{lake.port}/moto-api/reset-auth"
    request = urllib.request.Request(url, data=str(requests).encode(), headers={"Content-Type": "text/plain"})
    urllib.request.urlopen(request).close()


def test_a_key_that_the_server_refuses_is_one_sentence_and_64(tmp_path: Path, lake: Lake) -> None:
    settings = published(tmp_path, lake)
    check_keys_after(lake, 0)
    try:
        done = zlv(settings, "upload", **lake.environment(), CELLAR_METABASE_BUCKET_NAME=BUCKET)
    finally:
        check_keys_after(lake, 10**9)
    assert done.returncode == 64
    assert f"refused the keys for bucket {BUCKET}" in done.stderr and "Traceback" not in done.stderr
    assert lake.environment()["CELLAR_SECRET_ACCESS_KEY"] not in done.stderr


def test_a_bucket_that_does_not_exist_is_64_and_a_server_that_is_away_75(tmp_path: Path, lake: Lake) -> None:
    settings = published(tmp_path, lake)
    with pytest.raises(SettingsError, match="has no bucket nowhere"):
        upload(settings.model_copy(update={"CELLAR_METABASE_BUCKET_NAME": "nowhere"}))
    with pytest.raises(Temporary, match="cannot be reached"):
        upload(settings.model_copy(update={"CELLAR_HOST_URL": "127.0.0.1:1"}))


def test_every_missing_setting_is_told_at_once(tmp_path: Path) -> None:
    done = zlv(base(tmp_path), "upload")
    assert done.returncode == 64
    assert "CELLAR_HOST_URL" in done.stderr and "CELLAR_METABASE_BUCKET_NAME" in done.stderr


def test_the_checksum_leaves_the_file_at_its_start(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"abc")
    with (tmp_path / "file").open("rb") as content:
        assert transfer.checksum(content).sha256 == hashlib.sha256(b"abc").hexdigest()
        assert content.read() == b"abc"
    assert (
        transfer.part_size(10**12) % transfer.MEGABYTE == 0 and 10**12 / transfer.part_size(10**12) <= 9_000
    )
    assert isinstance(content, io.BufferedReader)
