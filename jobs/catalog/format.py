"""Describe how a lake object is written, and what it is known to hold."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from jobs.catalog.column import Model


class FileFormat(Model):
    """Say how a lake object is written. What is not said of delimiter, quote, escape and encoding, the file
    itself decides; a quote of no character means that nothing is quoted.

    `dateformat` writes a day with %d, %m, %Y (or %y), else days are ISO 8601. `decimal` is the mark before a
    fraction; `thousands` what stands between groups of three digits, where " " is any blank. `skip` lines
    stand before the header. `trim` takes the blanks at both ends of every header and value away.
    """

    type: Literal["csv", "parquet", "json"] = "csv"
    delimiter: str | None = None
    quote: str | None = None
    escape: str | None = None
    encoding: Literal["utf-8", "latin-1", "windows-1252", "utf-16"] | None = None
    dateformat: str | None = None
    decimal: Literal[".", ","] = "."
    thousands: Literal["", " ", ".", ",", "'"] = ""
    skip: int = Field(default=0, ge=0, le=1000)
    trim: bool = False

    @model_validator(mode="after")
    def _signs(self) -> Self:
        for name, most_blank in (("delimiter", False), ("quote", True), ("escape", True)):
            sign = getattr(self, name)
            if sign is not None and not (len(sign) == 1 or (most_blank and not sign)):
                raise ValueError(f"{name} is one character{', or none' if most_blank else ''}")
            if sign in ("\n", "\r"):
                raise ValueError(f"{name} is no line end")
        if self.delimiter and self.delimiter in (self.quote, self.escape):
            raise ValueError("delimiter and quote are two characters, not one")
        if self.decimal == self.thousands:
            raise ValueError("decimal and thousands are two marks, not one")
        return self


class Expected(Model):
    """Say how many lines the file of a millésime holds, and the public figure that is counted of them.

    A load whose lines differ by more than `tolerance` (a share) is refused until somebody gives the reason.
    """

    lines: int = Field(ge=0)
    tolerance: float = Field(default=0.01, ge=0, lt=1)
    public: int | None = Field(default=None, ge=0)
