"""Write the S3 secret for DuckDB: persistent, scoped to the lake's bucket, and never shown."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from jobs.errors import SettingsError
from jobs.settings import Settings

NAME = "zlv_lake"
NEEDED = ("CELLAR_HOST_URL", "CELLAR_ACCESS_KEY_ID", "CELLAR_SECRET_ACCESS_KEY", "CELLAR_DATA_LAKE_BUCKET_NAME")


def ensure_s3_secret(connection: duckdb.DuckDBPyConnection, settings: Settings) -> bool:
    """Write the persistent secret when it is absent or no longer says what the settings say; tell whether it was written.

    The session needs httpfs. The secret lies in `settings.secrets_dir`, mode 0700, unencrypted: in a
    pod that folder is a memory volume. Raises SettingsError when the folder cannot be used.
    """
    key, secret = settings.CELLAR_ACCESS_KEY_ID, settings.CELLAR_SECRET_ACCESS_KEY
    values: dict[str, str | bool] = {
        "KEY_ID": key.get_secret_value() if key else "",
        "SECRET": secret.get_secret_value() if secret else "",
        "ENDPOINT": settings.CELLAR_HOST_URL or "",
        "REGION": settings.CELLAR_REGION,
        "URL_STYLE": "path",
        "USE_SSL": settings.CELLAR_USE_SSL,
        "SCOPE": f"s3://{settings.CELLAR_DATA_LAKE_BUCKET_NAME}",
    }
    folder = settings.secrets_dir
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if folder.stat().st_mode & 0o077:
            folder.chmod(0o700)
        with _locked(folder):
            if _says(connection, folder / f"{NAME}.duckdb_secret", values):
                return False
            options = ", ".join(f"{name} ?" for name in values)
            connection.execute(f"CREATE OR REPLACE PERSISTENT SECRET {NAME} (TYPE s3, {options})", list(values.values()))
    except (OSError, duckdb.Error):
        # Neither error is told as it stands: DuckDB's may quote the statement's values.
        raise SettingsError(f"the S3 secret cannot be written to {folder}: set ZLV_SECRETS_DIR to a folder of your own") from None
    return True


def _says(connection: duckdb.DuckDBPyConnection, path: Path, values: dict[str, str | bool]) -> bool:
    """Tell whether the written secret holds these values.

    DuckDB shows all of them but the secret one, which is looked for in the file, after its length.
    """
    if not path.exists():
        return False
    query = "SELECT secret_string FROM duckdb_secrets() WHERE name = ? AND persistent"
    shown = set(";".join(row[0] for row in connection.execute(query, [NAME]).fetchall()).split(";"))
    expected = {f"{name.lower()}={str(value).lower() if isinstance(value, bool) else value}" for name, value in values.items()}
    secret = str(values["SECRET"]).encode()
    written = bytes([len(secret) & 0x7F]) + secret if len(secret) < 0x80 else secret
    return expected - {f"secret={values['SECRET']}"} <= shown and written + b"\xff\xff" in path.read_bytes()


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Let one process at a time look at the secret and write it: loads may start side by side."""
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
