"""What stands in an object is read as it is written there: encodings, signs, types."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest
from towns import declare, lines, load, loaded, put

from jobs.errors import DataRefused

ODD = "œ ’ – € é"


@pytest.mark.parametrize("declared", [None, "utf-8", "latin-1", "windows-1252", "utf-16"])
@pytest.mark.parametrize(
    ("written", "label"),
    [
        ("utf-8", ODD),
        ("utf-8-sig", ODD),
        ("cp1252", ODD),
        ("latin-1", "é à ç"),
        ("utf-16", ODD),
        ("utf-16-le", ODD),
        ("utf-16-be", ODD),
    ],
)
def test_the_bytes_say_how_a_text_is_written(
    tmp_path: Path, written: str, label: str, declared: str | None
) -> None:
    """D4: whatever the catalog says, no label is garbled and no line is lost; a difference is told."""
    file = put(tmp_path, lines(300, label).encode(written))
    extra = f"    format: {{encoding: {declared}}}\n" if declared else ""
    record = load(tmp_path, declare(tmp_path, file, extra))
    assert loaded(tmp_path, "SELECT count(*), min(label), max(label) FROM towns") == [(300, label, label)]
    names = {"utf-8-sig": "utf-8", "utf-16-le": "utf-16", "utf-16-be": "utf-16"}
    found = names.get(written, "windows-1252" if written == "cp1252" else written)
    same = declared in (None, found) or (written == "latin-1" and declared == "windows-1252")
    assert any("the catalog says" in note for note in record.notes) != same


def test_lines_of_another_encoding_among_utf8_are_read_as_what_they_are(tmp_path: Path) -> None:
    """N11: 129 lines with accents of Latin-1 are no rejects."""
    text = lines(40_000).encode() + b"".join(b"9%04d,\xe9t\xe9,1,1,1\n" % n for n in range(129))
    record = load(tmp_path, declare(tmp_path, put(tmp_path, text)))
    assert loaded(tmp_path, "SELECT label, count(*) FROM towns GROUP BY ALL ORDER BY ALL") == [
        ("Ville é", 40_000),
        ("été", 129),
    ]
    assert any("129 of its lines are windows-1252" in note for note in record.notes)


@pytest.mark.parametrize("quote", ['"', "'"])
@pytest.mark.parametrize("delimiter", [",", ";", "|", "\t"])
def test_the_file_decides_what_the_catalog_leaves_open(tmp_path: Path, delimiter: str, quote: str) -> None:
    """F4: any delimiter and quote."""
    text = lines(50).replace(",", delimiter).replace("Ville é", f"{quote}Ville {delimiter} é{quote}")
    load(tmp_path, declare(tmp_path, put(tmp_path, text)))
    assert loaded(tmp_path, "SELECT count(*), min(label) FROM towns") == [(50, f"Ville {delimiter} é")]


def test_an_apostrophe_before_a_name_is_no_quote(tmp_path: Path) -> None:
    """F4: 's Gravenhage."""
    text = lines(40).replace("Ville é", "'s Gravenhage").replace("'s Gravenhage", "d'Or", 20)
    load(tmp_path, declare(tmp_path, put(tmp_path, text)))
    assert loaded(tmp_path, "SELECT DISTINCT label FROM towns ORDER BY 1") == [("'s Gravenhage",), ("d'Or",)]


def test_a_form_that_the_catalog_fixes_is_named_beside_the_one_that_is_there(tmp_path: Path) -> None:
    """F4: the sentence names the delimiter that was found."""
    file = put(tmp_path, lines(50).replace(",", "|"))
    with pytest.raises(DataRefused, match="written with « | » between values".replace("|", r"\|")):
        load(tmp_path, declare(tmp_path, file, "    format: {delimiter: ';'}\n"))


FRACTIONS = ("12.345", "2.5", "1.0004", "1.0000001")


