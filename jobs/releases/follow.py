"""Bring the release that S3 names into a clean folder of this machine: `upload`, the other way round."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from jobs.errors import DataRefused, SettingsError
from jobs.releases.release import (
    FOLDER,
    close_release,
    current_release,
    open_to_group,
    point_to,
    publishing,
    release_file,
    remove_old,
)
from jobs.releases.upload import POINTER
from jobs.settings import Settings
from jobs.storage.bucket import Bucket
from jobs.storage.files import discard, next_file
from jobs.storage.s3 import client
from jobs.telemetry import StageRun


class _Pointer(BaseModel):
    model_config = ConfigDict(extra="ignore")

    run_id: str
    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    bytes: int = Field(ge=0)


def follow_release(settings: Settings, run: StageRun) -> str | None:
    """Fetch the release that the pointer names, check it, and show it as the clean file.

    Returns its name, or None when the clean file shows it already or nothing was uploaded yet. A
    release that is still here is not fetched again. Raises DataRefused when pointer or release are
    not what `zlv upload` wrote, Temporary when S3 fails: the last good release stands either way.
    """
    bucket = str(settings.CELLAR_METABASE_BUCKET_NAME)
    place = Bucket(client(settings), bucket, settings.CELLAR_METABASE_KEY_PATH)
    text = place.read(POINTER)
    if text is None:
        run.log.info("%s/%s is not there yet; it comes with `zlv upload`", place, POINTER)
        return None
    try:
        pointer = _Pointer.model_validate_json(text)
        target = release_file(settings.clean_dir, pointer.run_id)
    except (ValidationError, SettingsError):
        raise DataRefused(
            f"{place}/{POINTER} is not what `zlv upload` writes; the last release stands: upload again"
        ) from None
    if current_release(settings) == pointer.run_id:
        return None
    with publishing(settings), run.span(pointer.run_id, kind="object", bytes=pointer.bytes) as span:
        for left in target.parent.glob("*.next"):
            discard(left)
        open_to_group(target.parent)
        fetched = not target.is_file()
        if fetched:
            with next_file(target) as pending:
                if place.get(f"{FOLDER}/{target.name}", pending) != pointer.sha256:
                    raise DataRefused(
                        f"{place}/{FOLDER}/{target.name} does not have the checksum that {POINTER} names; the"
                        " last release stands: upload it again"
                    )
                close_release(pending)
        point_to(settings, pointer.run_id)
        removed = remove_old(settings, settings.ZLV_KEEP_RELEASES)
        span.set(fetched=fetched, removed=len(removed))
    run.note(f"the clean file shows release {pointer.run_id}")
    return pointer.run_id
