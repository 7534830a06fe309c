"""Find the folders that go with the program."""

from __future__ import annotations

from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]


def project_dir(name: str) -> Path:
    """Find a folder that goes with the program (catalog, dbt, k8s): in the package as installed, else beside
    it.

    Not the other way round: beside an installed package lies dbt's own, of the same name.
    """
    inside = Path(__file__).resolve().parents[1] / "project" / name
    return inside if inside.is_dir() else PROJECT / name
