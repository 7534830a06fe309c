"""Say of each object of a lake which source of the catalog it would become, and what does not fit."""

from __future__ import annotations

import fnmatch
import glob
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from jobs.catalog import Catalog, Source
from jobs.errors import DataRefused, SettingsError
from jobs.settings import Settings
from jobs.sources.lake.adoption.fit import Fit, fit, likeliest
from jobs.sources.lake.adoption.sight import Looked, look
from jobs.sources.lake.objects import Lake, LakeObject
from jobs.storage.s3 import client, told

LAKE = "s3://{lake}/"


@dataclass(frozen=True)
class Adopted:
    """What becomes of one object: its source (`domain.name`, empty: none), how it is written, what does not
    fit, each with its cure, and what is only told."""

    key: str
    bytes: int
    source: str = ""
    layout: str = ""
    format: str = ""
    encoding: str = ""
    delimiter: str = ""
    misfits: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def adopt(settings: Settings, catalog: Catalog, address: str) -> list[Adopted]:
    """Look at every object of `s3://bucket` or `s3://bucket/folder`, with the keys of the settings.

    Raises SettingsError for an address that is none, or what the server refuses; Temporary for what may pass.
    """
    parts = urlsplit(address)
    if parts.scheme != "s3" or not parts.netloc:
        raise SettingsError(f"{address} is no lake; write it as s3://bucket, or s3://bucket/folder")
    there = settings.model_copy(update={"CELLAR_DATA_LAKE_BUCKET_NAME": parts.netloc})
    lake = Lake(there)
    sources = [source for source in catalog.lake_sources if any(p.startswith(LAKE) for p in source.places)]
    found, taken = [], dict[str, str]()
    for item, key in sorted(_objects(there, parts.netloc, parts.path.lstrip("/")), key=lambda each: each[1]):
        found.append(_adopted(there, sources, item, key, lake))
    ranks = {one.key: _rank(sources, one) for one in found}
    for one in sorted(found, key=lambda one: ranks[one.key]):
        if one.source and not one.misfits and "*" not in "".join(_places(sources, one.source)):
            taken.setdefault(one.source, one.key)
    return [
        one
        if taken.get(one.source, one.key) == one.key or one.misfits
        else _replaced(one, f"is not read: {one.source} is read from {taken[one.source]}, its earlier place")
        for one in found
    ]


def _objects(settings: Settings, bucket: str, prefix: str) -> Iterator[tuple[LakeObject, str]]:
    s3 = client(settings)
    with told(s3, bucket):
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
            for entry in page.get("Contents", []):
                key, size = str(entry["Key"]), int(entry["Size"])
                if not key.endswith("/"):
                    url = f"s3://{bucket}/{glob.escape(key)}"
                    etag = str(entry.get("ETag", "")).strip('"')
                    yield LakeObject(url, key.rsplit("/", 1)[-1], etag, size), key


def _adopted(
    settings: Settings, sources: Sequence[Source], item: LakeObject, key: str, lake: Lake
) -> Adopted:
    declared = next((source for source in sources if _holds(source, key)), None)
    name = f"{declared.domain}.{declared.name}" if declared else ""
    if item.size == 0:
        return Adopted(key, 0, name, misfits=("is empty; deliver it again",))
    try:
        looked = look(settings, item, lake)
    except DataRefused as error:
        return Adopted(key, item.size, name, misfits=(str(error),))
    if declared is not None:
        return _told(key, item, declared, looked, fit(declared, looked, sources), ())
    likely = likeliest(sources, key, looked)
    if likely is None:
        cure = "no source of the catalog has such columns; declare one with `zlv new source`, or leave it out"
        return Adopted(key, item.size, format=looked.format, encoding=looked.encoding, misfits=(cure,))
    places = " or ".join(place.removeprefix(LAKE) for place in likely.places)
    place = f"the catalog declares {likely.domain}.{likely.name} at {places}; put it there, or add this place"
    return _told(key, item, likely, looked, fit(likely, looked, sources), (place,))


def _told(
    key: str, item: LakeObject, source: Source, looked: Looked, found: Fit, more: tuple[str, ...]
) -> Adopted:
    return Adopted(
        key,
        item.size,
        f"{source.domain}.{source.name}",
        found.layout,
        looked.format,
        looked.encoding,
        found.delimiter,
        (*more, *found.misfits),
        found.notes,
    )


def _holds(source: Source, key: str) -> bool:
    """Tell whether a key is one of a source's places; an extension in capitals is the same extension."""
    for place in source.places:
        pattern = place.removeprefix(LAKE)
        alike = fnmatch.fnmatchcase(key.lower(), pattern.lower()) and key.count("/") == pattern.count("/")
        if place.startswith(LAKE) and (alike if "*" in pattern else key == pattern):
            return True
    return False


def _places(sources: Sequence[Source], name: str) -> tuple[str, ...]:
    return next((s.places for s in sources if f"{s.domain}.{s.name}" == name), ())


def _rank(sources: Sequence[Source], one: Adopted) -> int:
    places = [place.removeprefix(LAKE) for place in _places(sources, one.source)]
    return places.index(one.key) if one.key in places else len(places)


def _replaced(one: Adopted, note: str) -> Adopted:
    return Adopted(**{**one.__dict__, "notes": (*one.notes, note)})
