"""Resume a pipeline's schedule: `zlv resume PIPELINE`."""

from __future__ import annotations

import click


@click.command()
@click.argument("pipeline")
@click.option("-N", "--namespace", help="Namespace of the installation; unset, that of the kubeconfig.")
@click.option("--instance", metavar="NAME", help="Which installation, where a namespace has several.")
def resume(pipeline: str, namespace: str | None, instance: str | None) -> None:
    """Let a pipeline's schedule start runs again.

    Your own account must be allowed to patch CronJobs; the executor's is not.

    Example: zlv resume daily --namespace zlv
    """
    from jobs.pipelines.kubernetes.cluster import connect
    from jobs.pipelines.kubernetes.installed import set_suspended
    from jobs.settings import read_settings

    cluster = connect(read_settings(), namespace)
    for schedule in set_suspended(cluster, pipeline, False, instance):
        click.echo(f"{schedule} in {cluster.namespace} starts runs again")
