"""Stage `upload`: a release of the clean file to S3, then the pointer that names it."""

from __future__ import annotations

import click


@click.command()
@click.option(
    "--release",
    metavar="RELEASE",
    help="Which release, by name or `previous`; default the one shown.",
)
def upload(release: str | None) -> None:
    """Upload the current release to S3.

    Writes releases/<release>.duckdb below CELLAR_METABASE_KEY_PATH, then current.json, which names
    it with its checksum. What is already there with the same checksum is not sent again.

    Example: zlv upload
    """
    from jobs.releases.upload import upload_release
    from jobs.settings import read_settings
    from jobs.telemetry import stage

    settings = read_settings()
    settings.require(
        "CELLAR_HOST_URL", "CELLAR_ACCESS_KEY_ID", "CELLAR_SECRET_ACCESS_KEY", "CELLAR_METABASE_BUCKET_NAME"
    )
    with stage(settings, "upload") as run:
        upload_release(settings, run, None if release == "current" else release)
