"""Write the S3 secret for DuckDB: persistent, scoped to the lake's bucket, and never shown."""

from __future__ import annotations

import tempfile
from pathlib import Path

import duckdb

from jobs.errors import SettingsError
from jobs.settings import Settings
from jobs.sql import literal
from jobs.storage.lock_file import held
from jobs.storage.session import connect

NAME = "zlv_lake"
FILE = f"{NAME}.duckdb_secret"
NEEDED = (
    "CELLAR_HOST_URL",
    "CELLAR_ACCESS_KEY_ID",
    "CELLAR_SECRET_ACCESS_KEY",
    "CELLAR_DATA_LAKE_BUCKET_NAME",
)


def ensure_s3_secret(settings: Settings) -> bool:
    """Write the persistent secret when it is absent or no longer says what the settings say; tell whether it
    was written.

    Every session opened afterwards finds it. It lies in `settings.secrets_dir`, mode 0700, unencrypted:
    in a pod that folder is a memory volume. Raises SettingsError when the folder cannot be used.
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
        # Loads may start side by side: one at a time looks at the secret and writes it.
        with held(folder / ".lock"):
            if _says(settings, folder / FILE, values):
                return False
            _write(settings, folder, values)
    except (OSError, duckdb.Error):
        # Neither error is told as it stands: DuckDB's may quote the statement's values.
        raise SettingsError(
            f"the S3 secret cannot be written to {folder}: set ZLV_SECRETS_DIR to a folder of your own"
        ) from None
    return True


def _write(settings: Settings, folder: Path, values: dict[str, str | bool]) -> None:
    """Write the secret beside its place, then rename it: a process killed here leaves no secret cut short."""
    with tempfile.TemporaryDirectory(dir=folder, prefix=".next-") as home:
        connection = connect(settings, "httpfs")
        try:
            connection.execute(f"SET secret_directory = {literal(home)}")
            options = ", ".join(f"{name} ?" for name in values)
            connection.execute(f"CREATE PERSISTENT SECRET {NAME} (TYPE s3, {options})", list(values.values()))
        finally:
            connection.close()
        (Path(home) / FILE).replace(folder / FILE)


def _says(settings: Settings, path: Path, values: dict[str, str | bool]) -> bool:
    """Tell whether the written secret holds these values.

    DuckDB shows all of them but the secret one, which is looked for in the file, after its length.
    """
    if not path.exists():
        return False
    query = "SELECT secret_string FROM duckdb_secrets() WHERE name = ? AND persistent"
    connection = connect(settings, "httpfs")
    try:
        shown = "".join(f";{row[0]};" for row in connection.execute(query, [NAME]).fetchall())
    except duckdb.Error:
        return False
    finally:
        connection.close()
    texts = {
        name.lower(): str(value).lower() if isinstance(value, bool) else value
        for name, value in values.items()
        if name != "SECRET"
    }
    secret = str(values["SECRET"]).encode()
    written = bytes([len(secret)]) + secret if len(secret) < 0x80 else secret
    return (
        all(f";{name}={text};" in shown for name, text in texts.items())
        and written + b"\xff\xff" in path.read_bytes()
    )
