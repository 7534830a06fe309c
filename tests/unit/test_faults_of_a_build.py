"""Whether the data or the machine were at fault, and what warns, beside the build before."""

from __future__ import annotations

import duckdb
import pytest

from jobs.transform.faults import is_of_data, without_values
from jobs.transform.warnings import compared, sentence

OF_DATA = [
    "SELECT 'x'::INTEGER",
    "SELECT 2147483647::INTEGER + 1::INTEGER",
    "SELECT 'infinity'::TIMESTAMP - 'infinity'::TIMESTAMP",
    "SELECT json_extract_string('{', '$.a')",
    "SELECT nothing",
    "FROM nowhere",
    "SELEC",
    "SELECT error('said by a model')",
    "CREATE TABLE t (a INTEGER NOT NULL); INSERT INTO t VALUES (NULL)",
    "SELECT (SELECT unnest([1, 2]))",
]


@pytest.mark.parametrize("query", OF_DATA)
def test_errors_of_data_are_told_by_the_type_of_the_exception(query: str) -> None:
    """D13"""
    with duckdb.connect() as connection, pytest.raises(duckdb.Error) as caught:
        connection.execute(query).fetchall()
    assert is_of_data(f"Runtime Error in model int_x (models/int_x.sql)\n  {caught.value}")


def test_errors_of_the_machine_may_pass() -> None:
    with duckdb.connect() as connection, pytest.raises(duckdb.Error) as caught:
        connection.execute(
            "SET memory_limit = '1MB'; SET threads = 1; FROM range(10000000) AS t(a) ORDER BY hash(a)"
        )
        connection.fetchall()
    assert not is_of_data(f"Runtime Error in model int_x\n  {caught.value}")
    assert not is_of_data(
        "Runtime Error in model int_x\n  IO Error: could not read the Conversion Error of a file"
    )


def test_a_contract_or_a_macro_that_is_broken_is_no_matter_of_time() -> None:
    assert is_of_data(
        "Compilation Error in model marts_x (models/marts_x.sql)\n  This model has an enforced contract"
    )


HEAD = "Runtime Error in model int_x (models/int_x.sql)\n  "
WHO = "jeanne@example.org"
QUOTED = {
    "key": f"CREATE TABLE t (a TEXT PRIMARY KEY); INSERT INTO t VALUES ('{WHO}'), ('{WHO}')",
    "cast": f"SELECT '{WHO}'::INTEGER",
    "day": f"SELECT strptime('{WHO}', '%d/%m/%Y')",
    "JSON": f"SELECT '{{{WHO}'::JSON",
    "said by a model": f"SELECT error('{WHO}')",
    "pattern": f"SELECT regexp_matches('a', '({WHO}')",
    "number": "SELECT 290129912345678::BIGINT * 290129912345678::BIGINT",
}


@pytest.mark.parametrize("query", QUOTED.values(), ids=QUOTED)
@pytest.mark.parametrize("head", [HEAD, ""], ids=["in a model", "alone"])
def test_what_the_engine_quotes_is_not_told_and_its_kind_is(query: str, head: str) -> None:
    """S3: the message said the row's value, or nothing but that there was an error."""
    with duckdb.connect() as connection, pytest.raises(duckdb.Error) as caught:
        connection.execute(query).fetchall()
    kind = str(caught.value).split(":", 1)[0]
    told = without_values(f"{head}{caught.value}")
    assert WHO not in told and "290129912345678" not in told
    assert told.startswith(f"{kind}: ") and told.endswith(" (models/int_x.sql)" if head else told[-1])


def test_what_is_wrong_in_the_code_is_told_in_the_engine_s_words() -> None:
    with duckdb.connect() as connection, pytest.raises(duckdb.Error) as caught:
        connection.execute("SELECT nothing FROM (SELECT 1 AS something)")
    assert "nothing" in without_values(f"{HEAD}{caught.value}")
    contract = "Compilation Error in model m (models/m.sql)\n  This model has an enforced contract"
    assert without_values(contract) == (
        "Compilation Error: This model has an enforced contract (models/m.sql)"
    )
    assert without_values(f"odd: {WHO}") == "an error that is none of the engine's"


def test_counts_stand_beside_those_of_the_build_before() -> None:
    before = {"a": 3, "b": 1, "kept": 9}
    counts = compared({"a": 0, "b": 0, "c": 0}, {"a": 5, "c": 2}, before)
    assert counts == {
        "a": {"rows": 5, "before": 3},
        "c": {"rows": 2, "before": None},
        "kept": {"rows": 9, "before": 9},
    }
    told = sentence(counts, before)
    assert told is not None
    assert "a 5 rows (3 before)" in told
    assert "c 2 rows (none before)" in told
    assert "1 that warned before are quiet: b" in told
    assert sentence({}, {}) is None
