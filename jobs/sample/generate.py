"""Generate the sample: the lake's objects and the application's tables, the same bytes for the same seed and
scale."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import duckdb
import yaml

from jobs.catalog import Catalog, Source
from jobs.catalog.expected import EVERY, FILE
from jobs.sample.app_people import invent_people
from jobs.sample.application import write_application
from jobs.sample.draws import install_draws
from jobs.sample.dwellings import invent_dwellings
from jobs.sample.external import EXTERNAL
from jobs.sample.ff import ff_buildings_rows, ff_extract_rows, ff_housing_rows, ff_owners_rows
from jobs.sample.files import Faults, Style, Written, describe, write_source
from jobs.sample.locomvac import prepare_locomvac, write_locomvac
from jobs.sample.lovac import NEW_LAYOUT, lovac_rows, prepare_lovac
from jobs.sample.names import install_names
from jobs.sample.old_events import OLD_EVENTS, OLD_EVENTS_ORDER
from jobs.sample.owners import invent_owners
from jobs.sample.portal import PORTAL_ORDER, PORTAL_USERS
from jobs.sample.world import load_facts
from jobs.settings import Settings

PREMISES = 34_000  # at scale 1, and some 105 000 LOVAC lines over eight years
LAKE = "s3://{lake}/"

# Which files carry which fault of the real ones.
_BYTE_ORDER_MARK = ("lovac_2022", "tlv_zone_1", "tlv_zone_2")
_BROKEN = {"lovac_2020": (40, 90, 150), "lovac_2024": (25, 60, 110, 200, 260)}
# How the LOVAC files are written that came in more than one way.
_WRITTEN = {
    2019: (";", "latin-1"),
    2020: (";", "windows-1252"),
    2021: (";", "utf-8"),
    2025: ("|", "utf-8"),
}


@dataclass
class Manifest:
    """List what was generated: the scale, the seed, and each file by its path below the folder."""

    scale: float
    seed: int
    files: dict[str, Written] = field(default_factory=dict)

    @property
    def checksums(self) -> dict[str, str]:
        return {path: written.sha256 for path, written in self.files.items()}


def generate(
    out: Path,
    scale: float,
    seed: int,
    catalog: Catalog,
    *,
    settings: Settings | None = None,
    only: tuple[str, ...] = (),
) -> Manifest:
    """Write `out`/lake/<key> for every lake source, `out`/postgres for the application, `out`/catalog
    for what may be expected of them, and `out`/manifest.json.

    `scale` 1 is 34 000 premises; `only` names domains (default: all). `settings` bound memory and threads:
    the speed, never the bytes.
    """
    manifest = Manifest(scale, seed)
    with duckdb.connect(":memory:") as connection:
        if settings:
            connection.execute("SET threads = ?", [settings.DUCKDB_THREAD_NUMBER])
            connection.execute("SET memory_limit = ?", [settings.DUCKDB_MEMORY_LIMIT])
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("SET temp_directory = ?", [str(out / ".spill")])
        install_draws(connection, seed)
        install_names(connection)
        connection.execute("SET VARIABLE premises = ?", [max(500, round(PREMISES * scale))])
        for step in (
            load_facts,
            invent_dwellings,
            invent_owners,
            invent_people,
            prepare_lovac,
            prepare_locomvac,
        ):
            step(connection)
        for source in catalog.lake_sources:
            if not only or source.domain in only:
                _write_lake(connection, source, out / "lake", manifest)
        if not only or "production" in only:
            for written in write_application(connection, out / "postgres", scale):
                manifest.files[f"postgres/{written.name}"] = written
    _write_expected(catalog, out, manifest)
    content = {
        "scale": scale,
        "seed": seed,
        "files": {path: asdict(written) for path, written in sorted(manifest.files.items())},
    }
    (out / "manifest.json").write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    return manifest


def _write_expected(catalog: Catalog, out: Path, manifest: Manifest) -> None:
    """Say in a catalog folder of its own how many lines may be expected of the sample's files."""
    content: dict[str, dict[str, int] | None] = {EVERY: None}
    for source in catalog.lake_sources:
        written = manifest.files.get(source.location.replace(LAKE, "lake/"))
        if source.expected is not None and written is not None:
            content[source.name] = {"lines": written.rows + len(written.broken_lines)}
    if len(content) == 1:
        return
    folder = out / "catalog"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / FILE).write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    manifest.files[f"catalog/{FILE}"] = describe(folder / FILE, 0, [])


def _write_lake(
    connection: duckdb.DuckDBPyConnection, source: Source, lake: Path, manifest: Manifest
) -> None:
    if not source.location.startswith(LAKE):
        return
    path = lake / source.location.removeprefix(LAKE)
    if source.domain == "locomvac" and source.millesime:
        written = write_locomvac(connection, source, source.millesime, path.parent)
    else:
        found = _relation(source)
        if found is None:
            return
        relation, order, style = found
        faults = Faults(source.name in _BYTE_ORDER_MARK, _BROKEN.get(source.name, ()))
        written = [write_source(connection, source, relation, order, path, style, faults)]
    for file in written:
        manifest.files[str((path.parent / file.name).relative_to(lake.parent))] = file


def _relation(source: Source) -> tuple[str, str, Style] | None:
    """Give SQL, order and style of a source's rows; None for a source that the sample does not know."""
    if source.name in EXTERNAL:
        return *EXTERNAL[source.name], Style()
    if source.name == "cerema_lovac_users":
        return PORTAL_USERS, PORTAL_ORDER, Style()
    if source.name == "old_events":
        return OLD_EVENTS, OLD_EVENTS_ORDER, Style()
    year = source.millesime
    if year is None:
        return None
    floats = Style(decimals=True, true="True", false="False")
    flags = Style(true="t", false=None)
    delimiter, encoding = _WRITTEN.get(year, (",", "utf-8"))
    known = {
        f"lovac_{year}": (
            lovac_rows(year),
            "n, copy",
            replace(floats if year >= NEW_LAYOUT else Style(), delimiter=delimiter, encoding=encoding),
        ),
        f"ff_{year}": (
            ff_housing_rows(year),
            "n",
            replace(flags, delimiter=delimiter, encoding=encoding),
        ),
        f"ff_owners_{year}": (ff_owners_rows(year), "ccodep, com3, a, k", flags),
        f"ff_extract_{year}": (ff_extract_rows(year), "n", flags),
        f"ff_buildings_{year}": (ff_buildings_rows(year), "idbat", flags),
    }
    return known.get(source.name)
