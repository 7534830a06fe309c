"""Run the program as its users do: as processes, on a home of its own, against running components."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb

ZLV = Path(sys.executable).with_name("zlv")


@dataclass(frozen=True)
class Chain:
    """A home on which the daily pipeline has run, and the environment of its components."""

    home: Path
    environment: dict[str, str]

    def zlv(
        self, *arguments: str, code: int | None = 0, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        """Run `zlv` and expect an exit code (None: any)."""
        done = subprocess.run(
            [str(ZLV), *arguments],
            env={**self.environment, **environment},
            cwd=self.home,
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
        )
        assert code is None or done.returncode == code, (
            f"zlv {' '.join(arguments)}: {done.returncode}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
        )
        return done

    def start(self, *arguments: str, **environment: str) -> subprocess.Popen[str]:
        """Start `zlv` in a process group of its own, so that a test can kill it with its children."""
        return subprocess.Popen(
            [str(ZLV), *arguments],
            env={**self.environment, **environment},
            cwd=self.home,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def copy(self, home: Path) -> Chain:
        """Copy the home, so that a test may change what it likes."""
        shutil.copytree(self.home, home, symlinks=True, ignore=shutil.ignore_patterns("dev", "runs", "tmp"))
        return replace(self, home=home, environment={**self.environment, "ZLV_HOME": str(home)})

    @property
    def clean_file(self) -> Path:
        return self.home / "clean" / "zlv.duckdb"

    def clean_tables(self) -> dict[str, str]:
        """Give each clean table's fingerprint: rows in any order, all columns, exact values."""
        return fingerprints(self.clean_file)

    def certificate(self, file: Path) -> dict[str, Any]:
        with duckdb.connect(str(file), read_only=True) as connection:
            return {
                name: json.loads(value)
                for name, value in connection.execute("SELECT name, value FROM _zlv").fetchall()
            }


def fingerprints(file: Path, schema: str = "main") -> dict[str, str]:
    """Fingerprint every table of a DuckDB file but the birth certificate: row count and a sum of row
    hashes."""
    with duckdb.connect(str(file), read_only=True) as connection:
        query = (
            "SELECT table_name FROM duckdb_tables() WHERE table_name <> '_zlv' AND schema_name = ? ORDER BY 1"
        )
        tables = connection.execute(query, [schema]).fetchall()
        found = {}
        for (table,) in tables:
            row = connection.execute(
                f'SELECT count(*), sum(hash(t)::HUGEINT)::VARCHAR FROM "{schema}"."{table}" AS t'
            ).fetchone()
            found[table] = f"{row[0]}:{row[1]}" if row else ""
        return found


def base_environment(home: Path) -> dict[str, str]:
    """Give a child no more of this environment than it needs, and the home."""
    kept = {
        name: os.environ[name]
        for name in ("PATH", "HOME", "LANG", "TMPDIR", "SSL_CERT_FILE", "ZLV_DBT_PACKAGES")
        if name in os.environ
    }
    return {**kept, "ZLV_HOME": str(home), "DUCKDB_MEMORY_LIMIT": "1GB", "COLUMNS": "160"}


def read_environment(file: Path) -> dict[str, str]:
    """Read the `export NAME=value` lines that `zlv dev up` writes, as a shell does."""
    shown = subprocess.run(
        ["bash", "-c", 'set -a; . "$1"; env -0', "-", str(file)],
        env={},
        capture_output=True,
        text=True,
        check=True,
    )
    pairs = (line.split("=", 1) for line in shown.stdout.split("\0") if "=" in line)
    return {name: value for name, value in pairs if name not in ("PWD", "SHLVL", "_")}
