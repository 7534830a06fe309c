"""The sample is the same bytes for the same seed and scale, whatever the machine does meanwhile."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from jobs.catalog import Catalog, load_catalog
from jobs.sample.generate import generate
from jobs.settings import project_dir, read_settings
from jobs.stages.sample import sample

SCALE = 0.02


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog([project_dir("catalog")])


def test_same_seed_gives_same_bytes_with_one_thread_or_three(tmp_path: Path, catalog: Catalog) -> None:
    one = generate(
        tmp_path / "one",
        SCALE,
        7,
        catalog,
        settings=read_settings({"DUCKDB_THREAD_NUMBER": "1", "DUCKDB_MEMORY_LIMIT": "300MB"}),
    )
    three = generate(
        tmp_path / "three", SCALE, 7, catalog, settings=read_settings({"DUCKDB_THREAD_NUMBER": "3"})
    )
    assert one.checksums == three.checksums
    assert (tmp_path / "one" / "manifest.json").read_bytes() == (
        tmp_path / "three" / "manifest.json"
    ).read_bytes()

    listed = json.loads((tmp_path / "one" / "manifest.json").read_text())["files"]
    found = {
        path.relative_to(tmp_path / "one").as_posix()
        for path in (tmp_path / "one").rglob("*")
        if path.is_file()
    }
    assert found == set(listed) | {"manifest.json"}
    for path, described in listed.items():
        assert hashlib.sha256((tmp_path / "one" / path).read_bytes()).hexdigest() == described["sha256"], path


def test_the_bytes_are_those_of_every_machine(tmp_path: Path, catalog: Catalog) -> None:
    """Pinned: a change of the generator or of DuckDB that moves a byte shows here, and is then meant."""
    checksums = generate(tmp_path, SCALE, 7, catalog, only=("locomvac", "production")).checksums
    assert (
        hashlib.sha256("".join(checksums[path] for path in sorted(checksums)).encode()).hexdigest()[:16]
        == "06e40d7dd518f33d"
    )


def test_another_seed_gives_another_world_under_the_same_names(tmp_path: Path, catalog: Catalog) -> None:
    seven = generate(tmp_path / "7", SCALE, 7, catalog, only=("lovac",))
    eight = generate(tmp_path / "8", SCALE, 8, catalog, only=("lovac",))
    assert seven.checksums.keys() == eight.checksums.keys()
    assert all(seven.checksums[path] != eight.checksums[path] for path in seven.checksums)


def test_the_command_writes_the_folder_and_says_what(tmp_path: Path) -> None:
    done = CliRunner().invoke(sample, ["--scale", "0.01", "--seed", "3", "--out", str(tmp_path)])
    assert done.exit_code == 0, done.output
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    assert (manifest["scale"], manifest["seed"]) == (
        0.01,
        3,
    ) and f"{len(manifest['files'])} files" in done.output
    assert (tmp_path / "lake" / "lake" / "lovac" / "2026" / "raw.csv").exists() and (
        tmp_path / "postgres" / "events.csv"
    ).exists()
