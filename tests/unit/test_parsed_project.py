"""A first build takes the dbt project as it was read when the program was installed."""

from __future__ import annotations

from pathlib import Path

import pytest

from jobs.settings import Settings, read_settings
from jobs.transform.artefacts import artefacts_beside
from jobs.transform.parsed import FILE, say_place


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Give a home, and a project that was read when the program was installed."""
    monkeypatch.setattr("jobs.transform.parsed.project_dir", lambda name: tmp_path / "here" / name)
    parsed = tmp_path / "here" / "dbt" / "parsed"
    parsed.mkdir(parents=True)
    say_place(parsed)
    (parsed / FILE).write_bytes(b"as installed")
    return read_settings({"ZLV_HOME": str(tmp_path)})


def test_a_first_build_begins_with_the_project_as_read_and_the_next_with_what_that_one_left(
    settings: Settings,
) -> None:
    with artefacts_beside(settings) as scratch:
        assert (scratch / FILE).read_bytes() == b"as installed"
        (scratch / FILE).write_bytes(b"read again")
    with artefacts_beside(settings) as scratch:
        assert (scratch / FILE).read_bytes() == b"read again"


def test_what_another_checkout_read_is_not_taken(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """dbt looked for seeds in that checkout: « could not build », until somebody removed warehouse/dbt."""
    with artefacts_beside(settings):
        pass
    monkeypatch.setattr("jobs.transform.parsed.project_dir", lambda name: tmp_path / "elsewhere" / name)
    with artefacts_beside(settings) as scratch:
        assert not (scratch / FILE).exists()
