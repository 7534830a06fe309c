"""Find the keys of a bucket that a location means."""

from __future__ import annotations

import fnmatch
import re
import unicodedata
from collections.abc import Iterable
from typing import Any

from jobs.sources.lake.item import LakeObject
from jobs.storage.s3 import told

Entry = dict[str, Any]


def find_in_bucket(s3: Any, bucket: str, pattern: str) -> list[LakeObject]:
    """List the objects that a location means, by key.

    Raises SettingsError for keys or a bucket that are wrong, Temporary for what may pass.
    """
    found = fitting(pattern, _listed(s3, bucket, prefix_of(pattern), whole="*" in pattern))
    note = ""
    if not found and not pattern.isascii():
        # Accents are written in two ways, which look the same.
        prefix = prefix_of(pattern, ascii_only=True)
        found = written_otherwise(pattern, _listed(s3, bucket, prefix, whole=True))
        note = "the accents of its name are written in another way than in the catalog"
    return [_object(s3, bucket, entry, note) for entry in found]


def prefix_of(pattern: str, *, ascii_only: bool = False) -> str:
    """Give the part of a location that every key it means begins with."""
    prefix = pattern.split("*", 1)[0]
    return re.split(r"[^\x00-\x7f]", prefix, maxsplit=1)[0] if ascii_only else prefix


def fitting(pattern: str, entries: Iterable[Entry]) -> list[Entry]:
    """Choose the entries of a list that a location means, by key; `*` matches within one folder.

    A location without `*` means the key of that very name.
    """
    several = "*" in pattern
    found = [entry for entry in entries if _fits(pattern, str(entry["Key"]), several=several)]
    return sorted(found, key=lambda entry: str(entry["Key"]))


def written_otherwise(pattern: str, entries: Iterable[Entry]) -> list[Entry]:
    """Choose the entries whose keys a location means when accents are written in the same way in both."""
    alike = [{**entry, "Key": _composed(str(entry["Key"])), "Own": entry["Key"]} for entry in entries]
    return [{**entry, "Key": entry["Own"]} for entry in fitting(_composed(pattern), alike)]


def _fits(pattern: str, key: str, *, several: bool) -> bool:
    if not several:
        return key == pattern
    # An extension in capitals or not is the same extension; only `*` is a sign of a location.
    signs = pattern.lower().replace("[", "[[]").replace("?", "[?]")
    return key.count("/") == pattern.count("/") and fnmatch.fnmatchcase(key.lower(), signs)


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _listed(s3: Any, bucket: str, prefix: str, *, whole: bool) -> list[Entry]:
    """List what begins with a prefix; the first page holds what is called exactly so."""
    entries: list[Entry] = []
    with told(s3, bucket):
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
            entries += page.get("Contents", [])
            if not whole:
                break
    return entries


def _object(s3: Any, bucket: str, entry: Entry, note: str) -> LakeObject:
    key, size, tag = str(entry["Key"]), int(entry.get("Size", -1)), str(entry.get("ETag") or "")
    if not tag or size < 0:
        # Not every server tells them in a list.
        with told(s3, bucket):
            head = s3.head_object(Bucket=bucket, Key=key)
        tag, size = str(head.get("ETag") or ""), int(head["ContentLength"])
    changed = entry.get("LastModified")
    etag = tag.strip('"') or (f"{changed.timestamp()}-{size}" if changed else "")
    name = key.rsplit("/", 1)[-1]
    return LakeObject(f"s3://{bucket}/{key}", name, etag, size, condition=tag, note=note and f"{key}: {note}")
