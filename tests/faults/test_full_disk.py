"""A full or closed folder: which one, what it needs, 64 or 75; full records keep no data from loading."""

from __future__ import annotations

import subprocess
from pathlib import Path

import duckdb
import pytest
from chain import ZLV, Chain, base_environment
from manifests import manifest, shell, task

from jobs.errors import SettingsError
from jobs.telemetry import faults

# Takes no file from anybody, root neither.
CLOSED = "/sys/zlv"
KEY = {"ZLV_PSEUDONYM_KEY": "k" * 40}


@pytest.fixture
def home(tmp_path: Path) -> Chain:
    return Chain(tmp_path, {**base_environment(tmp_path), **KEY})


def limited(
    home: Chain, kibibytes: int, *arguments: str, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run `zlv` with no file allowed to grow over a size: writing more fails as on a full disk."""
    return subprocess.run(
        ["bash", "-c", f"trap '' XFSZ; ulimit -f {kibibytes}; exec \"$@\"", "-", str(ZLV), *arguments],
        env=home.environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


@pytest.mark.parametrize(
    "setting", ["ZLV_HOME", "ZLV_RAW_DIR", "ZLV_WAREHOUSE_DIR", "ZLV_CLEAN_DIR", "ZLV_RUNS_DIR"]
)
@pytest.mark.parametrize("below", ["", "/folder"], ids=["the file", "below it"])
def test_a_file_in_the_place_of_a_folder_is_named_with_its_setting(
    home: Chain, setting: str, below: str
) -> None:
    """N7"""
    (home.home / "a file").touch()
    for command in (["build"], ["status"], ["run", "daily"]):
        done = home.zlv(*command, code=64, **{setting: f"{home.home / 'a file'}{below}"})
        assert setting in done.stderr and "a file is a file" in done.stderr


def test_a_full_warehouse_is_told_by_its_folder(home: Chain) -> None:
    """N7"""
    done = limited(home, 512, "build")
    assert done.returncode in (64, 75), done.stderr[-2000:]
    (sentence,) = [line for line in done.stderr.splitlines() if line.startswith("zlv: ")]
    assert "full" in sentence and "unexpected" not in sentence
    assert not list(home.home.glob("warehouse/*.duckdb*"))


def test_records_that_cannot_be_kept_stop_no_run(home: Chain) -> None:
    """N7"""
    out = home.home / "out"
    path = manifest(home.home, [task("load")], [shell("load", "zlv prepare; echo loaded > $OUT")])
    done = home.zlv("run", str(path), OUT=str(out), ZLV_RUNS_DIR=CLOSED)
    assert out.read_text(encoding="utf-8") == "loaded\n"
    assert "takes no lock" in done.stderr and "the work goes on without it" in done.stderr


def test_a_stage_works_where_its_record_cannot_be_kept(home: Chain) -> None:
    """N7: also as a step of a run, whose lock cannot be refreshed there either"""
    for run in ({}, {"ZLV_RUN_ID": "r1"}):
        done = home.zlv("audit", code=None, ZLV_RUNS_DIR=CLOSED, **run)
        assert "unexpected" not in done.stderr and CLOSED not in done.stderr.split("zlv: ")[-1]


def test_a_closed_folder_is_named_with_its_setting(home: Chain) -> None:
    """N7"""
    done = home.zlv("build", code=64, ZLV_WAREHOUSE_DIR=CLOSED)
    assert f"zlv: {CLOSED}" in done.stderr and "ZLV_WAREHOUSE_DIR" in done.stderr


def test_a_log_on_a_full_disk_changes_no_exit_code(home: Chain) -> None:
    """N7: it ended 120"""
    with Path("/dev/full").open("w") as log:
        done = subprocess.run(
            [str(ZLV), "build"],
            env={**home.environment, "ZLV_WAREHOUSE_DIR": CLOSED},
            stdout=log,
            stderr=log,
            check=False,
        )
    assert done.returncode == 64


@pytest.mark.parametrize("spill", ["0MB", "2MB"])
def test_work_that_fits_neither_in_memory_nor_on_disk_names_its_settings(tmp_path: Path, spill: str) -> None:
    settings = {"memory_limit": "40MB", "threads": "1", "temp_directory": str(tmp_path)}
    settings["max_temp_directory_size"] = spill
    work = "SELECT list(range || 'a long text to hold') FROM range(4000000)"
    with duckdb.connect(config=settings) as connection, pytest.raises(duckdb.Error) as caught:
        connection.execute(work).fetchall()
    told = faults.told(caught.value)
    assert isinstance(told, SettingsError), caught.value
    assert "DUCKDB_MEMORY_LIMIT" in str(told)
