"""Settings: everything wrong is said at once, with its cure; what is blank is not set."""

from __future__ import annotations

from pathlib import Path

import pytest

from jobs.errors import SettingsError
from jobs.settings import Settings, read_settings
from jobs.storage.session import connect


def test_all_faults_are_told_at_once_each_with_its_cure() -> None:
    environ = {"POSTGRES_PRODUCTION_PORT": "no", "DUCKDB_MEMORY_LIMIT": "much", "ZLV_PSEUDONYM_KEY": "short"}
    with pytest.raises(SettingsError) as refused:
        read_settings(environ)
    text = str(refused.value)
    for name in environ:
        assert name in text
    assert "openssl rand -hex 32" in text
    assert "short;" not in text


def test_missing_settings_are_one_table_with_a_line_each() -> None:
    with pytest.raises(SettingsError) as refused:
        read_settings({}).require("POSTGRES_PRODUCTION_DB", "CELLAR_SECRET_ACCESS_KEY")
    lines = str(refused.value).splitlines()
    assert len(lines) == 3
    assert "POSTGRES_PRODUCTION_DB" in lines[1] and "is not set" in lines[1]
    assert "CELLAR_SECRET_ACCESS_KEY_FILE" in lines[2]


@pytest.mark.parametrize(
    ("given", "read"),
    [("4", "4GB"), ("1.5", "1.5GB"), ("512MB", "512MB"), ("1GiB", "1GiB"), ("", "2GB")],
)
def test_a_memory_limit_is_a_number_of_gigabytes_or_a_size(given: str, read: str) -> None:
    assert read == read_settings({"DUCKDB_MEMORY_LIMIT": given}).DUCKDB_MEMORY_LIMIT


def test_blank_means_not_set() -> None:
    settings = read_settings({"CELLAR_HOST_URL": "", "POSTGRES_PRODUCTION_PORT": " "})
    assert settings.CELLAR_HOST_URL is None
    assert settings.POSTGRES_PRODUCTION_PORT == 5432


def test_each_folder_may_be_set_apart() -> None:
    settings = read_settings({"ZLV_HOME": "/data", "ZLV_CLEAN_DIR": "/clean"})
    assert settings.raw_file("lovac", "lovac_2025") == Path("/data/raw/lovac/lovac_2025.duckdb")
    assert settings.raw_file("production", "owners") == Path("/data/raw/production.duckdb")
    assert settings.clean_file == Path("/clean/zlv.duckdb")


def test_the_example_environment_names_settings_that_exist() -> None:
    example = Path(__file__).resolve().parents[2] / ".env.example"
    names = [
        line.split("=")[0]
        for line in example.read_text().splitlines()
        if "=" in line and not line.startswith("#")
    ]
    assert set(names) <= set(Settings.model_fields)


def test_a_relative_home_means_the_same_folder_from_anywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    home, warehouse = read_settings({}).ZLV_HOME, read_settings({"ZLV_HOME": "here"}).warehouse_file
    assert home == tmp_path / ".zlv"
    assert warehouse == tmp_path / "here" / "warehouse" / "warehouse.duckdb"


@pytest.mark.parametrize(
    ("name", "given", "read"),
    [
        ("CELLAR_HOST_URL", "https://cellar.example.org/", "cellar.example.org"),
        ("CELLAR_HOST_URL", "127.0.0.1:9000", "127.0.0.1:9000"),
        ("CELLAR_HOST_URL", "[::1]:9000", "[::1]:9000"),
        ("CELLAR_HOST_URL", "minio_1.svc", "minio_1.svc"),
        ("POSTGRES_PRODUCTION_DB", "::1", "::1"),
        ("POSTGRES_PRODUCTION_DB", "/var/run/postgresql", "/var/run/postgresql"),
        ("POSTGRES_PRODUCTION_DB", "one.example.org,two.example.org", "one.example.org,two.example.org"),
        ("METABASE_URL", "http://metabase:3000", "http://metabase:3000"),
        ("POSTGRES_PRODUCTION_READONLY_USER", "reader@server", "reader@server"),
    ],
)
def test_hosts_as_people_write_them_are_read(name: str, given: str, read: str) -> None:
    assert getattr(read_settings({name: given}), name) == read


@pytest.mark.parametrize("content", ["", "canary", None])
def test_a_file_of_authorities_that_is_none_is_refused(tmp_path: Path, content: str | None) -> None:
    """D6"""
    if content is not None:
        (tmp_path / "ca.pem").write_text(content)
    with pytest.raises(SettingsError, match="ZLV_CA_FILE") as refused:
        read_settings({"ZLV_CA_FILE": str(tmp_path / "ca.pem")})
    assert "canary" not in str(refused.value)


def test_a_folder_where_duckdb_keeps_no_database_is_refused(tmp_path: Path) -> None:
    """N7"""
    with pytest.raises(SettingsError, match=r"ZLV_HOME .*must not hold"):
        read_settings({"ZLV_HOME": str(tmp_path / "what?")})


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("4", "4GB"),
        ("1.5", "1.5GB"),
        ("512MB", "512MB"),
        ("2 GiB", "2GiB"),
        ("2gib", "2GiB"),
        ("700mb", "700MB"),
    ],
)
def test_sizes_are_read_as_people_write_them(given: str, meant: str) -> None:
    """N5"""
    settings = read_settings({"DUCKDB_MEMORY_LIMIT": given, "DUCKDB_MAX_TEMP_DIRECTORY_SIZE": given})
    assert (meant, meant) == (settings.DUCKDB_MEMORY_LIMIT, settings.DUCKDB_MAX_TEMP_DIRECTORY_SIZE)


@pytest.mark.parametrize("name", ["DUCKDB_MEMORY_LIMIT", "DUCKDB_MAX_TEMP_DIRECTORY_SIZE"])
@pytest.mark.parametrize(
    "value",
    ["0", "0GB", "150%", "4GBGB", "\uff14", "4\uff27\uff22", "-1", "abc", "1e9", "4 G B", "%", "GB", "nan"],
)
def test_a_size_that_is_none_is_refused(name: str, value: str) -> None:
    """N5"""
    with pytest.raises(SettingsError, match=name):
        read_settings({name: value})


def test_a_share_of_memory_is_one_of_this_machine(tmp_path: Path) -> None:
    """N5: it is documented, and DuckDB takes none"""
    shares = [
        read_settings({"DUCKDB_MEMORY_LIMIT": share, "ZLV_HOME": str(tmp_path)}) for share in ("40%", "80%")
    ]
    small, large = (int(each.DUCKDB_MEMORY_LIMIT.removesuffix("MiB")) for each in shares)
    assert large in (2 * small, 2 * small + 1)
    with connect(shares[0]) as connection:
        assert connection.execute("SELECT current_setting('memory_limit')").fetchone() is not None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DUCKDB_THREAD_NUMBER", "9999"),
        ("ZLV_RUN_ID", "../../etc"),
        ("ZLV_RUN_ID", "r1\n"),
        ("ZLV_RUN_ID", "r" * 64),
        ("ZLV_RUN_ID", ".."),
        ("ZLV_STEP", "a/b"),
        ("ZLV_STEP", "-x"),
        ("ZLV_STEP", "build\n"),
        ("CELLAR_ACCESS_KEY_ID", "key\0"),
    ],
)
def test_a_value_that_could_do_harm_is_refused_unseen(name: str, value: str) -> None:
    """N5, S8"""
    with pytest.raises(SettingsError, match=name) as refused:
        read_settings({name: value})
    assert value not in str(refused.value)
