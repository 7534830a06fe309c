"""Export a base and bring it back, in this process."""

from __future__ import annotations

from pathlib import Path

import duckdb
from bases import base, publish, write_warehouse

from jobs.backup.export import export_base
from jobs.backup.restore import import_base
from jobs.settings import Settings
from jobs.storage.bucket import Bucket
from jobs.storage.places import Folder
from jobs.telemetry import stage


def full_base(home: Path, **environ: str) -> Settings:
    settings = base(home, **environ)
    for path in (settings.production_file, settings.raw_file("lovac", "lovac_2025")):
        path.parent.mkdir(parents=True, exist_ok=True)
        with duckdb.connect(str(path)) as connection:
            connection.execute("CREATE TABLE held AS FROM range(1000)")
    manifest = settings.warehouse_dir / "dbt" / "manifest.json"
    manifest.parent.mkdir(parents=True)
    manifest.write_text("{}")
    for mark in (1, 2):
        write_warehouse(settings, mark, rows=100)
        publish(settings, f"run-{mark}")
    return settings


def contents(settings: Settings) -> dict[str, bytes]:
    home = Path(settings.ZLV_HOME)
    parts = [home / "raw", home / "warehouse", home / "clean"]
    return {
        str(file.relative_to(home)): file.read_bytes()
        for part in parts
        for file in part.rglob("*.*")
        if file.suffix in (".duckdb", ".json") and file.name != "audit.json"
    }


def export(settings: Settings, place: Folder | Bucket) -> str:
    with stage(settings, "export") as run:
        return export_base(settings, place, run)


def bring(settings: Settings, place: Folder | Bucket, force: bool = False) -> None:
    with stage(settings, "import") as run:
        import_base(settings, place, run, force=force)
