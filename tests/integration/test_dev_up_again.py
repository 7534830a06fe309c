"""Starting the servers again, elsewhere or for nothing."""

from __future__ import annotations

import os
import shlex
import stat
import subprocess
import time
from pathlib import Path

import pytest
from click.testing import CliRunner
from servers_up import SCALE, SEED, home, up

from jobs.errors import SettingsError
from jobs.sample.servers import components as local
from jobs.sample.servers.state import Components
from jobs.stages.dev import dev

__all__ = ["home", "up"]  # fixtures


def test_the_lake_is_in_the_bucket(up: Components) -> None:
    sent = up.s3.client().list_objects_v2(
        Bucket=up.environment["CELLAR_DATA_LAKE_BUCKET_NAME"], MaxKeys=1000
    )["Contents"]
    files = [path for path in (up.home / "sample" / "lake").rglob("*") if path.is_file()]
    assert {entry["Key"] for entry in sent} == {
        path.relative_to(up.home / "sample" / "lake").as_posix() for path in files
    }


def test_up_again_changes_nothing_and_is_quick(up: Components) -> None:
    before = time.monotonic()
    again = local.start(up.home, SCALE, SEED)
    assert time.monotonic() - before < 2
    assert again.was_running and again.environment == up.environment


def test_another_scale_over_a_filled_folder_is_refused(up: Components) -> None:
    with pytest.raises(SettingsError, match="--forget"):
        local.start(up.home, SCALE * 2, SEED)


def test_the_environment_is_in_a_private_file_that_a_shell_reads(up: Components) -> None:
    assert stat.S_IMODE(up.env_file.stat().st_mode) == 0o600
    script = f"set -a; . {shlex.quote(str(up.env_file))}; set +a; env"
    seen = subprocess.run(
        ["sh", "-c", script], capture_output=True, text=True, check=True, env={"PATH": os.environ["PATH"]}
    ).stdout
    assert set(up.environment.items()) <= {tuple(line.split("=", 1)) for line in seen.splitlines()}


def test_no_secret_is_on_a_command_line_nor_printed_unasked(up: Components) -> None:
    hidden = [up.environment[name] for name in local.SECRETS] + [up.postgres.password]
    commands = [
        path.read_bytes().decode(errors="replace")
        for path in Path("/proc").glob("[0-9]*/cmdline")
        if os.access(path, os.R_OK)
    ]
    assert not any(secret in command for secret in hidden for command in commands)
    arguments = ["up", "--home", str(up.home), "--scale", str(SCALE), "--seed", str(SEED)]
    printed = CliRunner().invoke(dev, arguments)
    assert (
        printed.exit_code == 0 and "running already" in printed.output and str(up.env_file) in printed.output
    )
    assert not any(secret in printed.output for secret in hidden)
    assert (
        up.environment["CELLAR_SECRET_ACCESS_KEY"]
        in CliRunner().invoke(dev, [*arguments, "--show-secrets"]).output
    )


def test_after_a_stop_the_data_are_kept_and_the_lake_is_uploaded_again(home: Path, up: Components) -> None:
    # Runs last: it moves the servers under the other tests.
    up.postgres.run_sql("UPDATE notes SET note_kind = 'kept';", "zlv")
    up.stop()
    assert not up.postgres.is_running and not up.s3.is_running
    again = local.start(home, SCALE, SEED)
    assert not again.was_running
    assert {name: again.environment[name] for name in local.SECRETS} == {
        name: up.environment[name] for name in local.SECRETS
    }
    again.postgres.run_sql(
        "DO $$ BEGIN ASSERT (SELECT bool_and(note_kind = 'kept') FROM notes); END $$;", "zlv"
    )
    assert (
        again.s3.client().list_objects_v2(Bucket=again.environment["CELLAR_DATA_LAKE_BUCKET_NAME"])[
            "KeyCount"
        ]
        > 50
    )
