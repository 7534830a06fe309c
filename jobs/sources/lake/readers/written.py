"""Write the SQL for values that are written in a way of their own: days, decimal and thousands marks, blanks.

Such columns are read as text. What is not written as the catalog says is no value, and its line is set aside:
1 25 0 is not taken for 1250.
"""

from __future__ import annotations

import re

from jobs.catalog import FileFormat
from jobs.sources.lake import scan
from jobs.sql import literal

# Blanks that stand in numbers: the usual one, and those that do not break or are thin.
_BLANKS = "[ \\x{00a0}\\x{202f}\\x{2009}]"
_EDGES = " \t\u00a0\u202f\u2009"
_NUMBERS = ("DOUBLE", "DECIMAL", *scan.WHOLE_NUMBERS)


def as_text(form: FileFormat, type_: str) -> bool:
    """Tell whether a column of a type is read as text, to be understood here."""
    numbers = form.decimal != "." or bool(form.thousands)
    return (
        form.trim or (type_.startswith(_NUMBERS) and numbers) or (type_ == "DATE" and bool(form.dateformat))
    )


def value(form: FileFormat, text: str, type_: str) -> str:
    """Give the value of a text; NULL for blanks, and for what is not written as the catalog says."""
    bare = _bare(text)
    if type_ == "VARCHAR":
        return bare
    if type_ == "DATE" and form.dateformat:
        return f"CAST(try_strptime({bare}, {literal(form.dateformat)}) AS DATE)"
    if type_.startswith(_NUMBERS):
        number = _number(form, bare)
        return scan.whole(number, type_) if type_ in scan.WHOLE_NUMBERS else f"TRY_CAST({number} AS {type_})"
    return f"TRY_CAST({bare} AS {type_})"


def fault(form: FileFormat, text: str, type_: str) -> str:
    """Say when a text is no value of its type."""
    bare = _bare(text)
    nan = f" AND lower({bare}) <> 'nan'" if type_.startswith(_NUMBERS) else ""
    return f"coalesce({bare} IS NOT NULL{nan} AND ({value(form, text, type_)}) IS NULL, false)"


def _bare(text: str) -> str:
    return f"nullif(trim({text}, {literal(_EDGES)}), '')"


def _number(form: FileFormat, bare: str) -> str:
    """Write a number as SQL does: only where its marks stand as the catalog says."""
    between = _BLANKS if form.thousands == " " else re.escape(form.thousands)
    digits = rf"(?:\d{{1,3}}(?:{between}\d{{3}})+|\d+)" if form.thousands else r"\d+"
    pattern = rf"[+-]?{digits}(?:{re.escape(form.decimal)}\d*)?"
    plain = f"regexp_replace({bare}, {literal(between)}, '', 'g')" if form.thousands else bare
    if form.decimal != ".":
        plain = f"replace({plain}, {literal(form.decimal)}, '.')"
    return f"(CASE WHEN regexp_full_match({bare}, {literal(pattern)}) THEN {plain} END)"
