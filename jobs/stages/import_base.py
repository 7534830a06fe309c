"""Stage `import`: an exported base, checked whole before anything is touched."""

from __future__ import annotations

import click


@click.command("import")
@click.argument("source", metavar="FROM")
@click.option(
    "--force/--no-force", help="Whether files of the base that differ from the export's are replaced."
)
@click.option(
    "--check", is_flag=True, help="Import into an empty folder that goes afterwards; the base stays as it is."
)
@click.option("--without-releases", is_flag=True, help="Leave the clean files out, which nothing proves.")
def import_base(source: str, force: bool, check: bool, without_releases: bool) -> None:
    """Import an exported base after checking it.

    FROM is the place of an export (its newest one is taken) or the folder of one: a folder here, or
    s3://bucket/prefix. A damaged, incomplete or unproven export is refused and the base stays as it is.

    Example: zlv import s3://backups/zlv/export-20261123t184502-3fa9
    """
    from jobs.backup.place import place_of
    from jobs.backup.restore import check_export
    from jobs.backup.restore import import_base as restore
    from jobs.settings import read_settings
    from jobs.telemetry import stage

    if check and force:
        raise click.UsageError("--check and --force exclude each other: a check replaces nothing")
    settings = read_settings()
    with stage(settings, "import") as run:
        place = place_of(settings, source)
        if check:
            check_export(settings, place, run)
        else:
            restore(settings, place, run, force=force, releases=not without_releases)
