"""A fault in the project's catalog is told with file, line and field, all of them at once."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from jobs.catalog import load_catalog
from jobs.errors import SettingsError
from jobs.settings import project_dir


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(project_dir("catalog"), tmp_path / "catalog"))


def test_a_column_without_a_policy_line_is_direct_and_dropped(folder: Path) -> None:
    text = (folder / "lovac.yml").read_text()
    (folder / "lovac.yml").write_text(text.replace("  old:\n", "  old:\n    nouvelle_colonne: VARCHAR\n", 1))
    column = next(
        c for c in load_catalog([folder]).source("lovac_2019").columns if c.name == "nouvelle_colonne"
    )
    assert (column.policy.privacy, column.policy.treatment, column.is_read) == ("direct", "drop", False)


FAULTS = [
    (
        "lovac.yml",
        "  lovac_2025:\n",
        "  lovac_2025:\n    colour: red\n",
        "sources.lovac_2025.colour: unknown field",
    ),
    (
        "lovac.yml",
        "    millesime: 2025\n",
        "    millesime: soon\n",
        "sources.lovac_2025.millesime: Input should be a valid integer",
    ),
    (
        "lovac.yml",
        "    layout: old\n",
        "    layout: older\n",
        "layout 'older' is not declared in domain 'lovac'",
    ),
    (
        "lovac.yml",
        "ff_idsec: {type: VARCHAR",
        "ff_idsec: {type: TEXT8",
        "layouts.old.ff_idsec.type: unknown type 'TEXT8'",
    ),
    (
        "production.yml",
        "    location: postgres:buildings\n",
        "",
        "sources.buildings.location: Field required",
    ),
    (
        "policy/lovac.yml",
        "  proprietaire: {class: direct, treatment: pseudonymise",
        "  proprietaire: {class: direct, treatment: keep",
        "cannot be kept",
    ),
    (
        "policy/lovac.yml",
        "  annee: {class: none",
        "  annee: {class: nothing",
        "columns.annee.class: Input should be",
    ),
    (
        "lovac.yml",
        "rejects_threshold: 0.01",
        "rejects_threshold: 7",
        "rejects_threshold: Input should be less than or equal to 1",
    ),
]


@pytest.mark.parametrize(("file", "before", "after", "told"), FAULTS, ids=[fault[3][:40] for fault in FAULTS])
def test_a_fault_is_told_with_file_line_and_field(
    folder: Path, file: str, before: str, after: str, told: str
) -> None:
    path = folder / file
    text = path.read_text()
    assert before in text
    path.write_text(text.replace(before, after, 1))
    with pytest.raises(SettingsError) as refused:
        load_catalog([folder])
    message = str(refused.value)
    assert told in message
    line = next(line.strip() for line in message.splitlines() if told in line)
    assert line.split(":")[0] == path.name and line.split(":")[1].isdigit()


def test_all_faults_are_told_at_once(folder: Path) -> None:
    for file, before, after, _ in FAULTS[:2]:
        path = folder / file
        path.write_text(path.read_text().replace(before, after, 1))
    with pytest.raises(SettingsError) as refused:
        load_catalog([folder])
    assert len(str(refused.value).splitlines()) == 3


@pytest.mark.parametrize(
    ("text", "told"),
    [("a: [1", "not valid YAML"), ("sources: {a: 1, a: 2}", "written twice"), ("- 1", "is a mapping")],
)
def test_a_broken_file_is_told_with_its_line(folder: Path, text: str, told: str) -> None:
    (folder / "lovac.yml").write_text(text)
    with pytest.raises(SettingsError, match=told):
        load_catalog([folder])


def test_a_column_has_values_or_bounds(folder: Path) -> None:
    text = (folder / "production.yml").read_text()
    both = text.replace("values: [0, 1, 2],", "values: [0, 1, 2], minimum: 0,", 1)
    (folder / "production.yml").write_text(both)
    with pytest.raises(SettingsError, match="values, or a minimum and a maximum, not both"):
        load_catalog([folder])
