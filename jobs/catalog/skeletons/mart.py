"""Write the skeleton of a mart from a model that is there: SQL, contract and tests, not published."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from jobs.catalog.skeletons.skeleton import checked_name, quoted, undecided, write_new
from jobs.catalog.whole import Catalog
from jobs.errors import SettingsError


def new_mart(project: Path, catalog: Catalog, domain: str, name: str, model: str) -> list[str]:
    """Write the files of `marts_<domain>_<name>` and its line, closed, in the publication list; gives their
    names.

    Columns, types and grain are those of `model`; each column is of class `direct`, which the gate
    refuses in a mart. Raises SettingsError for a name that is taken, or a model that is not there.
    """
    mart = f"marts_{checked_name('the domain', domain)}_{checked_name('the mart', name)}"
    if any(publication.mart == mart for publication in catalog.publications) or list(
        (project / "dbt" / "models").rglob(f"{mart}.*")
    ):
        raise SettingsError(
            f"{mart} is there already and is not overwritten; take another name, or edit its files"
        )
    declared = _declared(project, checked_name("the model", model))
    columns = declared.get("columns") or []
    untyped = [str(column["name"]) for column in columns if not column.get("data_type")]
    if untyped or not columns:
        raise SettingsError(
            f"{model}.yml gives no data_type of {untyped[0] if untyped else 'any column'}; write it there"
            " first"
        )
    listed = project / "catalog" / "publication.yml"
    folder = Path("dbt", "models", "marts", domain)
    fields = ",\n".join(f"    {column['name']}" for column in columns)
    written = write_new(
        project,
        {
            folder / f"{mart}.sql": f"select\n{fields}\nfrom {{{{ ref('{model}') }}}}\n",
            folder / f"{mart}.yml": "\n".join(_yml(mart, declared, columns)) + "\n",
        },
    )
    with listed.open("a", encoding="utf-8") as file:
        file.write(
            f"  # {mart}:\n  #   public_name: {mart}\n  #   description:"
            f" {undecided('ce que montre la table')}\n"
        )
    return [*written, str(listed.relative_to(project))]


def _declared(project: Path, model: str) -> dict[str, Any]:
    for path in (project / "dbt" / "models").rglob(f"{model}.yml"):
        for declared in (yaml.safe_load(path.read_text(encoding="utf-8")) or {}).get("models") or []:
            if declared.get("name") == model:
                return dict(declared)
    raise SettingsError(
        f"--from {model}: dbt/models has no such model with a .yml beside it; write its name as in its file's"
    )


def _yml(mart: str, declared: dict[str, Any], columns: list[dict[str, Any]]) -> Iterator[str]:
    meta = (declared.get("config") or {}).get("meta") or {}
    names = [str(column["name"]) for column in columns]
    grain = [str(name) for name in meta.get("grain") or [] if name in names]
    shown = f"[{', '.join(grain)}]"
    yield "version: 2"
    yield "models:"
    yield f"  - name: {mart}"
    yield f"    description: {undecided('la règle, en français')}"
    yield "    config:"
    yield "      meta:"
    yield f"        grain: {shown}"
    yield f"        owner: {quoted(str(meta.get('owner') or 'equipe-donnees'))}"
    yield f"        source_of_rule: {undecided('d’où vient la règle')}"
    if grain:
        yield "    data_tests:"
        yield "      - dbt_utils.unique_combination_of_columns:"
        yield f"          arguments: {{combination_of_columns: {shown}}}"
    yield "    columns:"
    for column in columns:
        yield f"      - name: {column['name']}"
        yield f"        data_type: {column['data_type']}"
        yield f"        description: {undecided('ce que dit la colonne')}"
        yield "        config: {meta: {privacy: direct}}"
        if column["name"] in grain:
            yield "        data_tests: [not_null]"
