"""Turn the environment into typed settings: the only reader of os.environ.

Names are those of the existing warehouse. Each secret may also come as `<NAME>_FILE`, a path
whose content is the secret, or as the file of its name in ZLV_KEYS_DIR, as Kubernetes mounts a Secret.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from jobs.errors import SettingsError

PROJECT = Path(__file__).resolve().parent.parent
SECRETS = (
    "POSTGRES_PRODUCTION_READONLY_PASSWORD",
    "CELLAR_ACCESS_KEY_ID",
    "CELLAR_SECRET_ACCESS_KEY",
    "ZLV_PSEUDONYM_KEY",
    "ZLV_ENCRYPTION_KEY",
    "METABASE_API_KEY",
    "ZLV_ALERT_URL",
)


class Settings(BaseSettings):
    """Hold all settings of a stage; secrets show themselves as `**********`."""

    model_config = SettingsConfigDict(case_sensitive=True, extra="ignore", frozen=True)

    POSTGRES_PRODUCTION_DB: str | None = Field(None, description="host of the application's PostgreSQL")
    POSTGRES_PRODUCTION_PORT: int = Field(5432, ge=1, le=65535)
    POSTGRES_PRODUCTION_DB_NAME: str | None = None
    POSTGRES_PRODUCTION_READONLY_USER: str | None = None
    POSTGRES_PRODUCTION_READONLY_PASSWORD: SecretStr | None = None
    POSTGRES_PRODUCTION_SSLMODE: Literal["disable", "prefer", "require", "verify-ca", "verify-full"] = (
        "require"
    )
    POSTGRES_PRODUCTION_STATEMENT_TIMEOUT: int = Field(3600, ge=1, description="seconds")

    CELLAR_HOST_URL: str | None = Field(None, description="host[:port] of the S3 server")
    CELLAR_REGION: str = "us-east-1"
    CELLAR_ACCESS_KEY_ID: SecretStr | None = None
    CELLAR_SECRET_ACCESS_KEY: SecretStr | None = None
    CELLAR_DATA_LAKE_BUCKET_NAME: str | None = None
    CELLAR_METABASE_BUCKET_NAME: str | None = None
    CELLAR_METABASE_KEY_PATH: str = "metabase/"
    CELLAR_USE_SSL: bool = True

    DUCKDB_MEMORY_LIMIT: str = Field("2GB", description="a number is GB; also 512MB, 80%")
    DUCKDB_THREAD_NUMBER: int = Field(2, ge=1)
    DUCKDB_MAX_TEMP_DIRECTORY_SIZE: str = Field("20GB", description="bound of what DuckDB spills to disk")

    ZLV_HOME: Path = Field(Path(".zlv"), validate_default=True)
    ZLV_RAW_DIR: Path | None = None
    ZLV_WAREHOUSE_DIR: Path | None = None
    ZLV_CLEAN_DIR: Path | None = None
    ZLV_RUNS_DIR: Path | None = None
    ZLV_SECRETS_DIR: Path | None = Field(
        None, description="DuckDB's secret directory; a memory volume in a pod"
    )
    ZLV_KEYS_DIR: Path | None = Field(None, description="a folder with a file per secret, by its name")
    ZLV_CATALOG_DIR: str | None = Field(
        None,
        description=(
            "catalog folders, joined by ':', an empty one is the program's own; later ones add and replace"
        ),
    )
    ZLV_RUN_ID: str | None = None
    ZLV_STEP: str | None = None
    ZLV_POD_NAME: str | None = Field(None, description="the executor's own pod; set by the deployment")
    ZLV_POD_NAMESPACE: str | None = None
    ZLV_POD_MEMORY_LIMIT: int | None = Field(
        None, ge=1, description="MiB that the pod may use; DuckDB's memory derives from it"
    )
    ZLV_POD_CPU_LIMIT: int | None = Field(
        None, ge=1, description="processors that the pod may use; DuckDB's threads derive from it"
    )
    ZLV_POD_EPHEMERAL_LIMIT: int | None = Field(
        None, ge=1, description="MiB of disk that the pod may use; bounds what DuckDB spills"
    )
    ZLV_PENDING_SECONDS: int = Field(
        600, ge=1, description="how long a step's pod may wait for a node or its image"
    )
    KUBERNETES_SERVICE_HOST: str | None = Field(None, description="set by Kubernetes in every pod")
    ZLV_KEEP_RELEASES: int = Field(5, ge=1)
    ZLV_PSEUDONYM_KEY: SecretStr | None = None
    ZLV_ENCRYPTION_KEY: SecretStr | None = None
    ZLV_ALERT_URL: SecretStr | None = Field(
        None, description="webhook that is told of failed runs; its address holds a key"
    )
    ZLV_STORAGE: Literal["files"] = Field(
        "files", description="DuckDB files on a volume; this version knows no other storage"
    )

    METABASE_URL: str | None = None
    METABASE_API_KEY: SecretStr | None = None
    METABASE_DATABASE_ID: int | None = None
    METABASE_DEPLOYMENT: str | None = None

    OTEL_EXPORTER_OTLP_ENDPOINT: str | None = None
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: str | None = None
    OTEL_EXPORTER_OTLP_TIMEOUT: str | None = None
    OTEL_EXPORTER_OTLP_TRACES_TIMEOUT: str | None = None
    OTEL_SDK_DISABLED: str | None = None
    OTEL_TRACES_EXPORTER: str | None = None
    TRACEPARENT: str | None = None

    @field_validator("*", mode="before")
    @classmethod
    def _blank_is_absent(cls, value: Any, info: Any) -> Any:
        if isinstance(value, str) and value.strip() == "":
            return cls.model_fields[info.field_name].get_default()
        return value

    @field_validator(
        "ZLV_HOME", "ZLV_RAW_DIR", "ZLV_WAREHOUSE_DIR", "ZLV_CLEAN_DIR", "ZLV_RUNS_DIR", "ZLV_SECRETS_DIR"
    )
    @classmethod
    def _absolute(cls, value: Path | None) -> Path | None:
        # A child or a library (dbt) that works in another folder must mean the same files.
        return value.absolute() if value is not None else None

    @field_validator("DUCKDB_MEMORY_LIMIT")
    @classmethod
    def _memory(cls, value: str) -> str:
        text = value.strip()
        if text.replace(".", "", 1).isdigit():
            return f"{text}GB"
        number = text.rstrip("GiMKTB%b ")
        if not number.replace(".", "", 1).isdigit():
            raise ValueError("must be a number of GB, or a size such as 512MB or 80%")
        return text

    @field_validator("CELLAR_HOST_URL")
    @classmethod
    def _host(cls, value: str | None) -> str | None:
        return value.split("://", 1)[-1].rstrip("/") if value else value

    @field_validator("ZLV_PSEUDONYM_KEY")
    @classmethod
    def _long_enough(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and len(value.get_secret_value()) < 32:
            raise ValueError("must have at least 32 characters; make one with: openssl rand -hex 32")
        return value

    @field_validator("ZLV_ALERT_URL")
    @classmethod
    def _web_address(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not value.get_secret_value().startswith(("https://", "http://")):
            raise ValueError("must begin with https:// or http://")
        return value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        # The environment is read in one place (read_settings), so that a file, a variable and
        # their faults are told together.
        return (init_settings,)

    @cached_property
    def raw_dir(self) -> Path:
        return self.ZLV_RAW_DIR or self.ZLV_HOME / "raw"

    @cached_property
    def warehouse_dir(self) -> Path:
        return self.ZLV_WAREHOUSE_DIR or self.ZLV_HOME / "warehouse"

    @cached_property
    def clean_dir(self) -> Path:
        return self.ZLV_CLEAN_DIR or self.ZLV_HOME / "clean"

    @cached_property
    def runs_dir(self) -> Path:
        return self.ZLV_RUNS_DIR or self.ZLV_HOME / "runs"

    @cached_property
    def secrets_dir(self) -> Path:
        return self.ZLV_SECRETS_DIR or self.ZLV_HOME / "secrets"

    @cached_property
    def spill_dir(self) -> Path:
        return self.ZLV_HOME / "tmp"

    @property
    def production_file(self) -> Path:
        return self.raw_dir / "production.duckdb"

    @property
    def warehouse_file(self) -> Path:
        return self.warehouse_dir / "warehouse.duckdb"

    @property
    def history_file(self) -> Path:
        return self.warehouse_dir / "history.duckdb"

    @property
    def clean_file(self) -> Path:
        return self.clean_dir / "zlv.duckdb"

    def raw_file(self, domain: str, source: str) -> Path:
        return self.production_file if domain == "production" else self.raw_dir / domain / f"{source}.duckdb"

    @cached_property
    def catalog_dirs(self) -> list[Path]:
        return [
            Path(part) if part else project_dir("catalog") for part in (self.ZLV_CATALOG_DIR or "").split(":")
        ]

    def require(self, *names: str) -> None:
        """Say in one table every setting of `names` that is missing, each with its cure."""
        missing = [name for name in names if getattr(self, name) is None]
        if missing:
            raise SettingsError(_table([(name, "is not set", _cure(name)) for name in missing]))


def project_dir(name: str) -> Path:
    """Find a folder that goes with the program (catalog, dbt, k8s): in the package as installed, else beside
    it.

    Not the other way round: beside an installed package lies dbt's own, of the same name.
    """
    inside = Path(__file__).resolve().parent / "project" / name
    return inside if inside.is_dir() else PROJECT / name


def read_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the environment; all that is wrong is said at once, in one table.

    Raises SettingsError (64) with a line per setting: name, fault, cure. Values are not shown.
    """
    environ = os.environ if environ is None else environ
    values: dict[str, Any] = {name: environ[name] for name in Settings.model_fields if name in environ}
    values |= {
        name: value for name, value in _bounds_of_pod(values).items() if not str(values.get(name, "")).strip()
    }
    faults: list[tuple[str, str, str]] = []
    for name in SECRETS:
        try:
            if (file := _secret_file(environ, name)) is not None:
                values[name] = file.read_text(encoding="utf-8").strip()
        except OSError as error:
            faults.append(
                (f"{name}_FILE", f"cannot be read: {error.strerror}", "mount the secret at this path")
            )
    try:
        settings = Settings(**values)
    except ValidationError as error:
        for fault in error.errors():
            name = str(fault["loc"][0]) if fault["loc"] else "settings"
            faults.append((name, fault["msg"].removeprefix("Value error, "), _cure(name)))
        raise SettingsError(_table(faults)) from None
    if faults:
        raise SettingsError(_table(faults))
    return settings


