"""The local components: real servers, filled, closed to all but the reader, started again on what they
hold."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import duckdb
import duckdb_extensions
import pytest
from servers_up import home, up

from jobs.sample.servers.state import Components

__all__ = ["home", "up"]  # fixtures

FRENCH_STATUS = {
    0: "non suivi",
    1: "en attente de retour",
    2: "premier contact",
    3: "suivi en cours",
    4: "suivi terminé",
    5: "suivi bloqué",
}


@pytest.fixture(scope="module")
def database(up: Components) -> Iterator[duckdb.DuckDBPyConnection]:
    """Attach the application as its reader, without asking DuckDB to refuse writes."""
    with duckdb.connect() as connection:
        duckdb_extensions.import_extension("postgres_scanner", con=connection)
        connection.load_extension("postgres_scanner")
        env = up.environment
        connection.execute(
            "CREATE SECRET reader (TYPE postgres, HOST '{}', PORT {}, DATABASE '{}', USER '{}', PASSWORD"
            " '{}')".format(
                *(
                    env[f"POSTGRES_PRODUCTION_{name}"]
                    for name in ("DB", "PORT", "DB_NAME", "READONLY_USER", "READONLY_PASSWORD")
                )
            )
        )
        connection.execute("ATTACH '' AS app (TYPE postgres, SECRET reader)")
        yield connection


def one(connection: duckdb.DuckDBPyConnection, query: str) -> Any:
    row = connection.execute(query).fetchone()
    assert row is not None
    return row[0]


def test_every_table_holds_the_generated_rows_under_its_foreign_keys(
    up: Components, database: duckdb.DuckDBPyConnection
) -> None:
    files = json.loads((up.home / "sample" / "manifest.json").read_text())["files"]
    tables = {
        path.split("/")[1].removesuffix(".csv"): described["rows"]
        for path, described in files.items()
        if path.startswith("postgres/") and path.endswith(".csv")
    }
    assert len(tables) == 19
    for table, rows in tables.items():
        assert one(database, f"SELECT count(*) FROM app.{table}") == rows > 0, table
    keys = one(
        database,
        "SELECT * FROM postgres_query('app', 'SELECT count(*) FROM pg_constraint WHERE contype = ''f'' AND"
        " conparentid = 0')",
    )
    assert keys >= 28


def test_the_schema_has_the_applications_own_types(database: duckdb.DuckDBPyConnection) -> None:
    query = (
        "SELECT table_name || '.' || column_name AS name, data_type || ' ' || is_generated AS type "
        "FROM information_schema.columns WHERE table_schema = 'public'"
    )
    types = dict(
        database.execute(
            f"SELECT * FROM postgres_query('app', '{query.replace(chr(39), chr(39) * 2)}')"
        ).fetchall()
    )
    expected = {
        "owners.full_name_fts": "tsvector ALWAYS",
        "campaigns.return_rate": "double precision ALWAYS",
        "fast_housing.last_mutation_type": "character varying ALWAYS",
        "fast_housing.data_file_years": "ARRAY NEVER",
        "events.next_new": "jsonb NEVER",
        "events.created_at": "timestamp with time zone NEVER",
        "establishments.siren": "integer NEVER",
        "housing_events.housing_id": "uuid NEVER",
    }
    assert {name: types[name] for name in expected} == expected
    assert one(database, "SELECT * FROM postgres_query('app', 'SELECT count(*) FROM pg_inherits')") >= 99
    assert {"sale", "donation", None} == {
        row[0]
        for row in database.execute("SELECT DISTINCT last_mutation_type FROM app.fast_housing").fetchall()
    }


def test_the_reader_may_read_and_nothing_else(database: duckdb.DuckDBPyConnection) -> None:
    for statement in (
        "DELETE FROM app.notes",
        "CREATE TABLE app.mine (i INTEGER)",
        "CALL postgres_execute('app', 'SET default_transaction_read_only = off; DELETE FROM notes')",
    ):
        with pytest.raises(duckdb.Error, match=r"read-only|permission denied"):
            database.execute(statement)


def test_events_tell_what_the_housings_are_now_with_labels_of_all_times(
    database: duckdb.DuckDBPyConnection,
) -> None:
    told = dict(
        database.execute(
            "SELECT he.housing_id, arg_max(json_extract_string(e.next_new, '$.status'), e.created_at) FROM"
            " app.events AS e JOIN app.housing_events AS he ON he.event_id = e.id WHERE e.type ="
            " 'housing:status-updated' AND e.created_at >= TIMESTAMPTZ '2023-01-01 00:00:00+00' GROUP BY 1"
        ).fetchall()
    )
    # Two communes bear one identifier: its events are of either.
    alone = "SELECT id, any_value(status) FROM app.fast_housing GROUP BY id HAVING count(*) = 1"
    now = dict(database.execute(alone).fetchall())
    said = {housing: label.lower().replace("non-suivi", "non suivi") for housing, label in told.items()}
    wrong = {id_: label for id_, label in said.items() if id_ in now and FRENCH_STATUS[now[id_]] != label}
    assert said and not wrong
    labels = {
        row[0]
        for row in database.execute(
            "SELECT DISTINCT json_extract_string(next_new, '$.status') FROM app.events WHERE type ="
            " 'housing:status-updated'"
        ).fetchall()
    }
    labels |= {
        row[0]
        for row in database.execute(
            "SELECT DISTINCT json_extract_string(next_old, '$.status') FROM app.events WHERE type ="
            " 'housing:status-updated'"
        ).fetchall()
    }
    assert {"Suivi bloqué", "Jamais contacté", "Non-suivi", "Suivi terminé"} <= labels
    subs = {
        row[0]
        for row in database.execute(
            "SELECT DISTINCT json_extract_string(next_new, '$.subStatus') FROM app.events WHERE type ="
            " 'housing:status-updated'"
        ).fetchall()
    }
    assert {"N’habite pas à l’adresse indiquée", "N'habite pas à l'adresse indiquée"} <= subs
    assert one(database, "SELECT count(*) FROM app.events WHERE type = ''") > 0
    assert (
        one(
            database,
            "SELECT count(*) FROM app.events AS e JOIN app.users AS u ON u.id = e.created_by WHERE"
            " u.deleted_at IS NOT NULL",
        )
        > 0
    )


def test_people_are_invented_and_reachable_nowhere(database: duckdb.DuckDBPyConnection) -> None:
    mails = [
        row[0].lower()
        for table in ("users", "owners")
        for row in database.execute(f"SELECT email FROM app.{table} WHERE email IS NOT NULL").fetchall()
    ]
    assert (
        mails
        and all(mail.endswith(("@example.fr", "@example.org", "@beta.gouv.fr")) for mail in mails)
        and any(mail.endswith("@beta.gouv.fr") for mail in mails)
    )
    phones = [
        row[0]
        for table in ("users", "owners")
        for row in database.execute(f"SELECT phone FROM app.{table} WHERE phone IS NOT NULL").fetchall()
    ]
    assert phones and all(phone.startswith(("+3319900", "063998")) for phone in phones)


def test_kinds_of_establishments_of_today_and_before(database: duckdb.DuckDBPyConnection) -> None:
    kinds = {row[0] for row in database.execute("SELECT DISTINCT kind FROM app.establishments").fetchall()}
    assert {"COM", "METRO", "CA", "CC", "DEP", "REG", "SDED", "SDER", "Commune", "ME"} <= kinds
