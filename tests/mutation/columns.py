"""Put a wrong value of its own type in a mart's column."""

from __future__ import annotations

_NUMBERS = (
    "TINYINT",
    "SMALLINT",
    "INTEGER",
    "BIGINT",
    "HUGEINT",
    "DOUBLE",
    "FLOAT",
    "DECIMAL",
    "UINTEGER",
    "UBIGINT",
)


def wrong_column(relation: str, column: str, type_: str) -> str:
    """Write the query of a table in which one column has the next number, the opposite, another text or a
    later time."""
    name = '"' + column.replace('"', '""') + '"'
    if type_.startswith(_NUMBERS) and not type_.endswith("[]"):
        wrong = f"coalesce({name} + 1, 1)"
    elif type_ == "BOOLEAN":
        wrong = f"coalesce(NOT {name}, true)"
    elif type_ == "DATE" or type_.startswith("TIMESTAMP"):
        wrong = f"coalesce({name} + INTERVAL 1 YEAR, TIMESTAMP '2001-01-01')"
    elif type_ == "INTERVAL":
        wrong = f"coalesce({name} + INTERVAL 1 DAY, INTERVAL 1 DAY)"
    elif type_ == "VARCHAR":
        wrong = f"coalesce({name} || '?', '?')"
    elif type_ == "UUID":
        wrong = f"md5(coalesce({name}::VARCHAR, ''))"
    else:
        wrong = f"CASE WHEN {name} IS NULL THEN [] ELSE NULL END"
    return f"SELECT * REPLACE (CAST({wrong} AS {type_}) AS {name}) FROM {relation}"
