"""The images as a cluster runs them: read-only root, no capability, any user, no network where none is
needed.

ZLV_TEST_ENGINE is the engine's command with its options, ZLV_TEST_RUN_OPTIONS what `run` needs on top;
ZLV_TEST_IMAGE and ZLV_TEST_TRIAL_IMAGE are the images that `make image` built.
"""

from __future__ import annotations

import json
import os
import secrets
import shlex
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator

import pytest

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

pytestmark = [
    pytest.mark.cluster,
    pytest.mark.skipif(shutil.which(ENGINE[0]) is None, reason="no container engine"),
]

Engine = Callable[..., subprocess.CompletedProcess[str]]


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


def test_what_is_added_to_the_base_weighs_at_most_450_mb() -> None:
    assert int(shell("du -sxm /opt/zlv").split()[0]) <= 450


def test_no_compiler_installer_cache_or_test_is_left() -> None:
    left = (
        "for tool in cc gcc g++ make; do command -v $tool; done; ls -d /root/.cache /src /dist /locks"
        " /opt/build /tmp/* 2>/dev/null; "
    )
    left += (
        "find /opt/zlv -path '*/site-packages/pip' -o -name '*.whl' -o -path '*/site-packages/*/tests' -not"
        " -path '*/dbt/*'"
    )
    assert shell(left) == ""


def test_everything_in_the_image_belongs_to_root() -> None:
    assert shell("find /opt/zlv ! -user 0 -o -perm -o+w ! -type l | head -3") == ""


def test_the_image_says_what_it_is() -> None:
    config = json.loads(engine("image", "inspect", IMAGE).stdout)[0]["Config"]
    assert (config["User"], config["Entrypoint"]) == ("65532:65532", ["zlv"])
    names = {name.removeprefix("org.opencontainers.image.") for name in config["Labels"]}
    assert {"title", "description", "licenses", "version", "revision", "base.name"} <= names
    assert shell("getent passwd 65532 | cut -d: -f1") == "zlv"


@pytest.mark.parametrize("user", USERS)
def test_it_runs_as_any_user_without_network(user: str) -> None:
    options = ("--network=none", "--user", user)
    assert "sync-production" in run("--help", options=options).stdout
    assert "sources" in run("catalog", "check", options=options).stdout


@pytest.mark.parametrize("user", USERS)
def test_it_builds_an_empty_home_as_any_user_without_network(user: str, volume: str) -> None:
    options = (
        "--network=none",
        "--user",
        user,
        "-v",
        f"{volume}:/data",
        "-e",
        KEY,
        "-e",
        "DUCKDB_MEMORY_LIMIT=1GB",
    )
    run("build", options=options)
    assert "warehouse" in run("status", options=options).stdout


def test_dbt_by_hand_writes_beside_the_data_only(volume: str) -> None:
    options = ("--network=none", "-v", f"{volume}:/data", "-e", KEY, "--entrypoint", "dbt")
    assert (
        "marts_production_housing"
        in run("ls", "--resource-type", "model", "--output", "name", options=options).stdout
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


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


@pytest.mark.parametrize("user", USERS)
def test_a_daily_run_works_on_the_trial_s_servers(user: str, trial: Trial) -> None:
    name = f"zlv-test-{secrets.token_hex(4)}"
    trial.start(user)
    options = ("--network=host", "--user", user, "-v", f"{name}:/data", *trial.environment)
    try:
        run("run", "daily", options=options)
        run("upload", options=options)
    finally:
        engine("volume", "rm", "--force", name)
    assert trial.stop() == 0
    assert "database system is shut down" in trial.log and trial.password not in trial.log


def test_the_trial_s_servers_keep_their_data_and_take_another_password(trial: Trial, volume: str) -> None:
    trial.start("1000650000:0")
    engine("kill", trial.name)
    engine("rm", trial.name)
    trial.password = "another"
    assert trial.start("1000650000:0") < 20
    name = f"zlv-test-{secrets.token_hex(4)}"
    try:
        run("prepare", options=("--network=host", "-v", f"{name}:/data", *trial.environment))
    finally:
        engine("volume", "rm", "--force", name)
    assert "Generating" not in engine("logs", trial.name).stdout


@pytest.mark.parametrize("seconds", [3, 8])
def test_the_trial_s_servers_end_with_the_signal_s_code_before_they_are_filled(
    seconds: float, trial: Trial
) -> None:
    trial.start("65532:65532", scale="2", wait=False)
    time.sleep(seconds)
    assert trial.stop() == 143
    assert "unexpected" not in trial.log
