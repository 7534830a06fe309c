"""Write the French dictionary of the marts: a page each, and an index by domain."""

from __future__ import annotations

from itertools import groupby

from jobs.catalog.dictionary import CLASSES, DUES
from jobs.catalog.marts import Mart
from jobs.catalog.model import Source
from jobs.catalog.publication import Publication, RowBand
from jobs.catalog.whole import Catalog

FOLDER = "marts"
_NOTE = "<!-- Generated from the models' .yml and the catalog by `zlv catalog generate`; do not edit. -->"


def mart_pages(marts: list[Mart], catalog: Catalog) -> dict[str, str]:
    """Give name → text of each page: the index `README.md`, and a page per mart."""
    public = {publication.mart: publication for publication in catalog.publications}
    pages = {"README.md": _index(marts, public)}
    return pages | {f"{mart.name}.md": _page(mart, public.get(mart.name), catalog) for mart in marts}


def _index(marts: list[Mart], public: dict[str, Publication]) -> str:
    lines = ["# Dictionnaire des tables", "", _NOTE, ""]
    lines += [
        (
            "Le nom est celui que montre Metabase ; la page dit ce qu’est une ligne, la règle, d’où elle"
            " vient, et chaque colonne."
        ),
        "",
    ]
    for domain, group in groupby(marts, key=lambda mart: mart.domain):
        lines += [f"## {domain}", "", "| table | contenu |", "|---|---|"]
        for mart in group:
            listed = public.get(mart.name)
            name = listed.public_name if listed else f"{mart.name} (non publiée)"
            text = (listed.description if listed else "") or mart.description
            lines.append(f"| [{name}]({mart.name}.md) | {_cell(text)} |")
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def _page(mart: Mart, listed: Publication | None, catalog: Catalog) -> str:
    lines = [f"# {listed.public_name if listed else mart.name}", "", _NOTE, ""]
    if listed is None:
        lines += ["Cette table est construite et n’est pas publiée.", ""]
    elif listed.public_name != mart.name:
        lines += [f"Modèle dbt : `{mart.name}`.", ""]
    if listed and listed.description:
        lines += [listed.description, ""]
    lines += [
        "| | |",
        "|---|---|",
        f"| une ligne par | {', '.join(mart.grain)} |",
        f"| règle | {_cell(mart.description)} |",
    ]
    lines += [f"| source de la règle | {_cell(mart.source_of_rule)} |", f"| responsable | {mart.owner} |"]
    if listed:
        lines.append(f"| lignes, par rapport à la version publiée avant | {_band(listed.rows)} |")
    lines.append("")
    lines += ["## Colonnes", "", "| colonne | type | classe | sens |", "|---|---|---|---|"]
    for column in mart.columns:
        lines.append(
            f"| {column.name} | {column.type} | {CLASSES.get(column.privacy, column.privacy)} |"
            f" {_cell(column.description)} |"
        )
    lines += ["", "## Fraîcheur", "", "| source | livraison | en retard après |", "|---|---|---|"]
    lines += _sources([catalog.source(name) for name in mart.sources])
    return "\n".join(lines).rstrip() + "\n"


def _band(rows: RowBand) -> str:
    told = f"au moins {rows.least:g} fois" if rows.most is None else f"de {rows.least:g} à {rows.most:g} fois"
    return told.replace(".", ",")


def _sources(sources: list[Source]) -> list[str]:
    """Tell the application's tables in one line, for they come together, and the years of a source in one."""
    lines = []
    # A source of another family may stand between two of the application's: sorted, not only grouped.
    for family, group in groupby(
        sorted(sources, key=lambda source: (not source.is_production, source.domain, source.family)),
        key=_told,
    ):
        members = list(group)
        years = sorted(member.millesime for member in members if member.millesime)
        if members[0].is_production:
            name = f"application ({', '.join(member.table for member in members)})"
        else:
            name = (
                f"{family} ({', '.join(map(str, years))})"
                if len(years) > 1
                else f"{members[0].domain}.{members[0].name}"
            )
        days = members[0].days_until_late
        late = "jamais" if days is None else f"{days:g} jours".replace(".", ",")
        lines.append(f"| {name} | {DUES[members[0].due]} | {late} |")
    return lines


def _told(source: Source) -> str:
    return "application" if source.is_production else f"{source.domain}.{source.family}"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
