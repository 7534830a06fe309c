"""The project's `.yml`: one style, short lines, a tested grain, and descriptions that say something."""

from __future__ import annotations

import re
import subprocess
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from jobs.catalog.yml_style import dump_yml

ROOT = Path(__file__).resolve().parents[2]
LONGEST = 140
# Packages of others keep their own style; a chart's template is text until helm has filled it in.
NOT_OURS = ("dbt/offline_packages/", "helm/zlv-warehouse/templates/")

# What would be another style, and how it is written here.
STYLES = {
    r"^ +privacy: ": "config: {meta: {privacy: none}}",
    r"^ +meta: \{privacy": "config: {meta: {privacy: none}}",
    r"^ +[\w.]*:\n +- (unique|not_null)\n(?! +- )": "data_tests: [not_null]",
    r"^ +- [\w.]+: \{arguments": "arguments on a line of their own, below the test",
    r"^( *)\w+:\n\1- ": "sequences indented by two",
    r"^ +(description|source_of_rule): >\n": ">- for a folded text",
}

SMALL = {"the", "a", "an", "of", "in", "is", "its", "to", "and", "s"}
SMALL |= {"la", "le", "les", "l", "de", "du", "des", "d", "en", "un", "une", "et"}
SAME = {
    "identifier": "id",
    "identifiant": "id",
    "name": "label",
    "nom": "label",
    "libelle": "label",
    "kind": "type",
    "dep": "department",
    "departement": "department",
    "reg": "region",
    "jour": "day",
    "annee": "year",
    "etablissement": "establishment",
}


def files(*patterns: str) -> list[Path]:
    """List the files that git keeps, or would keep, of a kind."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *patterns]
    names = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\n")
    return [
        ROOT / name for name in names if name and not name.startswith(NOT_OURS) and (ROOT / name).is_file()
    ]


TREE = files("*.yml", "*.yaml")
DBT = files("dbt/models/*.yml", "dbt/seeds/*.yml", "dbt/snapshots/*.yml")


def described(path: Path) -> Iterator[dict[str, Any]]:
    content = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    for kind in ("models", "seeds", "snapshots"):
        yield from content.get(kind) or []


STAGING = {model["name"]: model for path in DBT if "staging" in path.parts for model in described(path)}


def words(text: str) -> set[str]:
    """Give what a text speaks of: no articles, no plurals, one word for a thing and its French name."""
    split = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text.replace("’", " "))
    plain = unicodedata.normalize("NFKD", split).encode("ascii", "ignore").decode().lower()
    return {
        SAME.get(word.rstrip("s"), word.rstrip("s")) for word in set(re.findall(r"[a-z0-9]+", plain)) - SMALL
    }


def grain_tests(model: dict[str, Any]) -> list[set[str]]:
    """List the sets of columns that a test of the model wants to be unique together."""
    holding = {"unique_key": "columns", "dbt_utils.unique_combination_of_columns": "combination_of_columns"}
    found = [{column["name"]} for column in model["columns"] if "unique" in column.get("data_tests", [])]
    for test in model.get("data_tests", []):
        for name, asked in test.items():
            columns = holding.get(name)
            found += [set(asked["arguments"][columns])] if columns else []
    return found


def test_no_line_of_any_yml_is_longer_than_the_page() -> None:
    lines = (
        (path, number, line)
        for path in TREE
        for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1)
    )
    assert [f"{path.relative_to(ROOT)}:{number}" for path, number, line in lines if len(line) > LONGEST] == []


@pytest.mark.parametrize("pattern", STYLES)
def test_the_project_has_one_style(pattern: str) -> None:
    found = [path.name for path in DBT if re.search(pattern, path.read_text(encoding="utf-8"), re.MULTILINE)]
    assert found == [], f"the style is: {STYLES[pattern]}"


def test_the_styles_are_told_from_one_another() -> None:
    other = """
    columns:
    - name: id
      config:
        meta:
          privacy: none
      data_tests:
        - not_null
      description: >
        long
    - name: a
      config:
        meta: {privacy: none}
      data_tests:
        - accepted_range: {arguments: {min_value: 1}}
    """
    assert [pattern for pattern in STYLES if not re.search(pattern, other, re.MULTILINE)] == []


@pytest.mark.parametrize("name", STAGING)
def test_a_staging_model_has_its_grain_tested(name: str) -> None:
    model = STAGING[name]
    grain = set(model["config"]["meta"]["grain"])
    assert grain <= {column["name"] for column in model["columns"]}
    assert grain in grain_tests(model), f"no test says that {', '.join(sorted(grain))} is unique"


def test_no_description_only_repeats_its_columns_name() -> None:
    repeated = [
        f"{model['name']}.{column['name']}"
        for path in DBT
        for model in described(path)
        for column in model.get("columns") or []
        if column.get("description") and words(column["description"]) <= words(column["name"])
    ]
    assert repeated == []


@pytest.mark.parametrize(
    ("column", "text"),
    [("id", "identifiant"), ("dep_code", "codes des départements"), ("commune_role", "commune role")],
)
def test_a_repetition_is_seen_in_both_languages(column: str, text: str) -> None:
    assert words(text) <= words(column)
    assert not words(f"{text} of the application") <= words(column)


def test_what_is_written_reads_as_it_was_and_stands_within_the_page() -> None:
    row = {f"a_long_name_of_a_column_{number}": "00000000-0000-0000-0000-000000000001" for number in range(9)}
    expression = " and ".join(f"count_vacant_housing_private_fil_ccthp_{number} >= 0" for number in range(20))
    content = {
        "models": [
            {
                "name": "a",
                "description": "word " * 60 + "end",
                "data_tests": [{"is_true": {"name": "b", "arguments": {"expression": expression}}}],
                "columns": [
                    {
                        "name": "id",
                        "config": {"meta": {"privacy": "none"}},
                        "data_tests": ["unique", "not_null"],
                    }
                ],
            }
        ],
        "unit_tests": [
            {
                "given": [{"rows": [row, {"code": "01001", "day": None}]}],
                "expect": {"rows": "select\n    1\n"},
            }
        ],
    }
    text = dump_yml(content)
    assert yaml.safe_load(text) == content
    assert max(map(len, text.split("\n"))) <= LONGEST
    assert "        config: {meta: {privacy: none}}\n        data_tests: [unique, not_null]\n" in text
    assert [pattern for pattern in STYLES if re.search(pattern, text, re.MULTILINE)] == []


def test_every_rate_says_its_scale() -> None:
    """N4: 0 to 1 in the new tables, percent or points where the name is today's, said in each description."""
    rates = [
        (model["name"], column["name"], column["description"])
        for path in DBT
        if "marts" in path.relative_to(ROOT).parts
        for model in described(path)
        for column in model.get("columns") or []
        if re.search(r"(^|_)(rate|pct)(_|$)", column["name"]) and not column["name"].startswith("kind_")
    ]
    assert len(rates) > 20
    silent = [rate for rate in rates if not re.search(r"de 0 à 1\b|pourcentage|en points", rate[2])]
    assert silent == []
