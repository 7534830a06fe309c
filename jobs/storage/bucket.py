"""Be a place for exports in a bucket."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

from jobs.errors import DataRefused, SettingsError
from jobs.settings import Settings
from jobs.storage.fingerprint import file_sha256
from jobs.storage.outside import MOST_BYTES, document_text
from jobs.storage.s3 import client, told
from jobs.storage.transfer import put_file


class Bucket:
    """A place for exports: a prefix of a bucket."""

    def __init__(self, s3: Any, bucket: str, prefix: str) -> None:
        self._s3, self._bucket, self._prefix = s3, bucket, prefix.strip("/")

    @classmethod
    def of(cls, settings: Settings, address: str) -> Bucket:
        """Make one from `s3://bucket/prefix`."""
        bucket, _, prefix = address.removeprefix("s3://").partition("/")
        if not bucket or "@" in bucket or ":" in bucket:
            raise SettingsError("the place names no bucket: write s3://bucket/prefix, without keys")
        return cls(client(settings), bucket, prefix)

    def __str__(self) -> str:
        return f"s3://{self._bucket}/{self._prefix}".rstrip("/")

    def _key(self, path: str) -> str:
        return str(PurePosixPath(self._prefix, path)) if self._prefix else path

    def exists(self, path: str) -> bool:
        """Tell whether anything lies at a path or below."""
        with told(self._s3, self._bucket):
            found = self._s3.list_objects_v2(Bucket=self._bucket, Prefix=self._key(path), MaxKeys=1)
        return bool(found.get("Contents"))

    def start(self, folder: str) -> None:
        """Do nothing: objects without a manifest are no export."""

    def put(self, path: str, content: BinaryIO) -> str:
        """Send one file; gives its SHA-256."""
        return put_file(self._s3, self._bucket, self._key(path), content)[0].sha256

    def write(self, path: str, text: str) -> None:
        """Write a small object."""
        with told(self._s3, self._bucket):
            self._s3.put_object(
                Bucket=self._bucket, Key=self._key(path), Body=text.encode(), ContentType="application/json"
            )

    def read(self, path: str) -> str | None:
        """Read a small object; None when there is none."""
        from botocore.exceptions import ClientError

        with told(self._s3, self._bucket):
            try:
                found = self._s3.get_object(Bucket=self._bucket, Key=self._key(path))["Body"]
                # One byte more than any document of ours has: what is larger is told, not held in memory.
                body: bytes = found.read(MOST_BYTES + 1)
            except ClientError as error:
                if (
                    error.response.get("ResponseMetadata", {}).get("HTTPStatusCode") == 404
                    and error.response["Error"]["Code"] != "NoSuchBucket"
                ):
                    return None
                raise
        return document_text(body, f"{self}/{path}")

    def get(self, path: str, to: Path) -> str:
        """Fetch one file; gives the SHA-256 of what arrived. Raises DataRefused when it is not there."""
        from botocore.exceptions import ClientError

        with told(self._s3, self._bucket):
            try:
                # Into this very file: boto3's own temporary one would stay behind when the process is killed.
                with to.open("wb") as file:
                    self._s3.download_fileobj(self._bucket, self._key(path), file)
            except ClientError as error:
                if error.response.get("ResponseMetadata", {}).get("HTTPStatusCode") == 404:
                    raise DataRefused(
                        f"{self}/{path} is missing: it was not written to its end; nothing was changed"
                    ) from None
                raise
        return file_sha256(to)

    def finish(self, folder: str) -> None:
        """Do nothing: an export is complete with its manifest, which is written last."""
