"""The policy decides on every column, leaves nothing open by a slip, and what is unknown is closed."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from one_policy import FOLDER, catalog, own_folder

from jobs.catalog import Catalog, load_catalog
from jobs.catalog.document import Document
from jobs.catalog.files import expand
from jobs.errors import SettingsError
from jobs.privacy.treatments import output_columns

__all__ = ["catalog"]  # fixtures

NOWHERE = Document(FOLDER, {})
# Of these not even a pseudonym is of use to anybody.
NEVER_READ = {
    "users": {"password", "first_name", "last_name", "phone", "two_factor_secret", "two_factor_code"},
    "owners": {
        "birth_date",
        "address_dgfip",
        "additional_address",
        "administrator",
        "full_name_fts",
        "username",
    },
    "housing": {
        "address_dgfip",
        "longitude_dgfip",
        "latitude_dgfip",
        "geolocation",
        "cadastral_reference",
        "building_location",
    },
    "notes": {"content", "title_deprecated"},
    "lovac_2025": {
        "ff_jdatnss_1",
        "ff_dldnss_6",
        "ff_x",
        "ff_y_4326",
        "ban_latitude",
        "ban_result_label",
        "cer_ff_adresse_1",
    },
    "ff_owners_2024": {"jdatnss", "dldnss", "dnomus", "dprnus", "dlign4", "idvoie", "dnatpr", "dsglpm"},
    "ff_2024": {"dvoilib", "dnvoiri", "geomloc", "ban_geom", "idvoie"},
}


EVENT_KEYS = {
    "status",
    "subStatus",
    "occupancy",
    "occupancyIntended",
    "actualEnergyConsumption",
    "source",
    "category",
    "label",
}


def test_every_declared_column_has_a_decision_and_every_decision_a_column(catalog: Catalog) -> None:
    for domain in {source.domain for source in catalog.sources}:
        files = [
            yaml.safe_load(path.read_text(encoding="utf-8"))
            for path in sorted((FOLDER / "policy").glob("*.yml"))
        ]
        written = [content for content in files if content.get("domain") == domain]
        common = {
            name for content in written for name, _, _ in expand(NOWHERE, [], content.get("columns") or {})
        }
        sources = [each for content in written for each in (content.get("sources") or {}).items()]
        own = {source: {name for name, _, _ in expand(NOWHERE, [], columns)} for source, columns in sources}
        declared = {source.name: {column.name for column in source.columns} for source in catalog.of(domain)}
        undecided = {
            f"{source}.{name}"
            for source, names in declared.items()
            for name in names - common - own.get(source, set())
        }
        assert undecided == set()
        assert {f"{s}.{name}" for s, names in own.items() for name in names - declared.get(s, set())} == set()
        # The commune's code in the geography of a year to come is decided beforehand.
        ahead = {name for name in common if name.startswith("cog_")}
        assert common - ahead - set().union(*declared.values()) == set()


@pytest.mark.parametrize("source", NEVER_READ)
def test_secrets_births_addresses_and_notes_are_never_read(source: str, catalog: Catalog) -> None:
    columns = {column.name: column for column in catalog.source(source).columns}
    assert {name for name in NEVER_READ[source] if columns[name].is_read} == set()
    assert not NEVER_READ[source] & {column.name for column in output_columns(catalog.source(source))}


def test_of_events_only_enumerated_fields_are_read(catalog: Catalog) -> None:
    columns = {column.name: column.policy for column in catalog.source("events").columns}
    for payload in ("next_old", "next_new"):
        assert columns[payload].treatment == "drop"
        assert {rule.removeprefix("json_key:") for rule in columns[payload].derive.values()} <= EVENT_KEYS


def test_direct_and_free_text_columns_reach_a_raw_file_as_pseudonyms_only(catalog: Catalog) -> None:
    for source in catalog.sources:
        hidden = {
            column.name for column in source.columns if column.policy.privacy in ("direct", "free_text")
        }
        for column in output_columns(source):
            if column.raw in hidden:
                assert column.treatment in ("pseudonymise", "generalise"), f"{source.name}.{column.name}"


def test_what_joins_across_sources_is_pseudonymised_alike(catalog: Catalog) -> None:
    keys = [("housing", "local_id"), ("lovac_2025", "ff_idlocal"), ("ff_2024", "idlocal")]
    rules = [
        next(c.policy for c in catalog.source(source).columns if c.name == name) for source, name in keys
    ]
    assert {(rule.treatment, rule.normalise) for rule in rules} == {("pseudonymise", False)}


def test_a_column_without_a_decision_is_closed(tmp_path: Path) -> None:
    folder = own_folder(tmp_path)
    path = folder / "policy" / "production.yml"
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text(
        "\n".join(line for line in lines if not line.startswith("    rnb_footprint:")), encoding="utf-8"
    )
    source = load_catalog([folder]).source("buildings")
    closed = next(column for column in source.columns if column.name == "rnb_footprint")
    assert (closed.policy.privacy, closed.is_read) == ("direct", False)
    assert "rnb_footprint" not in {column.name for column in output_columns(source)}


def test_a_direct_column_cannot_be_kept(tmp_path: Path) -> None:
    folder = own_folder(tmp_path)
    path = folder / "policy" / "production.yml"
    text = path.read_text(encoding="utf-8").replace(
        "birth_date: {class: direct, treatment: drop}", "birth_date: {class: direct, treatment: keep}"
    )
    path.write_text(text, encoding="utf-8")
    with pytest.raises(
        SettingsError,
        match=r"production\.yml:\d+: sources\.owners\.birth_date: a column of class 'direct' cannot be kept",
    ):
        load_catalog([folder])
