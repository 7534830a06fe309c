"""What stands in an object is read as it is written there: encodings, signs, types, compression; and what
cannot be right is told or refused."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import duckdb
import pytest
import zstandard
from components import catalog_of, rows, step

from jobs.errors import DataRefused
from jobs.sources.lake.loading import load_lake
from jobs.sources.lake.planning import choose
from jobs.storage.files import read_certificate

POLICY = """
domain: lovac
columns:
  code: {class: none, treatment: keep}
  label: {class: none, treatment: keep}
  rooms: {class: none, treatment: keep}
  number: {class: none, treatment: keep}
  area: {class: none, treatment: keep}
  annee: {class: none, treatment: keep}
"""
COLUMNS = """
    columns:
      code: {type: VARCHAR, required: true}
      label: VARCHAR
      rooms: INTEGER
      number: BIGINT
      area: DOUBLE
"""
ODD = "œ ’ – € é"


def declare(
    tmp_path: Path,
    file: Path,
    extra: str = "",
    columns: str = COLUMNS,
    expected: str = "",
    sources: str = "",
) -> Any:
    text = "domain: lovac\ndefaults: {owner: team}\nsources:\n  towns:\n"
    text += f"    location: {file}\n{extra}{columns}"
    (tmp_path / "catalog").mkdir(exist_ok=True)
    (tmp_path / "catalog" / "expected.yml").write_text(expected, encoding="utf-8")
    return catalog_of(tmp_path / "catalog", lovac=text + sources, policy_lovac=POLICY)


def load(tmp_path: Path, declared: Any, **options: Any) -> Any:
    with step("load-lake", tmp_path / "home") as (settings, run):
        load_lake(settings, choose(declared, ["towns"]), run, 1, known=declared.lake_sources, **options)
        return run.record


def loaded(tmp_path: Path, query: str = "FROM towns ORDER BY code") -> list[tuple[Any, ...]]:
    return rows(tmp_path / "home" / "raw" / "lovac" / "towns.duckdb", query)


def put(tmp_path: Path, body: bytes | str, name: str = "raw.csv") -> Path:
    file = tmp_path / name
    file.write_bytes(body.encode() if isinstance(body, str) else body)
    return file


def lines(count: int, label: str = "Ville é") -> str:
    return "code,label,rooms,number,area\n" + "".join(
        f"{n:05d},{label},{n % 9},{n},1.5\n" for n in range(count)
    )


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


def _zip(*names: str) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for name in names:
            archive.writestr(name, lines(50))
    return held.getvalue()


TEXT = lines(50).encode()
PACKED = {
    "gzip": gzip.compress(TEXT),
    "two gzip streams": gzip.compress(lines(30).encode())
    + gzip.compress(lines(50)[len(lines(30)) :].encode()),
    "zstd": zstandard.compress(TEXT),
    "zip": _zip("raw.csv"),
}


@pytest.mark.parametrize("kind", PACKED)
@pytest.mark.parametrize("name", ["raw.csv.gz", "raw.csv"])
def test_a_compressed_object_is_read_whatever_its_name(tmp_path: Path, kind: str, name: str) -> None:
    """N11: known by its first bytes."""
    load(tmp_path, declare(tmp_path, put(tmp_path, PACKED[kind], name)))
    assert loaded(tmp_path, "SELECT count(*), min(label) FROM towns") == [(50, "Ville é")]


@pytest.mark.parametrize("kind", [kind for kind in PACKED if kind != "zip"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
def test_a_compressed_object_that_was_cut_before_it_was_put_there_is_refused(
    tmp_path: Path, kind: str, share: float
) -> None:
    """N11: its bytes all came, and are not all."""
    body = PACKED[kind][: int(len(PACKED[kind]) * share)]
    with pytest.raises(DataRefused, match="damaged, or was cut"):
        load(tmp_path, declare(tmp_path, put(tmp_path, body)))


def test_an_archive_of_several_files_is_refused(tmp_path: Path) -> None:
    """N11: which one is meant, nobody said."""
    with pytest.raises(DataRefused, match="holds 2 files"):
        load(tmp_path, declare(tmp_path, put(tmp_path, _zip("a.csv", "b.csv"))))


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


@pytest.mark.parametrize(
    ("column", "value", "hint"),
    [
        ("area", "1,5", "decimal comma"),
        ("rooms", "1,5", "decimal comma"),
        ("number", "1,5", "decimal comma"),
        ("area", "1 234.5", "blanks between thousands"),
        ("rooms", "1.5", "have a fraction"),
        ("number", "1.5", "have a fraction"),
    ],
)
def test_the_refusal_names_the_likely_mark(tmp_path: Path, column: str, value: str, hint: str) -> None:
    """N11: a French comma, thousands apart, a fraction."""
    text = f"code;{column}\n" + f"1;{value}\n" * 50
    with pytest.raises(DataRefused, match=hint) as caught:
        load(tmp_path, declare(tmp_path, put(tmp_path, text)))
    assert value not in str(caught.value)


def test_a_file_of_another_layout_is_called_by_its_name(tmp_path: Path) -> None:
    """N12: which source it looks like, in place of every name that is missing."""
    names = [f"ancienne_{n}" for n in range(12)]
    needed = "\n    columns:\n" + "".join(f"      neuve_{n}: {{required: true}}\n" for n in range(12))
    needed += "      code: VARCHAR\n"
    older = "\n  towns_2019:\n    location: elsewhere.csv\n    columns:\n" + "".join(
        f"      {n}: VARCHAR\n" for n in names
    )
    policy = "domain: lovac\ncolumns:\n" + "".join(
        f"  neuve_{n}: {{class: none, treatment: keep}}\n" for n in range(12)
    )
    file = put(tmp_path, ",".join(names) + "\n")
    declare(tmp_path, file, columns=needed, sources=older)
    declared = catalog_of(tmp_path / "catalog", policy_lovac=policy)
    with pytest.raises(DataRefused, match="looks like the file of towns_2019") as caught:
        load(tmp_path, declared)
    assert "and 9 more missing" in str(caught.value)


@pytest.mark.parametrize(("wrong", "refused"), [(100, True), (51, True), (3, False)])
def test_a_file_of_another_year_is_refused(tmp_path: Path, wrong: int, refused: bool) -> None:
    """N26: every line says 1999 in the place of 2025."""
    text = "code,annee\n" + "".join(f"{n},{1999 if n < wrong else 2025}\n" for n in range(100))
    columns = "\n    columns:\n      code: {required: true}\n      annee: INTEGER\n"
    extra = "    millesime: 2025\n    public_criterion: fil\n"
    declared = declare(tmp_path, put(tmp_path, text), extra, columns)
    if not refused:
        assert any("3 lines of another year than 2025" in note for note in load(tmp_path, declared).notes)
        return
    with pytest.raises(DataRefused, match=f"{wrong} of 100 lines of raw.csv are of another year than 2025"):
        load(tmp_path, declared)


@pytest.mark.parametrize("count", [500, 2000], ids=["half", "twice"])
@pytest.mark.parametrize("against", ["the file before", "expected of this"])
def test_half_a_file_and_a_doubled_one_need_a_reason(tmp_path: Path, count: int, against: str) -> None:
    """N1: both figures, and the reason goes with the file."""
    if against == "the file before":
        load(tmp_path, declare(tmp_path, put(tmp_path, lines(1000))))
        declared = declare(tmp_path, put(tmp_path, lines(count)))
    else:
        declared = declare(tmp_path, put(tmp_path, lines(count)), expected="towns: {lines: 1000}\n")
    with pytest.raises(DataRefused, match=rf"{count} lines, 1000 (in )?{against}.*--accept-rows"):
        load(tmp_path, declared)
    before = loaded(tmp_path, "SELECT count(*) FROM towns") if against == "the file before" else [(1000,)]
    assert before == [(1000,)]
    record = load(tmp_path, declared, accept_rows="Cerema m'a écrit")
    assert loaded(tmp_path, "SELECT count(*) FROM towns") == [(count,)]
    certificate = read_certificate(tmp_path / "home" / "raw" / "lovac" / "towns.duckdb")
    assert certificate is not None
    assert certificate["accepted_rows"]["reason"] == "Cerema m'a écrit"
    assert record.facts["accepted_rows"] == {"reason": "Cerema m'a écrit", "sources": ["lovac.towns"]}
    assert any(note.startswith("accepted (Cerema m'a écrit)") for note in record.notes)


def test_one_line_less_than_expected_is_told(tmp_path: Path) -> None:
    """N1: within the tolerance, and said."""
    declared = declare(tmp_path, put(tmp_path, lines(999)), expected="towns: {lines: 1000}\n")
    assert any("999 lines, 1000 expected" in note for note in load(tmp_path, declared).notes)


def test_rejects_are_told_again_while_the_file_stays(tmp_path: Path) -> None:
    """N11: rejects are shown at the end of every run."""
    declared = declare(tmp_path, put(tmp_path, lines(500) + "x,y\n"))
    assert any("1 broken lines set aside" in note for note in load(tmp_path, declared).notes)
    assert any("1 broken lines were set aside" in note for note in load(tmp_path, declared).notes)
