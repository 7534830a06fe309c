"""Stage `audit`: the privacy gate between the marts and their publication."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from jobs.catalog import Catalog
    from jobs.privacy.report import Report
    from jobs.settings import Settings
    from jobs.telemetry import StageRun


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON on standard output.")
def audit(as_json: bool) -> None:
    """Prove that no personal data is left in the marts.

    Every column must be documented with its privacy class, and every text of every row is looked
    at. The verdict is written beside the warehouse file; publish asks for it. A refusal ends with 66.

    Example: zlv audit --json
    """
    import json

    from jobs.catalog import load_catalog
    from jobs.errors import PrivacyRefused
    from jobs.settings import read_settings
    from jobs.telemetry import stage

    settings = read_settings()
    settings.require("ZLV_PSEUDONYM_KEY")
    with stage(settings, "audit") as run:
        report = prove(settings, load_catalog(settings.catalog_dirs), run)
        run.count(rows=sum(table.rows for table in report.tables))
        run.facts(verdict=report.verdict, tables=len(report.tables), findings=len(report.findings))
        if as_json:
            click.echo(json.dumps(report.as_dict(), ensure_ascii=False, indent=2))
        if report.findings:
            raise PrivacyRefused(report.refusal())
        run.note(
            f"privacy gate passed: {len(report.tables)} marts, {sum(table.values for table in report.tables)}"
            " distinct texts looked at"
        )


def prove(settings: Settings, catalog: Catalog, run: StageRun) -> Report:
    """Examine the warehouse file, write the verdict beside it and return the report.

    Raises SettingsError when a file is missing or was made with another pseudonym key: the gate
    would be blind.
    """
    from jobs.privacy.declared import read_manifest
    from jobs.privacy.gate import SCHEMA, Gate
    from jobs.privacy.public import read_knowledge
    from jobs.privacy.report import policy_digest
    from jobs.releases.release import warehouse_fingerprint
    from jobs.storage.closing import close_session
    from jobs.storage.session import attach, attach_sources, connect

    fingerprint = warehouse_fingerprint(settings.warehouse_file)
    _same_key(settings, catalog)
    documented = read_manifest(settings.warehouse_dir / "dbt" / "manifest.json", SCHEMA)
    knowledge = read_knowledge(settings.catalog_dirs, catalog)
    listed = {publication.mart: publication.public_name for publication in catalog.publications}
    with connect(settings, pseudonyms=True) as connection:
        attach_sources(connection, settings, catalog)
        attach(connection, settings.warehouse_file, "warehouse")
        close_session(connection)
        gate = Gate(connection, knowledge, documented, listed)
        for mart in gate.prepare():
            with run.span(mart, kind="table") as span:
                table = gate.examine(mart)
                span.set(rows=table.rows, values=table.values, findings=table.findings)
        with run.span("direct values", kind="comparison") as span:
            span.set(findings=gate.compare())
    _write(
        settings,
        run,
        {"warehouse": fingerprint, "policy": policy_digest(settings.catalog_dirs), **gate.report.as_dict()},
    )
    return gate.report


def _same_key(settings: Settings, catalog: Catalog) -> None:
    """Make sure that the raw files hold pseudonyms of the key at hand."""
    from jobs.errors import SettingsError
    from jobs.privacy.treatments import key_fingerprint
    from jobs.storage.files import read_certificate

    ours = key_fingerprint(settings)
    held = [
        s for s in catalog.sources if any(column.policy.treatment == "pseudonymise" for column in s.columns)
    ]
    raw = {settings.raw_file(source.domain, source.name) for source in held}
    for path in sorted({path for path in raw if path.exists()} | {settings.warehouse_file}):
        key = (read_certificate(path) or {}).get("key", ours)
        if key not in (ours, "none"):
            raise SettingsError(
                f"{path} was written with another ZLV_PSEUDONYM_KEY; set that one, or load the sources again"
            )


def _write(settings: Settings, run: StageRun, report: dict[str, Any]) -> None:
    """Write the verdict whole: a killed audit leaves the one before, which names another warehouse file."""
    import json
    from datetime import UTC, datetime

    from jobs.storage.files import next_file

    with next_file(settings.warehouse_dir / "audit.json") as pending:
        told = {**report, "run_id": run.run_id, "at": datetime.now(UTC).isoformat()}
        pending.write_text(json.dumps(told, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
