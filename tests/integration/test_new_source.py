"""What `zlv new source` proposes loads the file that it was shown, wherever the person stands."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from chain import ZLV, Chain

from jobs.catalog.skeletons.sample import read_sample

# The first lines of LOVAC's open data by department, as published: padded, blanks between thousands.
DEPARTMENTS = """\
 DEP ; LIB_DEP ; pp_vacant_25 ; pp_vacant_plus_2ans_25 ; pp_total_24 ;
 01 ; Ain ; 19 805   ; 12 070   ; 293 837   ;
 02 ; Aisne ; 20 433   ; 12 136   ; 230 105   ;
 67 ; Bas-Rhin ; 24 951   ; s   ; 523 108   ;
 2A ; Corse-du-Sud ; 900   ; 612   ; 1 293 837   ;
""".replace(" ;\n", " \n")
DECIDED = ("--description", "logements vacants", "--producer", "Cerema", "--licence", "Licence ouverte 2.0")
OPEN = (*DECIDED, "--owner", "equipe-donnees", "--open-data")


def test_the_open_data_of_lovac_become_a_table_that_joins_without_a_hand_edit(
    own_home: Callable[[str], Chain], tmp_path: Path
) -> None:
    """D9: from the file to a join on the department's code, in a folder that is no checkout."""
    here = own_home("stands-here")
    file = here.home / "lovac_opendata_dep.csv"
    file.write_text(DEPARTMENTS.replace("; s ", "; 14 002 "), encoding="utf-8")
    said = here.zlv(
        *("new", "source", "external", "lovac_opendata_dep", "--file", str(file), "--location", str(file)),
        *OPEN,
        ZLV_CATALOG_DIR="",
    ).stdout
    assert "written: catalog/external_lovac_opendata_dep.yml" in said and "dbt/" not in said
    assert (
        sorted(path.name for path in (here.home / "catalog").rglob("*.yml"))
        == ["external_lovac_opendata_dep.yml"] * 2
    )
    added = {"ZLV_CATALOG_DIR": f":{here.home / 'catalog'}"}
    here.zlv("catalog", "check", **added)
    here.zlv("load-lake", "--only", "lovac_opendata_dep", "--only", "departements", **added)
    query = """
        SELECT d.nom_departement, v.pp_vacant_25, v.pp_total_24
        FROM external.lovac_opendata_dep AS v JOIN external.departements AS d ON v.dep = d.code_departement
        ORDER BY v.dep
    """
    printed = here.zlv("sql", "--format", "json", query, **added).stdout
    found = [json.loads(line) for line in printed.splitlines()]
    assert {"nom_departement": "Ain", "pp_vacant_25": 19805, "pp_total_24": 293837} in found
    assert {"nom_departement": "Bas-Rhin", "pp_vacant_25": 24951, "pp_total_24": 523108} in found


