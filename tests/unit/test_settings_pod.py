"""DuckDB's bounds derive from the pod's own limits, unless they are set."""

from __future__ import annotations

import pytest

from jobs.errors import SettingsError
from jobs.settings import read_settings


@pytest.mark.parametrize(
    ("memory", "processors", "expected"),
    [
        ("8192", "4", ("4505MiB", 4)),
        ("1024", "2", ("563MiB", 2)),
        ("512", "2", ("200MiB", 1)),
        ("400", "2", ("88MiB", 1)),
        ("64", "1", ("48MiB", 1)),
    ],
)
def test_memory_and_threads_keep_within_the_pod(
    memory: str, processors: str, expected: tuple[str, int]
) -> None:
    settings = read_settings({"ZLV_POD_MEMORY_LIMIT": memory, "ZLV_POD_CPU_LIMIT": processors})
    assert expected == (settings.DUCKDB_MEMORY_LIMIT, settings.DUCKDB_THREAD_NUMBER)


def test_the_spill_keeps_within_the_pods_disk() -> None:
    assert read_settings({"ZLV_POD_EPHEMERAL_LIMIT": "2048"}).DUCKDB_MAX_TEMP_DIRECTORY_SIZE == "2048MiB"


def test_what_is_set_stands_and_blank_is_not_set() -> None:
    pod = {"ZLV_POD_MEMORY_LIMIT": "8192", "ZLV_POD_CPU_LIMIT": "4", "ZLV_POD_EPHEMERAL_LIMIT": "2048"}
    own = {"DUCKDB_MEMORY_LIMIT": "1", "DUCKDB_THREAD_NUMBER": "3", "DUCKDB_MAX_TEMP_DIRECTORY_SIZE": "5GB"}
    settings = read_settings(pod | own)
    assert (
        settings.DUCKDB_MEMORY_LIMIT,
        settings.DUCKDB_THREAD_NUMBER,
        settings.DUCKDB_MAX_TEMP_DIRECTORY_SIZE,
    ) == ("1GB", 3, "5GB")
    assert read_settings(pod | {"DUCKDB_MEMORY_LIMIT": ""}).DUCKDB_MEMORY_LIMIT == "4505MiB"
    assert read_settings({}).DUCKDB_MEMORY_LIMIT == "2GB"


def test_a_limit_that_is_no_number_is_told() -> None:
    with pytest.raises(SettingsError, match="ZLV_POD_MEMORY_LIMIT"):
        read_settings({"ZLV_POD_MEMORY_LIMIT": "512Mi"})
