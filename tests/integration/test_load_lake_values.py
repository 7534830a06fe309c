"""load-lake reads what is declared as it is declared: oddities, types, forms, several objects."""

from __future__ import annotations

from pathlib import Path

import pytest
from components import Lake, catalog_of, rows, s3_server
from lake_of_towns import HEADER, POLICY, catalog, line, load, raw, thousand
from web import web

from jobs.errors import DataRefused

__all__ = ["s3_server"]  # fixtures


def test_line_ends_of_both_kinds_are_read(s3_server: Lake, tmp_path: Path) -> None:
    mixed = thousand({}).replace("\nV", "\r\nV")
    mixed = mixed.replace(line(500), line(500).replace("\n", "\r\n")).replace(line(700), line(700, area="x"))
    s3_server.put("mixed/raw.csv", mixed)
    load(tmp_path, catalog(tmp_path, "mixed/raw.csv"), s3_server)
    assert rows(raw(tmp_path), "SELECT count(*), count(*) FILTER (length(owner) = 64) FROM towns") == [
        (999, 999)
    ]
    assert rows(raw(tmp_path), "SELECT line, column_name FROM _rejects") == [(701, "area")]


def test_every_oddity_is_read_as_the_catalog_says(s3_server: Lake, tmp_path: Path) -> None:
    text = (
        HEADER
        + line(1, rooms="1.0", area="1e2", flag="True", label="  ", owner=" ")
        + line(2, rooms="", flag="False", area=" ", seen="")
    )
    text += line(3, code="2A004", flag="t", area="nan", label='"a;b ""c"""', rooms=" 3 ") + line(
        4, flag="", rooms="12", label=" " * 40
    )
    s3_server.put("odd/raw.csv", b"\xef\xbb\xbf" + text.encode())
    load(tmp_path, catalog(tmp_path, "odd/raw.csv"), s3_server)
    assert rows(
        raw(tmp_path),
        "SELECT code, label, rooms, area, flag, seen::VARCHAR, owner IS NULL FROM towns ORDER BY area, code",
    ) == [
        ("00004", None, 12, 12.5, None, "2024-02-29", False),
        ("00001", None, 1, 100.0, True, "2024-02-29", True),
        ("00002", "Ville 2", None, None, False, None, False),
        ("2A004", 'a;b "c"', 3, None, True, "2024-02-29", False),
    ]
    assert rows(raw(tmp_path), "SELECT column_name FROM (DESCRIBE towns)") == [
        (name,) for name in ("code", "label", "rooms", "area", "flag", "seen", "owner")
    ]


def test_a_fraction_or_too_large_a_number_is_no_integer(s3_server: Lake, tmp_path: Path) -> None:
    s3_server.put(
        "whole/raw.csv",
        thousand({3: line(3, rooms="1.5"), 4: line(4, rooms="3000000000"), 5: line(5, rooms="nan")}),
    )
    load(tmp_path, catalog(tmp_path, "whole/raw.csv"), s3_server)
    assert rows(raw(tmp_path), "SELECT line, column_name, reason FROM _rejects ORDER BY 1") == [
        (4, "rooms", "the value is no INTEGER"),
        (5, "rooms", "the value is no INTEGER"),
    ]
    assert rows(raw(tmp_path), "SELECT count(*), max(rooms) FROM towns") == [(998, 8)]


