"""Read the lake that  wrote, as text."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from jobs.catalog import Catalog, load_catalog
from jobs.sample.generate import Manifest, generate
from jobs.settings import project_dir

Rows = list[dict[str, str]]


class Lake:
    """Read lake objects with Python alone, as the catalog says they are written."""

    def __init__(self, folder: Path, catalog: Catalog, manifest: Manifest) -> None:
        self.folder, self.catalog, self.manifest = folder, catalog, manifest
        self._read: dict[str, Rows] = {}

    def path(self, name: str) -> Path:
        return self.folder / "lake" / self.catalog.source(name).location.removeprefix("s3://{lake}/")

    def written(self, name: str) -> tuple[str, str]:
        """Tell encoding and delimiter of a file: by the catalog, else by the file."""
        form, content = self.catalog.source(name).format, self.path(name).read_bytes()
        try:
            content.decode()
            encoding = "utf-8-sig"
        except UnicodeDecodeError:
            encoding = "cp1252"
        first = self.catalog.source(name).columns[0].header_name
        header = content.split(b"\n", 1)[0].decode(encoding)
        found = next((sign for sign in ",;|" if header.split(sign)[0] == first), ",")
        return form.encoding if form.encoding == "latin-1" else encoding, form.delimiter or found

    def rows(self, name: str) -> Rows:
        """Give the records that have the header's number of fields."""
        if name not in self._read:
            encoding, delimiter = self.written(name)
            with self.path(name).open(encoding=encoding, newline="") as file:
                header, *records = csv.reader(file, delimiter=delimiter)
            self._read[name] = [
                dict(zip(header, record, strict=True)) for record in records if len(record) == len(header)
            ]
        return self._read[name]


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    folder = tmp_path_factory.mktemp("sample")
    catalog = load_catalog([project_dir("catalog")])
    return Lake(
        folder, catalog, generate(folder, 0.2, 7, catalog, only=("lovac", "ff", "locomvac", "external"))
    )


def lovac_years(lake: Lake) -> list[int]:
    return lake.catalog.millesimes("lovac")
