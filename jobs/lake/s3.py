"""Make the client of the S3 server that the settings name."""

from __future__ import annotations

from typing import Any

from jobs.errors import SettingsError
from jobs.settings import Settings

CONNECT_SECONDS, READ_SECONDS = 10, 60
ATTEMPTS = 5


def client(settings: Settings, *, attempts: int = ATTEMPTS) -> Any:
    """Make an S3 client; with more than one attempt it repeats with backoff what is worth it.

    Raises SettingsError for settings that are missing or name no host.
    """
    import boto3
    from botocore.config import Config

    settings.require("CELLAR_HOST_URL", "CELLAR_ACCESS_KEY_ID", "CELLAR_SECRET_ACCESS_KEY")
    key, secret = settings.CELLAR_ACCESS_KEY_ID, settings.CELLAR_SECRET_ACCESS_KEY
    config = Config(
        retries={"mode": "standard", "total_max_attempts": attempts},
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        max_pool_connections=20,
        s3={"addressing_style": "path"},
        # Not every S3 server knows the checksum headers that newer clients send unasked.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
    try:
        # A session of its own: the shared one is not made for threads.
        return boto3.session.Session().client(
            "s3",
            endpoint_url=f"{'https' if settings.CELLAR_USE_SSL else 'http'}://{settings.CELLAR_HOST_URL}",
            region_name=settings.CELLAR_REGION,
            aws_access_key_id=key.get_secret_value() if key else None,
            aws_secret_access_key=secret.get_secret_value() if secret else None,
            config=config,
        )
    except ValueError:
        raise SettingsError(f"CELLAR_HOST_URL is not a host: {settings.CELLAR_HOST_URL}") from None
