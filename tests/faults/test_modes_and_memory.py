"""Files hold persons: nobody but their owner reads them, whatever the umask; keys stay in memory (S4, S6)."""

from __future__ import annotations

import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

from chain import ZLV, Chain, base_environment


def modes(folder: Path) -> dict[str, int]:
    paths = [path for path in folder.rglob("*") if not path.is_symlink()]
    return {str(path.relative_to(folder)): stat.S_IMODE(path.stat().st_mode) for path in paths}


def test_personal_files_are_their_owners_alone_even_under_umask_0(
    own_home: object, components: Chain
) -> None:
    """S4: raw files were 0644, and 0666 under umask 000; only the clean volume is for a group."""
    home = own_home("open")  # type: ignore[operator]
    command = f'umask 000; exec "{ZLV}" "$@"'
    for stage in (["load-lake", "--only", "cog_communes_2024"], ["sync-production"]):
        done = subprocess.run(
            ["bash", "-c", command, "-", *stage],
            env=home.environment,
            cwd=home.home,
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
    found = {name: mode for name, mode in modes(home.home).items() if not name.startswith("dev")}
    assert any(name.endswith("production.duckdb") for name in found)
    assert {name: oct(mode) for name, mode in found.items() if mode & 0o077} == {}


def test_a_published_release_is_read_by_its_group_and_written_by_nobody(chain: Chain) -> None:
    """S4: Metabase is another user of the volume's group."""
    assert stat.S_IMODE(chain.clean_file.stat().st_mode) == 0o440
    assert stat.S_IMODE(chain.clean_file.parent.stat().st_mode) & 0o077 == 0o050
    assert stat.S_IMODE((chain.clean_file.parent / "releases").stat().st_mode) & 0o077 == 0o050


def test_a_process_that_crashes_leaves_no_core_and_shows_no_memory(tmp_path: Path) -> None:
    """S6: a core dump holds keys and clear names."""
    program = (
        "import os, resource, time; from jobs.process import keep_memory_private; keep_memory_private();"
        "print(resource.getrlimit(resource.RLIMIT_CORE), flush=True); time.sleep(60)"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        text=True,
        env=base_environment(tmp_path),
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == "(0, 0)"
        owner = Path(f"/proc/{process.pid}/environ").stat().st_uid
        # The kernel gives the files of a process that is not dumpable to root.
        assert owner == 0
        process.send_signal(signal.SIGSEGV)
        process.wait(20)
        time.sleep(0.1)
        assert [path.name for path in tmp_path.iterdir() if "core" in path.name] == []
    finally:
        process.kill()


def test_a_link_in_place_of_the_lock_empties_nothing(own_chain: Chain, tmp_path: Path) -> None:
    """S8: whoever may write the clean volume could empty any file of the stage's user."""
    target = tmp_path / "precious"
    target.write_text("kept", encoding="utf-8")
    lock = own_chain.home / "clean" / ".publish.lock"
    lock.unlink(missing_ok=True)
    lock.symlink_to(target)
    done = own_chain.zlv("publish", "--rollback", code=None)
    assert done.returncode in (64, 65), done.stderr
    assert target.read_text(encoding="utf-8") == "kept"
    assert lock.readlink() == target
