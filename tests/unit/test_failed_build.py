"""A test that fails names what, where and how many, and gives the statement that shows the rows."""

from __future__ import annotations

import subprocess
from pathlib import Path

import duckdb
import pytest
from chain import ZLV, Chain, base_environment

from jobs.errors import DataRefused, SettingsError, ZlvError
from jobs.transform.nodes import Node, Outcome
from jobs.transform.statement import to_paste
from jobs.transform.verdict import check

_PRINT = "zlv() { printf '%s\\0' \"$@\"; }; "
SECRET = "jeanne.dupont@example.org"
MODEL = "stg_lovac__premises"


@pytest.mark.parametrize(
    "query",
    [
        'select "a" from "warehouse"."marts"."m" -- a comment\nwhere "b" is null',
        'select \'it\'\'s $HOME `x` \\\' from "warehouse"."marts"."m"',
        'select "order", "Übung" from "warehouse"."marts"."m"',
    ],
)
def test_a_statement_reaches_the_program_as_it_is_meant(query: str) -> None:
    """N16"""
    line = to_paste(query)
    assert "\n" not in line
    words = subprocess.run(
        ["bash", "-c", _PRINT + line],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split("\0")[:-1]
    assert words[:2] == ["sql", "--failed"]
    with duckdb.connect() as connection:
        asked, meant = (
            connection.execute("SELECT json_serialize_sql(?)", [q]).fetchone() for q in (words[2], query)
        )
    assert asked is not None and meant is not None
    assert '"error":false' in asked[0] and '"error":false' in meant[0]


def test_a_failed_test_is_told_with_its_statement_and_its_rows_stay_where_engineers_read(
    tmp_path: Path,
) -> None:
    """N16, N30"""
    raw = tmp_path / "raw" / "lovac" / "lovac_2025.duckdb"
    raw.parent.mkdir(parents=True)
    with duckdb.connect(str(raw)) as connection:
        connection.execute(f"CREATE TABLE {raw.stem} AS SELECT 1999 AS annee, '{SECRET}' AS nature")
    chain = Chain(tmp_path, {**base_environment(tmp_path), "ZLV_PSEUDONYM_KEY": "k" * 40})
    refused = chain.zlv("build", "--only", MODEL, code=65)
    sentence = refused.stderr[refused.stderr.index("zlv: ") :]
    assert f" of {MODEL} (models/staging/lovac/" in sentence and ": 1 row(s)" in sentence
    assert SECRET not in refused.stderr
    (line,) = [each for each in sentence.splitlines() if "zlv sql --failed" in each]
    command = line[line.index("zlv sql") :]
    kept = tmp_path / "warehouse" / "warehouse.failed.duckdb"
    assert kept.stat().st_mode & 0o777 == 0o600
    assert not (tmp_path / "warehouse" / "warehouse.duckdb").exists()
    shown = subprocess.run(
        ["bash", "-c", command],
        env={**chain.environment, "PATH": f"{ZLV.parent}:{chain.environment['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert shown.returncode == 0 and "1 row" in shown.stdout, shown.stderr
    raw.unlink()
    chain.zlv("build", "--only", MODEL)
    assert not kept.exists()
    chain.zlv("sql", "--failed", "SELECT 1", code=64)


def node(name: str, status: str = "success", message: str = "") -> Node:
    return Node(f"model.zlv.{name}", name, "model", status, 0, 1, message)


@pytest.mark.parametrize(
    ("outcome", "kind", "said"),
    [
        (Outcome([node("a")], planned=3), ZlvError, "1 of 3 models and tests"),
        (Outcome([node("a"), node("b", "skipped")], planned=2), ZlvError, "1 of 2 models and tests"),
        (Outcome([], planned=0), SettingsError, "the selection names no model"),
        (Outcome([node("a")], planned=1, untested=4), SettingsError, "none of the 4 tests"),
        (Outcome([node("a", "error", "Conversion Error: 'x'")], planned=1), DataRefused, "could not build a"),
        (Outcome([node("a", "error", "Out of Range Error: 1")], planned=1), DataRefused, "could not build a"),
        (Outcome([node("a", "error", "INTERNAL Error: odd")], planned=1), ZlvError, "could not build a"),
        (
            Outcome(
                [node("a", "error", 'IO Error: Could not write file "/x/y": No space left on device')],
                planned=1,
            ),
            ZlvError,
            "full",
        ),
    ],
    ids=[
        "N21-ended early",
        "N21-skipped",
        "nothing",
        "D14-untested",
        "data",
        "D13-range",
        "machine",
        "N7-disk",
    ],
)
def test_what_dbt_did_not_do_whole_and_well_is_refused(
    outcome: Outcome, kind: type[ZlvError], said: str
) -> None:
    with pytest.raises(kind, match=said) as refused:
        check(outcome)
    assert type(refused.value) is kind or said == "full"


def test_a_whole_build_is_taken() -> None:
    check(Outcome([node("a"), node("b")], planned=2))
