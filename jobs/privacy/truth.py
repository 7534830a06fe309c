"""Second proof, second half: no text of the marts is a direct value of the raw files.

The raw files hold direct values only as keyed pseudonyms. So each text of the marts is
pseudonymised in the same way and looked up among them: the gate finds a name without holding one.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

import duckdb

from jobs.privacy.public import Knowledge, TruthColumn
from jobs.privacy.report import Finding
from jobs.privacy.scanner import PUBLIC, TEXTS
from jobs.sql import identifier, literal

_TURN = r"\2 \1"
_WORDS = 4  # a name has up to four words; longer texts are looked up by windows of two to four
_LONGEST = 20_000  # characters of one text that are looked up by parts; patterns read all of it


def create_tables(connection: duckdb.DuckDBPyConnection, knowledge: Knowledge) -> None:
    """Create what the comparison fills: public texts, candidates, pseudonyms seen, hits."""
    texts = [
        f"SELECT DISTINCT normalised(CAST({identifier(c)} AS VARCHAR)) AS n FROM {identifier(d, 'main', s)}"
        for d, s, c in knowledge.public
    ]
    texts += [f"SELECT normalised({literal(label)}) AS n" for label in knowledge.labels]
    texts = texts or ["SELECT NULL AS n"]
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE {PUBLIC} AS SELECT DISTINCT n FROM ({" UNION ALL ".join(texts)})
            WHERE n IS NOT NULL;
        CREATE OR REPLACE TEMP TABLE zlv_candidates (mart VARCHAR, place INTEGER, v_id UBIGINT, p VARCHAR,
        digit BOOLEAN);
        CREATE OR REPLACE TEMP TABLE zlv_pseudonyms (mart VARCHAR, place INTEGER, p VARCHAR);
        CREATE OR REPLACE TEMP TABLE zlv_hits (p VARCHAR, origin VARCHAR);
        """)


def collect_candidates(connection: duckdb.DuckDBPyConnection, mart: str) -> None:
    """Keep, of the texts at hand, the pseudonym of each and of each part that may be somebody's.

    Parts: what stands between `,` `;` `|`, quotes (JSON text) or line ends, and windows of words. A
    single short word, or a number, is nobody's; a public text is looked up neither whole nor in
    part. `Jean Dupont` is found where a tax file says `M DUPONT JEAN`.
    """
    connection.execute(
        f"INSERT INTO zlv_pseudonyms SELECT ?, place, v FROM {TEXTS} WHERE kind = 'pseudonym'", [mart]
    )
    connection.execute(
        f"""
        INSERT INTO zlv_candidates
        WITH whole AS (SELECT place, v, n, hash(v) AS v_id FROM {TEXTS} WHERE kind = 'text' AND NOT public
            AND n IS NOT NULL),
        pieces AS (
            SELECT place, v_id, v AS piece, n FROM whole
            UNION ALL
            SELECT place, v_id, trim(piece), normalised(piece) FROM (
                SELECT place, v_id, unnest(list_distinct(string_split_regex(left(v, {_LONGEST}),
                '[,;|\\n\\r"<>()=:]+'))) AS piece
                FROM whole WHERE regexp_matches(v, '[,;|\\n\\r"<>()=:]'))
            UNION ALL
            SELECT place, v_id, NULL, unnest(flatten(list_transform(range(2, least({_WORDS}, len(w) - 1) + 1),
                lambda k: list_transform(range(1, len(w) - k + 2),
                lambda i: array_to_string(w[i:i + k - 1], ' ')))))
            FROM (SELECT place, v_id, string_split(left(n, {_LONGEST}), ' ') AS w FROM whole) WHERE len(w) > 2
        ),
        somebody AS (
            SELECT DISTINCT place, v_id, piece, n FROM pieces
            WHERE n IS NOT NULL AND n NOT IN (SELECT n FROM {PUBLIC})
                AND (n LIKE '%@%' OR len(regexp_extract_all(n, '[0-9]')) >= 10
                    OR len(regexp_extract_all(n, '[A-Z]')) >= CASE WHEN n LIKE '% %' THEN 3 ELSE 6 END)
        ),
        -- A name is written with or without its title, and with the family name first or last.
        written AS (
            SELECT place, v_id, n, piece FROM somebody
            UNION
            SELECT place, v_id, title || turned, NULL FROM (
                SELECT place, v_id, unnest([n, {_turned("^([^ ]+) (.+)$")},
                {_turned("^(.+) ([^ ]+)$")}]) AS turned
                FROM somebody WHERE regexp_full_match(n, '[A-Z]+( [A-Z]+){{1,{_WORDS - 1}}}')
            ), (SELECT unnest(['', 'M ', 'MME ', 'MLLE ']) AS title)
        )
        SELECT DISTINCT ?, place, v_id, p, digit FROM (
            SELECT place, v_id, regexp_matches(n, '[0-9]') AS digit,
            unnest([pseudonymise(n), pseudonymise(piece)]) AS p FROM written)
        WHERE p IS NOT NULL
        """,
        [mart],
    )


