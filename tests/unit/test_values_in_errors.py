"""S3: whatever DuckDB raises over a row, what is told of it holds no value of that row."""

from __future__ import annotations

import duckdb
import pytest

from jobs.transform.faults import without_values

CANARIES = (
    "jeanne.dupont@example.org",
    "8675309867530986753098675309",
    "1957-13-42",
    "[1, 'Dupont', ",
    "-0x5EC2E7",
)
TYPES = """
    TINYINT SMALLINT INTEGER BIGINT HUGEINT UTINYINT USMALLINT UINTEGER UBIGINT UHUGEINT BOOLEAN DATE
    TIME TIMESTAMP TIMESTAMPTZ TIMESTAMP_S TIMESTAMP_MS TIMESTAMP_NS TIMETZ INTERVAL UUID BIT FLOAT
    DOUBLE DECIMAL(9,2) DECIMAL(38,0) JSON INTEGER[] VARCHAR[3] DATE[] MAP(VARCHAR,INTEGER)
"""
NESTED = ("STRUCT(a INTEGER, b DATE)", "ENUM('a', 'b')", "UNION(n INTEGER, d DATE)")
# What a model may do with a text besides.
CALLS = (
    "error(v)",
    "error('row: ' || v)",
    "strptime(v, '%d/%m/%Y')",
    "strptime(v, ['%Y', '%H:%M'])",
    "from_hex(v)",
    "from_base64(v)",
    "regexp_matches('x', v || '(')",
    "regexp_extract('x', '(', 1) || v",
    "json_extract(v, '$.a')",
    "json_extract('{}', '$[' || v)",
    "date_trunc(v, DATE '2024-01-01')",
    "date_part(v, DATE '2024-01-01')",
    "date_diff(v, DATE '2024-01-01', DATE '2024-01-02')",
    "encode(v)::BIT",
    "repeat(v, 9223372036854775807)",
    "v::INTEGER + 1",
    "list_sort([v], v)",
    "timezone(v, TIMESTAMP '2024-01-01')",
    "(v || '-01-01')::DATE",
    "array_value(v)::INTEGER[1]",
    "struct_pack(a := v)::STRUCT(a DATE)",
    "map([v, v], [1, 2])",
    "getvariable(v)::INTEGER // 0 + v::INTEGER",
    'json_transform_strict(\'{"a": "\' || v || \'"}\', \'{"a": "DATE"}\')',
    "enum_code(v::ENUM('a'))",
    "(SELECT unnest([v, v]))",
    "make_date(length(v)::INTEGER * 99999999, 1, 1)",
)
KEPT = {
    "check": ("CREATE TABLE k (v VARCHAR CHECK (length(v) < 2))", "INSERT INTO k FROM t"),
    "unique": ("CREATE TABLE k (v VARCHAR UNIQUE)", "INSERT INTO k SELECT v FROM t, range(2)"),
    "primary key": ("CREATE TABLE k (v VARCHAR PRIMARY KEY)", "INSERT INTO k SELECT v FROM t, range(2)"),
    "not null": ("CREATE TABLE k (v VARCHAR, w VARCHAR NOT NULL)", "INSERT INTO k SELECT v, NULL FROM t"),
    "foreign key": (
        "CREATE TABLE p (v VARCHAR PRIMARY KEY); CREATE TABLE k (v VARCHAR REFERENCES p (v))",
        "INSERT INTO k FROM t",
    ),
}


def messages() -> list[tuple[str, str]]:
    """Raise every error over every canary; give the canary and the engine's words."""
    found = []
    tried = [f"CAST(v AS {type_})" for type_ in (*TYPES.split(), *NESTED)]
    tried += [*(f"{each} = ANY([v])" for each in tried), *CALLS]
    statements = [("", f"SELECT {each} FROM t") for each in tried] + list(KEPT.values())
    with duckdb.connect() as connection:
        for canary in CANARIES:
            connection.execute("CREATE OR REPLACE TABLE t AS SELECT $1 AS v", [canary])
            for before, statement in statements:
                connection.execute(f"BEGIN; {before or 'SELECT 1'}")
                try:
                    connection.execute(statement).fetchall()
                except duckdb.Error as error:
                    found.append((canary, f"Runtime Error in model m (models/m.sql)\n  {error}"))
                connection.execute("ROLLBACK")
    return found


@pytest.fixture(scope="module")
def raised() -> list[tuple[str, str]]:
    return messages()


def test_no_value_of_a_row_is_told_in_two_hundred_situations(raised: list[tuple[str, str]]) -> None:
    assert len(raised) >= 200
    assert sum(canary in message for canary, message in raised) >= 100, "the engine itself quotes them"
    leaks = [message for canary, message in raised if canary in without_values(message)]
    assert not leaks, leaks[:3]


def test_what_is_told_names_the_kind_of_the_fault(raised: list[tuple[str, str]]) -> None:
    told = {without_values(message) for _, message in raised}
    assert all(" Error" in each and "(models/m.sql)" in each for each in told), told
