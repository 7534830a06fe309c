"""Time each stage against the same SQL typed by hand, in pairs, in one run: ratio, seconds, peak memory.

Bounds: load-lake, sync-production, publish ≤ 1.10 × + 1 s; `zlv --help` ≤ 0.3 s; peak memory ≤ the DuckDB
limit + 300 MB.
`build`, asked for by name, takes the sample of scale 20 (2 M LOVAC lines; it takes 10 minutes to make and
stays): ≤ 3 ×, 1 GiB in all.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path

from chain import ZLV, base_environment, read_environment
from inputs import large_application, large_marts, large_object, rows_of_lovac, sample_object
from measure import Measured, measure, pairs

from jobs.catalog import load_catalog
from jobs.sample.servers.components import start
from jobs.sample.servers.local_postgres import Postgres
from jobs.settings import project_dir

LARGE = "lake/lovac/2025/raw.csv"
HERE = Path(__file__).resolve().parent
MEMORY_MB = 1000
HEADROOM_MB = 300
BUILD_SCALE = 20
BUILD_POD_MIB = 1024
# The large object holds more than the sample of which the catalog knows the lines.
ACCEPT = "--accept-rows large-on-purpose"
# As the image sets them.
ALLOCATOR = {"MALLOC_ARENA_MAX": "1", "MALLOC_MMAP_THRESHOLD_": "131072", "MALLOC_TRIM_THRESHOLD_": "131072"}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("stages", nargs="*", default=["help", "load-lake", "sync-production", "publish"])
    parser.add_argument("--home", type=Path, default=Path(".zlv/bench"))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--scale", type=float, default=1, help="scale of the sample under the large inputs")
    parser.add_argument("--share", type=float, default=1, help="share of the large inputs' size")
    arguments = parser.parse_args()
    home = arguments.home.resolve()
    home.mkdir(parents=True, exist_ok=True)
    if "build" in arguments.stages:
        return 0 if build(home / "build", arguments.rounds) else 1
    base = {**base_environment(home), "DUCKDB_MEMORY_LIMIT": f"{MEMORY_MB}MB", "DUCKDB_THREAD_NUMBER": "2"}
    components = start(home / "dev", scale=arguments.scale, seed=7, told=print)
    environment = {**base, **read_environment(components.env_file)}
    missed = 0
    try:
        for stage in arguments.stages:
            missed += not run(
                stage, home, environment, components.postgres, arguments.rounds, arguments.share
            )
    finally:
        components.stop()
    return 1 if missed else 0


def run(
    stage: str, home: Path, environment: dict[str, str], server: Postgres, rounds: int, share: float
) -> bool:
    """Measure one stage and print its line; tell whether it keeps its bounds."""
    if stage == "help":
        seconds = measure([str(ZLV), "--help"], environment, home).seconds
        seconds = min(seconds, measure([str(ZLV), "--help"], environment, home).seconds)
        print(f"zlv --help        {seconds:6.2f} s   bound 0.30 s", flush=True)
        return seconds <= 0.3
    ours, what = prepare(stage, home, environment, server, share)
    by_hand = [sys.executable, str(HERE / "by_hand.py"), stage]
    mine, theirs = pairs(ours, by_hand, environment, home, rounds)
    return told(stage, what, mine, theirs, 1.10 * theirs.seconds + 1, MEMORY_MB + HEADROOM_MB)


def build(home: Path, rounds: int) -> bool:
    """Measure the build of a large sample in the bounds of a pod of 1 GiB."""
    home.mkdir(parents=True, exist_ok=True)
    settings = home / "dev" / "env"
    bounds = {"ZLV_POD_MEMORY_LIMIT": str(BUILD_POD_MIB), "ZLV_POD_CPU_LIMIT": "2", **ALLOCATOR}
    own = {name: value for name, value in base_environment(home).items() if name != "DUCKDB_MEMORY_LIMIT"}
    if not (home / "raw" / "lovac").exists():
        components = start(home / "dev", scale=BUILD_SCALE, seed=7, told=print)
        try:
            for step in ("prepare", "sync-production", "load-lake"):
                measure([str(ZLV), step], {**own, **read_environment(settings)}, home)
        finally:
            components.stop()
    environment = {**own, **read_environment(settings), **bounds}
    measure([str(ZLV), "build"], environment, home)
    by_hand = [sys.executable, str(HERE / "build_by_hand.py")]
    mine, theirs = pairs([str(ZLV), "build", "--full"], by_hand, environment, home, rounds)
    return told("build", rows_of_lovac(home), mine, theirs, 3 * theirs.seconds, BUILD_POD_MIB)


def told(stage: str, what: str, mine: Measured, theirs: Measured, bound: float, memory: int) -> bool:
    kept = mine.seconds <= bound and mine.megabytes <= memory
    print(
        f"{stage:<17} {mine.seconds:6.2f} s   by hand {theirs.seconds:6.2f} s   ratio"
        f" {mine.seconds / theirs.seconds:4.2f}   bound {bound:6.2f} s   peak {mine.megabytes:5.0f} MB of"
        f" {memory} MB (by hand {theirs.megabytes:.0f})   {what}   {'kept' if kept else 'MISSED'}",
        flush=True,
    )
    return kept


def prepare(
    stage: str, home: Path, environment: dict[str, str], server: Postgres, share: float
) -> tuple[list[str], str]:
    """Make the stage's input; give its command and the size of what it reads."""
    zlv = str(ZLV)
    if stage == "load-lake":
        size = large_object(environment, LARGE, home, share)
        # The object is unchanged between rounds: its raw file is taken away, so that it is read each time.
        command = f'rm -f raw/lovac/lovac_2025.duckdb; exec "{zlv}" load-lake --only lovac_2025 {ACCEPT}'
        return ["sh", "-c", command], f"{size / 1e6:.0f} MB of CSV"
    if stage == "sync-production":
        rows = large_application(server, share)
        return [zlv, "sync-production"], f"{rows:,} rows and more"
    if not (home / "warehouse" / "warehouse.duckdb").exists():
        # Lines that are repeated are no sample of anything: the marts' tests refuse them.
        sample_object(environment, LARGE, home)
        shutil.rmtree(home / "raw" / "lovac", ignore_errors=True)
        for step in ("prepare", "sync-production", f"load-lake {ACCEPT}", "build"):
            measure(["sh", "-c", f'exec "{zlv}" {step}'], environment, home)
    catalog = load_catalog([project_dir("catalog")])
    rows = large_marts(home / "warehouse" / "warehouse.duckdb", [p.mart for p in catalog.publications], share)
    measure([zlv, "audit"], environment, home)
    # A release without its manifest counts as none: each round writes another.
    return ["sh", "-c", f'rm -f clean/releases/*.json; exec "{zlv}" publish'], f"{rows:,} rows"


if __name__ == "__main__":
    sys.exit(main())
