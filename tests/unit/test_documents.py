"""Documents are true: their commands parse, their links lead somewhere, no page names a machine."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest

from jobs.cli import cli

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
DECISIONS = sorted(DOCS.glob("decisions/*.md"))
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.glob("*.md"), *DOCS.glob("fr/*.md"), *DECISIONS])
COMMAND = re.compile(r"(?:^ {4}|`)(zlv [^`\n]+?)(?:`|$)", re.MULTILINE)
# Files of the project that a page names; a walk-through names those that it has its reader write.
NAMED = re.compile(r"`((?:jobs|tests|k8s|helm|dbt|catalog)/[\w./-]+)`")
LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#]+)")


def commands(page: Path) -> list[str]:
    text = page.read_text(encoding="utf-8")
    return [] if page.name == "commands.md" else [found.split("  ")[0] for found in COMMAND.findall(text)]


CASES = [(page, line) for page in PAGES for line in commands(page)]


@pytest.mark.parametrize(("page", "line"), CASES, ids=[f"{page.name}: {line}" for page, line in CASES])
def test_a_command_in_a_document_is_one_that_parses(page: Path, line: str) -> None:
    command: click.Command = cli
    words = [word for word in shlex.split(line.replace("…", "").replace("[", "").replace("]", "")) if word]
    context = click.Context(cli, info_name="zlv")
    words.pop(0)
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        found = command.get_command(context, words.pop(0))
        assert found is not None, f"{page.name}: {line}"
        command = found
    options = {option for parameter in command.params for option in parameter.opts} | {
        "--help",
        "-h",
        "--version",
    }
    for word in words:
        if word.startswith("-"):
            assert word.split("=")[0] in options, f"{page.name}: {line}: no option {word}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_to_files_of_the_project(page: Path) -> None:
    for target in LINK.findall(page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_make_targets_named_in_the_readme_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(
        r"^ {4}make ([a-z]+)", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE
    ):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_every_alert_of_the_chart_is_explained_to_the_person_on_call() -> None:
    rules = (ROOT / "helm" / "zlv-warehouse" / "templates" / "monitoring.yaml").read_text(encoding="utf-8")
    page = (ROOT / "docs" / "operate.md").read_text(encoding="utf-8")
    alerts = list(dict.fromkeys(re.findall(r"- alert: (\w+)", rules)))
    assert len(alerts) > 3
    assert re.findall(r"^### (Zlv\w+)", page, re.MULTILINE) == alerts


@pytest.mark.parametrize(
    "page", [page for page in PAGES if page.name != "ajouter.md"], ids=lambda page: page.name
)
def test_files_that_a_page_names_are_there(page: Path) -> None:
    for name in NAMED.findall(page.read_text(encoding="utf-8")):
        assert (ROOT / name).exists(), f"{page.name} names {name}"


def test_the_index_leads_to_every_page_and_the_readme_to_the_index() -> None:
    index = DOCS / "README.md"
    reached = {(DOCS / target).resolve() for target in LINK.findall(index.read_text(encoding="utf-8"))}
    marts = DOCS / "dictionary" / "marts"
    reached |= {
        (marts / target).resolve() for target in LINK.findall((marts / "README.md").read_text("utf-8"))
    }
    assert {page for page in DOCS.rglob("*.md") if page != index} - reached == set()
    assert "docs/README.md" in LINK.findall((ROOT / "README.md").read_text(encoding="utf-8"))


def test_every_decision_says_why_what_follows_what_was_measured_and_where() -> None:
    assert len(DECISIONS) >= 10
    for page in DECISIONS:
        text = page.read_text(encoding="utf-8")
        parts = re.findall(r"^\*\*(\w+)(?:\.\*\*|\*\* \()", text, re.MULTILINE)
        assert parts == ["Context", "Decision", "Consequences", "Measured", "Where"], page.name
        measured = text.split("**Measured")[1].split("**Where")[0]
        assert re.search(r"\d", measured), f"{page.name} gives no number"
        assert re.search(r"`tests/", text), f"{page.name} names no test that holds it"


def test_the_picture_of_the_house_shows_every_room_once() -> None:
    (picture,) = re.findall(
        r"```mermaid\n(.*?)```", (DOCS / "architecture.md").read_text(encoding="utf-8"), re.DOTALL
    )
    rooms = {path.name for path in (ROOT / "jobs").iterdir() if (path / "__init__.py").is_file()}
    rooms |= {"cli", "settings", "errors", "sql"}
    words = set(re.findall(r"\w+", picture))
    assert rooms <= words, rooms - words
