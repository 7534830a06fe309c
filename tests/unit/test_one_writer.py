"""A file has one writer at a time: the other is told who that is, and a writer that dies frees it."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest
from chain import Chain, base_environment

from jobs.errors import Temporary
from jobs.storage.files import next_file
from jobs.storage.writer import one_writer

FORK = multiprocessing.get_context("fork")


def hold(target: Path) -> None:
    with next_file(target) as pending:
        pending.write_text("mine", encoding="utf-8")
        (target.parent / "held").touch()
        time.sleep(60)


@pytest.fixture
def holder(tmp_path: Path) -> multiprocessing.process.BaseProcess:
    process = FORK.Process(target=hold, args=(tmp_path / "file.duckdb",))
    process.start()
    until = time.monotonic() + 10
    while not (tmp_path / "held").exists():
        assert time.monotonic() < until
        time.sleep(0.01)
    return process


def test_a_second_writer_is_refused_by_name_and_spoils_nothing(
    tmp_path: Path, holder: multiprocessing.process.BaseProcess
) -> None:
    """N10"""
    target = tmp_path / "file.duckdb"
    sentence = rf"file.duckdb is being written by .*process {holder.pid}\) since 20.*kill {holder.pid}"
    with pytest.raises(Temporary, match=sentence), next_file(target):
        pytest.fail("two wrote at once")
    assert (tmp_path / "file.duckdb.next").read_text(encoding="utf-8") == "mine"
    with next_file(tmp_path / "other.duckdb") as pending:
        pending.touch()
    os.kill(holder.pid or 0, signal.SIGKILL)
    holder.join()
    with next_file(target) as pending:
        pending.write_text("second", encoding="utf-8")
    assert target.read_text(encoding="utf-8") == "second"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file.duckdb", "held", "other.duckdb"]


def test_of_many_writers_one_is_in_at_a_time(tmp_path: Path) -> None:
    """N10: the lock's own file comes and goes, and nobody slips through"""
    target, log = tmp_path / "file", tmp_path / "log"

    def contend() -> None:
        for _ in range(200):
            try:
                with one_writer(target), log.open("a") as out:
                    out.write("in\n")
                    out.flush()
                    out.write("out\n")
                    out.flush()
            except Temporary:
                pass

    processes = [FORK.Process(target=contend) for _ in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
        assert process.exitcode == 0
    lines = log.read_text().split()
    assert lines and lines == ["in", "out"] * (len(lines) // 2)


def test_a_build_by_hand_beside_another_is_refused_by_name(tmp_path: Path) -> None:
    """N10"""
    chain = Chain(tmp_path, {**base_environment(tmp_path), "ZLV_PSEUDONYM_KEY": "k" * 40})
    first = chain.start("build", ZLV_RUN_ID="nightly")
    until = time.monotonic() + 60
    while not (tmp_path / "warehouse" / "dbt.next").exists():
        assert time.monotonic() < until and first.poll() is None
        time.sleep(0.02)
    try:
        second = chain.zlv("build", code=75)
        assert f"is being written by build of run nightly (process {first.pid}) since" in second.stderr
        assert json.loads((tmp_path / "runs" / "nightly" / "steps" / "build.json").read_text())["status"] == (
            "running"
        )
        assert (tmp_path / "warehouse" / "dbt.next").exists(), "the other's work is left alone"
    finally:
        first.kill()
        first.wait()
    assert isinstance(second, subprocess.CompletedProcess)
