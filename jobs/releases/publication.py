"""Copy the listed marts of an audited warehouse file into a new release of the clean file."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jobs import __version__
from jobs.catalog import Catalog
from jobs.errors import DataRefused, PrivacyRefused, Temporary
from jobs.releases.audited import passed_audit, publications_digest
from jobs.releases.copying import check_rows, copy_mart, marts_of
from jobs.releases.manifest import manifest_file, write_manifest
from jobs.releases.origins import release_origins
from jobs.releases.release import (
    FOLDER,
    close_release,
    current_release,
    free_name,
    open_to_group,
    point_to,
    publishing,
    release_file,
    remove_old,
    warehouse_fingerprint,
)
from jobs.releases.row_counts import compare_rows
from jobs.releases.standing import standing_release
from jobs.releases.years import compare_years
from jobs.settings import Settings
from jobs.storage.closing import close_session
from jobs.storage.files import next_file, read_certificate, write_certificate
from jobs.storage.session import attach, connect
from jobs.storage.writer import forget_writers
from jobs.telemetry import StageRun


@dataclass(frozen=True)
class Published:
    """Say what a publication did: `rows` per public table, `fresh` when a file was written, `accepted` what
    left its band of rows, `stands` when the release of an earlier run is shown as before, `taken_back` its
    equal that a rollback went away from."""

    name: str
    path: Path
    rows: dict[str, int]
    removed: list[str]
    fresh: bool
    accepted: tuple[str, ...] = ()
    stands: bool = False
    taken_back: str | None = None


def publish_marts(
    settings: Settings, catalog: Catalog, run: StageRun, keep: int, accept_rows: str | None = None
) -> Published:
    """Write a release of the listed marts, show it as the clean file, and remove the oldest ones.

    What was published already is not written again: the release that is shown stands.
    Raises PrivacyRefused without a passed audit of exactly this warehouse file, DataRefused when
    a listed mart is missing, or has left its band of rows and `accept_rows` gives no reason. Until
    the swap, the release before stands.
    """
    if not catalog.publications:
        raise DataRefused("the publication list is empty; list the marts in catalog/publication.yml")
    proof = warehouse_fingerprint(settings.warehouse_file)
    audit = passed_audit(settings, catalog, proof)
    with publishing(settings):
        for left in (settings.clean_dir / FOLDER).glob("*.next*"):
            left.unlink()
        forget_writers(settings.clean_dir / FOLDER)
        for left in (settings.clean_dir / FOLDER).glob("*.json"):
            # Written before its release, which never came.
            if not left.with_suffix(".duckdb").exists():
                left.unlink()
        facts = {
            "kind": "clean",
            "warehouse": proof,
            "audit": {name: audit.get(name) for name in ("run_id", "policy", "inputs")},
            "publications": _listed(catalog),
            "publication_list": publications_digest(catalog),
            "version": __version__,
        }
        shown, found = current_release(settings), standing_release(settings, run.run_id, facts)
        if found is None:
            name = free_name(settings.clean_dir, run.run_id)
            _write(settings, catalog, run, name, facts, audit.get("marts") or [], accept_rows)
        else:
            name = found.name
        if name != shown:
            point_to(settings, name)
        removed = remove_old(settings, keep)
    path = release_file(settings.clean_dir, name)
    certificate = read_certificate(path) or {}
    accepted = tuple((certificate.get("accepted_rows") or {}).get("tables", []))
    return Published(
        name,
        path,
        certificate.get("rows", {}),
        removed,
        fresh=found is None,
        accepted=accepted,
        # An earlier attempt of this run may have written it: then it is new all the same.
        stands=name == shown and certificate.get("run_id") != run.run_id,
        taken_back=found.taken_back if found else None,
    )


def _listed(catalog: Catalog) -> dict[str, str]:
    return {publication.public_name: publication.mart for publication in catalog.publications}


def _write(
    settings: Settings,
    catalog: Catalog,
    run: StageRun,
    name: str,
    facts: dict[str, Any],
    audited: list[str],
    accept_rows: str | None,
) -> None:
    open_to_group(settings.clean_dir / FOLDER)
    with next_file(release_file(settings.clean_dir, name)) as pending:
        with connect(settings) as connection:
            # The same marts give the same tables, row for row.
            connection.execute("SET preserve_insertion_order = true")
            attach(connection, settings.warehouse_file, "warehouse")
            attach(connection, pending, "clean", read_only=False, create=True)
            close_session(connection)
            there = marts_of(connection)
            missing = [p.mart for p in catalog.publications if p.mart not in there]
            if missing:
                raise DataRefused(
                    f"the warehouse has no {', '.join(missing)}, which the publication list names; run `zlv"
                    " build`"
                )
            unseen = [p.mart for p in catalog.publications if p.mart not in audited]
            if unseen:
                raise PrivacyRefused(
                    f"the audit did not look at {', '.join(unseen)}; run `zlv audit`, then publish"
                )
            rows: dict[str, int] = {}
            for publication in catalog.publications:
                with run.span(publication.public_name, kind="table", mart=publication.mart) as span:
                    rows[publication.public_name] = copy_mart(connection, publication)
                    span.set(rows=rows[publication.public_name])
            left = [
                *compare_years(settings, connection, "clean", accept_rows),
                *compare_rows(settings, catalog, rows, accept_rows),
            ]
            if left:
                facts = {
                    **facts,
                    "accepted_rows": {"reason": accept_rows, "tables": [str(change) for change in left]},
                }
            as_of = (read_certificate(settings.warehouse_file) or {}).get("as_of")
            told = {"run_id": run.run_id, "written_at": datetime.now(UTC).isoformat(), "as_of": as_of}
            previous = {
                "previous": current_release(settings),
                "rows": rows,
                "origins": release_origins(settings, catalog),
            }
            write_certificate(connection, "clean", {**facts, **told, **previous})
            connection.execute("DETACH clean")
        check_rows(pending, rows)
        if warehouse_fingerprint(settings.warehouse_file) != facts["warehouse"]:
            raise Temporary("the warehouse file was replaced while it was published; audit and publish again")
        close_release(pending)
        proven = {
            "warehouse": facts["warehouse"]["sha256"],
            "audit": str(facts["audit"]["run_id"]),
            "policy": str(facts["audit"]["policy"]),
        }
        # Before the release itself appears: one without its manifest is shown by nobody.
        with next_file(manifest_file(release_file(settings.clean_dir, name))) as written:
            document = write_manifest(settings, name, pending, proven)
            written.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
            close_release(written)
