"""Read fields of a YAML mapping with errors that name file and place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from jobs.errors import SettingsError
from jobs.pipelines.manifest.expressions import Expression, parse
from jobs.pipelines.manifest.substitution import as_text


class Fields:
    """Read one mapping; a key outside `known` is refused (`None`: any key is welcome)."""

    def __init__(self, values: Any, place: str, known: set[str] | frozenset[str] | None) -> None:
        if not isinstance(values, Mapping):
            raise SettingsError(f"{place}: must be a mapping")
        self.values: Mapping[str, Any] = values
        self.place = place
        unknown = sorted(str(key) for key in values if known is not None and key not in known)
        if unknown:
            raise self.fault(
                f"{', '.join(unknown)} is not among what every executor understands"
                f" ({', '.join(sorted(known or ()))})"
            )

    def fault(self, sentence: str) -> SettingsError:
        """Make the error that names this place."""
        return SettingsError(f"{self.place}: {sentence}")

    def get(self, name: str, default: Any = None) -> Any:
        """Give a value as YAML read it."""
        return self.values.get(name, default)

    def plain(self, value: Any) -> str:
        """Give a scalar as the text that Argo makes of it."""
        if isinstance(value, Mapping | list):
            raise self.fault("a value must be a text, a number or true/false")
        return as_text(value)

    def text(self, name: str) -> str:
        """Give a text that must be there."""
        value = self.values.get(name)
        if not isinstance(value, str) or not value:
            raise self.fault(f"{name} must be a text that is not empty")
        return value

    def texts(self, name: str) -> list[str]:
        """Give a list of texts; absent is empty."""
        value = self.values.get(name) or []
        if not isinstance(value, list) or not all(isinstance(part, str) for part in value):
            raise self.fault(f"{name} must be a list of texts; quote numbers and true/false")
        return value

    def expression(self, name: str) -> Expression | None:
        """Give the expression below `name`, if there is one."""
        if name not in self.values:
            return None
        try:
            return parse(self.text(name))
        except SettingsError as error:
            raise SettingsError(f"{self.place}: {name}: {error}") from None

    def section(
        self, name: str, known: set[str] | frozenset[str] | None, *, optional: bool = False
    ) -> Fields:
        """Give the mapping below `name`."""
        if name not in self.values and not optional:
            raise self.fault(f"{name} is missing")
        return Fields(self.values.get(name) or {}, f"{self.place}: {name}", known)

    def sections(self, name: str, known: set[str] | frozenset[str] | None) -> Iterator[Fields]:
        """Give each mapping of the list below `name`, its place told by its own name when it has one."""
        value = self.values.get(name) or []
        if not isinstance(value, list):
            raise self.fault(f"{name} must be a list")
        for number, part in enumerate(value):
            label = part.get("name", number) if isinstance(part, Mapping) else number
            yield Fields(part, f"{self.place}: {name}[{label}]", known)
