"""Describe one column of a source: its name, header, type, and what the policy makes of it."""

from __future__ import annotations

import re
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from jobs.catalog.reserved import RESERVED

PrivacyClass = Literal["direct", "indirect", "free_text", "none"]
Treatment = Literal["drop", "pseudonymise", "generalise", "keep"]

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
        # `waiting` is a sentence about the undecided, and may quote it.
        texts = [(name, value) for name, value in self if isinstance(value, str) and name != "waiting"]
        open_ = [name for name, value in texts if UNDECIDED in value]
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

    `header` is the text in the file's header, or a list of such texts, where producers changed it. `values`,
    or `minimum` and `maximum`, say what the producer documents; another value is counted and told, and the
    models that ask `known()` read it as unknown.
    """

    name: str
    type: str = "VARCHAR"
    headers: tuple[str, ...] = Field(default=(), validation_alias="header")
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
        if value in RESERVED:
            raise ValueError(f"{value} is a word of SQL; take another name, and say the file's in `header`")
        return value

    @field_validator("type")
    @classmethod
    def _type(cls, value: str) -> str:
        if not TYPES.match(value):
            raise ValueError(f"unknown type {value!r}")
        return value

    @field_validator("headers", mode="before")
    @classmethod
    def _headers(cls, value: object) -> object:
        return (value,) if isinstance(value, str) else value or ()

    @property
    def header_name(self) -> str:
        """Give the header text; of a column that has several, the first."""
        return self.headers[0] if self.headers else self.name

    @property
    def header_names(self) -> tuple[str, ...]:
        """List the header texts under which the column may stand in a file."""
        return self.headers or (self.name,)

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        if self.values and (self.minimum is not None or self.maximum is not None):
            raise ValueError("a column has values, or a minimum and a maximum, not both")
        return self

    @property
    def is_read(self) -> bool:
        """Tell whether anything of this column may be read at all."""
        return self.policy.treatment != "drop" or bool(self.policy.derive)


class FileLayout(Model):
    """Hold one of the layouts in which a source's file may come; a file's header tells which it has."""

    name: str
    columns: tuple[Column, ...]

    @property
    def columns_read(self) -> tuple[Column, ...]:
        return tuple(column for column in self.columns if column.is_read)
