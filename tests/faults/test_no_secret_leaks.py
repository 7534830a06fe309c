"""One run with a canary in every secret: it shows nowhere but in the secret's own file; faults are told in
one sentence."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from chain import Chain
from observed import Observed

SECRETS = (
    "POSTGRES_PRODUCTION_READONLY_PASSWORD",
    "CELLAR_ACCESS_KEY_ID",
    "CELLAR_SECRET_ACCESS_KEY",
    "ZLV_PSEUDONYM_KEY",
)


def files_holding(folder: Path, canaries: list[bytes]) -> list[str]:
    held = []
    for path in folder.rglob("*"):
        # Below `dev` are the servers themselves.
        if path.is_relative_to(folder / "dev"):
            continue
        if (
            path.is_file()
            and not path.is_symlink()
            and any(canary in path.read_bytes() for canary in canaries)
        ):
            held.append(str(path.relative_to(folder)))
    return held


def test_no_secret_shows_in_output_files_arguments_or_spans(chain: Chain, observed: Observed) -> None:
    # The components' own secrets are random and long: canaries by nature.
    canaries = [chain.environment[name] for name in SECRETS]
    assert all(len(canary) >= 8 for canary in canaries)
    assert any("build" in line for line in observed.command_lines) and observed.spans
    for seen in (observed.output, *observed.command_lines, *map(str, observed.spans)):
        assert not any(canary in seen for canary in canaries)
    held = files_holding(chain.home, [canary.encode() for canary in canaries])
    assert held and all(name.startswith("secrets/") for name in held), held
    assert (chain.home / "secrets").stat().st_mode & 0o777 == 0o700


def test_a_wrong_password_is_one_sentence_and_64(own_home: Callable[[str], Chain]) -> None:
    done = own_home("wrong").zlv(
        "sync-production", code=64, POSTGRES_PRODUCTION_READONLY_PASSWORD="canary-of-a-wrong-password"
    )
    told = [line for line in done.stderr.splitlines() if line.startswith("zlv: ")]
    assert len(told) == 1
    assert "canary" not in done.stdout + done.stderr


def test_a_wrong_s3_key_is_one_sentence_without_the_key(own_home: Callable[[str], Chain]) -> None:
    done = own_home("bucket").zlv(
        "load-lake", "--only", "fusions", code=64, CELLAR_DATA_LAKE_BUCKET_NAME="no-such-bucket"
    )
    assert len([line for line in done.stderr.splitlines() if line.startswith("zlv: ")]) == 1


def test_sigterm_ends_a_run_with_143_and_a_record(own_home: Callable[[str], Chain]) -> None:
    chain = own_home("terminated")
    process: subprocess.Popen[str] = chain.start("run", "daily", "--run-id", "terminated")
    deadline = time.monotonic() + 60
    while not (chain.home / "runs" / "terminated" / "steps").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    os.kill(process.pid, signal.SIGTERM)
    assert process.wait(timeout=60) == 143
    assert '"failed"' in (chain.home / "runs" / "terminated" / "run.json").read_text()
