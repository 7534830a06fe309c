"""A catalog that is wrong in any way is told with file, line, field and cure, and stops nothing else."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from small_catalog import ENTRY, POLICY, folder, refused

from jobs.catalog import load_catalog
from jobs.catalog.load import check_catalog
from jobs.catalog.reserved import RESERVED
from jobs.settings import project_dir

__all__ = ["folder"]  # fixtures

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
