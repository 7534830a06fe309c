"""Tell whether the data or the machine were at fault when dbt could not build a node, of which only the
second is tried again, and say the fault without the values that the engine quotes."""

from __future__ import annotations

import inspect
import re

import duckdb

# dbt hands on DuckDB's message, which begins with the type of the exception: « Conversion Error: … ».
_HEADING = re.compile(r"^\s*([A-Z][A-Za-z]*(?: [A-Za-z]+)*?) Error\b", re.MULTILINE)
_TYPES = {
    name.removesuffix("Exception").lower(): kind
    for name, kind in vars(duckdb).items()
    if inspect.isclass(kind) and issubclass(kind, duckdb.Error) and name.endswith("Exception")
}
# A value, a row or a statement that no second try changes; dbt says the same of a contract or a macro.
_OF_DATA = (duckdb.DataError, duckdb.IntegrityError, duckdb.ProgrammingError, duckdb.NotSupportedError)
_OF_DBT = {"compilation", "parsing", "contract"}
# These quote the statement, which is code, and no row.
_OF_CODE = {"binder", "catalog", "parser", "syntax"}
_SAID = {
    "conversion": "a value does not fit the type that it is read or cast as",
    "constraint": "a row breaks a constraint of its table",
    "invalidinput": "a function does not take a value that it was given",
    "outofrange": "a number or a day is too large for its type",
    "typemismatch": "a value is of another type than its column",
}
_FILE = re.compile(r"\(([\w./-]+\.(?:sql|yml))\)")


def is_of_data(message: str) -> bool:
    """Tell whether a second try would give the same answer, by the types of the errors that the message
    names."""
    names = [_name(heading) for heading in _HEADING.findall(message)]
    return any(name in _OF_DBT or issubclass(_TYPES.get(name, Exception), _OF_DATA) for name in names)


def without_values(message: str) -> str:
    """Say the kind of a fault and its file, never a value: the engine's own words quote rows."""
    found = [
        each for each in _HEADING.finditer(message) if _name(each[1]) in _OF_DBT or _name(each[1]) in _TYPES
    ]
    file = _FILE.search(message)
    where = f" ({file[1]})" if file else ""
    if not found:
        return f"an error that is none of the engine's{where}"
    name = _name(found[0][1])
    words = _SAID.get(name, "")
    if name in _OF_DBT or name in _OF_CODE:
        first, _, later = message[found[0].end() :].partition("\n")
        words = (later if name in _OF_DBT and later.strip() else first).strip(": \n").split("\n", 1)[0][:300]
    return f"{found[0][1]} Error{f': {words}' if words else ''}{where}"


def _name(heading: str) -> str:
    return "".join(heading.split()).lower()
