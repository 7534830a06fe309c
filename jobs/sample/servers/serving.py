"""One PostgreSQL and one S3 server in the foreground, ended in good order."""

from __future__ import annotations

import contextlib
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
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jobs.errors import Temporary, ZlvError
from jobs.sample.servers.loading import admit_reader, load_application
from jobs.sample.servers.local_postgres import Postgres
from jobs.sample.servers.local_s3 import S3, start_s3
from jobs.settings import Settings

# Seconds that PostgreSQL has; a pod is given 30 to end.
_START = 60


_STOP = 25


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


def make_template(folder: Path = _TEMPLATE) -> None:
    """Make the empty server that the image brings; its superuser's password is told to nobody."""
    Postgres(folder, "", 0, secrets.token_hex(20)).create()


@contextmanager
def running_postgres(
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
                write_state(loaded, {"database": database})
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
def running_s3(settings: Settings, home: Path, address: Address, told: Callable[[str], None]) -> Iterator[S3]:
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


def watch(postgres: subprocess.Popen[bytes], s3: S3) -> None:
    while True:
        if postgres.poll() is not None:
            raise ZlvError(f"PostgreSQL ended with code {postgres.returncode}; its reason stands above")
        if not s3.has_process:
            raise ZlvError("the S3 server ended; see s3.log in the servers' folder")
        time.sleep(0.5)


def read_state(path: Path) -> dict[str, Any]:
    try:
        state: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return state


def write_state(path: Path, state: dict[str, Any]) -> None:
    pending = path.with_name(path.name + ".next")
    pending.write_text(json.dumps(state), encoding="utf-8")
    pending.replace(path)
