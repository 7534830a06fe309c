"""One setting reaches every client of S3, and what a server refuses is one sentence with its code."""

from __future__ import annotations

import subprocess
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from authority import authority
from chain import ZLV
from components import BUCKET, PSEUDONYM_KEY, Lake, catalog_of, rows, s3_server, step
from strict_s3 import always, region, strict_s3

from jobs.errors import DataRefused, SettingsError, Temporary, ZlvError
from jobs.settings import read_settings
from jobs.sources.lake.loading import choose, load_lake
from jobs.storage.retry import Backoff
from jobs.storage.s3 import client
from jobs.storage.transfer import put_file

__all__ = ["s3_server"]

QUICK = Backoff(attempts=3, initial=0.01, maximum=0.02, jitter=0.01)
BODY = "code,zone\n01001,B2\n01002,A\n"
KEEP = "{class: none, treatment: keep}"
POLICY = f"domain: external\ncolumns:\n  code: {KEEP}\n  zone: {KEEP}\n"


def declared(folder: Path, **keys: str) -> Any:
    """Declare sources: name → key in the lake."""
    text = "domain: external\ndefaults: {owner: team, producer: INSEE, licence: LO}\nsources:\n" + "".join(
        f"  {name}:\n    location: 's3://{{lake}}/{key.replace(chr(39), chr(39) * 2)}'\n"
        "    columns: {code: {type: VARCHAR, required: true}, zone: VARCHAR}\n"
        for name, key in keys.items()
    )
    return catalog_of(folder / "catalog", external=text, policy_external=POLICY)


def load(folder: Path, catalog: Any, lake: Lake, **extra: str) -> Any:
    with step("load-lake", folder / "home", **{**lake.environment(), **extra}) as (settings, run):
        load_lake(settings, choose(catalog), run, 2, QUICK)
        return run.record


def loaded(folder: Path, name: str) -> int:
    file = folder / "home" / "raw" / "external" / f"{name}.duckdb"
    return int(rows(file, f"SELECT count(*) FROM {name}")[0][0])


def command(folder: Path, lake: Lake, *arguments: str, **extra: str) -> subprocess.CompletedProcess[str]:
    environment = {
        "PATH": "/usr/bin:/bin",
        "ZLV_HOME": str(folder / "home"),
        "ZLV_CATALOG_DIR": str(folder / "catalog"),
        "ZLV_PSEUDONYM_KEY": PSEUDONYM_KEY,
        **lake.environment(),
        **extra,
    }
    return subprocess.run([ZLV, *arguments], env=environment, capture_output=True, text=True, check=False)


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


ODD = [
    "what?.csv", "a?s3_region=x.csv", "n#1.csv", "100%.csv", "a%20b.csv", "a+b.csv", "a b.csv", " lead.csv",
    "it's \"so\".csv", "[1].csv", "a]b[.csv", "é€.csv", "a&b=c;d.csv", "a//b.csv", "back\\slash.csv",
    "x/../y.csv", "./z.csv", "at@:x.csv", "{b}.csv", "tab\t.csv",
]  # fmt: skip


def test_any_key_that_s3_allows_is_loaded(s3_server: Lake, tmp_path: Path) -> None:
    """S12"""
    keys = {f"s{number}": f"odd/{key}" for number, key in enumerate(ODD)}
    for key in keys.values():
        s3_server.put(key, BODY)
    assert load(tmp_path, declared(tmp_path, **keys), s3_server).rows == 2 * len(ODD)


def test_an_asterisk_matches_and_the_other_signs_are_letters(s3_server: Lake, tmp_path: Path) -> None:
    """S12: a location's only sign is `*`, and a key may hold one."""
    for key in ("signs/[a] 1.csv", "signs/[a] *.csv", "signs/a 1.csv"):
        s3_server.put(key, BODY)
    assert load(tmp_path, declared(tmp_path, zones="signs/[a] *.csv"), s3_server).rows == 4


def test_accents_written_in_two_ways_are_one_name(s3_server: Lake, tmp_path: Path) -> None:
    """D14: the catalog says é in one letter, the key in two: it is found, and that is said."""
    s3_server.put(unicodedata.normalize("NFD", "nfd/Décembre été.csv"), BODY)
    record = load(tmp_path, declared(tmp_path, zones="nfd/Décembre été.csv"), s3_server)
    assert record.rows == 2
    assert any("written in another way than in the catalog" in note for note in record.notes)


def test_a_list_without_etags_is_read(s3_server: Lake, tmp_path: Path) -> None:
    """D14"""
    import re

    s3_server.put("untagged/zones.csv", BODY)
    catalog = declared(tmp_path, zones="untagged/zones.csv")
    with strict_s3(body=lambda found: re.sub(rb"<ETag>.*?</ETag>", b"", found)) as lake:
        assert load(tmp_path, catalog, lake).rows == 2
        assert load(tmp_path, catalog, lake).facts["unchanged"] == 1


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


def test_a_lake_where_nothing_is_found_any_more_is_a_wrong_one(s3_server: Lake, tmp_path: Path) -> None:
    """N2: a bucket that exists and is another one; one source that went is still an absence."""
    keys = {"one": "wrong/one.csv", "two": "wrong/two.csv"}
    for key in keys.values():
        s3_server.put(key, BODY)
    catalog = declared(tmp_path, **keys)
    load(tmp_path, catalog, s3_server)
    s3_server.client.create_bucket(Bucket="another-bucket")
    done = command(tmp_path, s3_server, "load-lake", CELLAR_DATA_LAKE_BUCKET_NAME="another-bucket")
    assert done.returncode == 64
    assert "nothing is found in bucket another-bucket" in done.stderr
    for only in keys:
        arguments = ("load-lake", "--only", only)
        done = command(tmp_path, s3_server, *arguments, CELLAR_DATA_LAKE_BUCKET_NAME="another-bucket")
        assert done.returncode == 64, done.stderr
    done = command(tmp_path, s3_server, "prepare", CELLAR_DATA_LAKE_BUCKET_NAME="another-bucket")
    assert done.returncode == 64 and "nothing is found in bucket another-bucket" in done.stdout
    s3_server.client.delete_object(Bucket=BUCKET, Key=keys["one"])
    assert any("is absent" in note for note in load(tmp_path, catalog, s3_server).notes)
    assert (loaded(tmp_path, "one"), loaded(tmp_path, "two")) == (2, 2)


@pytest.mark.parametrize("bucket", ["no/bucket", "a", "s3://key:canary@bucket", "deux mots"])
def test_what_is_no_bucket_is_a_fault_of_the_settings(s3_server: Lake, tmp_path: Path, bucket: str) -> None:
    """N13"""
    declared(tmp_path, zones="any.csv")
    done = command(tmp_path, s3_server, "load-lake", CELLAR_DATA_LAKE_BUCKET_NAME=bucket)
    assert done.returncode == 64
    assert "CELLAR_DATA_LAKE_BUCKET_NAME" in done.stderr and "canary" not in done.stderr
