"""Text of lake objects: headers, physical lines, open quotes."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.catalog import FileFormat, Source
from jobs.catalog.column import Column, Rule
from jobs.errors import DataRefused, SettingsError
from jobs.sources.lake.form import Form
from jobs.sources.lake.header import match, read_layout
from jobs.sources.lake.line_ends import physical_lines
from jobs.sources.lake.pipe import piped
from jobs.sources.lake.repair import Repair
from jobs.storage.folders import check_folder, file_system

KEEP = Rule.model_validate({"class": "none", "treatment": "keep"})


def source(*headers: str, required: str = "", **form: str) -> Source:
    columns = [
        Column(name=f"c{n}", header=header, required=header == required, policy=KEEP)
        for n, header in enumerate(headers)
    ]
    return Source(
        name="s",
        domain="lovac",
        location="x.csv",
        owner="o",
        columns=tuple(columns),
        format=FileFormat.model_validate(form),
    )


def test_a_header_longer_than_the_first_read_is_read_whole() -> None:
    headers = [f"column {'x' * 200} {n}" for n in range(2000)]
    text = ";".join(headers).encode() + b"\n" + b"1;" * 1999 + b"1\n"
    layout = read_layout(source(*headers[:5], headers[-1], delimiter=";"), "f", lambda size: text[:size])
    assert layout is not None
    assert len(layout.columns) == 2000
    assert layout.texts["c5"] == headers[-1]


def test_a_header_may_be_quoted_and_span_lines() -> None:
    layout = read_layout(source("a b", "c"), "f", lambda size: b'"a\n b",c\n1,2\n'[:size])
    assert layout is not None
    assert set(layout.texts) == {"c0", "c1"}


def test_a_mark_of_utf8_is_no_part_of_the_first_name() -> None:
    layout = read_layout(source("é"), "f", lambda size: "\ufeffé\n".encode())
    assert layout is not None
    assert list(layout.texts) == ["c0"]


def test_an_exact_name_is_never_taken_by_a_likely_one() -> None:
    layout = match(source("Nom", "NOM"), "f", ["NOM", "nom"])
    assert layout.texts == {"c1": "NOM", "c0": "nom"}


def test_a_column_that_stands_twice_is_read_once() -> None:
    layout = match(source("a"), "f", ["a", "a", "b"])
    assert [column.name if column else None for _, column in layout.columns] == ["c0", None, None]
    assert "stands twice" in layout.drift[0]


def test_a_file_without_header_is_refused_without_telling_its_line() -> None:
    with pytest.raises(DataRefused) as caught:
        match(source("a", required="a"), "f", ["M DUPONT JEAN", "12 rue"])
    assert "DUPONT" not in str(caught.value)
    assert "dupont@" not in "".join(match(source("a"), "f", ["dupont@mail.fr"]).drift)


@given(st.lists(st.text("ab\r\n", max_size=6), max_size=12), st.integers(1, 5))
def test_physical_lines_are_the_same_however_the_object_is_cut(parts: list[str], width: int) -> None:
    body = ("h\n" + "x".join(parts) + "x").encode()
    chunks = [body[at : at + width] for at in range(0, len(body), width)]
    starts = [at + 1 for at in range(len(body)) if body[at : at + 1] == b"x"]
    expected = {start: 1 + body.count(b"\n", 0, start - 1) for start in starts}
    assert physical_lines(chunks, starts) == expected


def test_a_position_on_line_ends_means_the_line_after_them() -> None:
    assert physical_lines([b"h\r\n1\r", b"\n\r\n2\r\n"], [3, 6]) == {3: 2, 6: 4}
    assert physical_lines(["h\né\né\nx\n".encode()], [9]) == {9: 4}


def repaired(text: str, columns: int = 2, cut: int = 7) -> tuple[str, list[int]]:
    repair = Repair(Form(), columns)
    body = text.encode()
    out = b"".join(repair.records(body[at : at + cut] for at in range(0, len(body), cut)))
    return out.decode(), repair.broken


def test_an_open_quote_is_set_aside_alone() -> None:
    assert repaired('h,i\n1,"open\n2,b\n3,c\n') == ("1,h,i\n3,2,b\n4,3,c\n", [2])


def test_quoted_line_ends_stay_in_their_record() -> None:
    assert repaired('h,i\n1,"a\nb ""c""\n"\n2,"open\n3,d') == ('1,h,i\n2,1,"a\nb ""c""\n"\n6,3,d\n', [5])


def test_a_record_of_two_lines_may_end_with_an_empty_value() -> None:
    """D11: the second line's last value is empty, as often in LOVAC."""
    assert repaired('h,i\n"a\nb",\n2,c\n') == ('1,h,i\n2,"a\nb",\n4,2,c\n', [])


def test_text_after_a_quote_breaks_its_line() -> None:
    assert repaired('h,i\r\n1,"a"b\r\n2,c\r\n') == ("1,h,i\n3,2,c\n", [2])


def test_records_know_their_physical_line() -> None:
    repair = Repair(Form(), 2)
    list(repair.records([b'h,i\n1,"a\nb"\n2,c\n3,"open\n4,d\n']))
    assert [repair.line_of(record) for record in range(1, 5)] == [1, 2, 4, 6]


@given(st.lists(st.lists(st.text('a,"\n', max_size=4), min_size=2, max_size=2), min_size=1, max_size=8))
def test_a_well_written_file_passes_whole(records: list[list[str]]) -> None:
    fields = ['"' + field.replace('"', '""') + '"' for record in records for field in record]
    text = "".join(f"{a},{b}\n" for a, b in zip(fields[::2], fields[1::2], strict=True))
    repair = Repair(Form(), 2)
    out = b"".join(repair.records([text.encode()])).decode()
    assert repair.broken == []
    number, expected = 1, ""
    for a, b in zip(fields[::2], fields[1::2], strict=True):
        expected += f"{number},{a},{b}\n"
        number += 1 + a.count("\n") + b.count("\n")
    assert out == expected


def test_a_fault_while_filling_a_pipe_is_raised(tmp_path: Path) -> None:
    def batches() -> object:
        yield b"a\n"
        raise SettingsError("gone")

    with pytest.raises(SettingsError, match="gone"), piped(tmp_path, batches()) as pipe:  # type: ignore[arg-type]
        assert pipe.read_bytes() == b"a\n"
    with piped(tmp_path, iter([b"never read"])):
        pass
    assert not list(tmp_path.iterdir())


def test_the_kind_of_file_system_is_that_of_the_nearest_mount(tmp_path: Path) -> None:
    mounts = (
        f"/dev/a / ext4 rw 0 0\nserver:/x {tmp_path} nfs4 rw 0 0\n//s/y {tmp_path}/with\\040space cifs rw"
        " 0 0\n"
    )
    (tmp_path / "with space").mkdir()
    assert file_system(tmp_path / "raw", mounts) == "nfs4"
    assert file_system(tmp_path / "with space", mounts) == "cifs"
    assert file_system(Path("/"), mounts) == "ext4"
    with pytest.raises(SettingsError, match=r"network file system \(nfs4\).*ZLV_RAW_DIR"):
        check_folder(tmp_path / "raw", "ZLV_RAW_DIR", databases=True, mounts=mounts)
    assert "nfs4" in check_folder(tmp_path / "runs", "ZLV_RUNS_DIR", databases=False, mounts=mounts)
