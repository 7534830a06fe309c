"""Remember beside the warehouse what each node was made of, so that the next build knows what changed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from jobs.settings import Settings
from jobs.storage.fingerprint import file_sha256
from jobs.transform.contents import Content
from jobs.transform.graph import digest

FILE = "state.json"
# Raise when the same facts are compared in another way: every warehouse is then built anew.
READING = 2


@dataclass(frozen=True)
class Made:
    """What a node was made of when it last ran, and what came of it.

    `parts` names its SQL and settings, `reads` what each thing it reads held (of a view: which columns).
    `status` and `failures` are a test's verdict. `run` and `because` say when and why it ran.
    """

    name: str
    kind: str
    origin: str
    parts: str
    reads: dict[str, str]
    content: Content | None = None
    status: str = ""
    failures: int = 0
    run: str = ""
    because: tuple[str, ...] = ()


@dataclass
class State:
    """The last good build: its inputs, the sources as they were, and every node.

    `places` tells which writing of each raw file was looked at; `sources` what it held.
    """

    inputs: dict[str, str] = field(default_factory=dict)
    world: str = ""
    sources: dict[str, Content] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)
    nodes: dict[str, Made] = field(default_factory=dict)


def read_state(settings: Settings) -> State | None:
    """Read what is remembered of exactly the warehouse, history and manifest that are there.

    None where there is none, it was changed by another hand, or another one of them was put there.
    """
    try:
        kept = json.loads(_file(settings).read_text(encoding="utf-8"))
        facts = kept["facts"]
        if kept["digest"] != digest(facts) or facts["reading"] != READING:
            return None
        if facts["files"] != _files(settings):
            return None
        return _state_of(facts)
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None


def write_state(settings: Settings, folder: Path, state: State, pending: Mapping[str, Path]) -> None:
    """Write the state into dbt's folder, bound to the files as they will be: `pending` by name, else those
    that stand."""
    facts = {"reading": READING, "files": _files(settings, pending), **asdict(state)}
    kept = {"digest": digest(facts), "facts": facts}
    (folder / FILE).write_text(json.dumps(kept), encoding="utf-8")


def forget_state(settings: Settings) -> None:
    """Have the next build make everything anew."""
    _file(settings).unlink(missing_ok=True)


def _file(settings: Settings) -> Path:
    return settings.warehouse_dir / "dbt" / FILE


def _files(settings: Settings, pending: Mapping[str, Path] | None = None) -> dict[str, str]:
    """Name the files by all their bytes: a disk can change one without a trace in size or time."""
    manifest = settings.warehouse_dir / "dbt" / "manifest.json"
    known = {"warehouse": settings.warehouse_file, "history": settings.history_file, "manifest": manifest}
    places = {**known, **(pending or {})}
    return {name: file_sha256(path) if path.exists() else "" for name, path in places.items()}


def _state_of(facts: Mapping[str, Any]) -> State:
    def content(kept: Any) -> Content | None:
        return None if kept is None else Content(**kept)

    nodes = {
        id_: Made(**{**made, "content": content(made["content"]), "because": tuple(made["because"])})
        for id_, made in facts["nodes"].items()
    }
    sources = {id_: Content(**kept) for id_, kept in facts["sources"].items()}
    return State(facts["inputs"], facts["world"], sources, facts["places"], nodes)