DOUBLE = ["DOUBLE", "VARCHAR"]
FILES = {
    "dates, decimals, thousands": (
        "id_op;date_debut;montant;taux\n1;31/12/2023;1234,56;12,5%\n2;01/02/2022;78,9;3%\n"
        "3;13/07/2021;1 250,00;\n",
        "SELECT date_debut::VARCHAR, montant, taux FROM x ORDER BY id_op",
        [("2023-12-31", 1234.56, "12,5%"), ("2022-02-01", 78.9, "3%"), ("2021-07-13", 1250.0, None)],
    ),
    "a quote of one sign": (
        "code,lib\n01,'a,b'\n02,'c'\n",
        "SELECT code, lib FROM x ORDER BY code",
        [("01", "a,b"), ("02", "c")],
    ),
    "titles": (
        "OPAH en cours\nSource : Anah;;\ncode;lib;n\n01;a;1\n02;b;2\n",
        "SELECT code, lib, n FROM x ORDER BY code",
        [("01", "a", 1), ("02", "b", 2)],
    ),
    "the plain way": (
        "code,n,day,ok\n01,1.5,2024-02-29,true\n02,2,2024-03-01,false\n",
        "SELECT code, n, day::VARCHAR, ok FROM x ORDER BY code",
        [("01", 1.5, "2024-02-29", True), ("02", 2.0, "2024-03-01", False)],
    ),
}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("name", FILES)
def test_what_is_proposed_loads_the_file_that_was_shown(name: str, encoding: str, tmp_path: Path) -> None:
    """D9: dd/mm/yyyy, decimal comma, blanks in thousands, quote ', titles; in any encoding."""
    text, query, expected = FILES[name]
    (tmp_path / "x.csv").write_bytes(text.replace("lib", "libellé").encode(encoding))

    def zlv(*arguments: str) -> subprocess.CompletedProcess[str]:
        environment = {
            "PATH": "/usr/bin:/bin",
            "ZLV_HOME": str(tmp_path),
            "ZLV_CATALOG_DIR": str(tmp_path / "catalog"),
        }
        done = subprocess.run(
            [ZLV, *arguments], env=environment, cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done

    (tmp_path / "catalog").mkdir()
    zlv("new", "source", "external", "x", "--file", "x.csv", "--location", str(tmp_path / "x.csv"), *OPEN)
    zlv("load-lake")
    with duckdb.connect(str(tmp_path / "raw" / "external" / "x.duckdb"), read_only=True) as raw:
        assert raw.execute(query.replace("lib", "libelle")).fetchall() == expected


def test_a_number_that_is_written_in_another_way_is_set_aside(tmp_path: Path) -> None:
    """1 25 0 is not taken for 1250, nor 12.5 for 125."""
    from components import catalog_of, rows, step

    from jobs.sources.lake.loading import load_lake
    from jobs.sources.lake.planning import choose

    (tmp_path / "x.csv").write_text(
        "code;n;d\n" + "".join(f"{i:03d};1 250,5;31/01/2024\n" for i in range(300))
        + "901;1 25 0,5;31/01/2024\n902;12.5;31/01/2024\n903;1;2024-01-31\n904; ;\n"
    )  # fmt: skip
    entry = f"""
domain: external
defaults: {{owner: team, producer: us, licence: ours, rejects_threshold: 0.1}}
sources:
  x:
    location: {tmp_path / "x.csv"}
    format: {{decimal: ",", thousands: " ", dateformat: "%d/%m/%Y"}}
    columns: {{code: VARCHAR, n: DOUBLE, d: DATE}}
"""
    keep = "{class: none, treatment: keep}"
    catalog = catalog_of(
        tmp_path / "catalog",
        x=entry,
        policy_x=f"domain: external\ncolumns: {{code: {keep}, n: {keep}, d: {keep}}}\n",
    )
    with step("load-lake", tmp_path / "home") as (settings, run):
        load_lake(settings, choose(catalog), run, 1)
    file = tmp_path / "home" / "raw" / "external" / "x.duckdb"
    assert rows(file, "SELECT count(*), sum(n), count(d) FROM x") == [(301, 300 * 1250.5, 300)]
    assert rows(file, "SELECT line, column_name FROM _rejects ORDER BY line") == [
        (302, "n"),
        (303, "n"),
        (304, "d"),
    ]


@pytest.mark.parametrize(
    ("text", "form", "types"),
    [
        ("a;b\n1 234;x\n12;y\n", {"delimiter": ";", "thousands": " "}, ["BIGINT", "VARCHAR"]),
        ("a|b\n1.234,5|\n12,0|\n", {"delimiter": "|", "decimal": ",", "thousands": "."}, DOUBLE),
        ("a,b\n01,2\n02,3\n", {"delimiter": ","}, ["VARCHAR", "BIGINT"]),
        ("jour\n01.02.2024\n", {"delimiter": ",", "dateformat": "%d.%m.%Y"}, ["DATE"]),
        ("a;b\n01/02/2024;2024-02-01\n", {"delimiter": ";"}, ["VARCHAR", "DATE"]),
    ],
)  # fmt: skip
def test_one_way_of_writing_is_proposed_for_the_whole_file(
    tmp_path: Path, text: str, form: dict[str, str], types: list[str]
) -> None:
    (tmp_path / "x.csv").write_text(text)
    sample = read_sample(tmp_path / "x.csv")
    assert sample.form == form and [column.type for column in sample.columns] == types
