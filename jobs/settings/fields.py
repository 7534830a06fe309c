"""Type and check each setting.

Names are those of the existing warehouse. Each secret may also come as `<NAME>_FILE`, a path
whose content is the secret, or as the file of its name in ZLV_KEYS_DIR, as Kubernetes mounts a Secret.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

from jobs.settings.faults import SECRETS
from jobs.settings.hosts import (
    BucketName,
    DatabaseHost,
    HostAndPort,
    Name,
    Region,
    web_address,
)
from jobs.settings.names import RUN_ID, STEP
from jobs.settings.sizes import disk, memory
from jobs.settings.surroundings import Surroundings


class Fields(Surroundings):
    """Hold what the environment says, checked; secrets show themselves as `**********`."""

    POSTGRES_PRODUCTION_DB: DatabaseHost | None = Field(
        None, description="host of the application's PostgreSQL"
    )
    POSTGRES_PRODUCTION_PORT: int = Field(5432, ge=1, le=65535)
    POSTGRES_PRODUCTION_DB_NAME: Name | None = None
    POSTGRES_PRODUCTION_READONLY_USER: Name | None = None
    POSTGRES_PRODUCTION_READONLY_PASSWORD: SecretStr | None = None
    POSTGRES_PRODUCTION_SSLMODE: Literal["disable", "prefer", "require", "verify-ca", "verify-full"] = (
        "require"
    )
    POSTGRES_PRODUCTION_STATEMENT_TIMEOUT: int = Field(
        3600, ge=1, le=2_147_483, description="seconds; PostgreSQL counts them as 32-bit milliseconds"
    )

    CELLAR_HOST_URL: HostAndPort | None = Field(None, description="host[:port] of the S3 server")
    CELLAR_REGION: Region = Field("us-east-1", description="the region that the S3 server signs for")
    CELLAR_ACCESS_KEY_ID: SecretStr | None = None
    CELLAR_SECRET_ACCESS_KEY: SecretStr | None = None
    CELLAR_DATA_LAKE_BUCKET_NAME: BucketName | None = None
    CELLAR_METABASE_BUCKET_NAME: BucketName | None = None
    CELLAR_METABASE_KEY_PATH: Name = "metabase/"
    CELLAR_USE_SSL: bool = True

    ZLV_CA_FILE: Path | None = Field(
        None,
        description=(
            "PEM file of the authorities that S3, PostgreSQL, web sources and the collector may be signed by,"
            " beside the machine's own"
        ),
    )

    DUCKDB_MEMORY_LIMIT: str = Field("2GB", description="a number is GB; also 512MB, 80%")
    DUCKDB_THREAD_NUMBER: int = Field(2, ge=1, le=256)
    DUCKDB_MAX_TEMP_DIRECTORY_SIZE: str = Field(
        "20GB", description="bound of what DuckDB spills to disk; a number is GB; also 512MB"
    )

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
    ZLV_PENDING_SECONDS: int = Field(
        600, ge=1, description="how long a step's pod may wait for a node or its image"
    )
    KUBERNETES_SERVICE_HOST: str | None = Field(None, description="set by Kubernetes in every pod")
    ZLV_KEEP_RELEASES: int = Field(5, ge=1)
    ZLV_PSEUDONYM_KEY: SecretStr | None = None
    ZLV_ENCRYPTION_KEY: SecretStr | None = None
    ZLV_SIGNING_KEY: SecretStr | None = Field(None, description="signs audits and releases")
    ZLV_VERIFY_KEY: str | None = Field(
        None,
        pattern="^[0-9a-f]{64}$",
        description="public key of who signs releases; `zlv verify` prints it where they are made",
    )
    ZLV_ALERT_URL: SecretStr | None = Field(
        None, description="webhook that is told of failed runs; its address holds a key"
    )
    ZLV_STORAGE: Literal["files"] = Field(
        "files", description="DuckDB files on a volume; this version knows no other storage"
    )

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
        if value is None:
            return None
        if "?" in str(value):
            raise ValueError("must not hold a '?': DuckDB keeps no database in such a folder")
        # A child or a library (dbt) that works in another folder must mean the same files.
        folder = value.absolute()
        in_the_way = [each for each in (folder, *folder.parents) if each.exists() and not each.is_dir()]
        if in_the_way:
            raise ValueError(f"is no folder: {in_the_way[0]} is a file")
        return folder

    @field_validator("DUCKDB_MEMORY_LIMIT")
    @classmethod
    def _memory(cls, value: str) -> str:
        return memory(value)

    @field_validator("DUCKDB_MAX_TEMP_DIRECTORY_SIZE")
    @classmethod
    def _disk(cls, value: str) -> str:
        return disk(value)

    @field_validator("ZLV_RUN_ID", "ZLV_STEP")
    @classmethod
    def _name(cls, value: str | None, info: ValidationInfo) -> str | None:
        # They become folders and files.
        if value is not None and not (RUN_ID if info.field_name == "ZLV_RUN_ID" else STEP).match(value):
            raise ValueError("must be letters, digits, '.', '_' and '-', with a letter or digit first")
        return value

    @field_validator(*SECRETS)
    @classmethod
    def _printable(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and "\0" in value.get_secret_value():
            raise ValueError("holds a NUL character: write the secret's text, not a binary file")
        return value

    @field_validator("ZLV_CA_FILE")
    @classmethod
    def _certificates(cls, value: Path | None) -> Path | None:
        if value is None:
            return None
        import ssl

        try:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.load_verify_locations(cafile=value)
        except (OSError, ssl.SSLError, ValueError):
            raise ValueError("is no readable file of certificates in PEM") from None
        return value.absolute()

    @field_validator("ZLV_PSEUDONYM_KEY", "ZLV_SIGNING_KEY")
    @classmethod
    def _long_enough(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and len(value.get_secret_value()) < 32:
            raise ValueError("must have at least 32 characters; make one with: openssl rand -hex 32")
        return value

    @field_validator("ZLV_ALERT_URL")
    @classmethod
    def _web_address(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            web_address(value.get_secret_value())
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