def test_several_objects_make_one_table_that_says_which(s3_server: Lake, tmp_path: Path) -> None:
    columns = "\n    columns:\n      annee: {required: true, header: ANNEE}\n      code: VARCHAR\n"
    policy = POLICY + "  annee: {class: none, treatment: keep}\n"
    declared = catalog(tmp_path, "glob/*.CSV", columns=columns)
    declared = catalog_of(tmp_path / "catalog", policy_lovac=policy)
    s3_server.put("glob/LOCOMVAC22_a.CSV", "ANNEE;code\n2022;01\n2021;02\n")
    s3_server.put("glob/LOCOMVAC23_b.csv", "ANNEE;code\n2023;03\n")
    s3_server.put("glob/notes.txt", "not this one")
    s3_server.put("glob/deeper/LOCOMVAC24_c.CSV", "ANNEE;code\n2024;04\n")
    record = load(tmp_path, declared, s3_server)
    assert rows(raw(tmp_path), "FROM towns ORDER BY code") == [
        ("2022", "01", "LOCOMVAC22_a.CSV", 2022),
        ("2021", "02", "LOCOMVAC22_a.CSV", 2022),
        ("2023", "03", "LOCOMVAC23_b.csv", 2023),
    ]
    assert any("1 lines of another year than its name's" in note for note in record.notes)
    assert load(tmp_path, declared, s3_server).facts["unchanged"] == 1
    s3_server.put("glob/LOCOMVAC24_d.CSV", "ANNEE;code\n2024;05\n")
    assert load(tmp_path, declared, s3_server).rows == 4


def test_json_arrays_are_read_with_their_lists(s3_server: Lake, tmp_path: Path) -> None:
    columns = (
        "\n    columns:\n      code: {required: true}\n      label: {type: 'VARCHAR[]', header:"
        " codesPostaux}\n      rooms: INTEGER\n"
    )
    declared = catalog(tmp_path, "j/towns.json", extra="    format: {type: json}\n", columns=columns)
    s3_server.put(
        "j/towns.json",
        '[{"code": "01001", "codesPostaux": ["01400"], "rooms": 3, "zone": "x"}, {"code": "2A004"}]',
    )
    record = load(tmp_path, declared, s3_server)
    assert rows(raw(tmp_path), "FROM towns ORDER BY code") == [("01001", ["01400"], 3), ("2A004", None, None)]
    assert any("new column zone" in note for note in record.notes)
    s3_server.put("j/towns.json", '[{"code": "01001", "canary": ')
    with pytest.raises(DataRefused, match="cannot be read as json") as caught:
        load(tmp_path, declared, s3_server)
    assert "canary" not in str(caught.value)


def test_parquet_values_of_another_type_are_rejects(s3_server: Lake, tmp_path: Path) -> None:
    import duckdb

    file = tmp_path / "towns.parquet"
    duckdb.execute(
        "COPY (SELECT lpad(i::VARCHAR, 5, '0') AS \"Code commune\", CASE WHEN i = 7 THEN 'x' ELSE i::VARCHAR"
        f" END AS rooms, 1.5 AS area, 'canary-dropped' AS secret FROM range(200) t(i)) TO '{file}' (FORMAT"
        " parquet)"
    )
    s3_server.put("p/towns.parquet", file.read_bytes())
    load(tmp_path, catalog(tmp_path, "p/towns.parquet", extra="    format: {type: parquet}\n"), s3_server)
    assert rows(raw(tmp_path), "SELECT count(*), max(rooms), sum(area) FROM towns") == [(199, 199, 298.5)]
    assert rows(raw(tmp_path), "SELECT line, column_name FROM _rejects") == [(8, "rooms")]
    assert b"canary-dropped" not in raw(tmp_path).read_bytes()


def test_files_and_web_addresses_are_read_without_a_lake(tmp_path: Path) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "raw.csv").write_text(thousand({9: line(9, area="x")}), encoding="utf-8")
    with web(folder) as address:
        for location in (
            str(folder / "raw.csv"),
            (folder / "raw.csv").as_uri(),
            str(folder / "*.csv"),
            f"{address}/raw.csv",
        ):
            declared = catalog(tmp_path, "", location=location)
            assert load(tmp_path, declared).rows == 999, location
            assert rows(raw(tmp_path), "SELECT line FROM _rejects") == [(10,)]
            assert load(tmp_path, declared).facts["unchanged"] == 1
        absent = load(tmp_path, catalog(tmp_path, "", location=f"{address}/none.csv"))
        assert any("is absent" in note for note in absent.notes)
