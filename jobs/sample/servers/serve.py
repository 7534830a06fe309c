"""Serve a PostgreSQL and an S3 server with sample data in the foreground, as a container does."""

from __future__ import annotations

import contextlib
import shutil
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType

from jobs.errors import SettingsError, Temporary, Terminated
from jobs.sample.servers.components import make_sample
from jobs.sample.servers.local_postgres import Postgres
from jobs.sample.servers.local_s3 import S3
from jobs.sample.servers.serving import Address, read_state, running_postgres, running_s3, watch, write_state
from jobs.settings import Settings
from jobs.storage.lock_file import held

_NEEDED = (
    "POSTGRES_PRODUCTION_DB_NAME", "POSTGRES_PRODUCTION_READONLY_USER",
    "POSTGRES_PRODUCTION_READONLY_PASSWORD",
    "CELLAR_ACCESS_KEY_ID", "CELLAR_SECRET_ACCESS_KEY", "CELLAR_DATA_LAKE_BUCKET_NAME",
    "CELLAR_METABASE_BUCKET_NAME",
)  # fmt: skip


def serve(
    settings: Settings, home: Path, address: Address, scale: float, seed: int, *, told: Callable[[str], None]
) -> None:
    """Serve until SIGTERM or Ctrl-C, then stop both servers in good order.

    The sample is generated and loaded once per folder, scale, seed and database name; other values
    make it anew. S3 keeps nothing: each start fills it again. Names and passwords are those of the
    environment, at each start. Raises Terminated when the signal comes before both are filled.
    """
    settings.require(*_NEEDED)
    home = home.resolve()
    home.mkdir(parents=True, exist_ok=True)
    ready = home / "ready.json"
    with ExitStack() as stack:
        served = SettingsError(f"{home} is served by another process; stop it or name another folder")
        stack.enter_context(held(home / ".lock", served))
        ready.unlink(missing_ok=True)
        stack.enter_context(_terminated_by_signal())
        _make(settings, home, scale, seed, told)
        postgres = stack.enter_context(running_postgres(settings, home, address, told))
        s3 = stack.enter_context(running_s3(settings, home, address, told))
        stack.callback(ready.unlink, missing_ok=True)
        write_state(
            ready,
            {
                "host": address.host,
                "postgres_port": address.postgres_port,
                "s3_port": address.s3_port,
                "s3_pid": s3.pid,
            },
        )
        told(
            f"Both serve: PostgreSQL on {address.host}:{address.postgres_port}, S3 on"
            f" {address.host}:{address.s3_port}."
        )
        with contextlib.suppress(Terminated):
            watch(postgres, s3)


def check_ready(home: Path) -> None:
    """Return when both servers are filled and answer; raises Temporary else."""
    state = read_state(home.resolve() / "ready.json")
    if not state:
        raise Temporary("the servers are not filled yet")
    if not Postgres(home.resolve() / "postgres", state["host"], state["postgres_port"], "").is_running:
        raise Temporary("PostgreSQL does not answer")
    if not S3(state["host"], state["s3_port"], state["s3_pid"], "", "").is_running:
        raise Temporary("the S3 server does not answer")


def _make(settings: Settings, home: Path, scale: float, seed: int, told: Callable[[str], None]) -> None:
    """Write the sample's files unless they are there, and forget what was loaded of another sample."""
    wanted = {"scale": scale, "seed": seed}
    if read_state(home / "sample.json") != wanted:
        told(f"Generating sample data of scale {scale:g} …")
        (home / "loaded.json").unlink(missing_ok=True)
        make_sample(home / "sample", scale, seed, settings)
        write_state(home / "sample.json", wanted)
    if read_state(home / "loaded.json") != {"database": settings.POSTGRES_PRODUCTION_DB_NAME}:
        (home / "loaded.json").unlink(missing_ok=True)
        shutil.rmtree(home / "postgres", ignore_errors=True)


@contextmanager
def _terminated_by_signal() -> Iterator[None]:
    """Turn the first SIGTERM or Ctrl-C into Terminated; later ones do not disturb the end."""

    told: list[str] = []

    def end(number: int, frame: FrameType | None) -> None:
        for each in (signal.SIGTERM, signal.SIGINT):
            signal.signal(each, signal.SIG_IGN)
        told.append(f"{signal.Signals(number).name} ended the servers before they were filled")
        raise Terminated(told[0])

    before = {each: signal.signal(each, end) for each in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    except Exception:
        if told:
            # DuckDB makes an error of its own of what is raised while it works.
            raise Terminated(told[0]) from None
        raise
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
