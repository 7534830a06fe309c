"""Name the run that a person means."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

from jobs.errors import SettingsError

_WORDS = ("last", "previous")


def meant_run(word: str, newest_first: Iterable[str], where: object) -> str:
    """Name the run that a person means: `last`, `previous` (the one before it), or an id as it is.

    Raises SettingsError when there is no such run in `where`.
    """
    if word not in _WORDS:
        return word
    number = _WORDS.index(word)
    found = list(islice(newest_first, number + 1))
    if len(found) <= number:
        what = "no run before the last" if found else "no run"
        raise SettingsError(f"{where} holds {what} yet; start one with: zlv run daily")
    return found[number]
