"""Show or break the lock of the volume: `zlv lock show`, `zlv lock break --why "…"`."""

from __future__ import annotations

import click


@click.group()
def lock() -> None:
    """Show or break the lock that one run at a time holds.

    Example: zlv lock show
    """


@lock.command()
@click.option("--json", "as_json", is_flag=True, help="Print the lock as JSON.")
def show(as_json: bool) -> None:
    """Tell which run holds the volume, since when, and when it was last heard of.

    Example: zlv lock show --json
    """
    import json
    import time
    from dataclasses import asdict
    from datetime import datetime

    from jobs.settings import read_settings
    from jobs.telemetry.volume_lock import read_lock

    settings = read_settings()
    held = read_lock(settings.runs_dir)
    if as_json:
        click.echo(json.dumps(None if held is None else asdict(held) | {"is_dead": held.is_dead}, indent=1))
        return
    if held is None:
        click.echo(f"no run holds {settings.runs_dir.parent}")
        return
    since = datetime.fromtimestamp(held.since).astimezone().strftime("%Y-%m-%d %H:%M:%S")
    ago = time.time() - held.heartbeat
    heard = f"last heard of {abs(ago):.0f} s {'ago' if ago >= 0 else 'ahead of this clock'}"
    end = (
        "nobody works for it any more: the next run takes over"
        if held.is_dead
        else f"given up after {held.lease:.0f} s of silence"
    )
    click.echo(
        f"run {held.run_id} ({held.executor}, {held.holder}) has held {settings.runs_dir.parent} since"
        f" {since}; {heard}, {end}"
    )


@lock.command("break")
@click.option("--why", required=True, help="The reason, for the run's record.")
def break_(why: str) -> None:
    """Free the volume whoever holds it; a run that still works stops.

    Example: zlv lock break --why "node lost, run will not come back"
    """
    from jobs.pipelines.lock import break_lock
    from jobs.settings import read_settings

    settings = read_settings()
    broken = break_lock(settings.runs_dir, why)
    whose = f"the lock of run {broken.run_id} ({broken.holder})" if broken else "a lock that named no run"
    click.echo(f"broke {whose}; kept in {settings.runs_dir / 'lock-breaks.jsonl'}")
