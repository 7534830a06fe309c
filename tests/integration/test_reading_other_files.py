"""A file that is another than its source says is refused or told: layout, year, number of lines."""

from __future__ import annotations

from pathlib import Path

import pytest
from components import catalog_of
from towns import declare, lines, load, loaded, put

from jobs.errors import DataRefused
from jobs.storage.files import read_certificate


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
