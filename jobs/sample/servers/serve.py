"""Serve a PostgreSQL and an S3 server with sample data in the foreground, as a container does."""

from __future__ import annotations

import contextlib
import fcntl
import json
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

from jobs.errors import SettingsError, Temporary, Terminated, ZlvError
from jobs.sample.servers.components import make_sample
from jobs.sample.servers.loading import admit_reader, load_application
from jobs.sample.servers.local_postgres import Postgres
from jobs.sample.servers.local_s3 import S3, start_s3
from jobs.settings import Settings

_NEEDED = (
    "POSTGRES_PRODUCTION_DB_NAME", "POSTGRES_PRODUCTION_READONLY_USER",
    "POSTGRES_PRODUCTION_READONLY_PASSWORD",
    "CELLAR_ACCESS_KEY_ID", "CELLAR_SECRET_ACCESS_KEY", "CELLAR_DATA_LAKE_BUCKET_NAME",
    "CELLAR_METABASE_BUCKET_NAME",
)  # fmt: skip
_START, _STOP = 60, 25  # seconds that PostgreSQL has; a pod is given 30 to end
# An empty server that the image brings: initdb asks for its user's name, which an arbitrary user id has not.
_TEMPLATE = Path(sys.prefix) / "share" / "postgres"


@dataclass(frozen=True)
class Address:
    """Where both servers listen; `::` is every address, of IPv4 too, also where a machine has no IPv6."""

    host: str
    postgres_port: int
    s3_port: int

    def __post_init__(self) -> None:
        if self.host == "::" and not socket.has_dualstack_ipv6():
            object.__setattr__(self, "host", "0.0.0.0")  # noqa: S104 - asked for: every address


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
        lock = stack.enter_context((home / ".lock").open("w"))
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise SettingsError(
                f"{home} is served by another process; stop it or name another folder"
            ) from None
        ready.unlink(missing_ok=True)
        stack.enter_context(_terminated_by_signal())
        _make(settings, home, scale, seed, told)
        postgres = stack.enter_context(_postgres(settings, home, address, told))
        s3 = stack.enter_context(_s3(settings, home, address, told))
        stack.callback(ready.unlink, missing_ok=True)
        _write(
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
            _watch(postgres, s3)


def check_ready(home: Path) -> None:
    """Return when both servers are filled and answer; raises Temporary else."""
    state = _read(home.resolve() / "ready.json")
    if not state:
        raise Temporary("the servers are not filled yet")
    if not Postgres(home.resolve() / "postgres", state["host"], state["postgres_port"], "").is_running:
        raise Temporary("PostgreSQL does not answer")
    if not S3(state["host"], state["s3_port"], state["s3_pid"], "", "").is_running:
        raise Temporary("the S3 server does not answer")


def make_template(folder: Path = _TEMPLATE) -> None:
    """Make the empty server that the image brings; its superuser's password is told to nobody."""
    Postgres(folder, "", 0, secrets.token_hex(20)).create()


def _make(settings: Settings, home: Path, scale: float, seed: int, told: Callable[[str], None]) -> None:
    """Write the sample's files unless they are there, and forget what was loaded of another sample."""
    wanted = {"scale": scale, "seed": seed}
    if _read(home / "sample.json") != wanted:
        told(f"Generating sample data of scale {scale:g} …")
        (home / "loaded.json").unlink(missing_ok=True)
        make_sample(home / "sample", scale, seed, settings)
        _write(home / "sample.json", wanted)
    if _read(home / "loaded.json") != {"database": settings.POSTGRES_PRODUCTION_DB_NAME}:
        (home / "loaded.json").unlink(missing_ok=True)
        shutil.rmtree(home / "postgres", ignore_errors=True)


@contextmanager
def _postgres(
    settings: Settings, home: Path, address: Address, told: Callable[[str], None]
) -> Iterator[subprocess.Popen[bytes]]:
    """Run PostgreSQL, loaded, with the reader's password of this start."""
    data, database = home / "postgres", str(settings.POSTGRES_PRODUCTION_DB_NAME)
    loaded = home / "loaded.json"
    if not loaded.exists():
        told("Starting PostgreSQL and loading the application's tables …")
        _create(data)
    # Short, since the path of a socket is bounded, and gone with the container.
    with tempfile.TemporaryDirectory(prefix="zlv-") as sockets:
        # A server that was killed left this; the lock of the folder says that it is no more.
        (data / "postmaster.pid").unlink(missing_ok=True)
        process = Postgres(data, address.host, address.postgres_port, "").foreground(Path(sockets))
        try:
            _wait(process, data)
            superuser = Postgres(data, sockets, address.postgres_port, "")
            if not loaded.exists():
                load_application(superuser, home / "sample" / "postgres", database)
            password = settings.POSTGRES_PRODUCTION_READONLY_PASSWORD
            admit_reader(
                superuser,
                database,
                str(settings.POSTGRES_PRODUCTION_READONLY_USER),
                password.get_secret_value() if password else "",
            )
            if not loaded.exists():
                superuser.run_sql("CHECKPOINT;")
                _write(loaded, {"database": database})
            yield process
        finally:
            _end(process)


def _create(data: Path) -> None:
    if _TEMPLATE.is_dir():
        shutil.copytree(_TEMPLATE, data)
        data.chmod(0o700)
    else:
        make_template(data)


def _wait(process: subprocess.Popen[bytes], data: Path) -> None:
    for _ in range(_START * 10):
        with contextlib.suppress(OSError):
            lines = (data / "postmaster.pid").read_text().splitlines()
            if len(lines) > 7 and lines[7].strip() == "ready":
                return
        if process.poll() is not None:
            raise ZlvError(
                f"PostgreSQL ended with code {process.returncode} when it started; its reason stands above"
            )
        time.sleep(0.1)
    raise Temporary(f"PostgreSQL was not ready within {_START} s")


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ask for a fast shutdown: open transactions are rolled back, the data are written."""
    process.send_signal(signal.SIGINT)
    try:
        process.wait(_STOP)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGQUIT)
        process.wait()


@contextmanager
def _s3(settings: Settings, home: Path, address: Address, told: Callable[[str], None]) -> Iterator[S3]:
    """Run the S3 server with the lake in its bucket and an empty bucket for releases."""
    told("Starting the S3 server and uploading the lake …")
    keys = [
        key.get_secret_value()
        for key in (settings.CELLAR_ACCESS_KEY_ID, settings.CELLAR_SECRET_ACCESS_KEY)
        if key
    ]
    log = home / "s3.log"
    log.unlink(missing_ok=True)
    server = start_s3(address.host, address.s3_port, keys[0], keys[1], log)
    try:
        buckets: dict[str, Path | None] = {str(settings.CELLAR_METABASE_BUCKET_NAME): None}
        buckets[str(settings.CELLAR_DATA_LAKE_BUCKET_NAME)] = home / "sample" / "lake"
        server.fill(buckets)
        yield server
    finally:
        server.stop()


def _watch(postgres: subprocess.Popen[bytes], s3: S3) -> None:
    while True:
        if postgres.poll() is not None:
            raise ZlvError(f"PostgreSQL ended with code {postgres.returncode}; its reason stands above")
        if not s3.has_process:
            raise ZlvError("the S3 server ended; see s3.log in the servers' folder")
        time.sleep(0.5)


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


def _read(path: Path) -> dict[str, Any]:
    try:
        state: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return state


def _write(path: Path, state: dict[str, Any]) -> None:
    pending = path.with_name(path.name + ".next")
    pending.write_text(json.dumps(state), encoding="utf-8")
    pending.replace(path)
