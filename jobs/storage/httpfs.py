"""Have DuckDB's web and S3 client follow the settings: no variable of AWS's tools, no trust of its own."""

from __future__ import annotations

import duckdb

from jobs.settings import Settings, trusted_certificates
from jobs.sql import identifier, literal

# Filled from AWS_… variables when the extension is loaded; the lake's secret says all of them.
_AMBIENT = ("s3_access_key_id", "s3_secret_access_key", "s3_session_token", "s3_endpoint", "s3_region")


def settle(connection: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """Set what httpfs, just loaded, is to trust and to leave alone."""
    for name in _AMBIENT:
        connection.execute(f"SET GLOBAL {identifier(name)} = NULL")
    values: dict[str, str | bool] = {
        "ca_cert_file": str(trusted_certificates(settings)),
        "enable_server_cert_verification": True,
        "enable_curl_server_cert_verification": True,
        # A key is a key: `?` begins no query, `*` and `[` match nothing.
        "s3_url_compatibility_mode": True,
    }
    for name, value in values.items():
        connection.execute(f"SET GLOBAL {identifier(name)} = {literal(value)}")
