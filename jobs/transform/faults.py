"""Tell whether the data or the machine were at fault when dbt could not build a node: only the second is
tried again."""

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


def is_of_data(message: str) -> bool:
    """Tell whether a second try would give the same answer, by the types of the errors that the message
    names."""
    names = ["".join(heading.split()).lower() for heading in _HEADING.findall(message)]
    return any(name in _OF_DBT or issubclass(_TYPES.get(name, Exception), _OF_DATA) for name in names)
