"""Put releases of the clean file where a Metabase without the clean volume finds them."""

from __future__ import annotations

import json

from jobs.errors import DataRefused
from jobs.releases.release import current_release, release_file
from jobs.settings import Settings
from jobs.storage.s3 import client, told
from jobs.storage.transfer import put_file
from jobs.telemetry import StageRun

POINTER = "current.json"


def upload_release(settings: Settings, run: StageRun, name: str | None) -> None:
    """Upload a release, default the current one, then the pointer: `{run_id, key, sha256, bytes}`.

    The pointer comes last, so that who follows it always finds a whole release.
    Raises DataRefused when there is no such release, SettingsError when S3 refuses, Temporary otherwise.
    """
    name = name or current_release(settings)
    if name is None:
        raise DataRefused("there is no release to upload; run `zlv publish` first")
    prefix = settings.CELLAR_METABASE_KEY_PATH.strip("/")
    prefix = f"{prefix}/" if prefix else ""
    key, bucket = f"{prefix}releases/{name}.duckdb", str(settings.CELLAR_METABASE_BUCKET_NAME)
    s3 = client(settings)
    path = release_file(settings.clean_dir, name)
    if not path.is_file():
        raise DataRefused(f"release {name} is not on the clean volume; see `zlv status`")
    # An open file outlives its removal by a publication at the same time.
    with path.open("rb") as content, run.span(name, kind="object") as span:
        held, sent = put_file(s3, bucket, key, content)
        span.set(bytes=held.bytes, sent=sent)
    pointer = {"run_id": name, "key": key, "sha256": held.sha256, "bytes": held.bytes}
    text = json.dumps(pointer, indent=1)
    with run.span(POINTER, kind="object", bytes=len(text)), told(s3, bucket):
        s3.put_object(Bucket=bucket, Key=prefix + POINTER, Body=text.encode(), ContentType="application/json")
    run.facts(release=name, bytes=held.bytes, sha256=held.sha256, sent=sent)
    run.note(f"release {name} {'is' if sent else 'was already'} at s3://{bucket}/{key}")
