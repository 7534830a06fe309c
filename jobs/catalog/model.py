"""Describe every source, its columns and its policy as typed, frozen models."""

from __future__ import annotations

import re
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

Domain = Literal["production", "lovac", "locomvac", "ff", "external"]
PrivacyClass = Literal["direct", "indirect", "free_text", "none"]
PublicCriterion = Literal["fil", "fil_ccthp"]
Due = Literal["daily", "monthly", "yearly", "never"]
Treatment = Literal["drop", "pseudonymise", "generalise", "keep"]
Sample = Literal["facts", "invented"]

# A delivery is late when the next one is overdue by half a day, a few days, a month. None: one delivery,
# which cannot be late.
DAYS_UNTIL_LATE: dict[Due, float | None] = {"daily": 1.5, "monthly": 35, "yearly": 396, "never": None}

NAME = re.compile(r"^[a-z][a-z0-9_]*$")
TYPES = re.compile(
    r"^(VARCHAR|INTEGER|BIGINT|DOUBLE|BOOLEAN|DATE|UUID|TIMESTAMP WITH TIME ZONE|DECIMAL\(\d+,\d+\))(\[\])?$"
)


# What `zlv new` writes where a person decides.
UNDECIDED = "À DÉCIDER"


class Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="after")
    def _decided(self) -> Self:
        open_ = [name for name, value in self if isinstance(value, str) and UNDECIDED in value]
        if open_:
            raise ValueError(f"{', '.join(open_)} not decided yet: write it in place of « {UNDECIDED} … »")
        return self


class Rule(Model):
    """Decide what becomes of one raw column.

    `privacy` and `treatment` are the policy's words; `rule` names the generalisation;
    `derive` maps further output columns to the generalisation that makes them, so that an
    e-mail can be dropped while the flag read from it stays.
    """

    privacy: PrivacyClass = Field(default="direct", alias="class")
    treatment: Treatment = "drop"
    rule: str | None = None
    normalise: bool = False
    derive: dict[str, str] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _coherent(self) -> Rule:
        if (self.treatment == "generalise") != (self.rule is not None):
            raise ValueError("treatment 'generalise' goes with a rule, and a rule with 'generalise'")
        if self.privacy in ("direct", "free_text") and self.treatment == "keep":
            raise ValueError(
                f"a column of class '{self.privacy}' cannot be kept: drop, pseudonymise or generalise it"
            )
        return self


CLOSED = Rule()


class Column(Model):
    """Declare one raw column: how it is called in the file, read, and treated.

    `values`, or `minimum` and `maximum`, say what the producer documents; another value is counted and told,
    and the models that ask `known()` read it as unknown.
    """

    name: str
    type: str = "VARCHAR"
    header: str | None = None
    required: bool = False
    values: tuple[int, ...] = ()
    minimum: int | None = None
    maximum: int | None = None
    description: str = ""
    policy: Rule = CLOSED

    @field_validator("name")
    @classmethod
    def _name(cls, value: str) -> str:
        if not NAME.match(value):
            raise ValueError("a column name is lower case letters, digits and _")
        return value

    @field_validator("type")
    @classmethod
    def _type(cls, value: str) -> str:
        if not TYPES.match(value):
            raise ValueError(f"unknown type {value!r}")
        return value

    @property
    def header_name(self) -> str:
        return self.header or self.name

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        if self.values and (self.minimum is not None or self.maximum is not None):
            raise ValueError("a column has values, or a minimum and a maximum, not both")
        return self

    @property
    def is_read(self) -> bool:
        """Tell whether anything of this column may be read at all."""
        return self.policy.treatment != "drop" or bool(self.policy.derive)


class FileFormat(Model):
    """Say how a lake object is written. What is not said of delimiter, quote, escape and encoding, the file
    itself decides; a quote of no character means that nothing is quoted."""

    type: Literal["csv", "parquet", "json"] = "csv"
    delimiter: str | None = None
    quote: str | None = None
    escape: str | None = None
    encoding: Literal["utf-8", "latin-1", "windows-1252", "utf-16"] | None = None


class Expected(Model):
    """Say how many lines the file of a millésime holds, and the public figure that is counted of them.

    A load whose lines differ by more than `tolerance` (a share) is refused until somebody gives the reason.
    """

    lines: int = Field(ge=0)
    tolerance: float = Field(default=0.01, ge=0, lt=1)
    public: int | None = Field(default=None, ge=0)


