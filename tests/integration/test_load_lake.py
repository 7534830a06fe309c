"""load-lake on a real S3 server: what is declared is read as declared, what is broken is set aside or
refused."""

from __future__ import annotations

import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from chain import ZLV
from components import PSEUDONYM_KEY, Lake, catalog_of, rows, s3_server, step
from web import web

from jobs.errors import DataRefused, SettingsError, Temporary
from jobs.sources.lake.loading import load_lake
from jobs.sources.lake.planning import choose
from jobs.storage.files import read_certificate
from jobs.storage.retry import Backoff

__all__ = ["s3_server"]

QUICK = Backoff(attempts=3, initial=0.01, maximum=0.02, jitter=0.01)
COLUMNS = """
    columns:
      code: {type: VARCHAR, required: true, header: Code commune}
      label: {header: Libellé}
      rooms: INTEGER
      area: DOUBLE
      flag: BOOLEAN
      seen: DATE
      owner: VARCHAR
      secret: VARCHAR
"""
POLICY = """
domain: lovac
columns:
  code: {class: none, treatment: keep}
  label: {class: none, treatment: keep}
  rooms: {class: none, treatment: keep}
  area: {class: none, treatment: keep}
  flag: {class: none, treatment: keep}
  seen: {class: none, treatment: keep}
  owner: {class: direct, treatment: pseudonymise}
"""
HEADER = "Code commune;Libellé;rooms;area;flag;seen;owner;secret\n"


def catalog(
    tmp_path: Path,
    key: str,
    *,
    name: str = "towns",
    extra: str = "",
    columns: str = COLUMNS,
    location: str | None = None,
) -> Any:
    place = location or f"s3://{{lake}}/{key}"
    text = (
        f"domain: lovac\ndefaults: {{owner: team}}\nsources:\n  {name}:\n    location:"
        f" {place}\n{extra}{columns}"
    )
    if "format:" not in extra:
        text = text.replace(extra + columns, "    format: {delimiter: ';'}\n" + extra + columns)
    return catalog_of(tmp_path / "catalog", lovac=text, policy_lovac=POLICY)


def load(tmp_path: Path, declared: Any, lake: Lake | None = None, *only: str, **extra: str) -> Any:
    environment = {**(lake.environment() if lake else {}), **extra}
    with step("load-lake", tmp_path / "home", **environment) as (settings, run):
        load_lake(settings, choose(declared, only), run, 2, QUICK)
        return run.record


def raw(tmp_path: Path, name: str = "towns", domain: str = "lovac") -> Path:
    return tmp_path / "home" / "raw" / domain / f"{name}.duckdb"


def line(number: int, **values: str) -> str:
    fields = {
        "code": f"{number:05d}",
        "label": f"Ville {number}",
        "rooms": str(number % 9),
        "area": "12.5",
        "flag": "True",
    }
    fields |= {"seen": "2024-02-29", "owner": f"M DUPONT {number}", "secret": "canary-dropped"}
    return ";".join({**fields, **values}.values()) + "\n"


BROKEN = ["00001;too few\n", line(1, rooms="canary-text"), line(1, label='"never closed')]


def thousand(broken: dict[int, str]) -> str:
    """Write 1,000 lines; `broken` gives some of them, numbered from 1."""
    return HEADER + "".join(broken.get(number) or line(number) for number in range(1, 1001))


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


