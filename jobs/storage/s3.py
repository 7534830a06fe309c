"""Make the client of the S3 server that the settings name, and say what that server refuses."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from jobs.errors import SettingsError, Temporary, ZlvError
from jobs.settings import Settings

CONNECT_SECONDS, READ_SECONDS = 10, 60
ATTEMPTS = 5
_REFUSED = {
    "401",
    "403",
    "AccessDenied",
    "AllAccessDisabled",
    "Forbidden",
    "InvalidAccessKeyId",
    "SignatureDoesNotMatch",
}


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


@contextmanager
def told(s3: Any, bucket: str) -> Iterator[None]:
    """Say a fault of the server in one sentence: SettingsError for what it refuses, Temporary for what may
    pass."""
    from boto3.exceptions import S3UploadFailedError
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise _said(error, s3.meta.endpoint_url, bucket) from None
    except S3UploadFailedError as error:
        # boto3 hands on the server's answer as text alone: the answer itself is what it was raised from.
        raise _said(error.__context__ or error, s3.meta.endpoint_url, bucket) from None


def _said(error: BaseException, server: str, bucket: str) -> ZlvError:
    from botocore.exceptions import ClientError, SSLError

    answer = error.response if isinstance(error, ClientError) else {}
    code = str(answer.get("Error", {}).get("Code", ""))
    where = f"the S3 server at {server}"
    if code in ("NoSuchBucket", "InvalidBucketName"):
        return SettingsError(f"{where} has no bucket {bucket}: check its name in the settings")
    if code == "RequestTimeTooSkewed":
        return SettingsError(f"{where} does not accept this machine's time: set its clock")
    if code in _REFUSED or answer.get("ResponseMetadata", {}).get("HTTPStatusCode") in (401, 403):
        return SettingsError(
            f"{where} refused the keys for bucket {bucket}: check CELLAR_ACCESS_KEY_ID,"
            " CELLAR_SECRET_ACCESS_KEY and their rights"
        )
    if isinstance(error, SSLError):
        return SettingsError(
            f"{where} gave no TLS connection: check CELLAR_HOST_URL, CELLAR_USE_SSL and its certificate"
        )
    reason = f"answered {code}" if code else "cannot be reached"
    return Temporary(f"{where} {reason}: check that it runs and can be reached, then run again")
