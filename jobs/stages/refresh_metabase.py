"""Restart Metabase, so that it opens the current release: `zlv refresh-metabase`."""

from __future__ import annotations

import click


@click.command()
@click.option(
    "-N", "--namespace", help="Namespace of the Deployment; unset, that of the kubeconfig or of the own pod."
)
@click.option(
    "--wait",
    "seconds",
    type=click.IntRange(1),
    default=600,
    show_default=True,
    metavar="SECONDS",
    help="How long to wait.",
)
def refresh_metabase(namespace: str | None, seconds: int) -> None:
    """Restart Metabase and wait until it is ready.

    A rolling restart of the Deployment that METABASE_DEPLOYMENT names; the account must be allowed to patch
    it.

    Example: zlv refresh-metabase --namespace zlv
    """
    from jobs.pipelines.kubernetes.cluster import connect
    from jobs.pipelines.kubernetes.restart import restart
    from jobs.settings import read_settings

    settings = read_settings()
    settings.require("METABASE_DEPLOYMENT")
    cluster = connect(settings, namespace)
    taken = restart(cluster, str(settings.METABASE_DEPLOYMENT), seconds)
    click.echo(
        f"deployment {settings.METABASE_DEPLOYMENT} in {cluster.namespace} is ready after {taken:.0f} s"
    )
