"""The local components: a PostgreSQL and an S3 server with sample data."""

from __future__ import annotations

from pathlib import Path

import click


@click.group()
def dev() -> None:
    """Start or stop a local PostgreSQL and S3 server with sample data.

    Example: zlv dev up --scale 0.2
    """


@dev.command()
@click.option(
    "--scale", default=1.0, show_default=True, type=click.FloatRange(min=0.01), help="Size of the sample."
)
@click.option("--seed", default=7, show_default=True, type=int, help="Which sample of that size.")
@click.option(
    "--home", type=click.Path(path_type=Path), help="Folder of the servers' data [default: ZLV_HOME/dev]."
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--show-secrets", is_flag=True, help="Print passwords and keys instead of stars.")
def up(scale: float, seed: int, home: Path | None, host: str, show_secrets: bool) -> None:
    """Start the components, filled with sample data, and print the environment.

    Example: zlv dev up && set -a && . .zlv/dev/env
    """
    from jobs.sample.servers.components import SECRETS, start

    components = start(home or _default_home(), scale, seed, host, told=_tell)
    click.echo("The components were running already." if components.was_running else "The components run.")
    for name, value in components.environment.items():
        click.echo(f"  {name}={value if show_secrets or name not in SECRETS else '********'}")
    file = components.env_file
    shown = file.relative_to(Path.cwd()) if file.is_relative_to(Path.cwd()) else file
    click.echo(f"Use them in this shell:\n  set -a; . {shown}; set +a")


@dev.command()
@click.option(
    "--home", type=click.Path(path_type=Path), help="Folder of the servers' data [default: ZLV_HOME/dev]."
)
@click.option("--forget", is_flag=True, help="Remove the sample and the servers' data too.")
def down(home: Path | None, forget: bool) -> None:
    """Stop the components; their data stay unless told otherwise.

    Example: zlv dev down --forget
    """
    from jobs.sample.servers.components import stop

    stopped = stop(home or _default_home(), forget=forget)
    click.echo(
        ("The components are stopped." if stopped else "No component was running.")
        + (" Their data are gone." if forget else "")
    )


@dev.command()
@click.option(
    "--host", default="127.0.0.1", show_default=True, help="Address to listen on; :: in a container."
)
@click.option(
    "--postgres-port",
    default=5432,
    show_default=True,
    type=click.IntRange(1, 65535),
    help="Port of PostgreSQL.",
)
@click.option(
    "--s3-port", default=9000, show_default=True, type=click.IntRange(1, 65535), help="Port of the S3 server."
)
@click.option(
    "--scale", default=1.0, show_default=True, type=click.FloatRange(min=0.01), help="Size of the sample."
)
@click.option("--seed", default=7, show_default=True, type=int, help="Which sample of that size.")
@click.option(
    "--home", type=click.Path(path_type=Path), help="Folder of the servers' data [default: ZLV_HOME/serve]."
)
def serve(host: str, postgres_port: int, s3_port: int, scale: float, seed: int, home: Path | None) -> None:
    """Serve the components in the foreground until SIGTERM.

    Names and passwords are those of the stages' own settings (POSTGRES_PRODUCTION_…, CELLAR_…).

    Example: zlv dev serve --host :: --scale 0.2
    """
    from jobs.sample.servers.serve import serve as run
    from jobs.sample.servers.serving import Address
    from jobs.settings import read_settings

    settings = read_settings()
    run(
        settings,
        home or settings.ZLV_HOME / "serve",
        Address(host, postgres_port, s3_port),
        scale,
        seed,
        told=_tell,
    )


@dev.command()
@click.option(
    "--home", type=click.Path(path_type=Path), help="Folder of the servers' data [default: ZLV_HOME/serve]."
)
def ready(home: Path | None) -> None:
    """Tell by the exit code whether `zlv dev serve` is filled and answers (0, else 75).

    Example: zlv dev ready
    """
    from jobs.sample.servers.serve import check_ready
    from jobs.settings import read_settings

    check_ready(home or read_settings().ZLV_HOME / "serve")


def _tell(sentence: str) -> None:
    """Say what goes on, to whoever still reads."""
    from jobs.telemetry.terminal import run_console

    run_console().print(sentence, markup=False, highlight=False, soft_wrap=True)


def _default_home() -> Path:
    from jobs.settings import read_settings

    return read_settings().ZLV_HOME / "dev"
