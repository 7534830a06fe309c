"""Draw numbers that are the same on every machine, version and number of threads.

Neither random() nor hash() is used: the first depends on threads, the second on DuckDB's version.
A thing's own number comes from MD5 of seed, kind and position; all draws about it are integer arithmetic on
that.
"""

from __future__ import annotations

import duckdb

# Largest prime under 2^31: products of two residues stay inside a BIGINT.
_MACROS = """
CREATE MACRO own_number(kind, n) AS
    CAST(md5_number_lower(concat(getvariable('seed'), ':', kind, ':', n)) % 2147483647 AS BIGINT);
CREATE MACRO mixed(x) AS (xor(x, x >> 15) * 69621) % 2147483647;
-- A number from 0 to n - 1: the k-th draw about the thing whose own number is h.
CREATE MACRO draw(h, k, n) AS
    mixed((h * ((CAST(k AS BIGINT) * k * k * 16807 + k * 40692 + 1043618065) % 2147483647)
        + 12345 * k) % 2147483647) % n;
CREATE MACRO pick(h, k, list) AS list[1 + draw(h, k, len(list))];
CREATE MACRO letter(h, k) AS chr(CAST(65 + draw(h, k, 26) AS INTEGER));
CREATE MACRO uuid_of(kind, key) AS
    CAST(md5(concat(getvariable('seed'), ':', kind, ':', key)) AS UUID);
CREATE MACRO digits(n, width) AS lpad(CAST(n AS VARCHAR), width, '0');
-- A moment between two dates, to the second; its k-th and following draws.
CREATE MACRO moment(h, k, from_, to_) AS
    from_ + to_seconds(draw(h, k, greatest(1, CAST(date_diff('second', from_, to_) AS BIGINT))));
"""


def install_draws(connection: duckdb.DuckDBPyConnection, seed: int) -> None:
    """Create the macros of this module in a session, for one seed."""
    connection.execute("SET VARIABLE seed = ?", [str(seed)])
    connection.execute(_MACROS)
