"""Describe what is published of the marts: the public name of each, and how far its rows may move."""

from __future__ import annotations

from pydantic import Field, field_validator

from jobs.catalog.column import NAME, Model
from jobs.catalog.reserved import RESERVED


class RowBand(Model):
    """Bound the rows of a table, as multiples of those of the edition before; `most` None: no upper bound."""

    least: float = Field(default=0.5, ge=0, le=1)
    most: float | None = Field(default=2, ge=1)


class Publication(Model):
    """Map one mart to its public name in the clean file; `rows` bounds what may change from one release to
    the next."""

    mart: str
    public_name: str
    description: str = ""
    rows: RowBand = RowBand()

    @field_validator("mart", "public_name")
    @classmethod
    def _name(cls, value: str) -> str:
        if not NAME.match(value) or value in RESERVED:
            raise ValueError("a table's name is lower case letters, digits and _, and no word of SQL")
        return value
