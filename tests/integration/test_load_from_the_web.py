"""What lies at a web address is loaded as it was declared: no larger, no other, and from somebody who vouches
for it."""

from __future__ import annotations

import gzip
import hashlib
from pathlib import Path
from typing import Any

import pytest
from components import catalog_of, rows, step
from web import Cut, Quiet, Untold, web

from jobs.errors import DataRefused, SettingsError, Temporary
from jobs.sources.lake.loading import load_lake
from jobs.sources.lake.planning import choose
from jobs.storage.retry import Backoff

QUICK = Backoff(attempts=2, initial=0.01, maximum=0.02, jitter=0.01)
POLICY = (
    "domain: external\ncolumns:\n  code: {class: none, treatment: keep}\n  zone: {class: none, treatment:"
    " keep}\n"
)
BODY = "code,zone\n" + "".join(f"{number:05d},B2\n" for number in range(1000))
SHA = hashlib.sha256(BODY.encode()).hexdigest()


def declared(
    folder: Path,
    location: str,
    extra: str = "",
    defaults: str = "{owner: team, producer: INSEE, licence: LO}",
) -> Any:
    columns = "    columns: {code: {type: VARCHAR, required: true}, zone: VARCHAR}\n"
    text = (
        f"domain: external\ndefaults: {defaults}\nsources:\n  zones:\n    location:"
        f" {location}\n{extra}{columns}"
    )
    return catalog_of(folder / "catalog", external=text, policy_external=POLICY)


def load(folder: Path, catalog: Any) -> Any:
    with step("load-lake", folder / "home") as (settings, run):
        load_lake(settings, choose(catalog), run, 1, QUICK)
        return run.record


def loaded(folder: Path) -> int:
    return int(
        rows(folder / "home" / "raw" / "external" / "zones.duckdb", "SELECT count(*) FROM zones")[0][0]
    )


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "zones.csv").write_text(BODY, encoding="utf-8")
    return tmp_path / "files"


@pytest.mark.parametrize("handler", [Quiet, Untold])
def test_a_file_with_the_declared_checksum_is_loaded_and_left_nowhere_else(
    tmp_path: Path, files: Path, handler: type[Quiet]
) -> None:
    with web(files, handler) as address:
        catalog = declared(tmp_path, f"{address}/zones.csv", f"    sha256: {SHA}\n")
        assert load(tmp_path, catalog).rows == 1000 == loaded(tmp_path)
        assert load(tmp_path, catalog).facts["unchanged"] == 1
    assert not list((tmp_path / "home").rglob("*.csv"))


def test_another_file_than_the_declared_one_is_refused_and_the_last_good_one_stands(
    tmp_path: Path, files: Path
) -> None:
    with web(files) as address:
        load(tmp_path, declared(tmp_path, f"{address}/zones.csv"))
        (files / "zones.csv").write_text(BODY + "99999,A\n", encoding="utf-8")
        with pytest.raises(
            DataRefused, match=rf"has the checksum [0-9a-f]{{64}}, and the catalog says {SHA}"
        ):
            load(tmp_path, declared(tmp_path, f"{address}/zones.csv?key=canary", f"    sha256: {SHA}\n"))
    assert loaded(tmp_path) == 1000


@pytest.mark.parametrize("handler", [Quiet, Untold])
def test_a_file_that_is_larger_than_allowed_is_refused(
    tmp_path: Path, files: Path, handler: type[Quiet]
) -> None:
    with (
        web(files, handler) as address,
        pytest.raises(DataRefused, match="is larger than the 5000 bytes of max_bytes"),
    ):
        load(tmp_path, declared(tmp_path, f"{address}/zones.csv", "    max_bytes: 5000\n"))


def test_a_file_that_ends_early_is_tried_again_and_then_temporary(tmp_path: Path, files: Path) -> None:
    with web(files, Cut) as address, pytest.raises(Temporary, match=r"ended after \d+ of \d+ bytes"):
        load(tmp_path, declared(tmp_path, f"{address}/zones.csv"))


@pytest.mark.parametrize(
    ("location", "extra", "said"),
    [
        ("http://data.example.org/zones.csv", "", "needs the file's sha256, or https://"),
        ("s3://{lake}/zones.csv", f"    sha256: {SHA}\n", "sha256 is for a location of http:// or https://"),
        ("https://data.example.org/zones.csv", "    sha256: abc\n", "sha256"),
    ],
)
def test_an_address_that_nobody_vouches_for_is_a_fault_of_the_catalog(
    tmp_path: Path, location: str, extra: str, said: str
) -> None:
    with pytest.raises(SettingsError, match=said):
        declared(tmp_path, location, extra)
    declared(tmp_path, "https://data.example.org/zones.csv")
    declared(tmp_path, "http://data.example.org/zones.csv", f"    sha256: {SHA}\n")


@pytest.mark.parametrize("defaults", ["{owner: team, producer: INSEE}", "{owner: team, licence: LO}"])
def test_open_data_without_producer_or_licence_are_a_fault_of_the_catalog(
    tmp_path: Path, defaults: str
) -> None:
    with pytest.raises(SettingsError, match="names its producer and its licence"):
        declared(tmp_path, "s3://{lake}/zones.csv", defaults=defaults)


def test_what_a_web_address_unpacks_to_is_bounded_too(tmp_path: Path, files: Path) -> None:
    """N11: a small body may hold a large file."""
    (files / "zones.csv").write_bytes(gzip.compress(BODY.encode() * 100))
    with web(files) as address, pytest.raises(DataRefused, match="unpacks to more than the 50000 bytes"):
        load(tmp_path, declared(tmp_path, f"{address}/zones.csv", "    max_bytes: 50000\n"))
