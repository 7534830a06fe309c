"""The sample's open data are true where the catalog says so, and told to be invented where they are."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest

from jobs.catalog import Catalog, load_catalog
from jobs.sample.external import EXTERNAL
from jobs.sample.generate import generate
from jobs.settings import project_dir

DRAWN = re.compile(r"\b(draw|pick|own_number|mixed|random)\(|size")


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog([project_dir("catalog")])


@pytest.fixture(scope="module")
def folder(catalog: Catalog, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sample")
    generate(folder, 0.05, 7, catalog, only=("external",))
    return folder / "lake" / "lake" / "external"


@pytest.mark.parametrize("name", EXTERNAL)
def test_what_the_catalog_calls_facts_is_drawn_by_nothing(catalog: Catalog, name: str) -> None:
    drawn = DRAWN.search(EXTERNAL[name][0]) is not None
    assert catalog.source(name).sample == ("invented" if drawn else "facts")


def test_each_open_source_says_who_made_it_under_which_licence_and_what_the_sample_holds(
    catalog: Catalog,
) -> None:
    page = (project_dir("docs") / "dictionary" / "external.md").read_text(encoding="utf-8")
    for name in EXTERNAL:
        source = catalog.source(name)
        of_source = page.split(f"## external.{name}\n", 1)[1].split("## ", 1)[0]
        assert f"Producteur : {source.producer} · licence : {source.licence}." in of_source, name
        assert ("lignes inventées" in of_source) == (source.sample == "invented"), name


def test_zones_and_populations_are_the_official_ones(folder: Path) -> None:
    with (folder / "dgaln" / "zonage_abc.csv").open(encoding="utf-8", newline="") as file:
        zones = {line["CODGEO"]: line["ZONE"] for line in csv.DictReader(file, delimiter=";")}
    assert {code: zones[code] for code in ("75056", "33063", "01004", "97411")} == {
        "75056": "Abis",
        "33063": "A",
        "01004": "B1",
        "97411": "B1",
    }
    communes = {
        entry["code"]: entry for entry in json.loads((folder / "api_geo" / "communes.json").read_text())
    }
    assert (communes["75056"]["population"], communes["01001"]["codesPostaux"]) == (2103778, ["01400"])
    epcis = {entry["code"]: entry for entry in json.loads((folder / "api_geo" / "epcis.json").read_text())}
    assert epcis["200054781"]["population"] > 7_000_000 and epcis["200054781"]["codesRegions"] == ["11"]
    assert set(zones) == set(communes)
