"""Read and evaluate the expressions of a manifest: `depends`, `when` and `retryStrategy.expression`.

One small grammar serves all three, a subset of what Argo understands: && || ! and or not,
== != < <= > >=, `in [ … ]`, calls, parentheses, quoted texts, numbers, true, false and names.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from jobs.errors import SettingsError

_TOKEN = re.compile(
    r"""\s*(?:(?P<text>'[^']*'|"[^"]*")"""
    r"|(?P<operator>&&|\|\||==|!=|<=|>=|[!<>()\[\],])"
    r"|(?P<word>[\w{}][\w.{}/:+-]*|-\d[\d.]*))",
    re.ASCII,
)
_ALIASES = {"and": "&&", "or": "||", "not": "!"}
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "==": lambda left, right: bool(left == right),
    "!=": lambda left, right: bool(left != right),
    "<": lambda left, right: bool(left < right),
    "<=": lambda left, right: bool(left <= right),
    ">": lambda left, right: bool(left > right),
    ">=": lambda left, right: bool(left >= right),
}
_OPERATORS: dict[str, Callable[..., Any]] = {
    **_COMPARE,
    "!": lambda value: not value,
    "in": lambda value, several: value in several,
    "list": lambda *values: list(values),
}

Names = Callable[[str], Any]
Functions = Mapping[str, Callable[..., Any]]


@dataclass(frozen=True)
class Expression:
    """Hold one node: an operator with its operands, or a leaf (`value`, `name`)."""

    kind: str
    value: Any = None
    operands: tuple[Expression, ...] = field(default=())

    def names(self) -> Iterator[str]:
        """Yield every name in the order of the text."""
        if self.kind == "name":
            yield self.value
        for operand in self.operands:
            yield from operand.names()

    def evaluate(self, names: Names, functions: Functions | None = None) -> Any:
        """Give the value; `names` tells what a name stands for."""
        if self.kind in ("value", "name"):
            return names(self.value) if self.kind == "name" else self.value
        if self.kind in ("&&", "||"):
            each = (operand.evaluate(names, functions) for operand in self.operands)
            return all(each) if self.kind == "&&" else any(each)
        values = [operand.evaluate(names, functions) for operand in self.operands]
        if self.kind == "call":
            if self.value not in (functions or {}):
                raise SettingsError(f"the function {self.value}() is not one that every executor knows")
            return (functions or {})[self.value](*values)
        try:
            return _OPERATORS[self.kind](*values)
        except TypeError:
            raise SettingsError(
                f"{values[0]!r} {self.kind} {values[-1]!r} compares a text with a number"
            ) from None


def parse(text: str) -> Expression:
    """Read an expression; raises SettingsError with the place of the fault."""
    return _Parser(text).parse()


def _leaf(word: str) -> Expression:
    if word in ("true", "false"):
        return Expression("value", word == "true")
    if re.fullmatch(r"-?\d+", word):
        return Expression("value", int(word))
    return Expression("value", float(word)) if re.fullmatch(r"-?\d+\.\d+", word) else Expression("name", word)


class _Parser:
    def __init__(self, text: str) -> None:
        self._text, self._place = text, 0
        self._tokens: list[tuple[str, str]] = []
        position = 0
        while text[position:].strip():
            match = _TOKEN.match(text, position)
            if match is None:
                raise SettingsError(
                    f"the expression {text!r} has something unreadable at {text[position:].strip()[:12]!r}"
                )
            kind = str(match.lastgroup)
            found = match.group(kind)
            if kind == "word" and found in _ALIASES:
                kind, found = "operator", _ALIASES[found]
            self._tokens.append((kind, found))
            position = match.end()

    def parse(self) -> Expression:
        node = self._chain("||", lambda: self._chain("&&", self._not))
        if self._place != len(self._tokens):
            self._fail()
        return node

    def _chain(self, operator: str, inner: Callable[[], Expression]) -> Expression:
        operands = [inner()]
        while self._take(operator):
            operands.append(inner())
        return operands[0] if len(operands) == 1 else Expression(operator, operands=tuple(operands))

    def _not(self) -> Expression:
        if self._take("!"):
            return Expression("!", operands=(self._not(),))
        return self._comparison()

    def _comparison(self) -> Expression:
        left = self._operand()
        negated = (
            self._peek() == ("operator", "!") and self._peek(1) == ("word", "in") and bool(self._take("!"))
        )
        if self._peek() == ("word", "in"):
            self._place += 1
            inside = Expression("in", operands=(left, self._operand()))
            return Expression("!", operands=(inside,)) if negated else inside
        for operator in _COMPARE:
            if self._take(operator):
                return Expression(operator, operands=(left, self._operand()))
        return left

    def _operand(self) -> Expression:
        kind, text = self._peek()
        if self._take("("):
            node = self._chain("||", lambda: self._chain("&&", self._not))
            return node if self._take(")") else self._fail()
        if self._take("["):
            return Expression("list", operands=self._until("]"))
        if kind not in ("text", "word") or (kind, text) == ("word", "in"):
            return self._fail()
        self._place += 1
        if kind == "word" and self._take("("):
            return Expression("call", text, self._until(")"))
        return Expression("value", text[1:-1]) if kind == "text" else _leaf(text)

    def _until(self, end: str) -> tuple[Expression, ...]:
        items: list[Expression] = []
        while not self._take(end):
            items.append(self._chain("||", lambda: self._chain("&&", self._not)))
            if not self._take(",") and self._peek() != ("operator", end):
                self._fail()
        return tuple(items)

    def _peek(self, ahead: int = 0) -> tuple[str, str]:
        place = self._place + ahead
        return self._tokens[place] if place < len(self._tokens) else ("end", "its end")

    def _take(self, operator: str) -> bool:
        if self._peek() == ("operator", operator):
            self._place += 1
            return True
        return False

    def _fail(self) -> Expression:
        raise SettingsError(f"the expression {self._text!r} cannot be read at {self._peek()[1]!r}")
