"""Make a small home for the privacy gate: raw files, a warehouse file and dbt's manifest, with or without a
leak."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import duckdb
import pytest

from jobs.catalog import Catalog, load_catalog
from jobs.privacy.report import Report
from jobs.privacy.treatments import install_pseudonyms, key_fingerprint, output_columns
from jobs.releases.proving import prove
from jobs.settings import Settings, project_dir, read_settings
from jobs.sql import identifier
from jobs.storage.files import write_certificate
from jobs.telemetry import stage

KEY = "a key of the tests, long enough to be one"
MART = "marts_production_housing"
NAME, EMAIL, PHONE, ADDRESS = (
    "Éléonore Lebœuf",
    "e.leboeuf@example.org",
    "06 12 34 56 78",
    "0012 RUE DES LILAS",
)

# What stands in the sources before the policy is applied.
OWNERS = [
    {"id": "11111111-1111-4111-8111-111111111111", "full_name": NAME, "email": EMAIL, "phone": PHONE},
    {
        "id": "22222222-2222-4222-8222-222222222222",
        "full_name": "COMMUNE DE RUE",
        "email": None,
        "phone": None,
    },
]
USERS = [
    {
        "id": "33333333-3333-4333-8333-333333333333",
        "email": "agent.lyon@example.org",
        "password": "never read",
    }
]
ESTABLISHMENTS = [
    {"id": "44444444-4444-4444-8444-444444444444", "name": "Commune de Rue", "siren": 210077687}
]
COMMUNES = [
    {"com": "80688", "libelle": "Rue"},
    {"com": "60544", "libelle": "La Rue-Saint-Pierre"},
    {"com": "69123", "libelle": "Lyon"},
]
LOVAC = [
    {
        "ff_idlocal": "800688123456",
        "proprietaire": "M MARTIN PAUL",
        "adresse2": ADDRESS,
        "adresse3": "LE BOURG",
        "libcom": "RUE",
    }
]


def home(folder: Path, raw: Path | None = None) -> Settings:
    """Give the settings of a home whose publication list names one mart."""
    catalog = folder / "catalog"
    catalog.mkdir(parents=True)
    (catalog / "publication.yml").write_text(
        f"publish:\n  {MART}:\n    public_name: logements\n", encoding="utf-8"
    )
    return settings_of(folder, **({"ZLV_RAW_DIR": str(raw)} if raw else {}))


def settings_of(folder: Path, **changed: str) -> Settings:
    """Give the settings of a home that is made already."""
    environ = {
        "ZLV_HOME": str(folder),
        "ZLV_PSEUDONYM_KEY": KEY,
        "ZLV_SIGNING_KEY": KEY[::-1],
        "ZLV_CATALOG_DIR": f"{project_dir('catalog')}:{folder / 'catalog'}",
    }
    return read_settings({**environ, **changed})


def write_raw_files(settings: Settings) -> None:
    """Write raw files as the loaders do: through the policy, so that they hold pseudonyms."""
    catalog = load_catalog(settings.catalog_dirs)
    lake = {"cog_communes_2024": COMMUNES, "lovac_2025": LOVAC}
    for tables in (
        {"owners": OWNERS, "users": USERS, "establishments": ESTABLISHMENTS},
        *({name: rows} for name, rows in lake.items()),
    ):
        path = settings.raw_file(catalog.source(next(iter(tables))).domain, next(iter(tables)))
        path.parent.mkdir(parents=True, exist_ok=True)
        with duckdb.connect(str(path)) as connection:
            install_pseudonyms(connection, settings)
            for name, rows in tables.items():
                _write(connection, catalog, name, rows)
            write_certificate(connection, path.stem, {"key": key_fingerprint(settings)})


def _write(
    connection: duckdb.DuckDBPyConnection, catalog: Catalog, name: str, rows: list[dict[str, object]]
) -> None:
    source = catalog.source(name)
    columns = ", ".join(
        f"CAST(NULL AS {column.type}) AS {identifier(column.name)}" for column in source.columns
    )
    connection.execute(f"CREATE OR REPLACE TEMP TABLE given AS SELECT {columns} LIMIT 0")
    for row in rows:
        connection.execute(
            f"INSERT INTO given ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})", list(row.values())
        )
    selects = ", ".join(column.select for column in output_columns(source))
    connection.execute(f"CREATE TABLE {identifier(name)} AS SELECT {selects} FROM given")


def write_warehouse(
    settings: Settings,
    select: str,
    classes: Mapping[str, str | None],
    **other: tuple[str, Mapping[str, str | None]],
) -> None:
    """Write the warehouse file and the manifest: marts are made by a SELECT, with the classes that their .yml
    declares."""
    settings.warehouse_file.parent.mkdir(parents=True, exist_ok=True)
    nodes = {}
    with duckdb.connect(str(settings.warehouse_file)) as connection:
        install_pseudonyms(connection, settings)
        connection.execute("CREATE SCHEMA marts")
        for name, (query, declared) in {MART: (select, classes), **other}.items():
            connection.execute(f"CREATE TABLE marts.{identifier(name)} AS {query}")
            columns = {
                column: {"name": column, "config": {"meta": {"privacy": privacy}}}
                for column, privacy in declared.items()
            }
            nodes[f"model.zlv.{name}"] = {
                "resource_type": "model",
                "name": name,
                "schema": "marts",
                "columns": columns,
            }
        write_certificate(connection, settings.warehouse_file.stem, {"key": key_fingerprint(settings)})
    manifest = settings.warehouse_dir / "dbt" / "manifest.json"
    manifest.parent.mkdir(exist_ok=True)
    manifest.write_text(json.dumps({"nodes": nodes}), encoding="utf-8")


def audit(settings: Settings) -> Report:
    """Run the gate as the stage does, without ending the process."""
    with stage(settings, "audit") as run:
        return prove(settings, load_catalog(settings.catalog_dirs), run)


@pytest.fixture(scope="session")
def raw_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give raw files that hold a few people, as pseudonyms."""
    settings = home(tmp_path_factory.mktemp("raw"))
    write_raw_files(settings)
    return settings.raw_dir