@pytest.mark.parametrize("column", ["rooms", "number"])
@pytest.mark.parametrize("value", FRACTIONS)
@pytest.mark.parametrize("form", ["csv", "json", "json text", "parquet", "parquet text", "parquet decimal"])
def test_a_fraction_in_a_whole_number_is_a_reject(tmp_path: Path, form: str, value: str, column: str) -> None:
    """D12: in every format; a whole number that is written 2019.0 stays one."""
    kind, _, style = form.partition(" ")
    if kind == "csv":
        file = put(tmp_path, f"code,{column}\n" + f"a,2019.0\nb,{value}\n" + "c,7\n" * 98)
    elif kind == "json":
        mark = '"' if style else ""
        values = {"a": ["2019.0"], "b": [value], "c": ["7"] * 98}
        objects = [
            f'{{"code": "{code}", "{column}": {mark}{each}{mark}}}'
            for code, texts in values.items()
            for each in texts
        ]
        file = put(tmp_path, f"[{','.join(objects)}]", "raw.json")
    else:
        file = tmp_path / "raw.parquet"
        type_ = {"text": "VARCHAR", "decimal": "DECIMAL(18,9)"}.get(style, "DOUBLE")
        query = (
            f"SELECT code, CAST(v AS {type_}) AS {column}"
            f" FROM (VALUES ('a', '2019.0'), ('b', '{value}')) t(code, v)"
            f" UNION ALL SELECT 'c', CAST('7' AS {type_}) FROM range(98)"
        )
        duckdb.execute(f"COPY ({query}) TO '{file}' (FORMAT parquet)")
    declared = declare(tmp_path, file, f"    format: {{type: {kind}}}\n    rejects_threshold: 0.05\n")
    record = load(tmp_path, declared)
    assert loaded(tmp_path, f"SELECT code, {column}, count(*) FROM towns GROUP BY ALL ORDER BY 1") == [
        ("a", 2019, 1),
        ("c", 7, 98),
    ]
    assert loaded(tmp_path, "SELECT column_name, reason LIKE 'the value is no %' FROM _rejects") == [
        (column, True)
    ]
    assert record.facts["rejects"] == {"lovac.towns": 1}


def test_codes_that_come_as_numbers_are_text_and_told(tmp_path: Path) -> None:
    """D12: 1001.0 is the code 1001, and its zeros are lost."""
    body = json.dumps([{"code": 1001.0}, {"code": 1002}, {"code": "01003"}])
    record = load(tmp_path, declare(tmp_path, put(tmp_path, body, "raw.json"), "    format: {type: json}\n"))
    assert loaded(tmp_path, "SELECT code FROM towns ORDER BY 1") == [("01003",), ("1001",), ("1002",)]
    assert any("leading zeros of codes are lost" in note for note in record.notes)
    file = tmp_path / "raw.parquet"
    duckdb.execute(f"COPY (SELECT 1001.0::DOUBLE AS code) TO '{file}' (FORMAT parquet)")
    record = load(tmp_path, declare(tmp_path, file, "    format: {type: parquet}\n    rows: {least: 0}\n"))
    assert loaded(tmp_path, "SELECT code FROM towns") == [("1001",)]
    assert any("leading zeros of codes are lost" in note for note in record.notes)


@pytest.mark.parametrize("width", [0, 1, 8, 10, 20, 64])
def test_a_number_of_blanks_is_none(tmp_path: Path, width: int) -> None:
    """D14: fields of ten blanks are no rejects."""
    text = "code,rooms,number,area\n" + "".join(
        f"{n},{' ' * width},{' ' * width},{' ' * width}\n" for n in range(50)
    )
    record = load(tmp_path, declare(tmp_path, put(tmp_path, text)))
    assert loaded(tmp_path, "SELECT count(*), count(rooms), count(number), count(area) FROM towns") == [
        (50, 0, 0, 0)
    ]
    assert not record.facts["rejects"]


@pytest.mark.parametrize("broken", ["", "x,1\n"])
def test_lines_of_nothing_but_delimiters_are_no_rows(tmp_path: Path, broken: str) -> None:
    """D14: `;;` at a file's end, as a spreadsheet leaves it."""
    extra = "    rejects_threshold: 0.1\n"
    load(tmp_path, declare(tmp_path, put(tmp_path, lines(50) + broken + ",,,,\n" * 9), extra))
    assert loaded(tmp_path, "SELECT count(*), count(code) FROM towns") == [(50, 50)]


def test_quoted_line_ends_among_broken_lines_are_read_exactly(tmp_path: Path) -> None:
    """D11: keeping rejects must invent no row where a value's second line looks like a record."""
    records = [f'{n:06d},"first of two lines {n}\n{n},x,1,2,3",{n % 9},{n},1.5\n' for n in range(40_000)]
    records[20_000] = "too few\n"
    file = put(tmp_path, "code,label,rooms,number,area\n" + "".join(records))
    load(tmp_path, declare(tmp_path, file))
    assert loaded(tmp_path, "SELECT count(*), count(DISTINCT code), min(length(code)) FROM towns") == [
        (39_999, 39_999, 6)
    ]
    assert loaded(tmp_path, "SELECT line, reason FROM _rejects") == [
        (40_002, "fewer columns than the header")
    ]


def test_one_object_is_one_row_and_an_enormous_one_is_a_sentence(tmp_path: Path) -> None:
    """D14, N11: JSON that holds one object; one value of 60 MB."""
    declared = declare(
        tmp_path, put(tmp_path, '{"code": "1", "rooms": 2}', "raw.json"), "    format: {type: json}\n"
    )
    load(tmp_path, declared)
    assert loaded(tmp_path, "SELECT code, rooms FROM towns") == [("1", 2)]
    put(tmp_path, json.dumps([{"code": "x" * 60_000_000}]), "raw.json")
    with pytest.raises(DataRefused, match="more than 16 MB"):
        load(tmp_path, declared)
