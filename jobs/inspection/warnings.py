"""Read what the sources held that nobody documented, as the last synchronisation and build counted it."""

from __future__ import annotations

from dataclasses import dataclass

from jobs.settings import Settings
from jobs.storage.files import read_certificate


@dataclass(frozen=True)
class Warned:
    """One oddity of the sources: its rows, and those of the build before (None: none, or none known)."""

    what: str
    rows: int
    before: int | None = None


def warned(settings: Settings) -> list[Warned]:
    """List values of the application that are NULL for being no day or number, and the tests that warn."""
    tables = (read_certificate(settings.production_file) or {}).get("tables", {})
    unreal = [
        Warned(f"production.{name}.{column} holds no day or number", rows)
        for name, facts in tables.items()
        for column, rows in facts.get("unreal", {}).items()
    ]
    tests = (read_certificate(settings.warehouse_file) or {}).get("warnings", {})
    return unreal + [Warned(name, counts["rows"], counts["before"]) for name, counts in tests.items()]
