"""load-lake again: what is unchanged, replaced, drifted, empty or absent, beside the file of before."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from components import PSEUDONYM_KEY, Lake, catalog_of, rows, s3_server
from lake_of_towns import HEADER, POLICY, catalog, line, load, raw, thousand

from jobs.errors import DataRefused

__all__ = ["s3_server"]  # fixtures


def test_unchanged_objects_are_not_read_again(s3_server: Lake, tmp_path: Path) -> None:
    declared = catalog(tmp_path, "same/raw.csv")
    s3_server.put("same/raw.csv", thousand({}))
    load(tmp_path, declared, s3_server)
    before = raw(tmp_path).stat()
    record = load(tmp_path, declared, s3_server)
    assert (raw(tmp_path).stat().st_ino, record.facts["unchanged"], record.rows) == (before.st_ino, 1, 0)
    # A new object, another key, or another policy: each is reason enough.
    s3_server.put("same/raw.csv", thousand({1: line(1, rooms="7")}))
    assert load(tmp_path, declared, s3_server).rows == 1000
    assert load(tmp_path, declared, s3_server, ZLV_PSEUDONYM_KEY=PSEUDONYM_KEY[::-1]).rows == 1000
    other = catalog_of(
        tmp_path / "catalog", policy_lovac=POLICY.replace("  area: {class: none, treatment: keep}\n", "")
    )
    assert load(tmp_path, other, s3_server, ZLV_PSEUDONYM_KEY=PSEUDONYM_KEY[::-1]).rows == 1000
    assert ("area",) not in rows(raw(tmp_path), "SELECT column_name FROM (DESCRIBE towns)")


def test_an_object_replaced_while_it_is_read_is_read_again(
    s3_server: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from jobs.sources.lake import load as loading

    s3_server.put("moving/raw.csv", thousand({}))
    editions = iter([thousand({}) + line(1001)])
    original = loading.layout_of

    def replaced(*arguments: Any) -> Any:
        layout = original(*arguments)
        for edition in editions:
            s3_server.put("moving/raw.csv", edition)
        return layout

    monkeypatch.setattr(loading, "layout_of", replaced)
    declared = catalog(tmp_path, "moving/raw.csv")
    load(tmp_path, declared, s3_server)
    assert rows(raw(tmp_path), "SELECT count(*) FROM towns") == [(1001,)]
    assert load(tmp_path, declared, s3_server).facts["unchanged"] == 1


def test_missing_renamed_and_new_columns_are_told(s3_server: Lake, tmp_path: Path) -> None:
    s3_server.put(
        "drift/raw.csv", "code_commune;LIBELLE;Rooms;flag;secret;brand new;owner\n00001;A;1;t;s;canary-new;\n"
    )
    record = load(tmp_path, catalog(tmp_path, "drift/raw.csv"), s3_server)
    assert rows(raw(tmp_path), "SELECT code, label, rooms, area, flag, seen FROM towns") == [
        ("00001", "A", 1, None, True, None)
    ]
    told = "\n".join(record.notes)
    for sentence in (
        "column Code commune is renamed to code_commune",
        "column Libellé is renamed to LIBELLE",
        "column rooms is renamed to Rooms",
        "column area is missing; it is NULL",
        "new column brand new is not declared and not read",
    ):
        assert sentence in told
    assert "secret" not in told
    assert b"canary-new" not in raw(tmp_path).read_bytes()


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (
            HEADER.replace("Code commune;", "") + "A;1;1;t;2024-01-01;o;s\n",
            "required column Code commune missing in raw.csv",
        ),
        ("", "0 rows, fewer than the 1 expected"),
        (HEADER, "0 rows, fewer than the 1 expected"),
        (HEADER.encode("latin-1"), "0 rows, fewer than the 1 expected"),
        (b"\x00\x01\x02" * 100, "required column"),
    ],
)
def test_what_is_empty_or_lacks_a_required_column_never_replaces_the_last_good_file(
    s3_server: Lake, tmp_path: Path, body: str | bytes, sentence: str
) -> None:
    declared = catalog(tmp_path, "good/raw.csv")
    s3_server.put("good/raw.csv", thousand({}))
    load(tmp_path, declared, s3_server)
    s3_server.put("good/raw.csv", body)
    with pytest.raises(DataRefused, match=sentence):
        load(tmp_path, declared, s3_server)
    assert rows(raw(tmp_path), "SELECT count(*) FROM towns") == [(1000,)]
    assert not list(raw(tmp_path).parent.glob("*.next*"))


def test_an_absent_object_is_noted_and_the_earlier_file_stays(s3_server: Lake, tmp_path: Path) -> None:
    declared = catalog(tmp_path, "absent/raw.csv")
    assert any("is absent" in note for note in load(tmp_path, declared, s3_server).notes)
    assert not raw(tmp_path).exists()
    s3_server.put("absent/raw.csv", thousand({}))
    load(tmp_path, declared, s3_server)
    s3_server.client.delete_object(
        Bucket=s3_server.environment()["CELLAR_DATA_LAKE_BUCKET_NAME"], Key="absent/raw.csv"
    )
    assert any("the earlier file stays" in note for note in load(tmp_path, declared, s3_server).notes)
    assert raw(tmp_path).exists()
    with pytest.raises(DataRefused, match="is required and absent"):
        load(tmp_path, catalog(tmp_path, "absent/raw.csv", extra="    optional: false\n"), s3_server)
