"""Stage `audit`: the privacy gate between the marts and their publication."""

from __future__ import annotations

import click


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON on standard output.")
def audit(as_json: bool) -> None:
    """Prove that no personal data is left in the marts.

    Every column must be documented with its privacy class, and every text of every row is looked
    at. The verdict is written beside the warehouse file; publish asks for it. A refusal ends with 66. An
    audit that passed stands until something that it looked at or went by changes.

    Example: zlv audit --json
    """
    import json

    from jobs.catalog import load_catalog
    from jobs.errors import PrivacyRefused
    from jobs.releases.proving import prove
    from jobs.settings import read_settings
    from jobs.telemetry import stage

    settings = read_settings()
    settings.require("ZLV_PSEUDONYM_KEY", "ZLV_SIGNING_KEY")
    with stage(settings, "audit") as run:
        report = prove(settings, load_catalog(settings.catalog_dirs), run)
        run.facts(verdict=report.verdict, tables=len(report.tables), findings=len(report.findings))
        if as_json:
            click.echo(json.dumps(report.as_dict(), ensure_ascii=False, indent=2))
        if report.stands:
            run.facts(unchanged=True)
            run.note(f"the last audit stands: nothing changed since it passed, {len(report.tables)} marts")
            return
        run.count(rows=sum(table.rows for table in report.tables))
        if report.findings:
            raise PrivacyRefused(report.refusal())
        run.note(
            f"privacy gate passed: {len(report.tables)} marts, {sum(table.values for table in report.tables)}"
            " distinct texts looked at"
        )
