"""Derive DuckDB's bounds from what the pod may use."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# What Python and dbt need beside DuckDB: measured about 180 MB, and 60 MB that DuckDB goes over its limit.
_BESIDE_DUCKDB = 312
_LEAST_DUCKDB = 48


def bounds_of_pod(values: Mapping[str, Any]) -> dict[str, Any]:
    """Derive DuckDB's memory, threads and spill from the pod's own limits, as the Downward API tells them.

    55 % of the pod's memory, less where the rest would not do for Python and dbt; a thread per processor,
    while each has 200 MB: a wide mart of the whole country needs that much. A value that is no number is
    left to the settings' own check.
    """
    limits = {
        name: int(text)
        for name in ("ZLV_POD_MEMORY_LIMIT", "ZLV_POD_CPU_LIMIT", "ZLV_POD_EPHEMERAL_LIMIT")
        if (text := str(values.get(name, "")).strip()).isdigit()
    }
    found: dict[str, Any] = {}
    memory, processors, disk = (
        limits.get(name) for name in ("ZLV_POD_MEMORY_LIMIT", "ZLV_POD_CPU_LIMIT", "ZLV_POD_EPHEMERAL_LIMIT")
    )
    if memory:
        share = max(_LEAST_DUCKDB, min(memory * 11 // 20, memory - _BESIDE_DUCKDB))
        found["DUCKDB_MEMORY_LIMIT"] = f"{share}MiB"
        processors = min(processors, max(1, share // 200)) if processors else None
    if processors:
        found["DUCKDB_THREAD_NUMBER"] = processors
    if disk:
        found["DUCKDB_MAX_TEMP_DIRECTORY_SIZE"] = f"{disk}MiB"
    return found
