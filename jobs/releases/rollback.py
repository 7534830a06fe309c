"""Show an earlier release again."""

from __future__ import annotations

from jobs.errors import DataRefused
from jobs.releases.manifest import read_release
from jobs.releases.release import (
    current_release,
    meant_release,
    point_to,
    previous_release,
    publishing,
    release_file,
)
from jobs.releases.standing import take_back
from jobs.settings import Settings


def roll_back(settings: Settings, to: str | None = None) -> tuple[str | None, str]:
    """Point the clean file to the release before, or to a given one; nothing is copied.

    A publication of what the one before holds does not bring it back; one of anything else does its work.
    Returns (from, to). Raises DataRefused when there is none, or when nothing proves that it is what was
    published under its name.
    """
    with publishing(settings):
        current = current_release(settings)
        target = meant_release(settings, to) if to else previous_release(settings)
        if target is None:
            raise DataRefused("there is no earlier release to roll back to; publish again instead")
        if release_file(settings.clean_dir, target).is_file():
            read_release(settings, release_file(settings.clean_dir, target))
        point_to(settings, target)
        take_back(settings, current, target)
    return current, target
