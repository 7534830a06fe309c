"""Make the client of the S3 server that the settings name: nothing of it comes from anywhere else."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from jobs.errors import SettingsError
from jobs.settings import Settings, trusted_certificates
from jobs.storage.s3_faults import said

CONNECT_SECONDS, READ_SECONDS = 10, 60
ATTEMPTS = 5


def client(settings: Settings, *, attempts: int = ATTEMPTS) -> Any:
    """Make an S3 client; with more than one attempt it repeats with backoff what is worth it.

    Raises SettingsError for settings that are missing or name no host.
    """
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
        made = _session().client(
            "s3",
            endpoint_url=f"{'https' if settings.CELLAR_USE_SSL else 'http'}://{settings.CELLAR_HOST_URL}",
            region_name=settings.CELLAR_REGION,
            verify=str(trusted_certificates(settings)),
            aws_access_key_id=key.get_secret_value() if key else None,
            aws_secret_access_key=secret.get_secret_value() if secret else None,
            config=config,
        )
    except ValueError:
        raise SettingsError("CELLAR_HOST_URL is not a host: give host or host:port alone") from None
    made.meta.events.register("before-call.s3", _stay)
    return made


def _session() -> Any:
    """Make a session that reads no file and no variable of AWS's own tools; the shared one is not made for
    threads either."""
    import boto3
    from botocore.session import Session

    known = Session.SESSION_VARIABLES
    own = {name: (None, None, default, convert) for name, (_, _, default, convert) in known.items()}
    for name in ("config_file", "credentials_file"):
        own[name] = (None, None, os.devnull, None)
    return boto3.session.Session(botocore_session=Session(session_vars=own))


def _stay(context: dict[str, Any], **_: Any) -> None:
    """Keep a request where the settings send it.

    The client would look for the bucket in other regions, and find by itself what no other client finds.
    """
    context.setdefault("s3_redirect", {})["redirected"] = True


@contextmanager
def told(s3: Any, bucket: str) -> Iterator[None]:
    """Say a fault of the server in one sentence: SettingsError for what it refuses, DataRefused for an object
    that it holds in an archive, Temporary for what may pass."""
    from boto3.exceptions import S3UploadFailedError
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise said(error, s3, bucket) from None
    except S3UploadFailedError as error:
        # boto3 hands on the server's answer as text alone: the answer itself is what it was raised from.
        raise said(error.__context__ or error, s3, bucket) from None
