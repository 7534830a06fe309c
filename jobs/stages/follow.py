"""Stage `follow`: the releases in S3, into a clean folder that a Metabase elsewhere reads."""

from __future__ import annotations

import click


@click.command()
@click.option(
    "--every",
    metavar="SECONDS",
    type=click.IntRange(1, 3600),
    default=20,
    show_default=True,
    help="How often to look.",
)
@click.option("--once", is_flag=True, help="Look once, and end.")
def follow(every: int, once: bool) -> None:
    """Keep a clean folder on the release that S3 names.

    Fetches the release that current.json names, checks it against its checksum, and swaps the
    clean file's symlink. What is interrupted or damaged changes nothing: it is logged, and looked
    for again. Ends with 143 on SIGTERM, with 64 when S3 refuses the keys.

    Example: zlv follow --every 20
    """
    import time

    from jobs.errors import DataRefused, Temporary
    from jobs.releases.follow import follow_release
    from jobs.settings import read_settings
    from jobs.telemetry import stage

    settings = read_settings()
    settings.require(
        "CELLAR_HOST_URL", "CELLAR_ACCESS_KEY_ID", "CELLAR_SECRET_ACCESS_KEY", "CELLAR_METABASE_BUCKET_NAME"
    )
    with stage(settings, "follow") as run:
        while True:
            try:
                follow_release(settings, run)
            except (DataRefused, Temporary) as error:
                if once:
                    raise
                run.log.warning("%s", error)
            if once:
                return
            time.sleep(every)
