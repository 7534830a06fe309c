"""Files and folders of a base that were damaged, and what each reader of them says."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
from calls import Call


def _cut(file: Path, data: bytes) -> None:
    file.write_bytes(data[: len(data) // 2])


def _flip(file: Path, data: bytes) -> None:
    at = len(data) // 2
    file.write_bytes(data[:at] + bytes([data[at] ^ 255]) + data[at + 1 :])


def _other(file: Path, data: bytes) -> None:
    with duckdb.connect(str(file)) as connection:
        connection.execute("CREATE TABLE t (i INT)")


DAMAGES: dict[str, Callable[[Path, bytes], None]] = {
    "empty": lambda file, data: file.touch(),
    "text": lambda file, data: file.write_text("hello\n") and None,
    "cut": _cut,
    "flip": _flip,
    "folder": lambda file, data: file.mkdir(),
    "loop": lambda file, data: file.symlink_to(file.name),
    "other": _other,
}
BROKEN = r"(is empty|is no DuckDB file|was cut short|cannot be read|does not exist|is no file|damaged)"
WAREHOUSE = "warehouse/warehouse.duckdb"
RELEASE = "clean/releases/daily-first.duckdb"
MANIFEST = "clean/releases/daily-first.json"
RECORD = "runs/daily-first/run.json"
SQL = ("sql", "SELECT 1")
# file → command → damage → (code, what is said)
SPOILED: dict[str, dict[tuple[str, ...], dict[str, tuple[int, str]]]] = {
    WAREHOUSE: {
        ("publish",): {
            **dict.fromkeys(("empty", "text", "cut"), (65, f"{BROKEN}.*zlv build")),
            **dict.fromkeys(("flip", "other"), (66, "another warehouse file; run `zlv audit`")),
            "folder": (64, "run `zlv build` first"),
        },
        ("audit",): dict.fromkeys(("empty", "text", "cut"), (65, f"{BROKEN}.*zlv build")),
        SQL: dict.fromkeys(("empty", "text", "cut", "folder"), (65, f"{BROKEN}.*zlv build")),
        ("status",): dict.fromkeys(
            ("empty", "text", "cut", "flip", "folder"), (0, "clean file: daily-first")
        ),
    },
    "warehouse/audit.json": {
        ("publish",): dict.fromkeys(
            ("empty", "text", "cut", "flip", "folder", "loop"), (66, "run `zlv audit`")
        ),
        ("status",): dict.fromkeys(("empty", "text", "folder"), (0, "clean file: daily-first")),
    },
    RELEASE: {
        ("verify",): dict.fromkeys(("empty", "text", "cut", "flip", "other"), (65, "daily-first")),
        ("upload",): dict.fromkeys(("empty", "text", "cut", "flip", "other"), (65, "daily-first")),
        ("sql", "--clean", "SELECT 1"): dict.fromkeys(("empty", "text", "cut"), (65, BROKEN)),
        ("status",): dict.fromkeys(("empty", "text", "cut", "folder"), (0, "warehouse")),
    },
    MANIFEST: {
        ("verify",): dict.fromkeys(("empty", "text", "cut", "flip", "folder", "loop"), (65, "daily-first")),
        ("upload",): dict.fromkeys(("empty", "text", "cut", "flip", "folder"), (65, "daily-first")),
    },
    "raw/production.duckdb": {
        SQL: dict.fromkeys(("empty", "text", "cut"), (65, f"{BROKEN}.*zlv sync-production")),
        ("status",): dict.fromkeys(
            ("empty", "text", "cut", "flip", "folder"), (0, "clean file: daily-first")
        ),
    },
    "raw/lovac/lovac_2024.duckdb": {
        SQL: dict.fromkeys(("empty", "text", "cut"), (65, f"{BROKEN}.*zlv load-lake")),
        ("status",): dict.fromkeys(
            ("empty", "text", "cut", "flip", "folder"), (0, "clean file: daily-first")
        ),
    },
    RECORD: {
        ("runs",): dict.fromkeys(("empty", "text", "cut", "folder", "loop"), (0, "daily-first")),
        ("status",): dict.fromkeys(
            ("empty", "text", "cut", "folder", "loop"), (0, "clean file: daily-first")
        ),
        ("trace", "daily-first"): dict.fromkeys(("empty", "text", "cut"), (0, "prepare")),
    },
}


def _spoiler(path: str, damage: str) -> Callable[[Path], None]:
    def spoil(home: Path) -> None:
        file = home / path
        data = file.read_bytes()
        file.unlink()  # it is a link to a file that others read
        DAMAGES[damage](file, data)

    return spoil


def _in_the_way(folder: str) -> Callable[[Path], None]:
    def spoil(home: Path) -> None:
        shutil.rmtree(home / folder)
        (home / folder).write_text("a file\n")

    return spoil


def _gone(folder: str) -> Callable[[Path], None]:
    return lambda home: shutil.rmtree(home / folder)


def calls_of_files() -> Iterator[Call]:
    """Yield a call for each file, damage and reader, and for folders that are none or are gone."""
    for path, readers in SPOILED.items():
        for arguments, damages in readers.items():
            for damage, (code, says) in damages.items():
                name = f"{path} {damage}: {' '.join(arguments)}"
                yield Call(name, arguments, code, says, spoil=_spoiler(path, damage))
    for folder in ("raw", "warehouse", "clean", "runs"):
        said = f"{folder} cannot be made: a file is in the way of a folder"
        yield Call(f"{folder} is a file: prepare", ("prepare",), 64, said, {}, _in_the_way(folder))
    yield Call("no runs: runs", ("runs",), 0, "no run yet", spoil=_gone("runs"))
    yield Call("no clean: verify", ("verify",), 65, "no last release yet", spoil=_gone("clean"))
    yield Call("no clean: upload", ("upload",), 65, "run `zlv publish` first", spoil=_gone("clean"))
    yield Call("no warehouse: audit", ("audit",), 64, "run `zlv build` first", spoil=_gone("warehouse"))
    yield Call("no raw: status", ("status",), 0, "never loaded", spoil=_gone("raw"))
