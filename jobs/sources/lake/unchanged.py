"""Know the sources whose objects are those of the last load, and tell of them what holds still."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from jobs.catalog import Source
from jobs.privacy.treatments import key_fingerprint
from jobs.settings import Settings
from jobs.sources.lake.checks import far_off
from jobs.sources.lake.objects import LakeObject
from jobs.storage.fingerprint import declaration_fingerprint
from jobs.telemetry import StageRun


def is_unchanged(
    settings: Settings, source: Source, objects: Sequence[LakeObject], facts: Mapping[str, Any]
) -> bool:
    """Tell whether the raw file (`facts`: its certificate) was made of these very objects, under today's
    declaration and key."""
    if not facts or any(not item.etag for item in objects):
        return False
    then = [(item["name"], item["etag"]) for item in facts.get("objects", [])]
    made = (facts.get("declaration"), facts.get("key"), then)
    return made == (
        declaration_fingerprint(source),
        key_fingerprint(settings),
        [(item.name, item.etag) for item in objects],
    )


def tell_unchanged(source: Source, run: StageRun, facts: Mapping[str, Any]) -> None:
    """Tell again what is to be known of a file that stays."""
    name = f"{source.domain}.{source.name}"
    if broken := int(facts.get("rejects") or 0):
        run.note(f"{name}: {broken} broken lines were set aside when it was loaded, {facts.get('rows')} rows")
    if not facts.get("accepted_rows"):
        for sentence in far_off(source, int(facts.get("rows") or 0) + broken, None):
            run.note(f"{name}: {sentence}: it was loaded before this was expected of it")
