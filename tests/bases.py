"""Make a tiny audited warehouse file, so that what is published can be followed value by value."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import duckdb
from chain import ZLV

from jobs.catalog import Catalog, Publication, load_catalog
from jobs.privacy.report import policy_digest
from jobs.privacy.signature import sign
from jobs.releases.audited import publications_digest
from jobs.releases.publication import Published, publish_marts
from jobs.releases.release import warehouse_fingerprint
from jobs.settings import Settings, child_environment, read_settings
from jobs.storage.files import next_file
from jobs.telemetry import stage

SIGNING_KEY = "canary-signing-key-of-more-than-32-characters"
LISTED = Catalog(
    sources=(),
    publications=(
        Publication(mart="marts_common_cities", public_name="cities_zonage_2024", description="Communes"),
        Publication(mart="marts_production_housing", public_name="marts_production_housing"),
    ),
)
LIST_FILE = (
    "publish:\n  marts_common_cities: {public_name: cities_zonage_2024, description: Communes}\n "
    " marts_production_housing:\n"
)


def base(home: Path, **environ: str) -> Settings:
    """Give the settings of a base of its own, with a publication list of two marts."""
    catalog = home / "catalog"
    catalog.mkdir(parents=True, exist_ok=True)
    (catalog / "publication.yml").write_text(LIST_FILE)
    where = {"ZLV_HOME": str(home), "ZLV_CATALOG_DIR": str(catalog), "ZLV_SIGNING_KEY": SIGNING_KEY}
    return read_settings({**where, **environ})


def write_warehouse(settings: Settings, mark: int = 0, rows: int = 1000, audited: bool = True) -> None:
    """Write a warehouse file of three schemas in which every row says `mark`, and its audit."""
    with next_file(settings.warehouse_file) as pending, duckdb.connect(str(pending)) as connection:
        for schema in ("stg", "int", "marts"):
            connection.execute(f"CREATE SCHEMA {schema}")
        connection.execute(
            f"CREATE TABLE stg.owners AS SELECT range AS id, 'private' AS secret FROM range({rows})"
        )
        connection.execute(f"CREATE TABLE int.housing AS FROM range({rows})")
        make = (
            "SELECT lpad(range::VARCHAR, 5, '0') AS geo_code, {mark} AS mark, [1, 2] AS list, DATE"
            " '2024-02-29' AS day FROM range({rows})"
        )
        connection.execute("CREATE TABLE marts.marts_common_cities AS " + make.format(mark=mark, rows=rows))
        connection.execute(
            "CREATE TABLE marts.marts_production_housing AS " + make.format(mark=mark, rows=rows)
        )
        connection.execute("CREATE TABLE marts.marts_production_owners AS SELECT 'not listed' AS name")
        connection.execute("COMMENT ON COLUMN marts.marts_common_cities.geo_code IS 'Code de l''Insee'")
        connection.execute("COMMENT ON TABLE marts.marts_production_housing IS 'One row per dwelling'")
    if audited:
        write_audit(settings)


def write_audit(settings: Settings, verdict: str = "passed", **facts: Any) -> None:
    """Write what an audit of the warehouse file would have written, without the facts that are None."""
    catalog = load_catalog(settings.catalog_dirs)
    proof = {
        "warehouse": warehouse_fingerprint(settings.warehouse_file),
        "publications": publications_digest(catalog),
        "marts": [publication.mart for publication in catalog.publications],
        "policy": policy_digest(settings.catalog_dirs),
        "verdict": verdict,
        "run_id": "audit",
        **facts,
    }
    said = {name: fact for name, fact in proof.items() if fact is not None}
    (settings.warehouse_dir / "audit.json").write_text(json.dumps(sign(settings, said)))


def publish(settings: Settings, run_id: str, catalog: Catalog = LISTED, keep: int = 5) -> Published:
    """Publish in this process, as the run `run_id`."""
    with stage(settings.model_copy(update={"ZLV_RUN_ID": run_id}), "publish") as run:
        return publish_marts(settings, catalog, run, keep)


def zlv(settings: Settings, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run `zlv` on a base as a process of its own."""
    where = {
        "ZLV_HOME": str(settings.ZLV_HOME),
        "ZLV_CATALOG_DIR": str(settings.ZLV_CATALOG_DIR or ""),
        "ZLV_SIGNING_KEY": SIGNING_KEY,
    }
    command = [str(ZLV), *arguments]
    return subprocess.run(
        command,
        env=child_environment(**{**where, **environ}),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def marks(settings: Settings) -> set[tuple[int, ...]]:
    """Read which marks the clean file holds, table by table; one whole release gives one pair."""
    with duckdb.connect(str(settings.clean_file), read_only=True) as connection:
        query = (
            "SELECT DISTINCT c.mark, h.mark FROM cities_zonage_2024 c FULL JOIN marts_production_housing h"
            " USING (geo_code)"
        )
        return set(connection.execute(query).fetchall())
