"""A compressed object is read whatever its name, or refused when it was cut or holds several files."""

from __future__ import annotations

import gzip
import io
import zipfile
from pathlib import Path

import pytest
import zstandard
from towns import declare, lines, load, loaded, put

from jobs.errors import DataRefused


def _zip(*names: str) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for name in names:
            archive.writestr(name, lines(50))
    return held.getvalue()


TEXT = lines(50).encode()
PACKED = {
    "gzip": gzip.compress(TEXT),
    "two gzip streams": gzip.compress(lines(30).encode())
    + gzip.compress(lines(50)[len(lines(30)) :].encode()),
    "zstd": zstandard.compress(TEXT),
    "zip": _zip("raw.csv"),
}


@pytest.mark.parametrize("kind", PACKED)
@pytest.mark.parametrize("name", ["raw.csv.gz", "raw.csv"])
def test_a_compressed_object_is_read_whatever_its_name(tmp_path: Path, kind: str, name: str) -> None:
    """N11: known by its first bytes."""
    load(tmp_path, declare(tmp_path, put(tmp_path, PACKED[kind], name)))
    assert loaded(tmp_path, "SELECT count(*), min(label) FROM towns") == [(50, "Ville é")]


@pytest.mark.parametrize("kind", [kind for kind in PACKED if kind != "zip"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
def test_a_compressed_object_that_was_cut_before_it_was_put_there_is_refused(
    tmp_path: Path, kind: str, share: float
) -> None:
    """N11: its bytes all came, and are not all."""
    body = PACKED[kind][: int(len(PACKED[kind]) * share)]
    with pytest.raises(DataRefused, match="damaged, or was cut"):
        load(tmp_path, declare(tmp_path, put(tmp_path, body)))


def test_an_archive_of_several_files_is_refused(tmp_path: Path) -> None:
    """N11: which one is meant, nobody said."""
    with pytest.raises(DataRefused, match="holds 2 files"):
        load(tmp_path, declare(tmp_path, put(tmp_path, _zip("a.csv", "b.csv"))))
