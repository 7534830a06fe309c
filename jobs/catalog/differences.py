"""Say how the published marts differ from today's warehouse, and write docs/differences.md from it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError, model_validator

from jobs.catalog.column import Model
from jobs.catalog.document import read_document
from jobs.catalog.whole import Catalog
from jobs.errors import SettingsError

FOLDER = "differences"
_KINDS = {"left_out": "absente", "replaced": "remplacée par", "retyped": "type"}


class Difference(Model):
    """Declare columns of one mart that are not there, or not of the same type.

    `by` is the column that stands in (replaced) or the type in the clean file (retyped).
    """

    kind: Literal["left_out", "replaced", "retyped"]
    columns: tuple[str, ...] = Field(min_length=1)
    by: str | None = None
    reason: str = Field(min_length=1)

    @model_validator(mode="after")
    def _coherent(self) -> Difference:
        if (self.by is None) != (self.kind == "left_out"):
            raise ValueError("`by` goes with `replaced` and `retyped`, and with nothing else")
        return self


class Figures(Model):
    """Hold one number of the sample, counted in both ways."""

    upstream: int
    ours: int


class Correction(Model):
    """Declare one thing that today's warehouse does and ours does not: what is counted, or why nothing is.

    `columns` are those of the marts whose values it moves, `question` what a dashboard's question on them
    shows.
    """

    marts: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    upstream: str
    ours: str
    question: str | None = None
    counted: str | None = None
    figures: Figures | None = None
    uncounted: str | None = None

    @model_validator(mode="after")
    def _coherent(self) -> Correction:
        if (self.counted is None) != (self.figures is None) or (self.figures is None) == (
            self.uncounted is None
        ):
            raise ValueError("a correction has `counted` and `figures`, or says in `uncounted` why not")
        return self


class Differences(Model):
    """Hold both lists: per mart its columns, and the corrections by name."""

    marts: dict[str, tuple[Difference, ...]]
    corrections: dict[str, Correction]

    def of(self, mart: str) -> dict[str, Difference]:
        """Give each column of a mart that differs, with its difference."""
        return {
            column: difference for difference in self.marts.get(mart, ()) for column in difference.columns
        }


def load_differences(catalog_dir: Path) -> Differences:
    """Read `differences/columns.yml` and `differences/corrections.yml` of a catalog folder.

    Raises SettingsError with the file and the field that is wrong.
    """
    columns = read_document(catalog_dir / FOLDER / "columns.yml")
    corrections = read_document(catalog_dir / FOLDER / "corrections.yml")
    try:
        return Differences.model_validate({**columns.content, **corrections.content})
    except ValidationError as error:
        first = error.errors()[0]
        document = corrections if first["loc"][0] == "corrections" else columns
        raise SettingsError(
            f"{document.where(*first['loc'])}: {first['msg'].removeprefix('Value error, ')}"
        ) from None


def differences_page(catalog: Catalog, differences: Differences) -> str:
    """Write the page: the corrections with their figures, then each mart's columns, by public name."""
    public = {publication.mart: publication.public_name for publication in catalog.publications}
    lines = [
        "# Ce qui diffère de l’entrepôt actuel",
        "",
        "<!-- Generated from catalog/differences by `zlv catalog generate`; do not edit. -->",
        "",
        (
            f"Les {len(differences.marts)} tables gardent leur nom, leurs libellés et leur sens. Cette page"
            " dit ce qui y est corrigé,"
        ),
        "et chaque colonne qui n’y est plus, ou qui y est sous un autre type.",
        "",
        "## Corrections",
        "",
        (
            "Les nombres sont ceux de l’échantillon (`zlv sample --scale 0.05 --seed 7`), comptés des deux"
            " façons par le SQL de"
        ),
        "`tests/differences` ; un test les compare.",
        "",
        (
            "| tables | colonnes | aujourd’hui | ici | ce qu’une question dessus montre | ce qui est compté"
            " | aujourd’hui | ici |"
        ),
        "|---|---|---|---|---|---|---:|---:|",
        *(_correction(correction, public) for correction in differences.corrections.values()),
        "",
        "## Colonnes",
        "",
    ]
    for mart, found in differences.marts.items():
        lines += [f"### {public.get(mart, mart)}", "", *_columns(found), ""]
    return "\n".join(lines).rstrip() + "\n"


def _correction(correction: Correction, public: dict[str, str]) -> str:
    marts = ", ".join(public.get(mart, mart) for mart in correction.marts) or "(aucune des 25)"
    figures = correction.figures
    numbers = (str(figures.upstream), str(figures.ours)) if figures else ("–", "–")
    counted = correction.counted or f"rien : {correction.uncounted}"
    columns = ", ".join(correction.columns) or "–"
    told = (correction.upstream, correction.ours, correction.question or "–", counted)
    cells = [cell.replace("|", r"\|") for cell in (marts, columns, *told, *numbers)]
    return f"| {' | '.join(cells)} |"


def _columns(found: tuple[Difference, ...]) -> Iterator[str]:
    if not found:
        yield "Les mêmes colonnes, sous les mêmes types."
        return
    yield "| colonne | ce qu’elle devient | pourquoi |"
    yield "|---|---|---|"
    for difference in found:
        by = f" {difference.by}" if difference.by else ""
        for column in difference.columns:
            yield f"| {column} | {_KINDS[difference.kind]}{by} | {difference.reason} |"
