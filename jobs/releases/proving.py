"""Prove what a publication will show: the gate over the marts, its verdict signed beside the file."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from jobs.catalog import Catalog
from jobs.errors import SettingsError
from jobs.privacy.declared import read_manifest
from jobs.privacy.gate import SCHEMA, Gate
from jobs.privacy.public import read_knowledge
from jobs.privacy.report import Report, policy_digest
from jobs.privacy.signature import sign
from jobs.privacy.treatments import key_fingerprint
from jobs.releases.audited import AUDIT, last_inputs, publications_digest, report_of
from jobs.releases.inputs import audit_inputs
from jobs.releases.release import warehouse_fingerprint
from jobs.settings import Settings
from jobs.storage.closing import close_session
from jobs.storage.files import next_file, read_certificate
from jobs.storage.session import attach, attach_sources, connect
from jobs.telemetry import StageRun


def prove(settings: Settings, catalog: Catalog, run: StageRun) -> Report:
    """Examine the warehouse file, write the verdict beside it and return the report.

    An audit that passed stands while all that it looked at and went by is the same: nothing is scanned then.
    Raises SettingsError when a file is missing or was made with another pseudonym key: the gate
    would be blind.
    """
    fingerprint = warehouse_fingerprint(settings.warehouse_file)
    documented = read_manifest(settings.warehouse_dir / "dbt" / "manifest.json", SCHEMA)
    knowledge = read_knowledge(settings.catalog_dirs, catalog)
    listed = {publication.mart: publication.public_name for publication in catalog.publications}
    with connect(settings, pseudonyms=True) as connection:
        attach_sources(connection, settings, catalog)
        attach(connection, settings.warehouse_file, "warehouse")
        close_session(connection)
        inputs = audit_inputs(connection, settings, catalog, fingerprint, documented)
        audit, known = last_inputs(settings)
        if known == inputs:
            return report_of(audit)
        if known:
            changed = [name for name, digest in inputs.items() if known.get(name) != digest]
            run.facts(changed=changed)
            run.log.info("changed since the last audit: %s", ", ".join(changed))
        # A key that was the same stands with the rest.
        _same_key(settings, catalog)
        gate = Gate(connection, knowledge, documented, listed)
        for mart in gate.prepare():
            with run.span(mart, kind="table") as span:
                table = gate.examine(mart)
                span.set(rows=table.rows, values=table.values, findings=table.findings)
        with run.span("direct values", kind="comparison") as span:
            span.set(findings=gate.compare())
    proven = {
        "warehouse": fingerprint,
        "policy": policy_digest(settings.catalog_dirs),
        "publications": publications_digest(catalog),
        "inputs": inputs,
    }
    _write(settings, run, {**proven, **gate.report.as_dict()})
    return gate.report


def _same_key(settings: Settings, catalog: Catalog) -> None:
    """Make sure that the raw files hold pseudonyms of the key at hand."""
    ours = key_fingerprint(settings)
    held = [
        s for s in catalog.sources if any(column.policy.treatment == "pseudonymise" for column in s.columns)
    ]
    raw = {settings.raw_file(source.domain, source.name) for source in held}
    for path in sorted({path for path in raw if path.exists()} | {settings.warehouse_file}):
        key = (read_certificate(path) or {}).get("key")
        if key is None:
            raise SettingsError(f"{path} does not say of which key its pseudonyms are; write it again")
        if key not in (ours, "none"):
            raise SettingsError(
                f"{path} was written with another ZLV_PSEUDONYM_KEY; set that one, or load the sources again"
            )


def _write(settings: Settings, run: StageRun, report: dict[str, Any]) -> None:
    """Write the verdict whole: a killed audit leaves the one before, which names another warehouse file."""
    with next_file(settings.warehouse_dir / AUDIT) as pending:
        told = sign(settings, {**report, "run_id": run.run_id, "at": datetime.now(UTC).isoformat()})
        pending.write_text(json.dumps(told, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
