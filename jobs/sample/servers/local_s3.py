"""Run moto's S3 server in a process of its own, and fill its buckets."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

from jobs.errors import SettingsError
from jobs.settings import child_environment


@dataclass(frozen=True)
class S3:
    """One server: where it listens, its process, and the key pair it is asked with."""

    host: str
    port: int
    pid: int
    access_key: str
    secret_key: str
    region: str = "us-east-1"

    @property
    def endpoint(self) -> str:
        return f"http://[{self.host}]:{self.port}" if ":" in self.host else f"http://{self.host}:{self.port}"

    @property
    def has_process(self) -> bool:
        return _is_moto(self.pid)

    @property
    def is_running(self) -> bool:
        """Tell whether our process lives; moto keeps nothing on disk, so a new one is empty."""
        return _is_moto(self.pid) and _answers(self.endpoint)

    def stop(self) -> None:
        if not _is_moto(self.pid):
            return
        os.kill(self.pid, signal.SIGTERM)
        for _ in range(50):
            if not _is_moto(self.pid):
                return
            time.sleep(0.1)
        os.kill(self.pid, signal.SIGKILL)

    def client(self) -> Any:
        import boto3
        from botocore.config import Config

        return boto3.client(
            "s3",
            endpoint_url=self.endpoint,
            region_name=self.region,
            aws_access_key_id=self.access_key,
            aws_secret_access_key=self.secret_key,
            config=Config(s3={"addressing_style": "path"}, max_pool_connections=16),
        )

    def fill(self, buckets: dict[str, Path | None]) -> int:
        """Create each bucket and upload the files below its folder; give the number of objects."""
        client = self.client()
        uploads = []
        for bucket, folder in buckets.items():
            client.create_bucket(Bucket=bucket)
            files = sorted(path for path in folder.rglob("*") if path.is_file()) if folder else []
            uploads += [(str(path), bucket, path.relative_to(folder).as_posix()) for path in files if folder]
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda upload: client.upload_file(*upload), uploads))
        return len(uploads)


def start_s3(host: str, port: int, access_key: str, secret_key: str, log: Path) -> S3:
    """Start the server detached, and wait until it answers."""
    if find_spec("moto") is None or find_spec("flask") is None:
        raise SettingsError(
            "moto's server is not installed; install the development dependencies: pip install -e '.[dev]'"
        )
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "moto.server", "-H", host, "-p", str(port)],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=output, start_new_session=True,
            cwd=log.parent,
            env=child_environment(AWS_ACCESS_KEY_ID=access_key, AWS_SECRET_ACCESS_KEY=secret_key,
            PYTHONWARNINGS="ignore"),
        )  # fmt: skip
    server = S3(host, port, process.pid, access_key, secret_key)
    for _ in range(300):
        if _answers(server.endpoint):
            return server
        if process.poll() is not None:
            break
        time.sleep(0.1)
    process.kill()
    raise SettingsError(f"the S3 server did not start on {host}:{port}; see {log}")


def _answers(endpoint: str) -> bool:
    try:
        with urlopen(f"{endpoint}/moto-api/", timeout=2) as answer:  # noqa: S310 - our own server
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False


def _is_moto(pid: int) -> bool:
    command = Path(f"/proc/{pid}/cmdline")
    try:
        os.kill(pid, 0)
        return b"moto.server" in command.read_bytes() if Path("/proc").is_dir() else True
    except OSError:
        return False
