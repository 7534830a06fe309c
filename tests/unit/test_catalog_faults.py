"""A catalog that is wrong in any way is told with file, line, field and cure, and stops nothing else."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from jobs.catalog import load_catalog
from jobs.catalog.load import check_catalog
from jobs.catalog.reserved import RESERVED
from jobs.errors import SettingsError
from jobs.settings import project_dir

ENTRY = """\
domain: external
defaults: {owner: team, producer: us, licence: ours}
layouts:
  wide: {code: {required: true}}
sources:
  towns:
    location: towns.csv
    columns:
      code: VARCHAR
"""
POLICY = "domain: external\ncolumns:\n  code: {class: none, treatment: keep}\n"
PUBLISH = "publish:\n  marts_a: {public_name: a}\n  marts_b: {public_name: b}\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "policy").mkdir()
    (tmp_path / "towns.yml").write_text(ENTRY)
    (tmp_path / "policy" / "towns.yml").write_text(POLICY)
    (tmp_path / "publication.yml").write_text(PUBLISH)
    check_catalog([tmp_path])
    return tmp_path


def refused(folder: Path, read: Callable[[list[Path]], object] = load_catalog) -> str:
    began = time.monotonic()
    with pytest.raises(SettingsError) as told:
        read([folder])
    assert time.monotonic() - began < 10
    return str(told.value)


LAUGHS = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join(['*' + before] * 10)}]\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)
FILES = {
    "S10 a cyclic anchor": (b"domain: external\nsources: &s\n  towns: *s\n", "an alias repeats itself"),
    "S10 aliases of aliases": (LAUGHS.encode(), "an alias repeats itself, or too much"),
    "S10 deep nesting": (b"a: " + b"[" * 5000 + b"]" * 5000, "levels lie in each other"),
    "S10 deep mappings": (b"a: " + b"{a: " * 500 + b"1" + b"}" * 500, "levels lie in each other"),
    "S10 size": (b"# " + b"x" * (5 << 20), "a catalog file has"),
    "N6 UTF-16": (ENTRY.encode("utf-16"), "towns.yml:1: the text is UTF-16; save the file as UTF-8"),
    "N6 Latin-1": (b"domain: external\n# \xe9\n", "towns.yml:2: the text is not UTF-8"),
    "N6 NUL": (b"domain: external\nx: \0\n", "towns.yml:2: holds a control character (U+0000)"),
    "N6 an alias without anchor": (b"domain: *nothing\n", "towns.yml:1: not valid YAML"),
    "N6 another tag": (b"domain: !!python/object:os.system x\n", "towns.yml:1: not valid YAML"),
}


@pytest.mark.parametrize("name", FILES)
def test_what_a_catalog_file_may_hold_is_bounded(folder: Path, name: str) -> None:
    content, said = FILES[name]
    (folder / "towns.yml").write_bytes(content)
    assert said in refused(folder)


ENTRIES = {
    "N6 columns as a list": ("    columns:\n      code: VARCHAR\n", "    columns: [code]\n", "towns.yml:8"),
    "N6 columns as a text": (
        "    columns:\n      code: VARCHAR\n",
        "    columns: code\n",
        "must be a mapping",
    ),
    "N6 a column as a list": (
        "      code: VARCHAR\n",
        "      code: [a]\n",
        "towns.yml:9: sources.towns.columns",
    ),
    "N6 layout as a mapping": (
        "    columns:\n      code: VARCHAR\n",
        "    layout: {a: b}\n",
        "a list of names",
    ),
    "N6 layout that is none": ("    columns:\n      code: VARCHAR\n", "    layout: [wide, tall]\n", "'tall'"),
    "N6 domain as a list": (
        "domain: external\n",
        "domain: [external]\n",
        "towns.yml:1: domain: must be one of",
    ),
    "N6 domain that is none": ("domain: external\n", "domain: outside\n", "must be one of production, lovac"),
    "N6 no domain": ("domain: external\n", "", "towns.yml:1: domain: must be one of"),
    "N6 a keyword": (
        "  towns:\n",
        "  select:\n",
        "towns.yml:6: sources.select.name: select is a word of SQL",
    ),
    "N6 a keyword as a column": (
        "      code: VARCHAR\n",
        "      order: VARCHAR\n",
        "say the file's in `header`",
    ),
    "N6 an empty delimiter": (
        "    columns:",
        "    format: {delimiter: ''}\n    columns:",
        "is one character",
    ),
    "N6 two delimiters": ("    columns:", "    format: {delimiter: ';;'}\n    columns:", "is one character"),
    "N6 one sign twice": (
        "    columns:",
        "    format: {delimiter: '\"', quote: '\"'}\n    columns:",
        "two char",
    ),
    "N6 no columns": (
        "    columns:\n      code: VARCHAR\n",
        "",
        "towns.yml:6: sources.towns: declares no column",
    ),
    "N6 sources as a list": ("sources:\n  towns:\n", "sources:\n - towns:\n", "sources: must be a mapping"),
    "N6 an entry of text": ("  towns:\n", "  other: x\n  towns:\n", "towns.yml:6: sources.other"),
    "N6 a number as a name": ("  towns:\n", "  12: {}\n  towns:\n", "sources: must be a mapping"),
    "N25 a long range": (
        "      code: VARCHAR\n",
        "      'c_{1..200000000}': VARCHAR\n",
        "1000 names at most",
    ),
    "N25 a range downwards": ("      code: VARCHAR\n", "      'c_{6..1}': VARCHAR\n", "a range goes up"),
    "location of nothing": ("location: towns.csv", "location: []", "sources.towns.location"),
}


@pytest.mark.parametrize("name", ENTRIES)
def test_an_entry_of_another_shape_is_told(folder: Path, name: str) -> None:
    before, after, said = ENTRIES[name]
    assert before in ENTRY
    (folder / "towns.yml").write_text(ENTRY.replace(before, after))
    assert said in refused(folder), refused(folder)


PUBLICATIONS = {
    "N17 one public name twice": (
        "{public_name: b}",
        "{public_name: a}",
        "publication.yml:3: publish.marts_b",
    ),
    "N25 odd characters": ("{public_name: b}", "{public_name: 'a; DROP TABLE x'}", "lower case letters"),
    "N25 a keyword": ("{public_name: b}", "{public_name: table}", "no word of SQL"),
    "N25 an unknown field": ("{public_name: b}", "{public: b}", "publish.marts_b.public: unknown field"),
}


@pytest.mark.parametrize("name", PUBLICATIONS)
def test_a_publication_that_could_not_be_is_told_before_a_build(folder: Path, name: str) -> None:
    before, after, said = PUBLICATIONS[name]
    (folder / "publication.yml").write_text(PUBLISH.replace(before, after))
    assert said in refused(folder)


def test_the_same_source_in_two_files_of_one_folder_is_told(folder: Path) -> None:
    """N25; a file of a later folder may replace it."""
    (folder / "again.yml").write_text(ENTRY)
    assert "towns.yml:6: sources.towns: again.yml of the same folder declares it too" in refused(folder)
    (folder / "again.yml").unlink()
    later = folder / "later"
    later.mkdir()
    (later / "again.yml").write_text(ENTRY.replace("towns.csv", "other.csv"))
    assert load_catalog([folder, later]).source("towns").location == "other.csv"


def test_a_file_that_ends_with_yaml_is_told(folder: Path) -> None:
    """N25"""
    (folder / "more.yaml").write_text(ENTRY)
    assert "more.yaml:1: catalog files end with .yml" in refused(folder)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("  cod: {class: none, treatment: keep}\n", "no source of domain external has a column 'cod'"),
        ("sources:\n  town: {}\n", "domain external declares no source 'town'"),
        ("sources:\n  towns:\n    cod: {class: none, treatment: keep}\n", "source towns has no column 'cod'"),
    ],
)
def test_a_slip_in_the_policy_is_told_by_the_check(folder: Path, line: str, said: str) -> None:
    """N25; a run goes on: what has no line is closed."""
    (folder / "policy" / "towns.yml").write_text(POLICY + line)
    assert said in refused(folder, check_catalog) and "towns.yml:" in refused(folder, check_catalog)
    assert load_catalog([folder]).source("towns").columns_read


def test_a_source_that_is_not_decided_is_told_and_the_rest_goes_on(folder: Path) -> None:
    """N23"""
    undecided = ENTRY.replace("  towns:\n", "  other:\n    description: 'À DÉCIDER : quoi'\n")
    (folder / "other.yml").write_text(undecided)
    catalog = load_catalog([folder])
    assert not catalog.source("towns").waiting and catalog.source("towns").columns_read
    assert catalog.source("other").waiting.startswith(
        "other.yml:7: sources.other.description: description not"
    )
    assert catalog.source("other").columns_read == ()
    assert "other.yml:7" in refused(folder, check_catalog)


def test_a_source_with_every_column_closed_is_told_and_the_rest_goes_on(folder: Path) -> None:
    """N23"""
    (folder / "other.yml").write_text(ENTRY.replace("  towns:\n", "  other:\n").replace("code", "secret"))
    assert "every column is closed" in load_catalog([folder]).source("other").waiting
    assert "other.yml:8: sources.other.columns" in refused(folder, check_catalog)


def test_the_words_of_sql_are_those_of_the_engine() -> None:
    query = "SELECT keyword_name FROM duckdb_keywords() WHERE keyword_category = 'reserved'"
    assert {word for (word,) in duckdb.execute(query).fetchall()} == RESERVED


def test_every_column_has_its_meaning_in_the_dictionary() -> None:
    """N31"""
    catalog = load_catalog([project_dir("catalog")])
    without = [f"{s.name}.{c.name}" for s in catalog.sources for c in s.columns if not c.description]
    assert without == []
    for domain in ("production", "external", "lovac", "ff", "locomvac"):
        page = (project_dir("docs") / "dictionary" / f"{domain}.md").read_text(encoding="utf-8")
        assert page.startswith("# Dictionnaire des données brutes")
        assert "| colonne | type | classe | décision | sens |" in page
        assert not [line for line in page.splitlines() if line.startswith("| ") and line.endswith("|  |")]
