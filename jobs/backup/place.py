"""Give the place that a person names for exports."""

from __future__ import annotations

from pathlib import Path

from jobs.errors import SettingsError
from jobs.settings import Settings
from jobs.storage.bucket import Bucket
from jobs.storage.places import Folder, Place


def place_of(settings: Settings, named: str) -> Place:
    """Give a folder here, or the prefix of a bucket for `s3://bucket/prefix`.

    Raises SettingsError for any other address; it is not shown, as it may hold a password.
    """
    if named.startswith("s3://"):
        return Bucket.of(settings, named)
    if "://" in named:
        raise SettingsError(
            "the place is no folder and does not begin with s3://: other addresses are unknown"
        )
    return Folder(Path(named))
