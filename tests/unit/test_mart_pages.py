"""Each published mart has a dictionary page that says its grain, rule, owner, columns and freshness."""

from __future__ import annotations

from pathlib import Path

import pytest

from jobs.catalog import Catalog, Publication, Source, load_catalog
from jobs.catalog.mart_pages import mart_pages
from jobs.catalog.marts import Mart, read_marts
from jobs.settings import project_dir

CATALOG = load_catalog([project_dir("catalog")])
MARTS = {mart.name: mart for mart in read_marts(project_dir("dbt"), CATALOG)}
MADE = {"owner": "us", "producer": "INSEE", "licence": "Licence ouverte"}
LISTED = [publication.mart for publication in CATALOG.publications]


@pytest.mark.parametrize("name", LISTED)
def test_a_published_mart_states_grain_owner_rule_and_its_source(name: str) -> None:
    assert MARTS[name].faults() == []
    page = (project_dir("docs") / "dictionary" / "marts" / f"{name}.md").read_text(encoding="utf-8")
    for column in MARTS[name].columns:
        assert f"| {column.name} | {column.type} |" in page


def test_a_mart_names_the_sources_behind_it_through_models_and_macros() -> None:
    assert {"lovac_2024", "ff_2024", "cog_communes_2024"} <= set(MARTS["marts_common_morphology"].sources)
    assert {s.name for s in CATALOG.of("lovac")} <= set(MARTS["marts_lovac_flows"].sources)
    assert MARTS["marts_admin_regions"].sources == ("admin_regions",)
    assert {CATALOG.source(name).domain for name in MARTS["marts_stats_monthly_global"].sources} == {
        "production"
    }


def project(folder: Path, meta: str, *, source: str = "{{ source('external', 'prices') }}") -> list[Mart]:
    marts = folder / "models" / "marts" / "prices"
    marts.mkdir(parents=True)
    (marts / "marts_prices.sql").write_text(f"select * from {source}", encoding="utf-8")
    column = "{name: code, data_type: varchar, description: commune, config: {meta: {privacy: none}}}"
    text = (
        f"models: [{{name: marts_prices, description: Prix, config: {{meta: {meta}}}, columns: [{column}]}}]"
    )
    (marts / "marts_prices.yml").write_text(text, encoding="utf-8")
    prices = Source.model_validate(
        {
            "name": "prices",
            "domain": "external",
            "location": "x.csv",
            **MADE,
            "due": "monthly",
            "columns": [{"name": "code"}],
        }
    )
    return read_marts(
        folder,
        Catalog(sources=(prices,), publications=(Publication(mart="marts_prices", public_name="prices"),)),
    )


def test_a_page_says_what_a_reader_asks(tmp_path: Path) -> None:
    (mart,) = project(tmp_path, "{grain: [code], owner: equipe, source_of_rule: Cerema}")
    assert mart.faults() == []
    prices = Source.model_validate(
        {"name": "prices", "domain": "external", "location": "x.csv", **MADE, "columns": []}
    )
    pages = mart_pages(
        [mart],
        Catalog(sources=(prices,), publications=(Publication(mart="marts_prices", public_name="prices"),)),
    )
    assert "| [prices](marts_prices.md) | Prix |" in pages["README.md"]
    for line in (
        "# prices",
        "| une ligne par | code |",
        "| responsable | equipe |",
        "| code | varchar | non personnelle | commune |",
    ):
        assert line in pages["marts_prices.md"]
    assert "| external.prices | chaque année | 396 jours |" in pages["marts_prices.md"]


@pytest.mark.parametrize(
    ("meta", "fault"),
    [
        ("{owner: equipe, source_of_rule: Cerema}", "config.meta.grain is missing"),
        ("{grain: [code], source_of_rule: Cerema}", "config.meta.owner is missing"),
        ("{grain: [code], owner: equipe}", "config.meta.source_of_rule is missing"),
        (
            "{grain: [city], owner: equipe, source_of_rule: Cerema}",
            "config.meta.grain names city, which is no column",
        ),
        ("{grain: [code], owner: equipe, source_of_rule: notes.md}", "names notes.md, which no reader has"),
    ],
)
def test_what_a_page_would_lack_is_named(tmp_path: Path, meta: str, fault: str) -> None:
    (mart,) = project(tmp_path, meta)
    assert [found for found in mart.faults() if fault in found] == mart.faults() != []


def test_a_mart_without_a_source_is_told(tmp_path: Path) -> None:
    (mart,) = project(tmp_path, "{grain: [code], owner: equipe, source_of_rule: Cerema}", source="range(3)")
    assert mart.faults() == ["marts_prices: no source lies behind it"]
