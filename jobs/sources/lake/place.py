"""Judge the place where sources are looked for: whether it is the one where they were found before."""

from __future__ import annotations

from collections.abc import Sequence

from jobs.catalog import Source
from jobs.errors import SettingsError
from jobs.settings import Settings
from jobs.storage.files import read_certificate
from jobs.storage.web import shown


def is_loaded(settings: Settings, source: Source) -> bool:
    """Tell whether a source was loaded before: its raw file is there."""
    return settings.raw_file(source.domain, source.name).exists()


def refuse_wrong_place(settings: Settings, sources: Sequence[Source], absent: Sequence[Source]) -> None:
    """Refuse a lake, or folders, where nothing is found of all that was loaded from there.

    One that is missing is an absence; several at once are a wrong bucket, a wrong folder, or a mount that is
    not there, and so is one that was loaded from a bucket of another name. A web server says of each address
    by itself that it is gone. Raises SettingsError.
    """
    for is_there, place, cure in (
        (
            _in_lake,
            f"bucket {settings.CELLAR_DATA_LAKE_BUCKET_NAME} at {settings.CELLAR_HOST_URL}",
            "check CELLAR_DATA_LAKE_BUCKET_NAME and CELLAR_HOST_URL",
        ),
        (_in_folder, "the folders of the catalog", "check the locations, and that their disk is mounted"),
    ):
        before = [source for source in sources if is_there(source) and is_loaded(settings, source)]
        gone = {source.name for source in before} <= {source.name for source in absent}
        if gone and (len(before) > 1 or any(_was_elsewhere(settings, source) for source in before)):
            raise SettingsError(
                f"nothing is found in {place} of the {len(before)} sources that were loaded before"
                f" ({_names(before)}): {cure}; the earlier files stand"
            )


def _was_elsewhere(settings: Settings, source: Source) -> bool:
    """Tell whether a source was loaded from a bucket of another name than today's."""
    facts = read_certificate(settings.raw_file(source.domain, source.name)) or {}
    places = [str(item.get("place", "")) for item in facts.get("objects", [])]
    today = f"s3://{settings.CELLAR_DATA_LAKE_BUCKET_NAME}/"
    return any(place.startswith("s3://") and not place.startswith(today) for place in places)


def shown_place(location: str) -> str:
    """Name a location without what an address may hold of a key."""
    return shown(location) if location.startswith(("http://", "https://")) else location


def shown_places(source: Source) -> str:
    """Name the places at which a source is looked for, in their order."""
    return " or ".join(shown_place(place) for place in source.places)


def _in_lake(source: Source) -> bool:
    return any(place.startswith("s3://") for place in source.places)


def _in_folder(source: Source) -> bool:
    return "://" not in source.location or source.location.startswith("file:")


def _names(sources: Sequence[Source]) -> str:
    names = [f"{source.domain}.{source.name}" for source in sources]
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
