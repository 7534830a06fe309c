"""Remember, in a followed clean folder, whom it trusts and how far it came."""

from __future__ import annotations

import json

from jobs.errors import DataRefused
from jobs.settings import Settings
from jobs.storage.files import next_file
from jobs.storage.outside import Outside, Sha256, read_outside

_FILE = ".followed.json"


class Followed(Outside):
    """Hold the key that signs what is shown, and the time of the newest pointer that was followed."""

    key: Sha256
    pointed_at: str


def read_followed(settings: Settings) -> Followed | None:
    """Read what an earlier `zlv follow` kept; None before the first."""
    path = settings.clean_dir / _FILE
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError):
        raise DataRefused(f"{path} cannot be read; remove it to trust the next release anew") from None
    return read_outside(Followed, text, str(path), "remove it to trust the next release anew")


def note_followed(settings: Settings, followed: Followed) -> None:
    """Keep it, whole or not at all."""
    if read_followed(settings) == followed:
        return
    with next_file(settings.clean_dir / _FILE) as pending:
        pending.write_text(json.dumps(followed.model_dump()), encoding="utf-8")
