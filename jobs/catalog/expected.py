"""Describe what the file of a millésime is known to hold."""

from __future__ import annotations

from pydantic import Field

from jobs.catalog.column import Model


class Expected(Model):
    """Say how many lines the file of a millésime holds, and the public figure that is counted of them.

    A load whose lines differ by more than `tolerance` (a share) is refused until somebody gives the reason.
    """

    lines: int = Field(ge=0)
    tolerance: float = Field(default=0.01, ge=0, lt=1)
    public: int | None = Field(default=None, ge=0)