def test_more_faults_than_are_counted_are_refused(
    s3_server: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jobs.sources.lake.scan.REJECTS_LIMIT", 20)
    monkeypatch.setattr("jobs.sources.lake.rejects.REJECTS_LIMIT", 20)
    s3_server.put("uncounted/raw.csv", thousand(dict.fromkeys(range(100, 108), BROKEN[0])))
    with pytest.raises(DataRefused, match=r"more than \d lines are broken"):
        load(tmp_path, catalog(tmp_path, "uncounted/raw.csv"), s3_server)


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


def test_one_refused_source_does_not_stop_the_others(s3_server: Lake, tmp_path: Path) -> None:
    s3_server.put("two/good.csv", thousand({}))
    s3_server.put("two/bad.csv", HEADER)
    catalog(tmp_path, "two/good.csv", name="good")
    text = (tmp_path / "catalog" / "lovac.yml").read_text(encoding="utf-8")
    bad = text.split("sources:\n", 1)[1].replace("good", "bad")
    declared = catalog_of(tmp_path / "catalog", lovac=text + bad)
    with pytest.raises(DataRefused, match=r"lovac\.bad: 0 rows"):
        load(tmp_path, declared, s3_server)
    assert rows(raw(tmp_path, "good"), "SELECT count(*) FROM good") == [(1000,)]


@contextmanager
def demanding(server: Lake) -> Iterator[None]:
    """Have the server look at keys for a while: it knows none."""

    def looks_after(actions: str) -> None:
        url, plain = f"http://127.0.0.1:{server.port}/moto-api/reset-auth", {"Content-Type": "text/plain"}
        urllib.request.urlopen(urllib.request.Request(url, actions.encode(), plain)).close()

    looks_after("0")
    try:
        yield
    finally:
        looks_after("inf")


def test_wrong_names_and_buckets_are_a_matter_of_settings(s3_server: Lake, tmp_path: Path) -> None:
    declared = catalog(tmp_path, "any/raw.csv")
    with pytest.raises(SettingsError, match="no source 'nothing' is declared"):
        load(tmp_path, declared, s3_server, "nothing")
    with pytest.raises(SettingsError, match="has no bucket elsewhere"):
        load(tmp_path, declared, s3_server, CELLAR_DATA_LAKE_BUCKET_NAME="elsewhere")
    with pytest.raises(SettingsError, match="CELLAR_ACCESS_KEY_ID"):
        load(tmp_path, declared, s3_server, CELLAR_ACCESS_KEY_ID="")
    with demanding(s3_server), pytest.raises(SettingsError, match="refused the keys"):
        load(tmp_path, declared, s3_server, CELLAR_SECRET_ACCESS_KEY="canary-wrong")
    with pytest.raises(SettingsError, match="only the lake's bucket"):
        load(tmp_path, catalog(tmp_path, "", location="s3://another/raw.csv"), s3_server)


def test_a_lake_that_cannot_be_reached_is_tried_again_and_then_temporary(
    s3_server: Lake, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(Temporary, match="cannot be reached"):
        load(tmp_path, catalog(tmp_path, "any/raw.csv"), s3_server, CELLAR_HOST_URL="127.0.0.1:1")
    assert "attempt 2 of 3 failed" in "".join(capsys.readouterr())


def test_the_command_ends_with_the_codes_of_the_contract(s3_server: Lake, tmp_path: Path) -> None:
    catalog(tmp_path, "command/raw.csv")
    s3_server.put("command/raw.csv", thousand({number: BROKEN[number % 3] for number in range(101, 301)}))
    environment = {
        "PATH": "/usr/bin:/bin",
        "ZLV_HOME": str(tmp_path / "home"),
        "ZLV_CATALOG_DIR": str(tmp_path / "catalog"),
        "ZLV_PSEUDONYM_KEY": PSEUDONYM_KEY,
        **s3_server.environment(),
    }
    refused = subprocess.run(
        [ZLV, "load-lake", "--domain", "lovac"], env=environment, capture_output=True, text=True, check=False
    )
    assert refused.returncode == 65, refused.stderr
    s3_server.put("command/raw.csv", thousand(dict(zip((10, 500, 900), BROKEN, strict=True))))
    done = subprocess.run(
        [ZLV, "load-lake", "--only", "towns"], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    told = refused.stdout + refused.stderr + done.stdout + done.stderr
    spans = "".join(path.read_text() for path in (tmp_path / "home" / "runs").rglob("*") if path.is_file())
    assert "canary" not in told + spans
    assert '"zlv.rejects": 3' in spans
