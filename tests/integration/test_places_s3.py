"""One setting reaches every client of S3, and what a server refuses is one sentence with its code."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from authority import authority
from components import BUCKET, Lake, s3_server
from lake_loads import BODY, command, declared, load, loaded
from strict_s3 import always, region, strict_s3

from jobs.errors import DataRefused, SettingsError, Temporary, ZlvError
from jobs.settings import read_settings
from jobs.storage.s3 import client
from jobs.storage.transfer import put_file

__all__ = ["s3_server"]


def test_a_region_left_at_its_default_is_said_by_prepare_and_load_alike(
    s3_server: Lake, tmp_path: Path
) -> None:
    """D6: the bucket's region is named; with it, both clients read."""
    s3_server.put("region/zones.csv", BODY)
    catalog = declared(tmp_path, zones="region/zones.csv")
    with strict_s3(region("fr-par")) as lake:
        with pytest.raises(SettingsError, match="set CELLAR_REGION to fr-par"):
            load(tmp_path, catalog, lake)
        done = command(tmp_path, lake, "prepare")
        assert done.returncode == 64 and "set CELLAR_REGION to fr-par" in done.stdout
        assert load(tmp_path, catalog, lake, CELLAR_REGION="fr-par").rows == 2


def test_prepare_reads_with_both_clients(s3_server: Lake, tmp_path: Path) -> None:
    """D6: what only DuckDB is refused is found by prepare, not by the load."""
    s3_server.put("both/zones.csv", BODY)
    declared(tmp_path, zones="both/zones.csv")

    def no_duckdb(environ: Any) -> tuple[str, str] | None:
        return None if "Boto3" in environ.get("HTTP_USER_AGENT", "") else ("403 Forbidden", "AccessDenied")

    with strict_s3(no_duckdb) as lake:
        done = command(tmp_path, lake, "prepare")
    assert done.returncode == 64
    assert "refused the keys" in done.stdout


def test_an_authority_of_ones_own_is_one_setting(s3_server: Lake, tmp_path: Path) -> None:
    """D6: without it prepare and load say what to set; with it S3's two clients and the upload trust it."""
    s3_server.put("tls/zones.csv", BODY)
    own = authority(tmp_path / "tls")
    catalog = declared(tmp_path, zones="tls/zones.csv")
    with strict_s3(tls=own) as lake:
        with pytest.raises(SettingsError, match="ZLV_CA_FILE"):
            load(tmp_path, catalog, lake)
        done = command(tmp_path, lake, "prepare")
        assert done.returncode == 64 and "ZLV_CA_FILE" in done.stdout
        assert load(tmp_path, catalog, lake, ZLV_CA_FILE=str(own.ca)).rows == 2
        done = command(tmp_path, lake, "prepare", ZLV_CA_FILE=str(own.ca))
        assert "S3 lake" in done.stdout and "1 of 1 sources" in done.stdout
        settings = read_settings(
            {"ZLV_HOME": str(tmp_path / "home"), **lake.environment(), "ZLV_CA_FILE": str(own.ca)}
        )
        (tmp_path / "file").write_bytes(b"abc")
        with (tmp_path / "file").open("rb") as content:
            assert put_file(client(settings), BUCKET, "tls/file", content)[1]


