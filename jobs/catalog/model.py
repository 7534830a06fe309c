"""Describe one source: where it lies, how often it comes, what is expected of it."""

from __future__ import annotations

from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator

from jobs.catalog.column import NAME, Column, FileLayout, Model
from jobs.catalog.format import Expected, FileFormat
from jobs.catalog.publication import RowBand
from jobs.catalog.reserved import RESERVED

Domain = Literal["production", "lovac", "locomvac", "ff", "external"]
PublicCriterion = Literal["fil", "fil_ccthp"]
Due = Literal["daily", "monthly", "yearly", "never"]
Sample = Literal["facts", "invented"]

# A delivery is late when the next one is overdue by half a day, a few days, a month. None: one delivery,
# which cannot be late.
DAYS_UNTIL_LATE: dict[Due, float | None] = {"daily": 1.5, "monthly": 35, "yearly": 396, "never": None}


class Source(Model):
    """Declare one input.

    `location` is `postgres:<table>` for the application, else a URL or path whose `{lake}` is the data
    lake's bucket; `*` matches several objects. A list of places is searched in its order: the first that
    holds an object is read. A file may come in one of several `layouts`, whose columns `columns` joins;
    without any it has the columns of `columns`. `minimum_rows` is the expected minimum, `rejects_threshold`
    the share of broken lines (0–1) over which a load is refused. `due` says how often a delivery comes;
    `late_after_days` after how many days without one it is late, where the usual delay of `due` does not
    fit. `public_criterion` is the rule of the long-term vacancy that was published for a LOVAC year: `fil`
    private dwellings vacant for more than two years, `fil_ccthp` those of them vacant in the Fichiers
    fonciers. `year_column` names the column that holds the millésime on each line. `rows` bounds the rows of
    a delivery against those of the file before, and `expected` (catalog/expected.yml) says how many lines the
    file of this very millésime has. A file at a web address is `max_bytes` at most and has the checksum
    `sha256` (64 hexadecimal digits), which a plain http:// address needs: nobody else vouches for what
    arrives; it leads to another host only where `redirects_to` names it. `sample` says what the sample data
    hold of a public source: `facts`, rows of the true file, or `invented` ones. `waiting` says, with file,
    line and cure, why nothing is read of the source: it is not decided, or closed.
    """

    name: str
    domain: Domain
    places: tuple[str, ...] = Field(validation_alias="location", min_length=1)
    millesime: int | None = None
    public_criterion: PublicCriterion | None = None
    description: str = ""
    producer: str = ""
    licence: str = ""
    owner: str
    due: Due = "yearly"
    late_after_days: float | None = Field(default=None, gt=0)
    format: FileFormat = FileFormat()
    sha256: str | None = Field(default=None, pattern=r"^[0-9a-f]{64}$")
    max_bytes: int = Field(default=1 << 30, gt=0)
    redirects_to: tuple[str, ...] = ()
    sample: Sample | None = None
    key: tuple[str, ...] = ()
    minimum_rows: int = Field(default=1, ge=0)
    year_column: str | None = None
    rows: RowBand = RowBand(least=0.8, most=1.25)
    expected: Expected | None = None
    rejects_threshold: float = Field(default=0.01, ge=0, le=1)
    optional: bool = True
    columns: tuple[Column, ...]
    layouts: tuple[FileLayout, ...] = ()
    waiting: str = ""

    @field_validator("places", mode="before")
    @classmethod
    def _places(cls, value: object) -> object:
        return (value,) if isinstance(value, str) else value

    @field_validator("name")
    @classmethod
    def _name(cls, value: str) -> str:
        if not NAME.match(value):
            raise ValueError("a source name is lower case letters, digits and _")
        if value in RESERVED:
            raise ValueError(f"{value} is a word of SQL; take another name")
        return value

    @model_validator(mode="after")
    def _coherent(self) -> Source:
        names = [column.name for column in self.columns]
        double = sorted({name for name in names if names.count(name) > 1})
        if double:
            raise ValueError(f"column {double[0]!r} is declared twice")
        missing = [name for name in self.key if name not in names]
        if missing:
            raise ValueError(f"key column {missing[0]!r} is not declared")
        if self.year_column is not None and self.year_column not in names:
            raise ValueError(f"year_column {self.year_column!r} is not declared")
        if self.due == "never" and self.late_after_days is not None:
            raise ValueError("a source that is due never has no late_after_days: say how often it is due")
        if self.domain == "external" and not self.waiting and not (self.producer and self.licence):
            raise ValueError(
                "an external source names its producer and its licence: who made it, and what allows its use"
            )
        if self.is_plain_http and self.sha256 is None:
            raise ValueError(
                "a location of http:// needs the file's sha256, or https://: nobody vouches for what arrives"
            )
        if self.sha256 is not None and not self.is_at_web_address:
            raise ValueError("sha256 is for a location of http:// or https://")
        if len(self.places) > 1 and self.is_production:
            raise ValueError("a table of the application has one location")
        if any("@" in urlsplit(place).netloc for place in self.places if place.startswith("http")):
            raise ValueError("location holds a user or a password: a catalog is no place for secrets")
        if self.redirects_to and not self.is_at_web_address:
            raise ValueError("redirects_to is for a location of http:// or https://")
        if (self.domain == "lovac" and self.millesime is not None) != (self.public_criterion is not None):
            raise ValueError(
                "a millesime of LOVAC, and nothing else, has a public_criterion: fil, or fil_ccthp; see"
                " catalog/lovac.yml"
            )
        return self

    @property
    def location(self) -> str:
        """Give the first place; a new file is put there."""
        return self.places[0]

    @property
    def is_production(self) -> bool:
        return self.location.startswith("postgres:")

    @property
    def is_several(self) -> bool:
        """Tell whether the source may be made of several objects."""
        return any("*" in place for place in self.places)

    @property
    def is_at_web_address(self) -> bool:
        return any(place.startswith(("http://", "https://")) for place in self.places)

    @property
    def is_local(self) -> bool:
        """Tell whether the objects are files of this machine."""
        return not self.is_production and all(urlsplit(place).scheme in ("", "file") for place in self.places)

    @property
    def is_plain_http(self) -> bool:
        """Tell whether the file comes over a network in clear; this very machine is no network."""
        return any(
            place.startswith("http://") and urlsplit(place).hostname not in ("localhost", "127.0.0.1", "::1")
            for place in self.places
        )

    @property
    def file_layouts(self) -> tuple[FileLayout, ...]:
        """List the layouts that a file may have: at least one."""
        return self.layouts or (FileLayout(name="", columns=self.columns),)

    @property
    def family(self) -> str:
        """Name the source without its year: the millésimes of a file are one family."""
        return self.name.removesuffix(f"_{self.millesime}")

    @property
    def year_of_line(self) -> str:
        """Name the column that holds the year of each line: `annee` where no other is declared."""
        return self.year_column or "annee"

    @property
    def days_until_late(self) -> float | None:
        """Give the freshness rule: the age in days from which a delivery is late; None for one that is not
        repeated."""
        return DAYS_UNTIL_LATE[self.due] if self.late_after_days is None else self.late_after_days

    @property
    def table(self) -> str:
        """Name the application's table (production sources only)."""
        return self.location.removeprefix("postgres:")

    @property
    def columns_read(self) -> tuple[Column, ...]:
        return tuple(column for column in self.columns if column.is_read)
