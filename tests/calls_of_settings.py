"""Settings of every kind, each with values that it must refuse by its name, and a few that it must take."""

from __future__ import annotations

from collections.abc import Iterator

from calls import Call

NO_NUMBER = ("abc", "0", "-1", "1.5", "２", "1e3", "NaN", "0x10", "1,5", "1 000")
NO_SIZE = ("0", "4GBGB", "２GB", "abc", "-1GB", "1e400GB", "GB", "0GB", "1,5GB", "99999999999999999999GBB")
NO_HOST = ("https://u:pw@h", "h:99999", "h/path", "h h", "h:", "h:ab", "u:pw@h", "h?x")
NO_NAME = ("https://u:pw@h", "postgres://u:pw@h")
NO_ID = ("../x", "a/b", "a\nb", "x" * 300, ".", "a b", "é", "-a")
NO_KEY = ("short", "x" * 31)
NO_ADDRESS = ("ftp://x", "nope", "http://", "file:///etc/passwd", "//x")

REFUSED: dict[str, tuple[str, ...]] = {
    "POSTGRES_PRODUCTION_PORT": (*NO_NUMBER, "65536", "9" * 20),
    "POSTGRES_PRODUCTION_STATEMENT_TIMEOUT": (*NO_NUMBER, "9" * 20),
    "DUCKDB_THREAD_NUMBER": (*NO_NUMBER, "9999"),
    "ZLV_KEEP_RELEASES": NO_NUMBER,
    "ZLV_PENDING_SECONDS": NO_NUMBER,
    "ZLV_POD_MEMORY_LIMIT": NO_NUMBER[:4],
    "ZLV_POD_CPU_LIMIT": NO_NUMBER[:4],
    "ZLV_POD_EPHEMERAL_LIMIT": NO_NUMBER[:4],
    "METABASE_DATABASE_ID": ("abc", "1.5"),
    "DUCKDB_MEMORY_LIMIT": (*NO_SIZE, "150%", "0%", "%"),
    "DUCKDB_MAX_TEMP_DIRECTORY_SIZE": (*NO_SIZE, "150%", "90%"),
    "CELLAR_HOST_URL": NO_HOST,
    "CELLAR_DATA_LAKE_BUCKET_NAME": ("A B", "a", "x" * 300, "s3://b", "b/c"),
    "CELLAR_METABASE_BUCKET_NAME": ("A B", "a", "s3://b"),
    "CELLAR_REGION": ("a b", "x\ny", "https://x"),
    "CELLAR_USE_SSL": ("maybe", "2", "oui"),
    "POSTGRES_PRODUCTION_DB": ("postgres://u:pw@h/db", "a b", "https://u:pw@h"),
    "POSTGRES_PRODUCTION_DB_NAME": NO_NAME,
    "POSTGRES_PRODUCTION_READONLY_USER": NO_NAME,
    "POSTGRES_PRODUCTION_SSLMODE": ("allow", "yes", "REQUIRE"),
    "ZLV_STORAGE": ("s3", "Files"),
    "ZLV_RUN_ID": NO_ID,
    "ZLV_STEP": NO_ID,
    "ZLV_CA_FILE": ("/nowhere", "/", "/etc/hostname"),
    "ZLV_RAW_DIR": ("/etc/hostname", "/etc/hostname/x"),
    "ZLV_WAREHOUSE_DIR": ("/etc/hostname", "/etc/hostname/x"),
    "ZLV_CLEAN_DIR": ("/etc/hostname", "/etc/hostname/x"),
    "ZLV_RUNS_DIR": ("/etc/hostname", "/etc/hostname/x"),
    "ZLV_SECRETS_DIR": ("/etc/hostname", "/etc/hostname/x"),
    "ZLV_HOME": ("/etc/hostname", "/etc/hostname/x"),
    "ZLV_PSEUDONYM_KEY": NO_KEY,
    "ZLV_SIGNING_KEY": NO_KEY,
    "ZLV_VERIFY_KEY": ("nokey", "0" * 63, "g" * 64),
    "ZLV_ALERT_URL": (*NO_ADDRESS, "https://u:pw@h/x"),
    "METABASE_URL": NO_ADDRESS,
    "METABASE_DEPLOYMENT": ("https://x", "a b", "Metabase", "a/b"),
    "ZLV_PSEUDONYM_KEY_FILE": ("/nowhere", "/etc"),
    "ZLV_SIGNING_KEY_FILE": ("/nowhere", "/etc"),
    "POSTGRES_PRODUCTION_READONLY_PASSWORD_FILE": ("/nowhere", "/etc"),
    "CELLAR_ACCESS_KEY_ID_FILE": ("/nowhere", "/etc"),
    "CELLAR_SECRET_ACCESS_KEY_FILE": ("/nowhere", "/etc"),
}
# An empty or blank setting is one that was not made.
TAKEN: dict[str, tuple[str, ...]] = {
    "POSTGRES_PRODUCTION_PORT": ("", " "),
    "DUCKDB_THREAD_NUMBER": ("", "1"),
    "DUCKDB_MEMORY_LIMIT": ("80%", "1GB", " 1 GB ", "1GiB", "2"),
    "DUCKDB_MAX_TEMP_DIRECTORY_SIZE": ("20", "512MB"),
    "CELLAR_USE_SSL": ("TRUE", "false", ""),
    "COLUMNS": ("abc", "0", "-5", "1"),
    "TZ": ("Mars/Base",),
    "LANG": ("nowhere",),
    "HOME": ("/nowhere",),
    "TMPDIR": ("/nowhere",),
}
# Nothing about telemetry stops a stage.
TELEMETRY: dict[str, str] = {
    "OTEL_EXPORTER_OTLP_ENDPOINT": "nowhere",
    "OTEL_EXPORTER_OTLP_TIMEOUT": "abc",
    "OTEL_EXPORTER_OTLP_PROTOCOL": "carrier-pigeon",
    "OTEL_EXPORTER_OTLP_HEADERS": "x",
    "OTEL_EXPORTER_OTLP_CERTIFICATE": "/nowhere",
    "OTEL_EXPORTER_OTLP_COMPRESSION": "rar",
    "OTEL_SDK_DISABLED": "maybe",
    "OTEL_TRACES_EXPORTER": "zipkin",
    "OTEL_TRACES_SAMPLER": "nowhere",
    "OTEL_PROPAGATORS": "nowhere",
    "OTEL_RESOURCE_ATTRIBUTES": "%%%",
    "OTEL_BSP_MAX_QUEUE_SIZE": "abc",
    "OTEL_ATTRIBUTE_COUNT_LIMIT": "abc",
    "TRACEPARENT": "nowhere",
}
STAGE = ("load-lake", "--only", "admin_communes")


def calls_of_settings() -> Iterator[Call]:
    """Yield a call for each value of each setting."""
    for name, values in REFUSED.items():
        for value in values:
            yield Call(f"{name}={value[:24]!r}", ("runs",), 64, rf"\n  {name} +\S", {name: value})
    for name, values in TAKEN.items():
        for value in values:
            yield Call(f"{name}={value!r} is taken", ("runs",), 0, "daily", {name: value})
    for name, value in TELEMETRY.items():
        yield Call(f"{name}={value!r} stops nothing", STAGE, 0, "is unchanged: not read", {name: value})
