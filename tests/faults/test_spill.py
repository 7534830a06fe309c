"""Sessions side by side spill to folders of their own, and nothing is left of a process that was killed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from chain import base_environment

SCRIPT = """
import sys
from jobs.settings import read_settings
from jobs.storage.session import connect
with connect(read_settings()) as connection:
    connection.execute("SET enable_progress_bar = false")
    print(connection.execute(f'''
        SELECT count(*), sum(hash(b)) FROM (
            SELECT b, lag(b) OVER (ORDER BY b) AS p
            FROM (SELECT md5((range + {sys.argv[1]})::VARCHAR) AS b FROM range(3000000))
        ) WHERE p <= b OR p IS NULL
    ''').fetchone(), flush=True)
    if sys.argv[2:]:
        import os, signal
        os.kill(os.getpid(), signal.SIGKILL)
"""


def start(home: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", SCRIPT, *arguments],
        env={**base_environment(home), "DUCKDB_MEMORY_LIMIT": "150MB"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_two_processes_that_spill_at_once_do_not_crash_and_give_what_each_gives_alone(tmp_path: Path) -> None:
    """Steps that run side by side share ZLV_HOME: in one folder of spilled files both ended in SIGSEGV"""
    alone = [start(tmp_path, seed).communicate(timeout=300)[0] for seed in ("1", "2")]
    together = [start(tmp_path, seed) for seed in ("1", "2")]
    assert [process.communicate(timeout=300)[0] for process in together] == alone
    assert [process.returncode for process in together] == [0, 0]
    assert list((tmp_path / "tmp").iterdir()) == []


def test_what_a_killed_process_spilled_is_removed_by_the_next(tmp_path: Path) -> None:
    start(tmp_path, "1", "die").communicate(timeout=300)
    assert len(list((tmp_path / "tmp").iterdir())) == 1
    start(tmp_path, "1").communicate(timeout=300)
    assert list((tmp_path / "tmp").iterdir()) == []
