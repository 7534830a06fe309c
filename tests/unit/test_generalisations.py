"""What a generalisation leaves of a value, and what the policy writes."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from treated import LONG, SHORT, connection, value

from jobs.catalog import Column, Rule, Source
from jobs.errors import SettingsError
from jobs.privacy.treatments import GENERALISATIONS, key_fingerprint, output_columns
from jobs.settings import read_settings
from jobs.sql import identifier, literal

__all__ = ["connection"]  # fixtures


def made_by(rule: str, given: object, connection: duckdb.DuckDBPyConnection, argument: str = "") -> Any:
    expression = GENERALISATIONS[rule].expression.format(column="x", argument=literal(f"$.{argument}"))
    return (connection.execute(f"SELECT {expression} FROM (SELECT ? AS x)", [given]).fetchone() or (None,))[0]


@pytest.mark.parametrize(
    ("day", "year", "decade"),
    [
        ("14/03/1958", 1958, 1950),
        ("14031999", 1999, 1990),
        ("1995-01-02", 1995, 1990),
        ("00/00/0000", None, None),
        ("0", None, None),
        (None,) * 3,
    ],
)
def test_a_day_as_text_becomes_its_year_and_decade(
    day: str | None, year: int | None, decade: int | None, connection: duckdb.DuckDBPyConnection
) -> None:
    assert made_by("year", day, connection) == year
    assert made_by("decade", day, connection) == decade


def test_the_year_of_an_instant_is_that_of_paris(connection: duckdb.DuckDBPyConnection) -> None:
    assert made_by("year", datetime(1949, 12, 31, 23, 30, tzinfo=UTC), connection) == 1950


@pytest.mark.parametrize(
    ("email", "team"),
    [
        ("a@beta.gouv.fr", True),
        ("A@ext.Beta.Gouv.fr ", True),
        ("a@notbeta.gouv.fr", False),
        ("a@beta.gouv.fr.x.org", False),
        (None, None),
    ],
)
def test_the_zlv_team_is_known_by_its_domain(
    email: str | None, team: bool | None, connection: duckdb.DuckDBPyConnection
) -> None:
    assert made_by("zlv_team", email, connection) is team


@pytest.mark.parametrize(
    ("owner", "kind"),
    [
        ("M DUPONT JEAN", "personne physique"),
        ("Mme. Martin", "personne physique"),
        ("INDIVISION DURAND", "personne physique"),
        ("SCI M", "personne morale"),
        ("MMA ASSURANCES", "personne morale"),
        ("Sté d'Économie Mixte", "personne morale"),
        ("COMMUNE DE BOURG", "personne morale"),
        ("SYNDICAT DES COPROPRIETAIRES", "personne morale"),
        ("DUPONT JEAN", None),
        ("SCIPION MARIE", None),
        ("LE GALL/ANNE", None),
        (" ", None),
        (None, None),
    ],
)
def test_an_owner_is_told_by_kind_only(
    owner: str | None, kind: str | None, connection: duckdb.DuckDBPyConnection
) -> None:
    """N5: a name that says neither what a person nor what a company is stays unknown."""
    assert made_by("owner_kind", owner, connection) == kind


def test_of_a_payload_one_short_field_is_read(connection: duckdb.DuckDBPyConnection) -> None:
    payload = '{"status": "Suivi terminé", "name": "Jean Dupont"}'
    assert made_by("json_key", payload, connection, "status") == "Suivi terminé"
    assert made_by("json_key", '{"status": "' + "x" * 81 + '"}', connection, "status") is None
    assert made_by("json_key", None, connection, "status") is None


def source(**rules: Rule) -> Source:
    columns = tuple(Column(name=name, policy=rule) for name, rule in rules.items())
    return Source(name="things", domain="production", location="postgres:things", owner="us", columns=columns)


def test_what_is_written_follows_the_policy() -> None:
    written = output_columns(
        source(
            kept=Rule.model_validate({"class": "indirect", "treatment": "keep"}),
            closed=Rule(),
            key=Rule.model_validate({"class": "direct", "treatment": "pseudonymise"}),
            born=Rule.model_validate({"class": "direct", "treatment": "generalise", "rule": "decade"}),
            email=Rule.model_validate(
                {"class": "direct", "treatment": "drop", "derive": {"team": "zlv_team"}}
            ),
        )
    )
    assert [(c.name, c.raw, c.type, c.privacy) for c in written] == [
        ("kept", "kept", "VARCHAR", "indirect"),
        ("key", "key", "VARCHAR", "indirect"),
        ("born", "born", "INTEGER", "indirect"),
        ("team", "email", "BOOLEAN", "indirect"),
    ]


def test_a_generalisation_that_does_not_exist_is_a_fault_of_the_policy() -> None:
    with pytest.raises(SettingsError, match=r"production\.things\.born: no generalisation 'century'"):
        output_columns(
            source(
                born=Rule.model_validate({"class": "direct", "treatment": "generalise", "rule": "century"})
            )
        )


def test_the_key_is_named_without_being_told() -> None:
    one, other = (key_fingerprint(read_settings({"ZLV_PSEUDONYM_KEY": key})) for key in (SHORT, LONG))
    assert one != other and len(one) == 16 and hashlib.sha256(SHORT.encode()).hexdigest()[:16] != one


@settings(max_examples=100, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=60))
def test_a_literal_comes_back_from_duckdb_as_it_was(connection: duckdb.DuckDBPyConnection, text: str) -> None:
    assert value(connection, literal(text)) == text


@settings(max_examples=100, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=40))
def test_an_identifier_comes_back_from_duckdb_as_it_was(
    connection: duckdb.DuckDBPyConnection, name: str
) -> None:
    cursor = connection.execute(f"SELECT {identifier('t', name)} FROM (SELECT 1 AS {identifier(name)}) t")
    assert cursor.description is not None and cursor.description[0][0] == name


@pytest.mark.parametrize("bad", ["", "a\0b"])
def test_a_name_that_cannot_be_written_is_refused(bad: str) -> None:
    with pytest.raises(ValueError, match="NUL"):
        identifier("t", bad)
