"""Type what stands around the program: its pod, Metabase, a collector of traces."""

from __future__ import annotations

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from jobs.settings.hosts import DeploymentName, WebAddress


class Surroundings(BaseSettings):
    """Hold what the platform says of itself and of its neighbours."""

    model_config = SettingsConfigDict(case_sensitive=True, extra="ignore", frozen=True)

    ZLV_POD_NAME: str | None = Field(None, description="the executor's own pod; set by the deployment")
    ZLV_POD_NAMESPACE: str | None = None
    ZLV_JOB_NAME: str | None = Field(
        None, description="the Job whose pod runs all steps (`--executor pod`); set by the deployment"
    )
    ZLV_JOB_UID: str | None = None
    ZLV_POD_MEMORY_LIMIT: int | None = Field(
        None, ge=1, description="MiB that the pod may use; DuckDB's memory derives from it"
    )
    ZLV_POD_CPU_LIMIT: int | None = Field(
        None, ge=1, description="processors that the pod may use; DuckDB's threads derive from it"
    )
    ZLV_POD_EPHEMERAL_LIMIT: int | None = Field(
        None, ge=1, description="MiB of disk that the pod may use; bounds what DuckDB spills"
    )

    METABASE_URL: WebAddress | None = None
    METABASE_API_KEY: SecretStr | None = None
    METABASE_DATABASE_ID: int | None = None
    METABASE_DEPLOYMENT: DeploymentName | None = None

    OTEL_EXPORTER_OTLP_ENDPOINT: str | None = None
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: str | None = None
    OTEL_EXPORTER_OTLP_TIMEOUT: str | None = None
    OTEL_EXPORTER_OTLP_TRACES_TIMEOUT: str | None = None
    OTEL_SDK_DISABLED: str | None = None
    OTEL_TRACES_EXPORTER: str | None = None
    TRACEPARENT: str | None = None
