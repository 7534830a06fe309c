"""Write the French dictionary of the raw data: each source and column, its meaning and what is decided."""

from __future__ import annotations

from collections.abc import Iterator

from jobs.catalog.column import Column
from jobs.catalog.model import Due, Source
from jobs.catalog.whole import Catalog

_NOTE = "<!-- Generated from the catalog by `zlv catalog generate`; do not edit. -->"
_SAMPLE = {
    None: "",
    "facts": " Les données d’exemple en portent de vraies lignes, de quelques départements.",
    "invented": " Les données d’exemple en portent des lignes inventées, qui ne disent rien d’aucun lieu.",
}
CLASSES = {
    "none": "non personnelle",
    "indirect": "indirecte",
    "direct": "directe",
    "free_text": "texte libre",
}
DUES: dict[Due, str] = {
    "daily": "chaque jour",
    "monthly": "chaque mois",
    "yearly": "chaque année",
    "never": "une fois",
}
_TREATMENTS = {"keep": "gardée", "drop": "pas lue", "pseudonymise": "remplacée par un pseudonyme"}


def dictionary(catalog: Catalog, domain: str) -> str:
    """Write a domain's page: sources in the catalog's order, a layout that several share only once."""
    lines = [f"# Dictionnaire des données brutes : {domain}", "", _NOTE, ""]
    shown: dict[tuple[str, ...], str] = {}
    for source in catalog.of(domain):
        lines += [f"## {domain}.{source.name}", "", f"{source.description}.", "", *_facts(source)]
        columns = tuple(column.model_dump_json() for column in source.columns)
        same = shown.setdefault(columns, source.name)
        if same != source.name:
            lines += [f"Colonnes : celles de `{same}`.", ""]
            continue
        lines += ["| colonne | type | classe | décision | sens |", "|---|---|---|---|---|"]
        lines += [_row(source, column) for column in source.columns]
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def _facts(source: Source) -> Iterator[str]:
    places = ", à défaut ".join(f"`{place}`" for place in source.places)
    due = DUES[source.due]
    yield f"{places} · {source.format.type} · attendue {due} · responsable {source.owner}"
    yield ""
    made = f"Producteur : {source.producer or 'non dit'} · licence : {source.licence or 'non dite'}."
    yield f"{made}{_SAMPLE[source.sample]}"
    yield ""
    if source.layouts:
        names = ", ".join(layout.name for layout in source.layouts)
        yield f"Dispositions, que l’en-tête du fichier distingue : {names}."
        yield ""
    if source.key:
        yield f"Clé : {', '.join(source.key)}."
        yield ""


def _row(source: Source, column: Column) -> str:
    text = _meaning(column).replace("|", "\\|")
    held = [layout.name for layout in source.layouts if column.name in {c.name for c in layout.columns}]
    only = f" ({held[0]} seulement)" if len(source.layouts) > 1 and len(held) == 1 else ""
    cells = (column.name, column.type, CLASSES[column.policy.privacy], _decision(column), text + only)
    return f"| {' | '.join(cells)} |"


def _meaning(column: Column) -> str:
    """Say what a column holds, and what is documented of its values."""
    low, high = column.minimum, column.maximum
    bounds = ""
    if column.values:
        bounds = f"valeurs {', '.join(map(str, column.values))}"
    elif low is not None and high is not None:
        bounds = f"de {low} à {high}"
    elif low is not None or high is not None:
        bounds = f"{low} ou plus" if high is None else f"{high} ou moins"
    return " · ".join(part for part in (column.description, bounds) if part)


def _decision(column: Column) -> str:
    """Say what becomes of a column, and what is read out of it."""
    policy = column.policy
    made = _TREATMENTS.get(policy.treatment, f"réduite ({policy.rule})")
    if not policy.derive:
        return made
    return f"{made} ; il en est tiré {', '.join(policy.derive)}"
