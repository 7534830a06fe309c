"""Find the release that was made already of what is to be published, so that it stands or is shown again."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from jobs.errors import DataRefused
from jobs.releases.manifest import read_release
from jobs.releases.release import current_release, release_file, release_names
from jobs.settings import Settings
from jobs.storage.files import next_file, read_certificate

_TAKEN_BACK = ".taken-back.json"


@dataclass(frozen=True)
class Standing:
    """Name the release to show; `taken_back` is its equal that a rollback went away from."""

    name: str
    taken_back: str | None = None


def standing_release(settings: Settings, run_id: str, facts: dict[str, Any]) -> Standing | None:
    """Find a whole release whose certificate tells the same facts: the one that is shown, else one that an
    earlier attempt of this run finished.

    While its equal was taken back, the one that is shown stands. A release that is not the bytes of its
    signed manifest counts as none.
    """
    current, back = current_release(settings), _taken_back(settings)
    for name in sorted(release_names(settings.clean_dir), key=lambda name: name != current):
        path = release_file(settings.clean_dir, name)
        certificate = read_certificate(path) or {}
        if any(certificate.get(fact) != value for fact, value in facts.items()):
            continue
        if name in back and current is not None and name != current:
            return Standing(current, taken_back=name) if _is_whole(settings, current) else None
        if (name == current or certificate.get("run_id") == run_id) and _is_whole(settings, name):
            return Standing(name)
    return None


def _is_whole(settings: Settings, name: str) -> bool:
    try:
        read_release(settings, release_file(settings.clean_dir, name))
    except DataRefused:
        return False
    return True


def take_back(settings: Settings, left: str | None, shown: str) -> None:
    """Remember which release a rollback went away from; what is shown by hand is no longer one of them."""
    names = release_names(settings.clean_dir)
    back = [name for name in _taken_back(settings) if name in names and name != shown]
    if left in names and names.index(left) < names.index(shown) and left not in back:
        back.append(left)
    if back != _taken_back(settings):
        with next_file(settings.clean_dir / _TAKEN_BACK) as pending:
            pending.write_text(json.dumps(back), encoding="utf-8")


def _taken_back(settings: Settings) -> list[str]:
    try:
        held = json.loads((settings.clean_dir / _TAKEN_BACK).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    return held if isinstance(held, list) else []
