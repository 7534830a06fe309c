"""What must pass before a change lands runs side by side: both ends count, and nothing outlives it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from jobs.telemetry.holder import born

RUN = Path(__file__).resolve().parents[2] / ".ci" / "run"
# Each ends with the code that a file of its name holds, and waits while a file says so.
MAKE = """#!/bin/sh
echo "begins $1"
while [ -e "$PLACE/$1.waits" ]; do echo $$ > "$PLACE/$1.pid"; sleep 0.1; done
exit "$(cat "$PLACE/$1.code" 2>/dev/null || echo 0)"
"""
CLUSTER = '#!/bin/sh\necho "cluster $*" >> "$PLACE/told"\n'


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Give a project whose make and cluster are stand-ins."""
    programs = {
        "project/.venv/bin/pytest": '#!/bin/sh\necho "second look"\nexit "$(cat "$PLACE/again.code")"\n',
        "shared/cluster/cluster": CLUSTER,
        "bin/make": MAKE,
        "bin/id": "#!/bin/sh\necho 0\n",
        "bin/go": "#!/bin/sh\n",
    }
    for name, text in programs.items():
        program = tmp_path / name
        program.parent.mkdir(parents=True, exist_ok=True)
        program.write_text(text, encoding="utf-8")
        program.chmod(0o755)
    (tmp_path / "project" / ".ci").mkdir()
    shutil.copy(RUN, tmp_path / "project" / ".ci" / "run")
    return tmp_path


def start(place: Path) -> subprocess.Popen[str]:
    environment = {**os.environ, "PATH": f"{place / 'bin'}:{os.environ['PATH']}", "PLACE": str(place)}
    return subprocess.Popen(
        [str(place / "project" / ".ci" / "run")],
        env={**environment, "TMPDIR": str(place)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def until_there(path: Path) -> int:
    until = time.monotonic() + 20
    while not path.is_file() or not path.read_text(encoding="utf-8"):
        assert time.monotonic() < until, f"{path.name} does not come"
        time.sleep(0.05)
    return int(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("codes", "passes"),
    [
        ({}, True),
        ({"test": 2}, False),
        ({"image": 2}, False),
        ({"test-chart": 2}, False),
        ({"test-cluster": 2, "again": 0}, True),
        ({"test-cluster": 2, "again": 1}, False),
        ({"actionlint": 2}, False),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else "",
)
def test_both_ends_count_and_the_cluster_s_output_follows_the_suite_s(
    place: Path, codes: dict[str, int], passes: bool
) -> None:
    for name, code in codes.items():
        (place / f"{name}.code").write_text(str(code), encoding="utf-8")
    output, _ = (process := start(place)).communicate(timeout=60)
    assert (process.returncode == 0) is passes, output
    told = [line for line in output.splitlines() if line.startswith(("begins", "second"))]
    beside = ["image"] if "image" in codes else ["image", "test-chart", "test-cluster"]
    again = ["second look"] if "again" in codes else []
    assert told == [f"begins {name}" for name in ("check", "test", "actionlint", *beside)] + again
    assert (place / "told").read_text(encoding="utf-8").splitlines()[-1] == "cluster down"


def test_a_signal_ends_what_runs_beside_the_suite_too(place: Path) -> None:
    for name in ("test", "test-cluster"):
        (place / f"{name}.waits").touch()
    process = start(place)
    working = [until_there(place / f"{name}.pid") for name in ("test", "test-cluster")]
    process.send_signal(signal.SIGTERM)
    process.wait(timeout=20)
    assert process.returncode == -signal.SIGTERM
    until = time.monotonic() + 20
    # One that nobody reaps has ended all the same.
    while left := [each for each in working if born(each)]:
        assert time.monotonic() < until, left
        time.sleep(0.05)
    assert (place / "told").read_text(encoding="utf-8").splitlines()[-1] == "cluster down"
    assert not list(place.glob("tmp.*")), "its log and its cache go with it"
