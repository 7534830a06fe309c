"""Run every check side by side and say in one line each what passed; the whole output of what did not."""

from __future__ import annotations

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = ROOT / ".venv" / "bin"


def tracked(*patterns: str) -> list[str]:
    """List the files that git keeps, or would keep, of a kind."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *patterns]
    names = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\n")
    return [name for name in names if name and (ROOT / name).is_file()]


def checks() -> dict[str, list[str]]:
    """Name each check and its command. The slowest come first, so that two cores stay busy."""
    yaml = [
        name
        for name in tracked("*.yml", "*.yaml")
        if not name.endswith("_sources.yml") and "/templates/" not in name
    ]
    shell = [*tracked("*.sh"), ".ci/run"]
    workflows = tracked(".github/workflows/*.yml")
    return {
        "types (mypy)": ["mypy"],
        "SQL (sqlfluff)": ["sqlfluff", "lint", "--processes", "2", "dbt/models"],
        "code (ruff)": ["ruff", "check", "."],
        "format (ruff)": ["ruff", "format", "--check", "."],
        "YAML (yamllint)": ["yamllint", "--strict", *yaml],
        "shell (shellcheck)": ["shellcheck", *shell],
        "workflows (schema)": ["check-jsonschema", "--builtin-schema", "vendor.github-workflows", *workflows],
        "catalog": ["zlv", "catalog", "check"],
        "generated files": ["zlv", "catalog", "generate", "--check"],
        "chart files": ["python", "tests/chart_files.py", "--check"],
        "commands page": ["python", "tests/commands_page.py", "--check"],
        "failure modes": ["python", "tests/failure_modes_page.py", "--check"],
        "architecture": ["pytest", "-q", "-p", "no:cacheprovider", "tests/unit/test_architecture.py"],
    }


def run(name: str, command: list[str]) -> tuple[str, float, subprocess.CompletedProcess[str]]:
    started = time.monotonic()
    done = subprocess.run(
        [str(BIN / command[0]), *command[1:]], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return name, time.monotonic() - started, done


def main() -> int:
    failed = 0
    with ThreadPoolExecutor(max_workers=2) as pool:
        for name, seconds, done in pool.map(lambda item: run(*item), checks().items()):
            print(f"{'ok    ' if done.returncode == 0 else 'FAILED'} {name:<22} {seconds:5.1f} s", flush=True)
            if done.returncode:
                failed += 1
                print(done.stdout + done.stderr, flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
