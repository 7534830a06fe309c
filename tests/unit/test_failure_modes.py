"""What the page of failure modes says stands in the program, and each of its tests is there."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import failure_modes_page
import pytest
from failure_modes_page import Mode

from jobs import errors

ROOT = Path(__file__).resolve().parents[2]
MODES = [mode for group in failure_modes_page.groups() for mode in group.modes]
# What the program fills in: a part of an f-string, a field of a template, a value of a log line.
FILLED = re.compile(r"\{[a-z_]*\}|%s|…[… ]*…")
CODES = {
    name: kind.exit_code
    for name, kind in vars(errors).items()
    if isinstance(kind, type) and issubclass(kind, errors.ZlvError)
}
# Beside those: 0, told and gone on with; 137, a step that the kernel killed.
CONTRACT = {0, 137, *CODES.values()}


def literal(node: ast.AST) -> str:
    """Give a text as it is written in the source, joined, with … for what is filled in."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(literal(part) for part in node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return literal(node.left) + literal(node.right)
    return "…"


def plain(text: str) -> str:
    return FILLED.sub("…", FILLED.sub("…", " ".join(text.split())))


def texts(node: ast.AST, code: int | None = None) -> Iterator[tuple[str, int | None]]:
    """Yield each text below a node, with the exit code of the error that is made of it where one is."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return  # a docstring
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        code = CODES.get(node.func.id, code)
    if isinstance(node, ast.Constant | ast.JoinedStr | ast.BinOp) and (text := literal(node)) != "…":
        yield plain(text), code
    for child in ast.iter_child_nodes(node):
        yield from texts(child, code)


@cache
def program() -> dict[str, set[int | None]]:
    """Give every text of the program with the exit codes that it is raised with."""
    found: dict[str, set[int | None]] = defaultdict(set)
    for path in (ROOT / "jobs").rglob("*.py"):
        for text, code in texts(ast.parse(path.read_text(encoding="utf-8"))):
            found[text].add(code)
    return found


def test_the_page_is_that_of_its_source() -> None:
    assert failure_modes_page.PAGE.read_text(encoding="utf-8") == failure_modes_page.page()


@pytest.mark.parametrize("mode", MODES, ids=[mode.what for mode in MODES])
def test_what_the_page_says_stands_in_the_program(mode: Mode) -> None:
    said = plain(mode.says)
    holding = {text: codes for text, codes in program().items() if said in text}
    assert holding, f"no text of jobs/ holds: {said}"
    codes = set().union(*holding.values())
    assert None in codes or mode.code in codes, f"{said}: raised with {codes}"


@pytest.mark.parametrize("mode", MODES, ids=[mode.what for mode in MODES])
def test_a_mode_has_its_test_and_a_code_of_the_contract(mode: Mode) -> None:
    assert len(failure_modes_page.places().get(mode.test, ())) == 1, mode.test
    assert mode.code in CONTRACT


def test_no_mode_is_said_twice() -> None:
    assert len({mode.what for mode in MODES}) == len(MODES)


def test_a_text_is_read_as_the_program_says_it() -> None:
    tree = ast.parse('raise Temporary(f"{where} broke" + f" off after {count}{of} bytes" " of it")')
    assert ("… broke off after … bytes of it", 75) in set(texts(tree))
    assert ("a … of …", None) in set(texts(ast.parse('x = "a {bucket} of %s"')))
