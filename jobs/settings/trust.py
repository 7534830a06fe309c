"""Decide whose certificates every client trusts: S3's, DuckDB's, PostgreSQL's, the web's, the collector's."""

from __future__ import annotations

import hashlib
import os
import ssl
import tempfile
from pathlib import Path

from jobs.errors import SettingsError
from jobs.settings.model import Settings


def trusted_certificates(settings: Settings) -> Path:
    """Give the file of the certificates to trust: the machine's own, and those of ZLV_CA_FILE beside them.

    The clients take one file each and none of them adds to its own, so the two are joined in a file of the
    spill folder, named after its content. Raises SettingsError when it cannot be written.
    """
    machine = _of_the_machine()
    if settings.ZLV_CA_FILE is None:
        return machine
    content = machine.read_bytes() + b"\n" + settings.ZLV_CA_FILE.read_bytes()
    joined = settings.spill_dir / f"trusted-{hashlib.sha256(content).hexdigest()[:16]}.pem"
    if joined.is_file() and joined.stat().st_size == len(content):
        return joined
    try:
        settings.spill_dir.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=settings.spill_dir, suffix=".pem")
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        Path(name).replace(joined)
    except OSError as error:
        raise SettingsError(
            f"{settings.spill_dir} cannot be written ({error.strerror}): give the process the right, or set"
            " ZLV_HOME"
        ) from None
    return joined


def tls_context(settings: Settings) -> ssl.SSLContext:
    """Make the TLS context of a web request."""
    return ssl.create_default_context(cafile=str(trusted_certificates(settings)))


def _of_the_machine() -> Path:
    """Find the machine's own; an image without any trusts those that come with the S3 client."""
    paths = ssl.get_default_verify_paths()
    for name in (paths.cafile, paths.openssl_cafile, "/etc/ssl/certs/ca-certificates.crt"):
        if name and Path(name).is_file():
            return Path(name)
    from botocore.httpsession import where

    return Path(where())
