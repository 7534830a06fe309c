"""Stage `publish`: a new release of the clean file, or back to an earlier one."""

from __future__ import annotations

import click


@click.command()
@click.option(
    "--rollback", is_flag=True, help="Show the release before the current one again; nothing is copied."
)
@click.option("--to", metavar="RELEASE", help="With --rollback: the release to show, by name or `previous`.")
@click.option(
    "--accept-rows",
    metavar="REASON",
    help="Publish although a table's rows left their band; the reason goes with the release.",
)
@click.option(
    "--keep", type=click.IntRange(min=1), help="How many releases to keep; default ZLV_KEEP_RELEASES."
)
def publish(rollback: bool, to: str | None, accept_rows: str | None, keep: int | None) -> None:
    """Publish the marts as a new release of the clean file.

    Only marts of the publication list are copied, under their public names, and only from a
    warehouse file that passed the audit. A table with far fewer or more rows than in the release
    before ends with 65: the list says how many are expected. Metabase sees the new release with its next
    connection. Where nothing changed since the last one, that release stands.

    Example: zlv publish --keep 3, then if need be: zlv publish --rollback
    """
    from jobs.settings import read_settings
    from jobs.telemetry import stage

    if accept_rows is not None and not accept_rows.strip():
        raise click.UsageError("--accept-rows needs the reason, in a few words")
    settings = read_settings()
    with stage(settings, "publish") as run:
        if rollback or to:
            from jobs.releases.rollback import roll_back

            before, now = roll_back(settings, to)
            run.facts(release=now, rolled_back_from=before)
            run.note(f"the clean file shows release {now} again (was {before})")
            return
        settings.require("ZLV_SIGNING_KEY")
        from jobs.catalog import load_catalog
        from jobs.releases.publication import publish_marts

        done = publish_marts(
            settings,
            load_catalog(settings.catalog_dirs),
            run,
            keep or settings.ZLV_KEEP_RELEASES,
            accept_rows,
        )
        run.facts(release=done.name, tables=done.rows, removed=done.removed)
        if done.stands:
            run.facts(unchanged=True)
            why = "nothing changed since it was published"
            if done.taken_back:
                run.facts(taken_back=done.taken_back)
                again = f"show it with: zlv publish --to {done.taken_back}"
                why = f"{done.taken_back}, made of this very warehouse, was taken back; {again}"
            run.note(f"release {done.name} stands: {why}")
            return
        run.count(rows=sum(done.rows.values()))
        if done.accepted:
            run.facts(accepted_rows={"reason": accept_rows, "tables": done.accepted})
            run.note(f"accepted ({accept_rows}): {'; '.join(done.accepted)}")
        run.note(
            f"release {done.name} {'is published' if done.fresh else 'was already written and is shown'}:"
            f" {settings.clean_file}"
        )
