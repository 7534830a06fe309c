"""Under one key the same person and dwelling have the same pseudonym in every source, and no file holds the
clear value."""

from __future__ import annotations

import hashlib
import hmac
from pathlib import Path

import duckdb
import pytest
from planted import ADDRESS, EMAIL, KEY, LOVAC, NAME, home, raw_dir

from jobs.catalog import load_catalog
from jobs.privacy.treatments import install_pseudonyms
from jobs.settings import read_settings
from jobs.storage.session import attach_sources, connect

__all__ = ["raw_dir"]


def pseudonym(text: str) -> str:
    return hmac.new(KEY.encode(), text.encode(), hashlib.sha256).hexdigest()


@pytest.fixture
def sources(tmp_path: Path, raw_dir: Path) -> duckdb.DuckDBPyConnection:
    settings = home(tmp_path, raw_dir)
    connection = connect(settings, pseudonyms=True)
    attach_sources(connection, settings, load_catalog(settings.catalog_dirs))
    return connection


def test_a_name_is_normalised_before_it_is_pseudonymised(sources: duckdb.DuckDBPyConnection) -> None:
    names = sources.execute("SELECT full_name, email FROM production.owners ORDER BY id").fetchall()
    assert names == [
        (pseudonym("ELEONORE LEBOEUF"), pseudonym(EMAIL.upper())),
        (pseudonym("COMMUNE DE RUE"), None),
    ]


def test_an_identifier_is_pseudonymised_as_it_stands_so_that_sources_join(
    sources: duckdb.DuckDBPyConnection,
) -> None:
    written = sources.execute("SELECT ff_idlocal FROM lovac.lovac_2025").fetchall()
    assert written == [(pseudonym(str(LOVAC[0]["ff_idlocal"])),)]
    joined = (
        "SELECT count(*) FROM lovac.lovac_2025 l JOIN (SELECT pseudonymise('800688123456') AS local_id) h ON"
        " h.local_id = l.ff_idlocal"
    )
    assert sources.execute(joined).fetchone() == (1,)


def test_another_key_gives_other_pseudonyms() -> None:
    with duckdb.connect() as one, duckdb.connect() as other:
        install_pseudonyms(one, read_settings({"ZLV_PSEUDONYM_KEY": KEY}))
        install_pseudonyms(other, read_settings({"ZLV_PSEUDONYM_KEY": KEY + "!"}))
        query = "SELECT pseudonymise('x')"
        assert one.execute(query).fetchone() != other.execute(query).fetchone()


def test_no_raw_file_holds_a_clear_value(raw_dir: Path) -> None:
    files = [path for path in raw_dir.rglob("*") if path.is_file()]
    assert len(files) == 3
    for path in files:
        content = path.read_bytes()
        for clear in (
            NAME,
            "LEBOEUF",
            EMAIL,
            EMAIL.upper(),
            ADDRESS,
            "MARTIN PAUL",
            "06 12 34 56 78",
            KEY,
            "never read",
        ):
            assert clear.encode() not in content, f"{path.name} holds a clear value"
