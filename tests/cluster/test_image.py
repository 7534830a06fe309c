"""The images as a cluster runs them: read-only root, no capability, any user, no network where none is
needed."""

from __future__ import annotations

import json
import secrets
import shutil
import time
from pathlib import Path

import pytest
from containers import ENGINE, IMAGE, KEY, USERS, Trial, engine, run, shell, trial, volume

__all__ = ["trial", "volume"]  # fixtures

pytestmark = [
    pytest.mark.cluster,
    pytest.mark.skipif(shutil.which(ENGINE[0]) is None, reason="no container engine"),
]


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


@pytest.mark.parametrize("user", USERS)
def test_a_daily_run_works_on_the_trial_s_servers(user: str, trial: Trial, tmp_path: Path) -> None:
    name = f"zlv-test-{secrets.token_hex(4)}"
    trial.start(user)
    # A sample has not the lines that the image's catalog expects of the files.
    (tmp_path / "expected.yml").write_text('"*": null\n')
    tmp_path.chmod(0o755)
    catalog = ("-v", f"{tmp_path}:/etc/zlv/catalog:ro", "-e", "ZLV_CATALOG_DIR=:/etc/zlv/catalog")
    options = ("--network=host", "--user", user, "-v", f"{name}:/data", *catalog, *trial.environment)
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
