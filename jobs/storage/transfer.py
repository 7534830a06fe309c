"""Send files to S3 and fetch them, each checked by what the server says it holds.

The checksum of the whole file (SHA-256) goes with the object as metadata. The server's own ETag, the MD5 of
the parts' MD5s, proves that what it holds is what was sent; where it is none, the object is read back.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from typing import Any, BinaryIO

from jobs.errors import Temporary
from jobs.storage.s3 import told

MEGABYTE = 1024 * 1024
PART = 16 * MEGABYTE
# S3 takes at most 10,000 parts.
MOST_PARTS = 9_000


@dataclass(frozen=True)
class Checksum:
    """Tell a file's content: its size, SHA-256, and the ETag that S3 gives it."""

    bytes: int
    sha256: str
    etag: str


def checksum(content: BinaryIO) -> Checksum:
    """Read a file from its start and give its checksums; the file is left at its start."""
    size = os.fstat(content.fileno()).st_size
    part = part_size(size)
    content.seek(0)
    whole, parts = hashlib.sha256(), []
    while block := content.read(part):
        whole.update(block)
        parts.append(hashlib.md5(block, usedforsecurity=False).digest())
    content.seek(0)
    if size < part:
        etag = parts[0].hex() if parts else hashlib.md5(b"", usedforsecurity=False).hexdigest()
    else:
        etag = f"{hashlib.md5(b''.join(parts), usedforsecurity=False).hexdigest()}-{len(parts)}"
    return Checksum(size, whole.hexdigest(), etag)


def part_size(size: int) -> int:
    """Give the size of one part of an upload, in bytes: whole megabytes, few enough parts."""
    return max(PART, -(-size // (MOST_PARTS * MEGABYTE)) * MEGABYTE)


def put_file(s3: Any, bucket: str, key: str, content: BinaryIO) -> tuple[Checksum, bool]:
    """Upload an open file unless the object is already there with the same checksum.

    Returns its checksum and whether it was sent; the file may be closed then. Raises Temporary when the
    server holds something else than what was sent.
    """
    from boto3.s3.transfer import TransferConfig

    expected = checksum(content)
    with told(s3, bucket):
        if _holds(s3, bucket, key, expected):
            return expected, False
        part = part_size(expected.bytes)
        config = TransferConfig(multipart_threshold=part, multipart_chunksize=part, max_concurrency=4)
        s3.upload_fileobj(
            content, bucket, key, ExtraArgs={"Metadata": {"sha256": expected.sha256}}, Config=config
        )
        if not _holds(s3, bucket, key, expected):
            raise Temporary(f"s3://{bucket}/{key} does not hold what was sent; run the same command again")
    return expected, True


def _holds(s3: Any, bucket: str, key: str, expected: Checksum) -> bool:
    from botocore.exceptions import ClientError

    try:
        head = s3.head_object(Bucket=bucket, Key=key)
    except ClientError as error:
        if error.response.get("ResponseMetadata", {}).get("HTTPStatusCode") == 404:
            return False
        raise
    told = (head["ContentLength"], head.get("Metadata", {}).get("sha256"))
    if told != (expected.bytes, expected.sha256):
        return False
    if str(head.get("ETag", "")).strip('"') == expected.etag:
        return True
    # A server that encrypts, or counts in its own way, gives an ETag that proves nothing: the bytes do.
    return _sha256(s3, bucket, key) == expected.sha256


def _sha256(s3: Any, bucket: str, key: str) -> str:
    digest = hashlib.sha256()
    for block in s3.get_object(Bucket=bucket, Key=key)["Body"].iter_chunks(MEGABYTE):
        digest.update(block)
    return digest.hexdigest()
