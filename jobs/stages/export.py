"""Stage `export`: the whole base, with checksums, to a folder or to S3."""

from __future__ import annotations

import click


@click.command()
@click.option("--to", metavar="PLACE", help="A folder, or s3://bucket/prefix; default <ZLV_HOME>/exports.")
def export(to: str | None) -> None:
    """Export the whole base with checksums.

    Copies raw files, warehouse and releases into a folder named after the run, with a manifest.
    What is exported holds personal data, as the raw files do: protect the place likewise.

    Example: zlv export --to s3://backups/zlv
    """
    from jobs.backup.export import export_base
    from jobs.backup.place import place_of
    from jobs.settings import read_settings
    from jobs.telemetry import stage

    settings = read_settings()
    with stage(settings, "export") as run:
        export_base(settings, place_of(settings, to or str(settings.ZLV_HOME / "exports")), run)
