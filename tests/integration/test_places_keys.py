"""Objects are found under whatever key they have, and a lake that is another one is not taken for empty."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import pytest
from components import BUCKET, Lake, s3_server
from lake_loads import BODY, command, declared, load, loaded
from strict_s3 import strict_s3

__all__ = ["s3_server"]

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
    s3_server.put("untagged/zones.csv", BODY)
    catalog = declared(tmp_path, zones="untagged/zones.csv")
    with strict_s3(body=lambda found: re.sub(rb"<ETag>.*?</ETag>", b"", found)) as lake:
        assert load(tmp_path, catalog, lake).rows == 2
        assert load(tmp_path, catalog, lake).facts["unchanged"] == 1


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
