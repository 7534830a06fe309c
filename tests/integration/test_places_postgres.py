"""PostgreSQL over TLS that an authority of one's own signed: the same setting as for every other client."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from authority import Authority, authority
from reader_postgres import Postgres, postgres
from tls_postgres import over_tls

from jobs.errors import SettingsError
from jobs.settings import read_settings
from jobs.sources.production.postgres import attach_postgres, end
from jobs.storage.session import connect


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return authority(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="module")
def server(own: Authority) -> Iterator[Postgres]:
    with postgres() as plain, over_tls(plain, own) as found:
        yield found


def attach(folder: Path, server: Postgres, **extra: str) -> None:
    with server.database("tls", "CREATE TABLE owners (id integer)") as database:
        settings = read_settings({"ZLV_HOME": str(folder), **server.environment(database), **extra})
        connection = connect(settings, "postgres_scanner")
        try:
            attach_postgres(connection, settings)
        finally:
            end(connection)


@pytest.mark.parametrize("mode", ["verify-ca", "verify-full"])
def test_the_authority_is_trusted_where_it_is_set(
    tmp_path: Path, server: Postgres, own: Authority, mode: str
) -> None:
    """D6: a path with a quote and a blank in it is a path."""
    home = tmp_path / "it's a home"
    attach(home, server, POSTGRES_PRODUCTION_SSLMODE=mode, ZLV_CA_FILE=str(own.ca))


@pytest.mark.parametrize("mode", ["verify-ca", "verify-full"])
def test_without_it_the_sentence_names_the_setting(tmp_path: Path, server: Postgres, mode: str) -> None:
    """D6"""
    with pytest.raises(SettingsError, match="ZLV_CA_FILE"):
        attach(tmp_path, server, POSTGRES_PRODUCTION_SSLMODE=mode)


def test_a_mode_that_looks_at_no_certificate_needs_none(
    tmp_path: Path, server: Postgres, own: Authority
) -> None:
    """D6: an authority for S3 does not close PostgreSQL."""
    other = authority(tmp_path / "other")
    attach(tmp_path, server, POSTGRES_PRODUCTION_SSLMODE="require", ZLV_CA_FILE=str(other.ca))
