"""Each pattern finds the many writings of one kind of personal data, and none in what marts are made of."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.privacy.patterns import PATTERNS, install_patterns


def with_key(body: str) -> str:
    """Write a NIR with its key."""
    return f"{body}{97 - int(body.replace('2A', '19').replace('2B', '18')) % 97:02d}"


PERSONAL = {
    "email": [
        "a@b.fr",
        '{"to":"Jean.Dupont+1@mairie-lyon.gouv.fr"}',
        "jean (at) mairie.fr",
        "m%40mairie.fr",
        "<é.l@x.org>",
    ],
    "phone": [
        "0612345678",
        "06 12 34 56 78",
        "06.12.34.56.78",
        "06-12-34-56-78",
        "+33 (0)6 12 34 56 78",
        "+33612345678",
        "0033 6 12 34 56 78",
        "tél:0262123456.",
        "+262692123456",
        "+352 621 123 456",
    ],
    "nir": [
        with_key("1840675056123"),
        with_key("255122A004123"),
        "1 84 06 75 056 123",
        "NIR 2 55 12 2A 004 123",
        "2551297411123",
    ],
    "iban": [
        "FR7630006000011234567890189",
        "iban: FR76 3000 6000 0112 3456 7890 189",
        "DE89370400440532013000",
    ],
    "birth_date": [
        "01/02/1950",
        "1.2.1960",
        "né le 3",
        "née en 1950",
        "12 août 1950",
        '{"birthdate": "1992-04-30T00:00:00.000Z"}',
        "x2001-12-31",
    ],
    "secret": [
        "$2b$10$" + "a" * 53,
        "$argon2id$v=19$m=65536,t=3,p=4$c2FsdA$aGFzaA",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln",
        "JBSWY3DPEHPK3PXP",
        "UDUuhHz4YQeevRdijKb80wFvhNy3HB8W",
    ],
    "hash": [
        "a" * 64,
        "D41D8CD98F00B204E9800998ECF8427E",
        '{"h":"' + "0a" * 20 + '"}',
        "sha512:" + "9b" * 64,
    ],
    "address": [
        "12 RUE DE L EXEMPLE",
        "0012   RUE X",
        "3 bis, avenue Foch",
        "chez X, 903 Rue Montorgueil",
        "5B IMP DES LILAS",
        "46 Allée du Bac",
    ],
    "point": [
        "POINT(4.8357 45.7640)",
        "SRID=2154;POINT (417800 6422000)",
        '{"type":"Point","coordinates":[4.85,45.75]}',
        f"0101000020E6100000{'A' * 32}",
    ],
    "civility": ["M. Dupont", "Mme Éloïse Martin", "vu Madame Durand", "M DUPONT JEAN", "M. J. Dupont"],
    "sentence": [
        "Le propriétaire souhaite vendre mais il attend la succession",
        "A rappeler, elle est malade et ne répond pas au téléphone",
    ],
}
FALSE_ALARMS = {
    "nir": ["184067505612357", "1841675056123", "18406750561234"],
    "phone": ["01-02-2023 12:30", "0612 3456", "10612345678", "01, 02, 03, 04, 05", "+12 %"],
    "iban": ["FR7630006000011234567890188"],
    "birth_date": ["2024-05-01", "01/02/2023", "2019-01-01 2024"],
    "hash": ["6f1a2b3c-0612-3456-7890-0123456789ab"],
    "secret": ["COMMUNAUTEDECOMMUNES", "marts_production_housing_2024_and_more"],
}
ORDINARY = [
    "Rue",
    "La Rue-Saint-Pierre",
    "Paris 12e Arrondissement",
    "Place aux 20 ans",
    "200046977",
    "21800688700017",
    "218 006 887 00017",
    "80688",
    "2A004",
    "33063000AB0123",
    "2A2470000AB0123A",
    "330123456789",
    "33063_1234_00012",
    "6f1a2b3c-0612-3456-7890-0123456789ab",
    "Communauté d'agglomération du Grand Saint-Dizier, Der et Vallées",
    "Communauté de communes du Pays de Mirecourt et Dompaire",
    "lovac-2024",
    "ff-2024-locatif",
    "housing:status-updated",
    "P-P-V-V",
    "N’habite pas à l’adresse indiquée",
    "N'était pas une passoire énergétique",
    "Intérêt potentiel / En réflexion",
    "SCI, Copropriété, Autres personnes morales",
    "dpe appartement individuel",
    "Établissement inscrit, a créé au moins un groupe, connecté dans les 60 derniers jours",
    "Vacants depuis plus de 2 ans, parc privé",
    "M. le maire",
    "1767BISCOM",
    "12.5",
    "M",
]


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        install_patterns(opened)
        yield opened


def rules(connection: duckdb.DuckDBPyConnection, text: str) -> set[str]:
    columns = ", ".join(f"({pattern.predicate})" for pattern in PATTERNS)
    row = connection.execute(f"SELECT {columns} FROM (SELECT ? AS v)", [text]).fetchone() or ()
    return {pattern.rule for pattern, found in zip(PATTERNS, row, strict=True) if found}


@pytest.mark.parametrize(
    ("rule", "text"), [(rule, text) for rule, texts in PERSONAL.items() for text in texts]
)
def test_a_personal_text_is_found_by_its_rule_alone(
    rule: str, text: str, connection: duckdb.DuckDBPyConnection
) -> None:
    assert rules(connection, text) == {rule}


@pytest.mark.parametrize(
    ("rule", "text"), [(rule, text) for rule, texts in FALSE_ALARMS.items() for text in texts]
)
def test_a_lookalike_is_not_found(rule: str, text: str, connection: duckdb.DuckDBPyConnection) -> None:
    assert rule not in rules(connection, text)


@pytest.mark.parametrize("text", ORDINARY)
def test_an_ordinary_text_of_a_mart_is_not_found(text: str, connection: duckdb.DuckDBPyConnection) -> None:
    assert rules(connection, text) == set()


def test_every_pattern_has_its_examples() -> None:
    assert {pattern.rule for pattern in PATTERNS} == set(PERSONAL)


@settings(max_examples=60, deadline=None)
@given(st.uuids(), st.from_regex(r"[0-9]{5}", fullmatch=True), st.integers(min_value=0, max_value=10**9 - 1))
def test_identifiers_are_never_taken_for_people(
    connection: duckdb.DuckDBPyConnection, uuid: object, code: str, siren: int
) -> None:
    assert rules(connection, str(uuid)) == set()
    assert rules(connection, code) == set()
    assert rules(connection, f"{siren:09d}") == set()
    assert rules(connection, f"{siren:09d}00012") == set()
