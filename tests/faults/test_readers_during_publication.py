"""Readers of the clean file see one whole release each, whatever is published or killed meanwhile."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from bases import SIGNING_KEY, base, marks, publish, write_warehouse
from chain import ZLV

from jobs.releases.release import current_release, release_names
from jobs.settings import Settings, child_environment

READERS, PUBLICATIONS = 8, 30
READER = """
import sys, time, duckdb
from pathlib import Path
clean, stop = sys.argv[1], Path(sys.argv[2])
query = ("SELECT (SELECT [min(mark), max(mark), count(*)] FROM cities_zonage_2024), "
         "(SELECT [min(mark), max(mark), count(*)] FROM marts_production_housing)")
opened, seen = 0, set()
while not stop.exists():
    with duckdb.connect(clean, read_only=True) as connection:
        cities, housing = connection.execute(query).fetchone()
    assert cities == housing and cities[0] == cities[1] and cities[2] == 500, (cities, housing)
    opened += 1
    seen.add(cities[0])
    time.sleep(0.05)
print(opened, len(seen))
"""


def test_eight_readers_in_a_loop_during_thirty_publications_see_whole_releases(tmp_path: Path) -> None:
    settings = base(tmp_path)
    write_warehouse(settings, 0, rows=500)
    publish(settings, "run-0", keep=2)
    stop = tmp_path / "stop"
    command = [sys.executable, "-c", READER, str(settings.clean_file), str(stop)]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    readers = [subprocess.Popen(command, **pipes) for _ in range(READERS)]  # type: ignore[call-overload]
    try:
        for mark in range(1, PUBLICATIONS + 1):
            write_warehouse(settings, mark, rows=500)
            publish(settings, f"run-{mark}", keep=2)
    finally:
        stop.touch()
        told = [reader.communicate(timeout=60) for reader in readers]
    assert [reader.returncode for reader in readers] == [0] * READERS, [errors for _, errors in told]
    assert marks(settings) == {(PUBLICATIONS, PUBLICATIONS)}
    counts = [[int(number) for number in output.split()] for output, _ in told]
    assert sum(opened for opened, _ in counts) > PUBLICATIONS and max(seen for _, seen in counts) > 3, counts


@pytest.mark.parametrize("delay", [0.02, 0.3, 0.6])
def test_a_publication_that_is_killed_leaves_the_clean_file_whole_and_the_next_one_succeeds(
    tmp_path: Path, delay: float
) -> None:
    settings = base(tmp_path)
    write_warehouse(settings, 1, rows=1_200_000)
    publish(settings, "good")
    write_warehouse(settings, 2, rows=2_000_000)
    killed = _killed(settings, delay)
    assert killed or delay > 0.1
    assert marks(settings) in ({(1, 1)}, {(2, 2)})
    publish(settings, "bad")
    assert marks(settings) == {(2, 2)} and current_release(settings) == "bad"
    assert set(release_names(settings.clean_dir)) == {"good", "bad"}
    assert not list((settings.clean_dir / "releases").glob("*.next*"))


def _killed(settings: Settings, delay: float) -> bool:
    """Start `zlv publish` and end it with SIGKILL, `delay` seconds after its file appears; tell whether it
    still ran."""
    environ = child_environment(
        ZLV_HOME=str(settings.ZLV_HOME),
        ZLV_CATALOG_DIR=str(settings.ZLV_CATALOG_DIR),
        ZLV_RUN_ID="bad",
        ZLV_SIGNING_KEY=SIGNING_KEY,
    )
    command = [str(ZLV), "publish"]
    process = subprocess.Popen(command, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    pending = settings.clean_dir / "releases" / "bad.duckdb.next"
    while not pending.exists() and process.poll() is None:
        time.sleep(0.005)
    time.sleep(delay)
    process.send_signal(signal.SIGKILL)
    return process.wait(30) == -signal.SIGKILL
