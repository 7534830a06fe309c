"""Read what the gate knows besides the classes: public columns, labels, and names that give a column away."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from jobs.catalog import Catalog
from jobs.catalog.document import read_document
from jobs.errors import SettingsError
from jobs.privacy.treatments import output_columns

FILE = "policy/public_values.yml"
HIDDEN = ("direct", "free_text")


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    public: dict[str, list[str]] = Field(default_factory=dict)
    labels: list[str] = Field(default_factory=list)
    addresses: list[str] = Field(default_factory=list)
    names: list[str] = Field(default_factory=list)


@dataclass(frozen=True)
class TruthColumn:
    """A raw column that holds pseudonyms; `direct` when the value behind names or reaches a person."""

    domain: str
    source: str
    column: str
    direct: bool
    address: bool

    @property
    def name(self) -> str:
        return f"{self.domain}.{self.source}.{self.column}"


@dataclass(frozen=True)
class Knowledge:
    """What the gate goes by.

    `public`: (domain, source, column) of public texts. `hidden`: names that only direct or free-text
    raw columns bear. `known`: names that some kept raw column bears. `truth`: all pseudonyms.
    """

    public: tuple[tuple[str, str, str], ...]
    labels: tuple[str, ...]
    hidden: frozenset[str]
    known: frozenset[str]
    names: re.Pattern[str]
    truth: tuple[TruthColumn, ...]

    def gives_away(self, column: str) -> bool:
        """Tell whether a mart column's name says that it holds what no mart may hold."""
        name = column.lower()
        return name in self.hidden or (name not in self.known and self.names.search(name) is not None)


def read_knowledge(folders: Iterable[Path], catalog: Catalog) -> Knowledge:
    """Join the policy's public values with the classes of the catalog.

    A later folder adds to the earlier ones. Raises SettingsError when a public column is not
    declared, or is not of class `none` and kept: nobody declares names public by a slip.
    """
    files = [_read(folder / FILE) for folder in folders if (folder / FILE).is_file()]
    addresses = {name for file in files for name in file.addresses}
    words = [word for file in files for word in file.names]
    classes: dict[str, set[str]] = {}
    for source in catalog.sources:
        for column in source.columns:
            classes.setdefault(column.name, set()).add(column.policy.privacy)
    kept = {
        column.name
        for source in catalog.sources
        for column in output_columns(source)
        if column.treatment != "pseudonymise"
    }
    return Knowledge(
        public=tuple(dict.fromkeys(entry for file in files for entry in _public(file, catalog))),
        labels=tuple(label for file in files for label in file.labels),
        hidden=frozenset(name for name, held in classes.items() if held <= set(HIDDEN)),
        known=frozenset(kept),
        names=re.compile(rf"(?:^|_)(?:{'|'.join(map(re.escape, words))})s?(?:_|$)" if words else r"(?!)"),
        truth=tuple(_truth(catalog, addresses)),
    )


def _read(path: Path) -> _File:
    document = read_document(path)
    try:
        return _File.model_validate(document.content)
    except ValidationError as error:
        fault = error.errors()[0]
        raise SettingsError(f"{document.where(*fault['loc'])}: {fault['msg']}") from None


def _public(file: _File, catalog: Catalog) -> Iterator[tuple[str, str, str]]:
    for place, columns in file.public.items():
        domain, _, name = place.partition(".")
        sources = [s for s in catalog.sources if s.domain == domain and name in ("*", s.name)]
        for wanted in columns:
            found = [(s, c) for s in sources for c in s.columns if c.name == wanted]
            if not found:
                raise SettingsError(
                    f"public_values.yml: public.{place}: {wanted!r} is no declared column; correct the name"
                )
            for source, column in found:
                if column.policy.privacy != "none" or column.policy.treatment != "keep":
                    raise SettingsError(
                        f"public_values.yml: public.{place}: {wanted!r} is not of class none and kept, so it"
                        " is not public"
                    )
                yield domain, source.name, wanted


def _truth(catalog: Catalog, addresses: set[str]) -> Iterator[TruthColumn]:
    for source in catalog.sources:
        for column in source.columns:
            if column.policy.treatment == "pseudonymise":
                direct = column.policy.privacy == "direct"
                yield TruthColumn(source.domain, source.name, column.name, direct, column.name in addresses)