def compare_direct_values(
    connection: duckdb.DuckDBPyConnection, knowledge: Knowledge, columns: dict[str, list[str]]
) -> Iterator[Finding]:
    """Look all candidates up among the direct columns of the raw files: one statement per source."""
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE zlv_search AS SELECT p, bool_or(digit) AS digit FROM zlv_candidates"
        " GROUP BY p"
    )
    for place, group in groupby(
        (column for column in knowledge.truth if column.direct), key=lambda c: (c.domain, c.source)
    ):
        held = list(group)
        connection.execute(
            f"INSERT INTO zlv_hits SELECT DISTINCT s.p, r.origin FROM ({_union(place, held)}) r JOIN"
            " zlv_search s ON s.p = r.p WHERE s.digit OR NOT r.address"
        )
    rows = connection.execute(
        "SELECT c.mart, c.place, count(DISTINCT c.v_id), list_sort(list_distinct(list(h.origin)))[:3] "
        "FROM zlv_candidates c JOIN zlv_hits h ON h.p = c.p GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    for mart, place, values, origins in rows:
        what = f"{values} distinct value(s) hold a direct value of {', '.join(origins)}"
        cure = (
            "take it out of the mart; if it is the name of a place or a label, add it to"
            " catalog/policy/public_values.yml"
        )
        yield Finding(mart, columns[mart][place], "direct_value", values, what, cure)


def unknown_pseudonyms(
    connection: duckdb.DuckDBPyConnection, knowledge: Knowledge, columns: dict[str, list[str]]
) -> Iterator[Finding]:
    """Find 64-digit values that no raw file holds: not ours, so perhaps the bare hash of a name."""
    connection.execute("CREATE OR REPLACE TEMP TABLE zlv_unknown AS SELECT DISTINCT p FROM zlv_pseudonyms")
    for place, group in groupby(knowledge.truth, key=lambda c: (c.domain, c.source)):
        if not connection.execute("SELECT 1 FROM zlv_unknown LIMIT 1").fetchone():
            return
        known = f"SELECT u.p FROM ({_union(place, list(group))}) r JOIN zlv_unknown u ON u.p = r.p"
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE zlv_unknown AS SELECT p FROM zlv_unknown WHERE p NOT IN ({known})"
        )
    rows = connection.execute(
        "SELECT mart, place, count(DISTINCT p) FROM zlv_pseudonyms WHERE p IN (SELECT p FROM zlv_unknown)"
        " GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    for mart, place, values in rows:
        what = (
            f"{values} distinct value(s) look like pseudonyms and stand in no raw file, as a hash without key"
            " would"
        )
        yield Finding(
            mart,
            columns[mart][place],
            "unknown_pseudonym",
            values,
            what,
            "pass the raw file's pseudonym on, or take it out",
        )


def _turned(halves: str) -> str:
    return f"regexp_replace(n, {literal(halves)}, {literal(_TURN)})"


def _union(place: tuple[str, str], held: list[TruthColumn]) -> str:
    view = identifier(place[0], "main", place[1])
    return " UNION ALL ".join(
        f"SELECT {identifier(c.column)} AS p, {literal(c.name)} AS origin, {literal(c.address)} AS address"
        f" FROM {view}"
        for c in held
    )
