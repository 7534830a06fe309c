"""`zlv dev serve --host ::` answers at every address of a machine, of IPv4 and of IPv6."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from ports import free_port


@pytest.mark.parametrize("address", ["::1", "127.0.0.1"])
def test_both_servers_answer(address: str, servers: tuple[int, int]) -> None:
    """K14: a trial in a cluster that has IPv6 alone, or IPv4 alone."""
    for port in servers:
        socket.create_connection((address, port), timeout=5).close()


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, int]]:
    home: Path = tmp_path_factory.mktemp("serve")
    ports = free_port(), free_port()
    environment = {
        **os.environ,
        "ZLV_HOME": str(home),
        "POSTGRES_PRODUCTION_DB_NAME": "zlv",
        "POSTGRES_PRODUCTION_READONLY_USER": "reader",
        "POSTGRES_PRODUCTION_READONLY_PASSWORD": "a-password",
        "CELLAR_ACCESS_KEY_ID": "an-access-key",
        "CELLAR_SECRET_ACCESS_KEY": "a-secret-key",
        "CELLAR_DATA_LAKE_BUCKET_NAME": "lake",
        "CELLAR_METABASE_BUCKET_NAME": "releases",
    }
    zlv = str(Path(sys.executable).with_name("zlv"))
    where = ["--host", "::", "--postgres-port", str(ports[0]), "--s3-port", str(ports[1])]
    process = subprocess.Popen([zlv, "dev", "serve", *where, "--scale", "0.01"], env=environment)
    try:
        until = time.monotonic() + 240
        while subprocess.run(
            [zlv, "dev", "ready"], env=environment, capture_output=True, check=False
        ).returncode:
            assert process.poll() is None and time.monotonic() < until
            time.sleep(1)
        yield ports
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)
