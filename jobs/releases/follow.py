"""Bring the release that S3 names into a clean folder of this machine: `upload`, the other way round."""

from __future__ import annotations

import json

from jobs.errors import DataRefused
from jobs.privacy.signature import fault
from jobs.releases.followed import Followed, note_followed, read_followed
from jobs.releases.manifest import check_content, check_manifest, manifest_file, read_release
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
from jobs.storage.outside import Name, Outside, Sha256, read_outside
from jobs.storage.s3 import client
from jobs.storage.writer import forget_writers
from jobs.telemetry import StageRun

_CURE = "the last release stands; upload again"


class Pointer(Outside):
    """Say which release S3 shows, since when, signed."""

    run_id: Name
    sha256: Sha256
    bytes: int
    pointed_at: str
    signed_by: Sha256


def follow_release(settings: Settings, run: StageRun) -> str | None:
    """Fetch the release that the pointer names, check it, and show it as the clean file.

    Returns its name, or None when the clean file shows it already or nothing was uploaded yet. A
    release that is still here is not fetched again. Raises DataRefused when pointer or release are
    not what `zlv upload` wrote and signed, or older than what was followed before; Temporary when S3
    fails: the last good release stands either way.
    """
    bucket = str(settings.CELLAR_METABASE_BUCKET_NAME)
    place = Bucket(client(settings), bucket, settings.CELLAR_METABASE_KEY_PATH)
    text = place.read(POINTER)
    if text is None:
        run.log.info("%s/%s is not there yet; it comes with `zlv upload`", place, POINTER)
        return None
    pointer, followed = _pointer(settings, place, text, run)
    if current_release(settings) == pointer.run_id:
        note_followed(settings, followed)
        return None
    target = release_file(settings.clean_dir, pointer.run_id)
    with publishing(settings), run.span(pointer.run_id, kind="object", bytes=pointer.bytes) as span:
        open_to_group(target.parent)
        for left in target.parent.glob("*.next"):
            discard(left)
        forget_writers(target.parent)
        fetched = not target.is_file()
        if fetched:
            _fetch(settings, place, pointer, followed)
        if read_release(settings, target, followed.key).sha256 != pointer.sha256:
            raise DataRefused(f"{pointer.run_id} is here with other bytes than {POINTER} names; {_CURE}")
        point_to(settings, pointer.run_id)
        note_followed(settings, followed)
        removed = remove_old(settings, settings.ZLV_KEEP_RELEASES)
        span.set(fetched=fetched, removed=len(removed))
    run.note(f"the clean file shows release {pointer.run_id}")
    return pointer.run_id


def _pointer(settings: Settings, place: Bucket, text: str, run: StageRun) -> tuple[Pointer, Followed]:
    """Read the pointer; whoever signed the first one is whom this folder trusts, unless a key is set."""
    what = f"{place}/{POINTER}"
    pointer = read_outside(Pointer, text, what, _CURE)
    last = read_followed(settings)
    trusted = settings.ZLV_VERIFY_KEY or (last.key if last else None)
    if trusted is None:
        trusted = pointer.signed_by
        run.note(f"from now on only releases signed with {trusted} are shown; set ZLV_VERIFY_KEY to it")
    wrong = fault(json.loads(text), trusted)
    if wrong:
        cure = "set ZLV_VERIFY_KEY to the key that `zlv verify` prints where releases are made"
        raise DataRefused(f"{what} {wrong}; {_CURE}, or {cure}")
    if last and pointer.pointed_at < last.pointed_at:
        raise DataRefused(
            f"{what} is of {pointer.pointed_at}, older than the one of {last.pointed_at} that was followed:"
            f" somebody put it back; {_CURE}"
        )
    return pointer, Followed(key=trusted, pointed_at=pointer.pointed_at)


def _fetch(settings: Settings, place: Bucket, pointer: Pointer, followed: Followed) -> None:
    target = release_file(settings.clean_dir, pointer.run_id)
    path = f"{FOLDER}/{manifest_file(target).name}"
    text = place.read(path)
    if text is None:
        raise DataRefused(f"{place}/{path} is missing: nothing proves the release; {_CURE}")
    manifest = check_manifest(settings, text, f"{place}/{path}", followed.key)
    with next_file(target) as pending:
        if place.get(f"{FOLDER}/{target.name}", pending) != pointer.sha256:
            raise DataRefused(
                f"{place}/{FOLDER}/{target.name} does not have the checksum that {POINTER} names; {_CURE}"
            )
        check_content(pending, manifest)
        close_release(pending)
        with next_file(manifest_file(target)) as written:
            written.write_text(text, encoding="utf-8")
            close_release(written)
