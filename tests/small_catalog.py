"""A catalog of one source that is right, to be made wrong in one place."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from jobs.catalog import load_catalog
from jobs.catalog.load import check_catalog
from jobs.errors import SettingsError

ENTRY = """\
domain: external
defaults: {owner: team, producer: us, licence: ours}
layouts:
  wide: {code: {required: true}}
sources:
  towns:
    location: towns.csv
    columns:
      code: VARCHAR
"""
POLICY = "domain: external\ncolumns:\n  code: {class: none, treatment: keep}\n"
PUBLISH = "publish:\n  marts_a: {public_name: a}\n  marts_b: {public_name: b}\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "policy").mkdir()
    (tmp_path / "towns.yml").write_text(ENTRY)
    (tmp_path / "policy" / "towns.yml").write_text(POLICY)
    (tmp_path / "publication.yml").write_text(PUBLISH)
    check_catalog([tmp_path])
    return tmp_path


def refused(folder: Path, read: Callable[[list[Path]], object] = load_catalog) -> str:
    began = time.monotonic()
    with pytest.raises(SettingsError) as told:
        read([folder])
    assert time.monotonic() - began < 10
    return str(told.value)
