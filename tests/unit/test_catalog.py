"""The catalog declares every source, each column with its policy, each year with its totals."""

from __future__ import annotations

import csv
from pathlib import Path, PurePath

import pytest
import yaml

from jobs.catalog import Catalog, load_catalog
from jobs.errors import SettingsError
from jobs.transform.project import generated_files

ROOT = Path(__file__).resolve().parents[2]
TABLES = [
    "buildings",
    "campaigns",
    "campaigns_housing",
    "establishments",
    "events",
    "geo_perimeters",
    "group_housing_events",
    "groups",
    "groups_housing",
    "housing",
    "housing_document_events",
    "housing_events",
    "housing_notes",
    "notes",
    "owner_events",
    "owner_notes",
    "owners",
    "owners_housing",
    "users",
]


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog([ROOT / "catalog"])


def test_every_source_is_declared(catalog: Catalog) -> None:
    assert sorted(source.name for source in catalog.of("production")) == TABLES
    assert catalog.millesimes("lovac") == list(range(2019, 2027))
    assert catalog.millesimes("ff") == list(range(2019, 2025))
    assert catalog.millesimes("ff_owners") == [2023, 2024, 2025]
    assert {"ff_extract_2025", "ff_buildings_2024"} <= {source.name for source in catalog.of("ff")}


def test_both_lovac_layouts_are_declared(catalog: Catalog) -> None:
    old = {column.name for column in catalog.source("lovac_2022").columns}
    new = {column.header_name for column in catalog.source("lovac_2023").columns}
    assert "ff_dlign4_6" in old and "cer_propriétaire" not in old
    assert "cer_propriétaire" in new and "ff_dlign4_6" not in new


@pytest.mark.parametrize(
    "column",
    [
        "users.password",
        "users.two_factor_secret",
        "users.two_factor_code",
        "users.first_name",
        "owners.birth_date",
        "owners.full_name_fts",
        "owners.address_dgfip",
        "owners.additional_address",
        "housing.address_dgfip",
        "housing.geolocation",
        "events.next_old",
        "events.next_new",
        "notes.content",
        "campaigns.title",
        "groups.title",
    ],
)
def test_what_names_a_person_is_never_written(catalog: Catalog, column: str) -> None:
    table, name = column.split(".")
    declared = next(c for c in catalog.source(table).columns if c.name == name)
    assert declared.policy.treatment == "drop"


def test_a_second_folder_adds_a_millesime_with_one_entry(tmp_path: Path) -> None:
    (tmp_path / "more.yml").write_text(
        "domain: lovac\nsources:\n  lovac_2027: {millesime: 2027, public_criterion: fil, location:"
        " 's3://{lake}/lake/lovac/2027/raw.csv', layout: new}\n"
    )
    catalog = load_catalog([ROOT / "catalog", tmp_path])
    assert catalog.millesimes("lovac")[-1] == 2027
    added, before = catalog.source("lovac_2027"), catalog.source("lovac_2024")
    assert [c.policy for c in added.columns] == [c.policy for c in before.columns]
    assert (added.owner, added.key, added.minimum_rows) == (before.owner, before.key, before.minimum_rows)
    assert catalog.public_criteria[2027] == "fil"


def test_a_millesime_of_lovac_needs_the_rule_of_its_public_figure(tmp_path: Path) -> None:
    (tmp_path / "more.yml").write_text(
        "domain: lovac\nsources:\n  lovac_2027: {millesime: 2027, location:"
        " 's3://{lake}/lake/lovac/2027/raw.csv', layout: new}\n"
    )
    with pytest.raises(
        SettingsError, match=r"more\.yml:3: sources\.lovac_2027: .*public_criterion: fil, or fil_ccthp"
    ):
        load_catalog([ROOT / "catalog", tmp_path])


REFERENCE = ROOT.parent / "shared" / "reference"


@pytest.mark.skipif(
    not REFERENCE.is_dir(),
    reason="the reference of the application's columns lies beside the project, not in it",
)
def test_the_application_tables_are_declared_with_all_their_columns(catalog: Catalog) -> None:
    with (REFERENCE / "production_columns.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    for source in catalog.of("production"):
        assert [c.name for c in source.columns] == [
            row["column"] for row in rows if row["table"] == source.table
        ]


def test_documented_values_become_a_test_of_the_source_that_warns(catalog: Catalog) -> None:
    sources = generated_files(catalog)[PurePath("models", "staging", "production", "_sources.yml")]
    tables = {table["name"]: table for table in yaml.safe_load(sources)["sources"][0]["tables"]}
    columns = {column["name"]: column for column in tables["users"]["columns"]}
    assert columns["role"]["data_tests"] == [
        {"documented": {"name": "production_users_role_is_documented", "arguments": {"values": [0, 1, 2]}}}
    ]
    severities = yaml.safe_load((ROOT / "dbt" / "dbt_project.yml").read_text())["data_tests"]["zlv"]
    assert severities["staging"]["+severity"] == "warn"
    assert severities["+severity"] == "error"


def test_each_lovac_year_says_how_many_lines_it_has_and_a_later_folder_may_say_otherwise(
    tmp_path: Path, catalog: Catalog
) -> None:
    """N1: the golden totals; a sample's are its own."""
    expected = {s.millesime: (s.expected.lines, s.expected.public) for s in catalog.of("lovac") if s.expected}
    assert list(expected) == list(range(2019, 2027))
    assert expected[2019] == (7_835_698, 1_121_374) and expected[2026] == (8_600_273, 1_179_845)
    (tmp_path / "expected.yml").write_text('"*": null\nlovac_2019: {lines: 582}\n')
    sample = load_catalog([ROOT / "catalog", tmp_path])
    assert {s.name: s.expected.lines for s in sample.sources if s.expected} == {"lovac_2019": 582}
    (tmp_path / "expected.yml").write_text("lovac_1999: {lines: 1}\nlovac_2019: {lignes: 1}\n")
    with pytest.raises(SettingsError, match=r"(?s)expected.yml:1: lovac_1999.*expected.yml:2: lovac_2019"):
        load_catalog([ROOT / "catalog", tmp_path])