class RowBand(Model):
    """Bound the rows of a table, as multiples of those of the edition before; `most` None: no upper bound."""

    least: float = Field(default=0.5, ge=0, le=1)
    most: float | None = Field(default=2, ge=1)


class Source(Model):
    """Declare one input.

    `location` is `postgres:<table>` for the application, else a URL or path whose `{lake}` is the data lake's
    bucket; `*` matches several objects. `minimum_rows` is the expected minimum, `rejects_threshold` the share
    of broken lines (0–1) over which a load is refused. `due` says how often a delivery comes;
    `late_after_days` after how many days without one it is late, where the usual delay of `due` does not fit.
    `public_criterion` is the rule of the long-term vacancy that was published for a LOVAC year: `fil` private
    dwellings vacant for more than two years, `fil_ccthp` those of them vacant in the Fichiers fonciers.
    `year_column` names the column that holds the millésime on each line. `rows` bounds the rows of a delivery
    against those of the file before, and `expected` (catalog/expected.yml) says how many lines the file of
    this very millésime has. A file at a web address is `max_bytes` at most and has the checksum `sha256` (64
    hexadecimal digits), which a plain http:// address needs: nobody else vouches for what arrives; it leads
    to another host only where `redirects_to` names it. `sample` says what the sample data hold of a public
    source: `facts`, rows of the true file, or `invented` ones.
    """

    name: str
    domain: Domain
    location: str
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

    @field_validator("name")
    @classmethod
    def _name(cls, value: str) -> str:
        if not NAME.match(value):
            raise ValueError("a source name is lower case letters, digits and _")
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
        if self.domain == "external" and not (self.producer and self.licence):
            raise ValueError(
                "an external source names its producer and its licence: who made it, and what allows its use"
            )
        if self.is_plain_http and self.sha256 is None:
            raise ValueError(
                "a location of http:// needs the file's sha256, or https://: nobody vouches for what arrives"
            )
        if self.sha256 is not None and not self.is_at_web_address:
            raise ValueError("sha256 is for a location of http:// or https://")
        if self.is_at_web_address and "@" in urlsplit(self.location).netloc:
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
    def is_production(self) -> bool:
        return self.location.startswith("postgres:")

    @property
    def is_at_web_address(self) -> bool:
        return self.location.startswith(("http://", "https://"))

    @property
    def is_local(self) -> bool:
        """Tell whether the objects are files of this machine."""
        return not self.is_production and urlsplit(self.location).scheme in ("", "file")

    @property
    def is_plain_http(self) -> bool:
        """Tell whether the file comes over a network in clear; this very machine is no network."""
        return self.location.startswith("http://") and urlsplit(self.location).hostname not in (
            "localhost",
            "127.0.0.1",
            "::1",
        )

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


class Publication(Model):
    """Map one mart to its public name in the clean file; `rows` bounds what may change from one release to
    the next."""

    mart: str
    public_name: str
    description: str = ""
    rows: RowBand = RowBand()


class Catalog(Model):
    """Hold all declared sources, in order, and the publication list."""

    sources: tuple[Source, ...]
    publications: tuple[Publication, ...] = ()

    def source(self, name: str) -> Source:
        for source in self.sources:
            if source.name == name:
                return source
        raise KeyError(name)

    def of(self, *domains: str) -> tuple[Source, ...]:
        return tuple(source for source in self.sources if source.domain in domains)

    @property
    def lake_sources(self) -> tuple[Source, ...]:
        return tuple(source for source in self.sources if not source.is_production)

    def millesimes(self, prefix: str) -> list[int]:
        """List the millésimes of the sources called `<prefix>_<year>`, oldest first."""
        return sorted(
            s.millesime for s in self.sources if s.millesime and s.name == f"{prefix}_{s.millesime}"
        )

    @property
    def public_criteria(self) -> dict[int, PublicCriterion]:
        """Give the rule of the published long-term vacancy of each LOVAC year, oldest first, so that the
        models' SQL is one."""
        return dict(
            sorted(
                (s.millesime, s.public_criterion) for s in self.sources if s.millesime and s.public_criterion
            )
        )
