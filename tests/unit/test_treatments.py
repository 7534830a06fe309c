"""Pseudonyms are HMAC-SHA256, generalisations coarsen, and what is dropped is never written."""

from __future__ import annotations

import hashlib
import hmac
import unicodedata

import duckdb
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from treated import BLOCK, LONG, SHORT, connection, session, value

from jobs.sql import literal

__all__ = ["connection"]  # fixtures


@pytest.mark.parametrize("key", [SHORT, BLOCK, LONG])
def test_a_pseudonym_is_the_hmac_of_pythons_library(key: str) -> None:
    with session(key) as opened:
        for text in ("Éléonore Lebœuf", "x" * 1000, "'; DROP"):
            expected = hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()
            assert value(opened, "pseudonymise(?)", text) == expected


@settings(max_examples=100, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=80))
@example("\xa0\u2003 ")
def test_any_text_gives_its_hmac_and_equal_texts_equal_pseudonyms(
    connection: duckdb.DuckDBPyConnection, text: str
) -> None:
    blank = all(unicodedata.category(character) == "Zs" for character in text)
    expected = None if blank else hmac.new(SHORT.encode(), text.encode(), hashlib.sha256).hexdigest()
    assert value(connection, "pseudonymise(?)", text) == expected
    assert value(connection, f"pseudonymise({literal(text)})") == expected


def test_nothing_and_blank_text_give_no_pseudonym(connection: duckdb.DuckDBPyConnection) -> None:
    assert value(connection, "pseudonymise(NULL)") is None
    assert value(connection, "pseudonymise('   ')") is None
    assert value(connection, "pseudonymise(normalised('--'))") is None


def test_without_a_key_nothing_is_pseudonymised_in_silence() -> None:
    with session(None) as opened:
        assert value(opened, "pseudonymise(NULL)") is None
        with pytest.raises(duckdb.Error, match="ZLV_PSEUDONYM_KEY"):
            value(opened, "pseudonymise('x')")


@pytest.mark.parametrize(
    "written",
    ["Éléonore  Lebœuf-Roy", " ELEONORE LEBOEUF ROY", "éléonore\tlebœuf'roy ", "ELEONORE/LEBOEUF ROY"],
)
def test_one_name_in_many_writings_is_one_text(written: str, connection: duckdb.DuckDBPyConnection) -> None:
    assert value(connection, "normalised(?)", written) == "ELEONORE LEBOEUF ROY"


def test_an_email_stays_one_word(connection: duckdb.DuckDBPyConnection) -> None:
    assert value(connection, "normalised(' Jean.D+1@Mairie.fr')") == "JEAN.D+1@MAIRIE.FR"


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=40).filter(lambda text: "\0" not in text and text.isprintable()))
def test_a_normalised_text_does_not_change_again(connection: duckdb.DuckDBPyConnection, text: str) -> None:
    once = value(connection, "normalised(?)", text)
    assert once is None or value(connection, "normalised(?)", once) == once
