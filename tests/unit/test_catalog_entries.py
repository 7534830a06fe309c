"""An entry or a publication of another shape than a catalog's is told with file, line and field."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_catalog import ENTRY, PUBLISH, folder, refused

__all__ = ["folder"]  # fixtures

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
