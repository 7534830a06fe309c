"""Write a changing world down: dbt's project, the catalog, and raw files with their certificates."""

from __future__ import annotations

import shutil
from pathlib import Path

import yaml
from changing import TYPES, World

from jobs.catalog import load_catalog
from jobs.privacy.treatments import key_fingerprint, output_columns
from jobs.settings import PROJECT, Settings
from jobs.sql import identifier
from jobs.storage.files import write_certificate
from jobs.storage.fingerprint import content_fingerprint, declaration_fingerprint
from jobs.storage.session import connect, view_columns


def write_project(world: World, project: Path, catalog: Path) -> None:
    """Write dbt's project and the catalog, as a person does: only what differs is touched."""
    kept = {}
    for name in ("profiles.yml", "macros/generate_database_name.sql", "macros/generate_schema_name.sql"):
        kept[f"project/{name}"] = (PROJECT / "dbt" / name).read_text(encoding="utf-8")
    for name in ("union_millesimes.sql", "production/as_of_day.sql"):
        kept[f"project/macros/{Path(name).name}"] = (PROJECT / "dbt/macros" / name).read_text("utf-8")
    tests = [dict(zip(("model", "column"), each.split("."), strict=True)) for each in set(world.not_null)]
    kept |= {
        "project/dbt_project.yml": yaml.safe_dump(
            {
                "name": "zlv",
                "version": "1.0",
                "config-version": 2,
                "profile": "zlv",
                "flags": {"send_anonymous_usage_stats": False},
                "models": {"+schema": "marts", "+materialized": "table"},
                "seeds": {"+schema": "int", "+full_refresh": True},
            }
        ),
        "project/macros/floor.sql": f"{{% macro floor() %}}{world.floor}{{% endmacro %}}",
        "project/macros/unused.sql": f"{{% macro unused() %}}{world.unused}{{% endmacro %}}",
        "project/seeds/labels.csv": "price,label\n"
        + "".join(f"{price},{label}\n" for price, label in sorted(world.labels.items())),
        "project/models/tests.yml": yaml.safe_dump(
            {
                "version": 2,
                "models": [
                    {"name": name, "columns": [_tried(t["column"]) for t in tests if t["model"] == name]}
                    for name in sorted({t["model"] for t in tests})
                ],
            }
        ),
        **{f"project/models/{name}.sql": sql for name, sql in world.models.items()},
        **{f"project/tests/{name}.sql": sql for name, sql in world.tests.items()},
        **_catalog(world),
    }
    _write({"project": project, "catalog": catalog}, kept)


def _tried(column: str) -> dict[str, object]:
    return {"name": column, "data_tests": [{"not_null": {"config": {"severity": "warn"}}}]}


def _year_of(name: str, world: World) -> dict[str, object]:
    return {"millesime": int(name[-4:]), "public_criterion": world.rule}


def _catalog(world: World) -> dict[str, str]:
    files = {}
    for domain in ("external", "production", "lovac"):
        names = [name.partition(".")[2] for name in world.columns if name.startswith(f"{domain}.")]
        sources = {
            name: {
                "location": f"postgres:{name}" if domain == "production" else f"{name}.csv",
                **(
                    {"millesime": int(name[-4:]), "public_criterion": world.rule} if domain == "lovac" else {}
                ),
                "columns": {
                    column: TYPES.get(column, "VARCHAR") if domain != "lovac" or column != "id" else "VARCHAR"
                    for column in world.columns[f"{domain}.{name}"]
                },
            }
            for name in names
        }
        defaults = {"owner": "team", "producer": "us", "licence": "ours"}
        files[f"catalog/{domain}.yml"] = yaml.safe_dump(
            {"domain": domain, "defaults": defaults, "sources": sources}
        )
        columns = {
            column: dict(zip(("class", "treatment"), said.split(), strict=True))
            for column, said in world.policy[domain].items()
        }
        files[f"catalog/policy/{domain}.yml"] = yaml.safe_dump({"domain": domain, "columns": columns})
    return files


def _write(places: dict[str, Path], files: dict[str, str]) -> None:
    for name, folder in places.items():
        wanted = {
            folder / path.partition("/")[2]: text for path, text in files.items() if path.startswith(name)
        }
        for path in folder.rglob("*"):
            if path.is_file() and path not in wanted:
                path.unlink()
        for path, text in wanted.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            if not path.is_file() or path.read_text(encoding="utf-8") != text:
                path.write_text(text, encoding="utf-8")


def write_raw(world: World, settings: Settings) -> None:
    """Write every raw file anew with its certificate, as a synchronisation or a load does."""
    catalog = load_catalog(settings.catalog_dirs)
    shutil.rmtree(settings.raw_dir, ignore_errors=True)
    for source in catalog.sources:
        path = settings.raw_file(source.domain, source.name)
        path.parent.mkdir(parents=True, exist_ok=True)
        names = world.columns[f"{source.domain}.{source.name}"]
        with connect(settings, pseudonyms=True) as connection:
            connection.execute(f"ATTACH '{path}' AS raw")
            typed = ", ".join(f"{name} {source.columns[at].type}" for at, name in enumerate(names))
            connection.execute(f"CREATE TABLE clear ({typed})")
            marks = ", ".join("?" * len(names))
            connection.executemany(
                f"INSERT INTO clear VALUES ({marks})", world.rows[f"{source.domain}.{source.name}"]
            )
            picked = ", ".join(column.select for column in output_columns(source))
            connection.execute(f"CREATE TABLE raw.{source.name} AS SELECT {picked} FROM clear")
            shown = [identifier(column.name) for column in view_columns(source)]
            facts = {
                "fingerprint": content_fingerprint(connection, f"raw.{source.name}", shown),
                "declaration": declaration_fingerprint(source),
                "key": key_fingerprint(settings),
            }
            moment = {"snapshot_at": f"2026-01-{world.day:02}T05:00:00+01:00"}
            said = {"tables": {source.name: facts}, **moment} if source.is_production else facts
            write_certificate(connection, "raw", said)
