"""Each planted leak is refused by the rule that is meant for it; what marts are made of passes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from planted import ADDRESS, EMAIL, MART, NAME, audit, home, raw_dir, write_warehouse

from jobs.privacy.report import Report

__all__ = ["raw_dir"]

Classes = Mapping[str, str | None]
NONE: Classes = {"geo_code": "none", "x": "none"}
BCRYPT = "$2b$10$" + "N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy"

# leak → (SQL of column `x`, declared classes, rule that must refuse it)
LEAKS: dict[str, tuple[str, Classes, str]] = {
    "a name": (f"'{NAME}'", NONE, "direct_value"),
    "a name in other case and without accents": ("'ELEONORE  LEBOEUF'", NONE, "direct_value"),
    "a name inside a sentence": (f"'dossier de {NAME} (complet)'", NONE, "direct_value"),
    "a name in a joined text": (f"'Mairie de Rue; {NAME}; 2024'", NONE, "direct_value"),
    "a name in a structure": (f"{{'label': 'x', 'people': [{{'n': '{NAME}'}}]}}", NONE, "direct_value"),
    "a name in a map": (f"map {{'{NAME}': 1}}", NONE, "direct_value"),
    "a name of a tax file": ("'Martin Paul'", NONE, "direct_value"),
    "the address of an owner": (f"'{ADDRESS}'", NONE, "direct_value"),
    "an e-mail inside JSON text": (f"""'{{"to": ["{EMAIL}"], "n": 1}}'""", NONE, "email"),
    "an e-mail of JSON type": (f"""'{{"to": "{EMAIL}"}}'::JSON""", NONE, "email"),
    "a password hash passed by *": (f"'{BCRYPT}'", {"geo_code": "none"}, "undocumented"),
    "a password hash that is documented": (f"'{BCRYPT}'", NONE, "secret"),
    "a phone in a list": ("['V', '+33 6 98 76 54 32']", NONE, "phone"),
    "a phone as a number": ("33698765432", NONE, "phone"),
    "a NIR": ("'184067505612356'", NONE, "nir"),
    "a NIR as a number": ("184067505612356", NONE, "nir"),
    "a birth date as text": ("'né(e) 14/07/1952 à Rue'", NONE, "birth_date"),
    "a birth date in a payload": ("""'{"birthdate": "1992-04-30T00:00:00.000Z"}'""", NONE, "birth_date"),
    "an address line": ("'903 bis, Avenue Montorgueil'", NONE, "address"),
    "an IBAN": ("'FR76 3000 6000 0112 3456 7890 189'", NONE, "iban"),
    "a bare hash of an e-mail": (f"sha256('{EMAIL}')", NONE, "hash"),
    "a bare hash in a column declared indirect": (
        f"sha256('{EMAIL}')",
        {**NONE, "x": "indirect"},
        "unknown_pseudonym",
    ),
    "a short bare hash": (f"md5('{EMAIL}')", NONE, "hash"),
    "a pseudonym in a column declared none": (f"pseudonymise(normalised('{NAME}'))", NONE, "hash"),
    "a column declared direct": ("'anything'", {**NONE, "x": "direct"}, "direct"),
    "a column declared free text": ("'anything'", {**NONE, "x": "free_text"}, "free_text"),
    "a column without a class": ("'anything'", {**NONE, "x": None}, "unclassed"),
    "a note": ("'Le propriétaire est malade et ne souhaite pas vendre, rappeler son fils'", NONE, "sentence"),
    "a civility": ("'vu Mme Durand'", NONE, "civility"),
    "a two-factor secret": ("'JBSWY3DPEHPK3PXP'", NONE, "secret"),
    "a session token": ("'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl'", NONE, "secret"),
    "a point on a map": ("'POINT(1.6677 50.2724)'", NONE, "point"),
}


# A mart column called like personal data, whatever class it declares.
MISNAMED = {
    "full_name": "'x'",
    "birth_date": "DATE '1952-07-14'",
    "owner_emails": "['x']",
    "adresse_logement": "'x'",
}


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory, raw_dir: Path) -> Report:
    """Audit one warehouse that holds each leak in a mart of its own."""
    settings = home(tmp_path_factory.mktemp("leaks"), raw_dir)
    marts = {
        _mart(leak): (f"SELECT '80688' AS geo_code, {column} AS x FROM range(3)", classes)
        for leak, (column, classes, _) in LEAKS.items()
    }
    for name, value in MISNAMED.items():
        marts |= {
            f"{name}_{privacy}": (f"SELECT {value} AS {name}", {name: privacy})
            for privacy in ("none", "indirect")
        }
    write_warehouse(settings, "SELECT 1 AS n", {"n": "none"}, **marts)
    found = audit(settings)
    written = (settings.warehouse_dir / "audit.json").read_text(encoding="utf-8")
    assert json.loads(written)["verdict"] == "refused"
    for value in (NAME, EMAIL, ADDRESS, "98 76 54", "14/07/1952", BCRYPT):
        assert value not in written and value not in found.refusal()
    return found


def _mart(leak: str) -> str:
    return leak.replace(" ", "_")


@pytest.mark.parametrize("leak", LEAKS)
def test_a_planted_leak_is_refused(leak: str, report: Report) -> None:
    found = {(finding.column, finding.rule) for finding in report.findings if finding.table == _mart(leak)}
    assert ("x", LEAKS[leak][2]) in found
    assert {column for column, _ in found} == {"x"}


@pytest.mark.parametrize("name", MISNAMED)
@pytest.mark.parametrize("privacy", ["none", "indirect"])
def test_a_column_called_like_personal_data_is_refused_whatever_it_declares(
    name: str, privacy: str, report: Report
) -> None:
    assert [(f.column, f.rule) for f in report.findings if f.table == f"{name}_{privacy}"] == [
        (name, "named_like")
    ]


LEGIT = {
    "codes": (
        "['80688', '2A004', '97411', '200046977', '21800688700017', '330123456789', '33063000AB0123',"
        " '1767BISCOM', 'U759']"
    ),
    "authority": "'Commune de Rue'",
    "places": (
        "['Rue', 'La Rue-Saint-Pierre', 'Lyon 3e Arrondissement', 'LE BOURG', 'CA de Saint-Dizier, Der et"
        " Vallées']"
    ),
    "labels": (
        "['N’habite pas à l’adresse indiquée', 'N''était pas une passoire énergétique', 'dpe maison"
        " individuelle', 'MAISON']"
    ),
    "owners_kind": (
        "['SCI, Copropriété, Autres personnes morales', 'PERSONNE PHYSIQUE', 'personne morale', 'etat']"
    ),
    "times": "['2024-05-01 12:30:00', '2024', '01/02/2023', 'lovac-2024', '2019-2024']",
    "energy": "['A', 'G', 'V', 'P-P-V-V', 'RS']",
    "days": "[DATE '1952-07-14', DATE '2024-01-01']",
    "ids": "[uuid(), uuid()]",
    "ids_text": "list_transform(range(2000), lambda i: CAST(uuid() AS VARCHAR))",
    "indicator": "[12, 1500000]",
    "instant": "TIMESTAMPTZ '2024-01-01 00:00:00+01'",
    "milliseconds": "1701234567890",
    "rate": "0.125",
    "has_email": "true",
    "email_count": "12",
    "nested": "[{'statut': 'Vacant', 'annees': [2023, 2024], 'codes': map {'80688': 'Rue'}}]",
    "nothing": "NULL",
}


def test_what_marts_are_made_of_passes(tmp_path: Path, raw_dir: Path) -> None:
    settings = home(tmp_path, raw_dir)
    pseudonym = "pseudonymise('800688123456')"
    select = ", ".join([*(f"{value} AS {name}" for name, value in LEGIT.items()), f"{pseudonym} AS local_id"])
    write_warehouse(
        settings, f"SELECT {select} FROM range(5)", {**dict.fromkeys(LEGIT, "none"), "local_id": "indirect"}
    )
    report = audit(settings)
    assert [finding.sentence for finding in report.findings] == []
    assert (report.verdict, report.tables[0].table, report.tables[0].rows) == ("passed", MART, 5)
