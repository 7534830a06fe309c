"""A damaged file is refused in one sentence with 65 before work begins on it, with how to bring it back."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from chain import ZLV, base_environment

from jobs.errors import DataRefused
from jobs.settings import read_settings
from jobs.storage.damage import check_whole
from jobs.storage.session import attach, connect

DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda data: b"",
    "text": lambda data: b"hello",
    "a long text": lambda data: b"hello world " * 10_000,
    "half": lambda data: data[: len(data) // 2],
    "one block short": lambda data: data[:-262_144],
    "a byte short": lambda data: data[:-1],
    "cut in its header": lambda data: data[:5000],
    "another magic word": lambda data: data[:8] + b"XXXX" + data[12:],
    "another version": lambda data: data[:12] + b"\x63" + data[13:],
    "a flipped bit in its header": lambda data: data[:4116] + bytes([data[4116] ^ 1]) + data[4117:],
}
damages = pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)


def make(path: Path) -> bytes:
    path.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            "CREATE TABLE days AS SELECT range x, repeat('x', 50) || range s FROM range(50000)"
        )
    return path.read_bytes()


def zlv(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(ZLV), *arguments],
        env={**base_environment(home), "ZLV_PSEUDONYM_KEY": "k" * 40, "ZLV_SIGNING_KEY": "s" * 40},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@damages
def test_opening_a_damaged_file_names_it_and_its_cure(
    tmp_path: Path, damage: Callable[[bytes], bytes]
) -> None:
    """N4"""
    path = tmp_path / "raw" / "lovac" / "lovac_2025.duckdb"
    path.write_bytes(damage(make(path)))
    with (
        connect(read_settings({"ZLV_HOME": str(tmp_path)})) as connection,
        pytest.raises(DataRefused, match=r"lovac_2025.duckdb .*: make it again with: zlv load-lake --only"),
    ):
        attach(connection, path, "raw")


def test_a_whole_file_is_opened(tmp_path: Path) -> None:
    path = tmp_path / "warehouse.duckdb"
    data = make(path)
    check_whole(path)
    # DuckDB may leave out free blocks at the end that its header counts.
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE more AS SELECT range x, md5(range::VARCHAR) s FROM range(100000)")
        connection.execute("CHECKPOINT")
        connection.execute("DROP TABLE more")
        connection.execute("CHECKPOINT")
    check_whole(path)
    assert path.stat().st_size >= len(data)


COMMANDS = {
    "audit": ("warehouse/warehouse.duckdb", "zlv build"),
    "publish": ("warehouse/warehouse.duckdb", "zlv build"),
    "sql": ("warehouse/warehouse.duckdb", "zlv build"),
    "build": ("warehouse/history.duckdb", "zlv import"),
    "build --only stg_lovac": ("raw/production.duckdb", "zlv sync-production"),
}


@pytest.mark.parametrize(("command", "file", "cure"), [(c, *told) for c, told in COMMANDS.items()])
@pytest.mark.parametrize("damage", [DAMAGES["half"], DAMAGES["text"]], ids=["half", "text"])
def test_a_stage_refuses_a_damaged_file_before_it_begins(
    tmp_path: Path, command: str, file: str, cure: str, damage: Callable[[bytes], bytes]
) -> None:
    """N4"""
    path = tmp_path / file
    path.write_bytes(damage(make(path)))
    words = command.split() + (["SELECT 1"] if command == "sql" else [])
    done = zlv(tmp_path, *words)
    (sentence,) = [line for line in done.stderr.splitlines() if line.startswith("zlv: ")]
    assert done.returncode == 65, done.stderr
    assert str(path) in sentence and cure in sentence


def test_a_block_that_is_damaged_inside_is_told_as_data(tmp_path: Path) -> None:
    """N4: its header is whole, so that only reading finds it"""
    path = tmp_path / "warehouse" / "warehouse.duckdb"
    data = bytearray(make(path))
    data[12_288 + 1000] ^= 1
    path.write_bytes(data)
    done = zlv(tmp_path, "sql", "SELECT sum(length(s)), sum(x) FROM warehouse.main.days")
    assert (done.returncode, done.stderr.count("is damaged")) == (65, 1), done.stderr
