"""Run the built images in containers as a cluster would: read-only root, no capability.

ZLV_TEST_ENGINE is the engine's command with its options, ZLV_TEST_RUN_OPTIONS what `run` needs on top;
ZLV_TEST_IMAGE and ZLV_TEST_TRIAL_IMAGE are the images that `make image` built.
"""

from __future__ import annotations

import os
import secrets
import shlex
import shutil
import subprocess
import time
from collections.abc import Iterator

import pytest
from ports import free_port

ENGINE = shlex.split(os.environ.get("ZLV_TEST_ENGINE") or shutil.which("docker") or "podman")
OPTIONS = shlex.split(os.environ.get("ZLV_TEST_RUN_OPTIONS", ""))
IMAGE = os.environ.get("ZLV_TEST_IMAGE", "localhost/zlv-warehouse:test")
TRIAL = os.environ.get("ZLV_TEST_TRIAL_IMAGE", "localhost/zlv-warehouse-trial:test")


# Docker writes no line into /etc/passwd for an unknown user id; podman does unless told otherwise. Kubernetes
# does not.
NAMELESS = ["--passwd=false"] if "podman" in ENGINE[0] else []
CLOSED = [
    "--read-only",
    "--tmpfs",
    "/tmp",
    "--cap-drop=all",
    "--security-opt=no-new-privileges",
    *NAMELESS,
    *OPTIONS,
]
USERS = ("65532:65532", "1000650000:0")
KEY = "ZLV_PSEUDONYM_KEY=0123456789abcdef0123456789abcdef0123456789"


def engine(*arguments: str, code: int | None = 0) -> subprocess.CompletedProcess[str]:
    done = subprocess.run([*ENGINE, *arguments], text=True, capture_output=True, check=False, timeout=600)
    assert code is None or done.returncode == code, done.stdout[-2000:] + done.stderr[-2000:]
    return done


def run(
    *arguments: str, options: tuple[str, ...] = (), code: int | None = 0
) -> subprocess.CompletedProcess[str]:
    return engine("run", "--rm", *CLOSED, *options, IMAGE, *arguments, code=code)


def shell(script: str, image: str = IMAGE) -> str:
    return engine(
        "run", "--rm", *CLOSED, "--network=none", "--entrypoint", "sh", image, "-c", script
    ).stdout.strip()


@pytest.fixture
def volume() -> Iterator[str]:
    """Give an empty volume; it takes the rights of the image's folder that it is mounted on."""
    name = f"zlv-test-{secrets.token_hex(4)}"
    engine("volume", "create", name)
    yield name
    engine("volume", "rm", "--force", name)


class Trial:
    """The trial's servers in a container of their own, on ports of this machine."""

    def __init__(self, volume: str) -> None:
        self.volume, self.name = volume, f"zlv-test-{secrets.token_hex(4)}"
        self.postgres, self.s3, self.password = free_port(), free_port(), 'it\'s a "trial"'

    @property
    def environment(self) -> tuple[str, ...]:
        settings = {
            "POSTGRES_PRODUCTION_DB": "127.0.0.1", "POSTGRES_PRODUCTION_PORT": self.postgres,
            "POSTGRES_PRODUCTION_DB_NAME": "zero-logement",
            "POSTGRES_PRODUCTION_READONLY_USER": "some-reader",
            "POSTGRES_PRODUCTION_READONLY_PASSWORD": self.password,
            "POSTGRES_PRODUCTION_SSLMODE": "disable", "CELLAR_HOST_URL": f"127.0.0.1:{self.s3}",
            "CELLAR_USE_SSL": "false",
            "CELLAR_ACCESS_KEY_ID": "trial", "CELLAR_SECRET_ACCESS_KEY": "trial-secret",
            "CELLAR_DATA_LAKE_BUCKET_NAME": "some-lake",
            "CELLAR_METABASE_BUCKET_NAME": "some-releases", "DUCKDB_MEMORY_LIMIT": "1GB",
            "ZLV_SIGNING_KEY": "canary-signing-key-of-more-than-32-characters",
        }  # fmt: skip
        return (*(part for name, value in settings.items() for part in ("-e", f"{name}={value}")), "-e", KEY)

    def start(self, user: str, *, scale: str = "0.05", wait: bool = True) -> float:
        """Start the servers and give the seconds until they were ready."""
        began = time.monotonic()
        options = ("--network=host", "--user", user, "-v", f"{self.volume}:/data", *self.environment)
        serve = (
            "dev",
            "serve",
            "--postgres-port",
            str(self.postgres),
            "--s3-port",
            str(self.s3),
            "--scale",
            scale,
        )
        engine("run", "--detach", "--name", self.name, *CLOSED, *options, TRIAL, *serve)
        if not wait:
            return 0
        while (code := engine("exec", self.name, "zlv", "dev", "ready", code=None).returncode) != 0:
            assert time.monotonic() < began + 180 and code == 75, engine("logs", self.name, code=None).stderr[
                -2000:
            ]
            time.sleep(0.5)
        return time.monotonic() - began

    def stop(self) -> int:
        engine("stop", "--time", "30", self.name)
        code = int(engine("inspect", "--format", "{{.State.ExitCode}}", self.name).stdout)
        self.log = "".join(engine("logs", self.name).stdout + engine("logs", self.name).stderr)
        engine("rm", self.name)
        return code


@pytest.fixture
def trial(volume: str) -> Iterator[Trial]:
    servers = Trial(volume)
    yield servers
    engine("rm", "--force", servers.name, code=None)
