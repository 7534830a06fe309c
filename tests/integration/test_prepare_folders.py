"""prepare writes into the folders it is given, or says which cannot be written before it writes anything."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from chain import ZLV
from components import postgres_server, s3_server
from prepared import environment, prepare

__all__ = ["environment", "postgres_server", "s3_server"]  # fixtures


def test_a_home_that_is_a_file_is_said_before_anything_is_written(
    environment: dict[str, str], tmp_path: Path
) -> None:
    """N7"""
    (tmp_path / "file").write_text("")
    done = prepare(environment, ZLV_HOME=str(tmp_path / "file"))
    assert done.returncode == 64, done.stderr
    assert f"is no folder: {tmp_path / 'file'} is a file; set ZLV_HOME" in done.stderr
    assert not (tmp_path / "file").read_text()


@pytest.mark.parametrize(
    "setting", ["ZLV_RAW_DIR", "ZLV_WAREHOUSE_DIR", "ZLV_CLEAN_DIR", "ZLV_RUNS_DIR", "ZLV_SECRETS_DIR"]
)
@pytest.mark.parametrize("place", ["/proc/nowhere", "file/below"])
def test_a_folder_that_cannot_be_written_is_named_with_its_setting(
    environment: dict[str, str], tmp_path: Path, setting: str, place: str
) -> None:
    """N7"""
    (tmp_path / "file").write_text("")
    done = prepare(environment, **{setting: str(tmp_path / place)})
    assert done.returncode == 64, done.stderr
    assert setting in done.stdout + done.stderr and "unexpected" not in done.stderr


def test_a_disk_that_takes_no_more_is_said_before_anything_is_written(environment: dict[str, str]) -> None:
    """N7: room is told wrong by quotas and reserved blocks; a byte that is written tells."""
    import resource

    done = subprocess.run(
        [ZLV, "prepare"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000)),
    )
    assert done.returncode == 64, done.stderr
    assert "cannot be written" in done.stdout and "unexpected" not in done.stderr
    for name in ("raw files", "warehouse", "clean files", "runs", "spill"):
        assert f"{name} " in done.stdout
