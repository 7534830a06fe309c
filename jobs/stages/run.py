"""Run a pipeline: `zlv run daily`."""

from __future__ import annotations

import sys

import click


@click.command()
@click.argument("pipeline")
@click.option("--only", multiple=True, metavar="STEP", help="Run only this step; may be given several times.")
@click.option("--from", "start", metavar="STEP", help="Run this step and all that wait for it.")
@click.option(
    "--run-id", metavar="ID", help="Name the run; with the id of an earlier one, go on where it stopped."
)
@click.option(
    "--workers",
    type=click.IntRange(1),
    help="Steps that run side by side; 2 on this machine, 1 in one pod, as the manifest says in a cluster.",
)
@click.option(
    "-p",
    "--parameter",
    "parameters",
    multiple=True,
    metavar="NAME=VALUE",
    help="Set a parameter of the pipeline.",
)
@click.option(
    "--executor",
    type=click.Choice(["local", "kubernetes", "pod"]),
    default="local",
    show_default=True,
    help="Where the steps run: as processes here, as Jobs of a cluster, or all in this one pod of a Job.",
)
@click.option(
    "-N",
    "--namespace",
    help="Namespace of the Jobs; with it, a pipeline's name means the manifest installed there.",
)
@click.option("--instance", metavar="NAME", help="Which installation, where a namespace has several.")
@click.option("--image", help="Image of the steps, in a cluster.")
def run(
    pipeline: str,
    only: tuple[str, ...],
    start: str | None,
    run_id: str | None,
    workers: int | None,
    parameters: tuple[str, ...],
    executor: str,
    namespace: str | None,
    instance: str | None,
    image: str | None,
) -> None:
    """Run a pipeline from its manifest.

    PIPELINE is `daily`, `weekly`, `yearly`, or the path of a manifest. The exit code is that of the step that
    failed first.

    Example: zlv run daily --from build -p upload=true
    """
    from jobs.pipelines.choice import Choice, Place
    from jobs.pipelines.execution import execute
    from jobs.pipelines.kubernetes.installed import manifest_of
    from jobs.pipelines.manifest.manifest import read_pipeline
    from jobs.pipelines.summary import show
    from jobs.settings import read_settings
    from jobs.telemetry.terminal import run_console

    if only and start:
        raise click.UsageError("--only and --from exclude each other")
    given = dict(_pair(text) for text in parameters)
    if executor != "kubernetes" and (namespace or instance or image):
        raise click.UsageError("--namespace, --instance and --image go with --executor kubernetes")
    settings = read_settings()
    place = Place()
    if executor == "kubernetes":
        from jobs.pipelines.kubernetes.cluster import connect

        place = Place(connect(settings, namespace), image)
    elif executor == "pod":
        settings.require("ZLV_JOB_NAME", "ZLV_JOB_UID")
        place = Place(
            job={"kind": "Job", "name": str(settings.ZLV_JOB_NAME), "uid": str(settings.ZLV_JOB_UID)}
        )
    path = manifest_of(settings, place.cluster, pipeline, instance=instance)
    manifest = read_pipeline(path)
    choice = Choice(only, start)
    out = run_console()
    outcome = execute(
        settings,
        manifest,
        choice=choice,
        run_id=run_id or settings.ZLV_RUN_ID,
        given=given,
        workers=workers,
        console=out,
        place=place,
        manifest=str(path.resolve()),
    )
    show(out, settings, outcome)
    sys.exit(outcome.record.exit_code)


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise click.BadParameter(f"{text!r} is not NAME=VALUE", param_hint="-p")
    return name, value
