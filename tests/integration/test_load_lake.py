"""load-lake on a real S3 server: what is broken in a line is set aside with its number, or refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from components import Lake, rows, s3_server
from lake_of_towns import BROKEN, HEADER, catalog, line, load, raw, thousand

from jobs.errors import DataRefused
from jobs.storage.files import read_certificate

__all__ = ["s3_server"]  # fixtures


def test_three_broken_lines_in_a_thousand_are_set_aside_with_their_numbers(
    s3_server: Lake, tmp_path: Path
) -> None:
    s3_server.put("three/raw.csv", thousand(dict(zip((10, 500, 900), BROKEN, strict=True))))
    record = load(tmp_path, catalog(tmp_path, "three/raw.csv"), s3_server)
    assert rows(raw(tmp_path), "SELECT count(*) FROM towns") == [(997,)]
    kept = rows(raw(tmp_path), "SELECT file_name, line, column_name, reason FROM _rejects ORDER BY line")
    assert kept == [
        ("raw.csv", 11, None, "fewer columns than the header"),
        ("raw.csv", 501, "rooms", "the value is no INTEGER"),
        ("raw.csv", 901, None, "a quote is not closed, or text follows it"),
    ]
    assert record.rows == 997
    assert any("3 broken lines set aside" in note for note in record.notes)
    certificate = read_certificate(raw(tmp_path))
    assert certificate is not None
    assert (certificate["rows"], certificate["rejects"]) == (997, 3)
    content = raw(tmp_path).read_bytes()
    assert b"canary-text" not in content
    assert b"canary-dropped" not in content


def test_two_hundred_broken_lines_are_refused_and_the_old_file_answers(
    s3_server: Lake, tmp_path: Path
) -> None:
    declared = catalog(tmp_path, "many/raw.csv")
    s3_server.put("many/raw.csv", thousand({}))
    load(tmp_path, declared, s3_server)
    s3_server.put("many/raw.csv", thousand({number: BROKEN[number % 3] for number in range(101, 301)}))
    with pytest.raises(
        DataRefused, match=r"200 of 1000 lines are broken \(20\.0%, more than the 1\.0% allowed\)"
    ) as caught:
        load(tmp_path, declared, s3_server)
    assert rows(raw(tmp_path), "SELECT count(*) FROM towns") == [(1000,)]
    side = raw(tmp_path).with_suffix(".rejects.csv")
    assert str(side) in str(caught.value)
    lines = side.read_text(encoding="utf-8").splitlines()
    assert lines[0] == "file_name;line;column_name;reason"
    assert sorted(int(text.split(";")[1]) for text in lines[1:]) == list(range(102, 302))
    assert "canary" not in side.read_text(encoding="utf-8")
    s3_server.put("many/raw.csv", thousand({}) + line(1001))
    load(tmp_path, declared, s3_server)
    assert not side.exists()


def test_a_line_counts_once_even_when_several_columns_fail(s3_server: Lake, tmp_path: Path) -> None:
    s3_server.put("once/raw.csv", thousand({5: line(5, rooms="x", area="y", flag="z")}))
    load(tmp_path, catalog(tmp_path, "once/raw.csv"), s3_server)
    assert rows(
        raw(tmp_path), "SELECT count(*), count(DISTINCT line), list_sort(list(column_name)) FROM _rejects"
    ) == [(3, 1, ["area", "flag", "rooms"])]
    certificate = read_certificate(raw(tmp_path))
    assert certificate is not None
    assert certificate["rejects"] == 1


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
def test_line_numbers_are_those_of_an_editor_whatever_is_quoted(
    s3_server: Lake, tmp_path: Path, end: str, encoding: str
) -> None:
    text = (
        HEADER
        + "".join(line(n, label='"à cheval\nsur trois\nlignes é"') for n in range(200))
        + line(0, area="no number")
        + "\n"
        + line(1, area="x")
    )
    text = text.replace("\n", end)
    s3_server.put("lines/raw.csv", text.encode(encoding))
    extra = f"    format: {{delimiter: ';', encoding: {encoding}}}\n"
    load(
        tmp_path, catalog(tmp_path, "lines/raw.csv", extra=extra + "    rejects_threshold: 0.5\n"), s3_server
    )
    expected = [
        number for number, each in enumerate(text.split("\n"), 1) if "no number" in each or ";x;" in each
    ]
    assert expected == [602, 604]
    assert rows(raw(tmp_path), "SELECT line FROM _rejects ORDER BY 1") == [(number,) for number in expected]
    assert rows(raw(tmp_path), "SELECT DISTINCT label FROM towns") == [
        (f"à cheval{end}sur trois{end}lignes é",)
    ]


def test_an_open_quote_costs_its_own_line_only(s3_server: Lake, tmp_path: Path) -> None:
    records = [line(n, label='"a ""b"" c"' if n % 7 else '"two\nlines"') for n in range(3000)]
    records[1201], records[1801] = line(1, label='"open'), line(2, label='"text" after')
    expected = [2 + sum(record.count("\n") for record in records[:number]) for number in (1201, 1801)]
    s3_server.put("quote/raw.csv", HEADER + "".join(records))
    load(tmp_path, catalog(tmp_path, "quote/raw.csv"), s3_server)
    assert rows(raw(tmp_path), "SELECT line FROM _rejects ORDER BY 1") == [(number,) for number in expected]
    assert rows(raw(tmp_path), "SELECT count(*), count(DISTINCT code) FROM towns") == [(2998, 2998)]


def test_more_faults_than_are_counted_are_refused(
    s3_server: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jobs.sources.lake.scan.REJECTS_LIMIT", 20)
    monkeypatch.setattr("jobs.sources.lake.rejects.REJECTS_LIMIT", 20)
    s3_server.put("uncounted/raw.csv", thousand(dict.fromkeys(range(100, 108), BROKEN[0])))
    with pytest.raises(DataRefused, match=r"more than \d lines are broken"):
        load(tmp_path, catalog(tmp_path, "uncounted/raw.csv"), s3_server)
