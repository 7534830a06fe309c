"""Find a release by its name: on the clean volume, else in S3."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from jobs.errors import DataRefused
from jobs.releases.manifest import check_content, check_manifest
from jobs.releases.release import FOLDER, meant_release, release_file, unknown_release
from jobs.settings import Settings
from jobs.storage.bucket import Bucket
from jobs.storage.s3 import client


def find_release(settings: Settings, name: str, folder: Path) -> Path:
    """Give the file of a release; one that the volume no longer keeps is fetched from S3 into `folder`.

    `last` is the one that is shown, `previous` the one that it replaced. Raises SettingsError when neither
    place has it and for a name that is none, DataRefused for one without proof, Temporary when S3 fails.
    """
    name = meant_release(settings, name)
    here = release_file(settings.clean_dir, name)
    if here.is_file():
        return here
    if not (settings.CELLAR_METABASE_BUCKET_NAME and settings.CELLAR_HOST_URL):
        raise unknown_release(settings, name, "not on the clean volume, and no S3 is set")
    place = Bucket(client(settings), settings.CELLAR_METABASE_BUCKET_NAME, settings.CELLAR_METABASE_KEY_PATH)
    path = f"{FOLDER}/{here.name}"
    if not place.exists(path):
        raise unknown_release(settings, name, f"neither on the clean volume nor at {place}/{FOLDER}")
    fetched = folder / here.name
    place.get(path, fetched)
    text = place.read(str(PurePosixPath(path).with_suffix(".json")))
    if text is None:
        raise DataRefused(f"release {name} has no manifest at {place}/{FOLDER}: nothing proves it")
    check_content(fetched, check_manifest(settings, text, f"the manifest of release {name}"))
    return fetched
