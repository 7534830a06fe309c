"""A source may lie at several places and come in several layouts, formats and headers: the file tells."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from components import PSEUDONYM_KEY, Lake, catalog_of, rows, s3_server, step

from jobs.catalog import load_catalog
from jobs.errors import DataRefused
from jobs.settings import project_dir
from jobs.sources.lake.loading import load_lake
from jobs.sources.lake.planning import choose
from jobs.storage.files import read_certificate
from jobs.storage.retry import Backoff

__all__ = ["s3_server"]

QUICK = Backoff(attempts=2, initial=0.01, maximum=0.02, jitter=0.01)
CATALOG = load_catalog([project_dir("catalog")])
TOWNS = """
domain: external
defaults: {owner: team, producer: us, licence: ours}
sources:
  towns:
    location: ["s3://{lake}/ours/towns.csv", "s3://{lake}/theirs/towns.json"]
    columns:
      code: {header: [code_commune, insee_code], required: true}
      label: {header: [Libellé, LIBGEO]}
"""
POLICY = """
domain: external
columns: {code: {class: none, treatment: keep}, label: {class: none, treatment: keep}}
"""


def load(home: Path, catalog: Any, lake: Lake, *only: str) -> Any:
    environment = {**lake.environment(), "ZLV_PSEUDONYM_KEY": PSEUDONYM_KEY}
    with step("load-lake", home, **environment) as (settings, run):
        load_lake(settings, choose(catalog, only), run, 2, QUICK)
        return run.record


def raw(home: Path, domain: str, name: str) -> Path:
    return home / "raw" / domain / f"{name}.duckdb"


def test_the_first_place_that_holds_an_object_is_read_and_said(s3_server: Lake, tmp_path: Path) -> None:
    """F3, F5: a list of places, aliases of headers, JSON where CSV was declared."""
    catalog = catalog_of(tmp_path / "catalog", towns=TOWNS, policy_towns=POLICY)
    s3_server.empty()
    s3_server.put("theirs/towns.json", json.dumps([{"insee_code": "01001", "LIBGEO": "Évry"}]))
    load(tmp_path, catalog, s3_server)
    file = raw(tmp_path, "external", "towns")
    assert rows(file, "FROM towns") == [("01001", "Évry")]
    facts = read_certificate(file) or {}
    assert [item["place"].rsplit("/", 2)[1:] for item in facts["objects"]] == [["theirs", "towns.json"]]
    s3_server.put("ours/towns.csv", "code_commune;Libellé\n01002;Ébreuil\n")
    load(tmp_path, catalog, s3_server)
    assert rows(file, "FROM towns") == [("01002", "Ébreuil")]


def test_millesimes_that_are_nowhere_are_said_in_one_sentence(s3_server: Lake, tmp_path: Path) -> None:
    """F3"""
    s3_server.empty()
    record = load(tmp_path, CATALOG, s3_server, "lovac_2019", "lovac_2020", "opah")
    said = [note for note in record.notes if "found nowhere" in note]
    assert len(said) == 1
    assert said[0].startswith(
        "lovac.lovac: 2019, 2020 declared and found nowhere (looked at s3://{lake}/lake/"
    )
    assert any(note.startswith("external.opah is absent at s3://") for note in record.notes)


EXTRACT = (
    "ff_idlocal;ff_idcom;ff_millesime;ff_dteloc;ff_ccogrm;ff_ccthp;ff_dnbbai;ff_dnbdou;ff_dnbwc;ff_dcapec2;"
    "ff_dcntpa\n"
)


def test_both_layouts_of_the_fichiers_fonciers_load(s3_server: Lake, tmp_path: Path) -> None:
    """F1: told apart by the header."""
    s3_server.empty()
    s3_server.put(
        "lake/cerema/ff/2019/raw.csv",
        EXTRACT + "".join(f"330123456{n:03d};33063;2019;2;0A;L;1;0;1;5;410\n" for n in range(200)),
    )
    names = [column.header_name for column in CATALOG.source("ff_2024").file_layouts[0].columns]
    values = {"idlocal": "330123456789", "idcom": "33063", "ccodep": "33", "dteloc": "1", "catpro3": "X1a"}
    body = "".join(",".join(values.get(name, "") for name in names) + "\n" for _ in range(200))
    s3_server.put("lake/cerema/ff/2024/raw.csv", ",".join(names) + "\n" + body)
    record = load(tmp_path, CATALOG, s3_server, "ff_2019", "ff_2024")
    assert not [note for note in record.notes if "missing" in note]
    query = "SELECT DISTINCT file_layout, idcom, dteloc, ccogrm, catpro3, dcntpa FROM {}"
    assert rows(raw(tmp_path, "ff", "ff_2019"), query.format("ff_2019")) == [
        ("extract", "33063", "2", "0A", None, 410)
    ]
    assert rows(raw(tmp_path, "ff", "ff_2024"), query.format("ff_2024")) == [
        ("housing", "33063", "1", None, "X1a", None)
    ]
    same = rows(raw(tmp_path, "ff", "ff_2019"), "SELECT count(DISTINCT idlocal) FROM ff_2019")
    assert same == [(200,)]


def test_a_file_of_neither_layout_is_refused(s3_server: Lake, tmp_path: Path) -> None:
    s3_server.empty()
    s3_server.put("lake/cerema/ff/2020/raw.csv", "idlocal;autre\n1;2\n")
    with pytest.raises(DataRefused, match=r"ff_2020: required column"):
        load(tmp_path, CATALOG, s3_server, "ff_2020")


def test_of_an_old_event_only_what_is_recognised_is_kept(s3_server: Lake, tmp_path: Path) -> None:
    """F2"""
    s3_server.empty()
    texts = {
        "Passage à Suivi en cours": (3, None, None),
        "Passage à non-vacant : occupé par le propriétaire": (4, "N'était pas vacant", "P"),
        "passage à NON VACANT, loué": (4, "N'était pas vacant", "L"),
        "passage à non-vacant": (4, "N'était pas vacant", "inconnu"),
        "Jamais contacté": (0, None, None),
        "Non-suivi": (0, None, None),
        "Suivi bloqué - blocage juridique": (5, "Blocage involontaire du propriétaire", None),
        "Sortie de la vacance": (4, "Sortie de la vacance", None),
        "courrier NPAI de canary-DUPONT": (None, "N’habite pas à l’adresse indiquée", None),
        "rendez-vous avec canary-DUPONT": (None, None, None),
    }
    header = "id,owner_id,housing_id,kind,created_at,content,created_by,campaign_id,contact_kind,title\n"
    one = "00000000-0000-0000-0000-{:012d}"
    lines = [
        f'{one.format(n)},,{one.format(n)},canary-kind,2021-03-01,"{text}",,,canary-mail,canary-title\n'
        for n, text in enumerate(texts)
    ]
    s3_server.put("lake/production/old_events.csv", header + "".join(lines))
    load(tmp_path, CATALOG, s3_server, "old_events")
    file = raw(tmp_path, "external", "old_events")
    found = rows(file, "SELECT new_status, new_sub_status, new_occupancy FROM old_events ORDER BY id")
    assert found == list(texts.values())
    columns = [name for (name, *_) in rows(file, "DESCRIBE old_events")]
    assert columns == [
        "id", "housing_id", "created_at", "new_status", "new_sub_status", "new_occupancy", "created_by"
    ]  # fmt: skip
    assert b"canary" not in file.read_bytes()
