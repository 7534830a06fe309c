"""Read small documents from outside – S3, an export, a folder – as a type, bounded, or not at all."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Annotated, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints, ValidationError

from jobs.errors import DataRefused
from jobs.telemetry.identity import RUN_ID

# A manifest of a thousand files has some 200 kB.
MOST_BYTES = 8 << 20

Document = TypeVar("Document", bound="Outside")
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


def _name(value: str) -> str:
    if not RUN_ID.match(value):
        raise ValueError("is no name of a release or a run")
    return value


def _inside(value: str) -> str:
    path = PurePosixPath(value)
    if path.is_absolute() or ".." in path.parts or value != str(path) or not value.isprintable():
        raise ValueError("is no path below a folder")
    return value


Name = Annotated[str, AfterValidator(_name)]
Inside = Annotated[str, AfterValidator(_inside)]


class Outside(BaseModel):
    """Base of what is read from outside: nothing is guessed, nothing is converted."""

    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)


def document_text(body: bytes, what: str) -> str:
    """Decode a small document; raises DataRefused for one that is none."""
    if len(body) > MOST_BYTES:
        raise DataRefused(f"{what} has more than {MOST_BYTES >> 20} MB, which no stage writes: remove it")
    try:
        return body.decode()
    except UnicodeDecodeError:
        raise DataRefused(f"{what} is no text: no stage wrote it; remove it") from None


def read_outside(kind: type[Document], text: str, what: str, cure: str) -> Document:
    """Read a JSON text as `kind`; `what` names the document and its place.

    Raises DataRefused (65) in one sentence for anything else, however large, deep or odd.
    """
    try:
        return kind.model_validate_json(text)
    except ValidationError as error:
        fault = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(str(part) for part in fault["loc"]) or "the text"
        raise DataRefused(f"{what} cannot be read ({place}: {fault['msg']}): {cure}") from None
