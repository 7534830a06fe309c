"""Generate the documentation of the mart whose columns are the LOVAC years: its contract follows the
catalog."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

from jobs.catalog.whole import Catalog
from jobs.catalog.yml_style import dump_yml

MART = "marts_public_establishments_morphology_unpivoted"
FILE = Path("marts") / "public" / f"{MART}.yml"

_HEAD = "# Generated from the LOVAC years of the catalog by `zlv catalog generate`; do not edit.\n"
_NUMBER = "decimal(38, 3)"


def year_columns_yml(catalog: Catalog) -> str:
    """Write the mart's yml: one column per LOVAC year, and two per pair of years that follow each other."""
    years = catalog.millesimes("lovac")
    columns = [
        _column("establishment_id", "varchar", "identifiant de l’établissement, en texte", ["not_null"]),
        _column("count_type", "varchar", "code de l’indicateur", ["not_null"]),
        _column("count_label", "varchar", "nom de l’indicateur", ["not_null"]),
    ]
    columns += [
        _column(str(year), _NUMBER, f"valeur de {year} ; absente si elle n’est pas connue", _at_least(0))
        for year in years
    ]
    for before, year in reversed(list(pairwise(years))):
        columns.append(_column(f"var_{year}_{before}", _NUMBER, f"évolution de {before} à {year}"))
        text = f"la même, en pourcentage de {before} ; absente quand la valeur de {before} est 0"
        columns.append(_column(f"var_pct_{year}_{before}", "double", text, _at_least(-100)))
    grain = ["establishment_id", "count_type"]
    model = {
        "name": MART,
        "description": (
            "Indicateurs de parc et de vacance par établissement, une colonne par année de LOVAC et les"
            " évolutions d’une année à la suivante. Une ligne par établissement et indicateur. Le chiffre"
            " public suit la règle de chaque année (public_criterion de marts_common_morphology) : d’une"
            " règle à l’autre, son évolution est une rupture de série."
        ),
        "config": {
            "meta": {
                "grain": grain,
                "owner": "equipe-donnees",
                "source_of_rule": "règle de l’entrepôt actuel",
            }
        },
        "data_tests": [
            {"dbt_utils.unique_combination_of_columns": {"arguments": {"combination_of_columns": grain}}},
            *(_change(before, year) for before, year in pairwise(years)),
        ],
        "columns": columns,
    }
    return _HEAD + dump_yml({"version": 2, "models": [model]})


def _column(name: str, type_: str, description: str, tests: list[Any] | None = None) -> dict[str, Any]:
    column = {
        "name": name,
        "data_type": type_,
        "description": description,
        "config": {"meta": {"privacy": "none"}},
    }
    # A year as a name is a number to SQL unless it is quoted.
    quoted = {"quote": True} if name.isdigit() else {}
    return {**column, **quoted, **({"data_tests": tests} if tests else {})}


def _change(before: int, year: int) -> dict[str, Any]:
    """Say of a pair of years what their two columns hold, the sign of the percentage included."""
    gap = f'"{year}" - "{before}"'
    same = f"var_{year}_{before} is not distinct from {gap}"
    near = f'abs(var_pct_{year}_{before} * "{before}" - 100 * ({gap})) <= 0.006 * "{before}"'
    # A year of which nothing is known has no change, and one that began at 0 no percentage.
    percent = (
        f'case when ({gap}) is null or "{before}" = 0 then var_pct_{year}_{before} is null else {near} end'
    )
    return {
        "dbt_utils.expression_is_true": {
            "name": f"change_from_{before}_to_{year}",
            "arguments": {"expression": f"{same} and {percent}"},
        }
    }


def _at_least(minimum: int) -> list[Any]:
    return [{"dbt_utils.accepted_range": {"arguments": {"min_value": minimum}}}]