def _secret_file(environ: Mapping[str, str], name: str) -> Path | None:
    """Give the file of a secret: the one named for it, else, unless a variable holds it, ZLV_KEYS_DIR's."""
    if named := environ.get(f"{name}_FILE"):
        return Path(named)
    folder = environ.get("ZLV_KEYS_DIR")
    return (
        (Path(folder) / name) if folder and not environ.get(name) and (Path(folder) / name).exists() else None
    )


# What Python and dbt need beside DuckDB: measured about 180 MB, and 60 MB that DuckDB goes over its limit.
_BESIDE_DUCKDB = 312
_LEAST_DUCKDB = 48


def _bounds_of_pod(values: Mapping[str, Any]) -> dict[str, Any]:
    """Derive DuckDB's memory, threads and spill from the pod's own limits, as the Downward API tells them.

    55 % of the pod's memory, less where the rest would not do for Python and dbt; a thread per
    processor, while each has 200 MB: a wide mart of the whole country needs that much. A value that is no
    number is left to
    the settings' own check.
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


def child_environment(**extra: str) -> dict[str, str]:
    """Give a child process this environment and a few variables more."""
    return {**os.environ, **extra}


def put_in_environment(name: str, value: str) -> None:
    """Set a variable for a library that reads its settings there (dbt's profile)."""
    os.environ[name] = value


def _cure(name: str) -> str:
    if name in SECRETS:
        return f"set {name} or {name}_FILE (a path), from the deployment's Secret"
    description = Settings.model_fields[name].description if name in Settings.model_fields else None
    return f"set {name} in the environment" + (f": {description}" if description else "")


def _table(faults: list[tuple[str, str, str]]) -> str:
    width = max(len(name) for name, _, _ in faults)
    rows = [f"  {name.ljust(width)}  {fault}; {cure}" for name, fault, cure in faults]
    return "settings are missing or wrong:\n" + "\n".join(rows)