@pytest.mark.parametrize(
    ("status", "code", "kind", "sentence"),
    [
        ("400 Bad Request", "ExpiredToken", SettingsError, "have expired"),
        ("403 Forbidden", "InvalidToken", SettingsError, "have expired"),
        ("400 Bad Request", "AuthorizationHeaderMalformed", SettingsError, "expects another region"),
        (
            "301 Moved Permanently",
            "PermanentRedirect",
            SettingsError,
            "lies elsewhere|expects another region",
        ),
        (
            "307 Temporary Redirect",
            "TemporaryRedirect",
            SettingsError,
            "lies elsewhere|expects another region",
        ),
        ("403 Forbidden", "InvalidObjectState", DataRefused, "in an archive"),
        ("403 Forbidden", "AccessDenied", SettingsError, "refused the keys"),
        ("501 Not Implemented", "NotImplemented", SettingsError, "answered NotImplemented"),
        ("503 Slow Down", "SlowDown", Temporary, "answered (SlowDown|503)"),
        ("500 Internal Server Error", "InternalError", Temporary, "answered (InternalError|500)"),
        ("400 Bad Request", "RequestTimeout", Temporary, "answered RequestTimeout"),
        ("429 Too Many Requests", "TooManyRequestsException", Temporary, "answered (TooMany|429)"),
    ],
)
@pytest.mark.parametrize("where", ["list", "read"])
def test_what_a_server_refuses_is_one_sentence_with_its_code(
    s3_server: Lake, tmp_path: Path, status: str, code: str, kind: type[ZlvError], sentence: str, where: str
) -> None:
    """D6, D14, N13: whichever client was answered."""
    s3_server.put("refused/zones.csv", BODY)
    catalog = declared(tmp_path, zones="refused/zones.csv")
    refusal = always(status, code)

    def rule(environ: Any) -> tuple[str, str] | None:
        is_list = "list-type" in environ["QUERY_STRING"]
        return refusal(environ) if is_list == (where == "list") else None

    with strict_s3(rule) as lake, pytest.raises(kind, match=sentence) as caught:
        load(tmp_path, catalog, lake)
    assert "canary" not in str(caught.value)


def test_a_throttled_request_is_repeated_and_a_revoked_key_is_not(s3_server: Lake, tmp_path: Path) -> None:
    """D6: 503 comes and goes; a key that was revoked stays so."""
    s3_server.put("again/zones.csv", BODY)
    catalog = declared(tmp_path, zones="again/zones.csv")
    with strict_s3(always("503 Slow Down", "SlowDown", times=2)) as lake:
        assert load(tmp_path, catalog, lake).rows == 2
    with strict_s3(always("403 Forbidden", "InvalidAccessKeyId")) as lake:
        with pytest.raises(SettingsError, match="refused the keys"):
            load(tmp_path, catalog, lake)
        assert len(lake.asked) == 1


def test_settings_of_others_do_not_reach_the_clients(
    s3_server: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """D14: a profile that is absent, a broken file, keys and endpoints of AWS's own tools."""
    s3_server.put("ambient/zones.csv", BODY)
    declared(tmp_path, zones="ambient/zones.csv")
    (tmp_path / "broken").write_text("[profile\nnot = a file")
    ambient = {
        "AWS_PROFILE": "absent",
        "AWS_CONFIG_FILE": str(tmp_path / "broken"),
        "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "broken"),
        "AWS_ACCESS_KEY_ID": "other",
        "AWS_SESSION_TOKEN": "other",
        "AWS_REGION": "other",
        "AWS_ENDPOINT_URL_S3": "http://127.0.0.1:1",
        "AWS_CA_BUNDLE": "/nowhere",
        "AWS_USE_FIPS_ENDPOINT": "true",
    }

    def no_token(environ: Any) -> tuple[str, str] | None:
        other = "HTTP_X_AMZ_SECURITY_TOKEN" in environ or "other" in environ.get("HTTP_AUTHORIZATION", "")
        return ("403 Forbidden", "InvalidToken") if other else None

    with strict_s3(no_token) as lake:
        done = command(tmp_path, lake, "load-lake", **ambient)
    assert done.returncode == 0, done.stderr
    assert loaded(tmp_path, "zones") == 2


def test_an_etag_that_is_no_md5_does_not_stop_an_upload(s3_server: Lake, tmp_path: Path) -> None:
    """D14: the object is read back; what differs is still found."""

    def odd(found: list[tuple[str, str]]) -> list[tuple[str, str]]:
        return [(name, '"a-tag-of-its-own"' if name.lower() == "etag" else value) for name, value in found]

    (tmp_path / "file").write_bytes(b"abc" * 1000)
    with strict_s3(headers=odd) as lake:
        settings = read_settings({"ZLV_HOME": str(tmp_path / "home"), **lake.environment()})
        for sent in (True, False):
            with (tmp_path / "file").open("rb") as content:
                assert put_file(client(settings), BUCKET, "odd-etag", content)[1] is sent
        metadata = s3_server.client.head_object(Bucket=BUCKET, Key="odd-etag")["Metadata"]
        s3_server.client.put_object(Bucket=BUCKET, Key="odd-etag", Body=b"x" * 3000, Metadata=metadata)
        with (tmp_path / "file").open("rb") as content:
            assert put_file(client(settings), BUCKET, "odd-etag", content)[1]
