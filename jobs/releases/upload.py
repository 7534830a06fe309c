"""Put releases of the clean file where a Metabase without the clean volume finds them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from jobs.errors import DataRefused
from jobs.privacy.signature import fault, require_trusted_key, sign
from jobs.releases.manifest import manifest_file, read_release
from jobs.releases.release import current_release, meant_release, release_file, unknown_release
from jobs.settings import Settings
from jobs.storage.bucket import Bucket
from jobs.storage.s3 import client
from jobs.storage.transfer import put_file
from jobs.telemetry import StageRun

POINTER = "current.json"


def upload_release(settings: Settings, run: StageRun, name: str | None) -> None:
    """Upload a release, default the current one, with its manifest, then the pointer that names it.

    The pointer says `run_id, key, sha256, bytes, pointed_at`, signed; it comes last, so that who follows it
    always finds a whole release. What is sent is what was proven: the release is compared with its manifest.
    Raises DataRefused when nothing was published yet, SettingsError for a release that is unknown and when
    S3 refuses, Temporary otherwise.
    """
    name = meant_release(settings, name) if name else current_release(settings)
    if name is None:
        raise DataRefused("there is no release to upload; run `zlv publish` first")
    prefix = settings.CELLAR_METABASE_KEY_PATH.strip("/")
    prefix = f"{prefix}/" if prefix else ""
    key, bucket = f"{prefix}releases/{name}.duckdb", str(settings.CELLAR_METABASE_BUCKET_NAME)
    s3 = client(settings)
    path = release_file(settings.clean_dir, name)
    if not path.is_file():
        raise unknown_release(settings, name)
    manifest = read_release(settings, path)
    # An open file outlives its removal by a publication at the same time.
    with path.open("rb") as content, run.span(name, kind="object") as span:
        held, sent = put_file(s3, bucket, key, content)
        span.set(bytes=held.bytes, sent=sent)
    if held.sha256 != manifest.sha256:
        raise DataRefused(f"{path} was changed while it was sent; the pointer stays: publish it again")
    with manifest_file(path).open("rb") as content:
        put_file(s3, bucket, f"{prefix}releases/{name}.json", content)
    pointer = {"run_id": name, "key": key, "sha256": held.sha256, "bytes": held.bytes}
    place = Bucket(s3, bucket, prefix)
    unchanged = not sent and _points_to(settings, place, pointer)
    # Signed anew all the same: followers refuse one that somebody put back.
    text = json.dumps(sign(settings, {**pointer, "pointed_at": datetime.now(UTC).isoformat()}), indent=1)
    with run.span(POINTER, kind="object", bytes=len(text)):
        place.write(POINTER, text)
    run.facts(release=name, bytes=held.bytes, sha256=held.sha256, sent=sent)
    if unchanged:
        run.facts(unchanged=True)
    run.note(
        f"release {name} {'is' if sent else 'was already'} at s3://{bucket}/{key}"
        + (": nothing changed" if unchanged else "")
    )


def _points_to(settings: Settings, place: Bucket, pointer: dict[str, Any]) -> bool:
    """Tell whether the pointer in S3 names this release, and is signed by whom we trust."""
    try:
        held = json.loads(place.read(POINTER) or "null")
    except (ValueError, RecursionError, DataRefused):
        return False
    if not isinstance(held, dict) or fault(held, require_trusted_key(settings)):
        return False
    return all(held.get(name) == value for name, value in pointer.items())
