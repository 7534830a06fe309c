"""What `zlv new` writes works once it is decided, and only then; the page that walks through it is true word
for word."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest
from chain import ZLV, Chain
from walkthrough import blocks, edit

from jobs.catalog import load_catalog

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "fr" / "ajouter.md"


def new(checkout: Path, *arguments: str, code: int = 0) -> str:
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(checkout),
        "ZLV_HOME": str(checkout / "home"),
    }
    done = subprocess.run(
        [str(ZLV), *arguments], env=environment, cwd=checkout, capture_output=True, text=True, check=False
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_the_walk_through_word_for_word_publishes_a_new_mart(own_chain: Chain, checkout: Path) -> None:
    path = f"{ZLV.parent}{os.pathsep}{own_chain.environment['PATH']}"
    here = replace(
        own_chain, environment={**own_chain.environment, "PYTHONPATH": str(checkout), "PATH": path}
    )
    sql_before = {file.name for file in (checkout / "dbt").rglob("*.sql")}
    shown = ""
    for kind, file, text in blocks(PAGE):
        if kind == "bash":
            done = subprocess.run(
                ["bash", "-euo", "pipefail", "-c", text],
                env=here.environment,
                cwd=checkout,
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, f"{text}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
            shown = done.stdout
        elif kind == "diff":
            edit(checkout / file, text)
        else:
            assert text in shown, f"the page says\n{text}\nand the command\n{shown}"
    with duckdb.connect(str(here.clean_file), read_only=True) as clean:
        found = clean.execute("FROM marts_external_primes ORDER BY 1").fetchall()
    assert found == [("01", 2, 5000), ("69", 1, 4000)]
    assert (checkout / "docs/dictionary/marts/marts_external_primes.md").is_file()
    written = {file.name for file in (checkout / "dbt").rglob("*.sql")} - sql_before
    assert written == {
        "stg_external__primes_vacance.sql",
        "marts_external_primes.sql",
    }, "a millésime writes none"


def test_a_new_source_is_refused_until_it_is_decided_and_reads_nothing_until_it_is_opened(
    checkout: Path,
) -> None:
    (checkout / "a.csv").write_text(
        'Code INSEE;"Nom; l\'""usage""";order;2024\n01001;"a;b";1;2.5\n01002;c;1;3\n'
    )
    said = new(checkout, "new", "source", "external", "essai", "--file", "a.csv")
    assert "  1. catalog/external_essai.yml" in said
    refused = new(checkout, "catalog", "check", code=64)
    assert (
        "description, producer, licence, owner not decided yet" in refused
        and "external_essai.yml:5" in refused
    )
    entry = checkout / "catalog" / "external_essai.yml"
    entry.write_text(entry.read_text().replace("À DÉCIDER", "x"))
    source = load_catalog([checkout / "catalog"]).source("essai")
    columns = [(column.name, column.type, column.header_name) for column in source.columns]
    assert columns == [
        ("code_insee", "VARCHAR", "Code INSEE"),
        ("nom_l_usage", "VARCHAR", 'Nom; l\'"usage"'),
        ("order_2", "BIGINT", "order"),
        ("c_2024", "DOUBLE", "2024"),
    ]
    assert source.key == ("code_insee",) and source.format.delimiter == ";" and source.columns_read == ()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("source", "external", "opah", "--file", "a.csv"), "has a source opah already"),
        (("source", "external", "../opah", "--file", "a.csv"), "must be lower case letters"),
        (("source", "external", "essai", "--file", "same.csv"), "say with --key"),
        (("source", "external", "essai", "--file", "a.csv", "--key", "nom"), "is no column of a.csv"),
        (("mart", "ff", "stock", "--from", "int_ff__stock"), "is not overwritten"),
        (("mart", "ff", "essai", "--from", "int_ff__nothing"), "has no such model"),
        (("millesime", "lovac", "2026"), "has lovac_2026 already"),
        (("millesime", "lovac", "2027", "--like", "2010"), "it has 2019, 2020"),
        (("millesime", "opah", "2027"), "families with years are"),
    ],
)
def test_what_is_there_or_wrong_is_said_and_nothing_is_written(
    checkout: Path, arguments: tuple[str, ...], sentence: str
) -> None:
    (checkout / "a.csv").write_text("code;label\n01;a\n02;b\n")
    (checkout / "same.csv").write_text("code;label\n01;a\n01;a\n")
    before = {
        file: file.stat().st_mtime_ns
        for name in ("catalog", "dbt", "docs")
        for file in (checkout / name).rglob("*")
    }
    assert sentence in new(checkout, "new", *arguments, code=64)
    assert {
        file: file.stat().st_mtime_ns
        for name in ("catalog", "dbt", "docs")
        for file in (checkout / name).rglob("*")
    } == before


def test_a_new_year_is_compared_with_the_file_that_came(checkout: Path) -> None:
    names = [
        column.header_name.replace("2026", "2027")
        for column in load_catalog([ROOT / "catalog"]).source("lovac_2026").columns
    ]
    names[names.index("aff")] = "affectation"
    (checkout / "raw.csv").write_text(",".join(names) + "\n")
    said = new(checkout, "new", "millesime", "lovac", "2027", "--file", "raw.csv")
    assert "new in the file, not declared and not read: affectation" in said
    assert "will refuse the file for want of: aff" in said
    assert "public_criterion of 2027: fil" in said
    loaded = load_catalog([checkout / "catalog"])
    before, after = loaded.source("lovac_2026"), loaded.source("lovac_2027")
    assert after.location == before.location.replace("2026", "2027") and after.format == before.format
    assert "cog_2027" in {column.name for column in after.columns}
    new(checkout, "catalog", "generate", "--check")


def test_a_new_mart_is_refused_until_it_is_described(checkout: Path) -> None:
    new(checkout, "new", "mart", "ff", "essai", "--from", "int_ff__stock")
    refused = new(checkout, "catalog", "generate", code=64)
    assert "marts_ff_essai: the description is not decided yet" in refused
    assert "marts_ff_essai" not in {p.mart for p in load_catalog([checkout / "catalog"]).publications}
    again = new(checkout, "new", "mart", "ff", "essai", "--from", "int_ff__stock", code=64)
    assert "is there already" in again


def test_a_folder_that_cannot_be_written_is_told(checkout: Path) -> None:
    shutil.rmtree(checkout / "docs")
    assert "writes into a checkout of the project" in new(
        checkout, "new", "millesime", "lovac", "2027", code=64
    )
