"""Turn the policy into SQL: the select list of what may be written to a raw file.

Pseudonyms are HMAC-SHA256 (RFC 2104), computed in SQL with the two padded keys bound as session
variables: a plain hash of a name or a birth date could be reversed by trying them all.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import duckdb

from jobs.catalog import Column, Source
from jobs.catalog.column import PrivacyClass
from jobs.errors import SettingsError
from jobs.privacy import old_events
from jobs.settings import Settings
from jobs.sql import identifier, literal

BLOCK = 64

# How tax files write a day as text; zeros stand for an unknown day, which gives NULL.
_DAY = (
    "coalesce(TRY_CAST({column} AS TIMESTAMP), "
    "TRY_CAST(try_strptime(trim(CAST({column} AS VARCHAR)), ['%d/%m/%Y', '%d%m%Y', '%Y%m%d']) AS TIMESTAMP))"
)
# Words before a natural person's name in a tax file; several people, or heirs, are natural persons too.
_TITLES = (
    "M|MM|MR|MME|MMES|MLE|MLLE|MONSIEUR|MADAME|MADEMOISELLE|EPOUX|VEUVE|SUCCESSION|SUCC|HERITIERS|INDIVISION"
)

# Words that only the name of a company, an authority or a body of owners holds; a name without any of them,
# and without a title, may be anybody's.
_LEGAL_FORMS = (
    "SCI|SCPI|SCEA|SCM|SCP|SCOP|SARL|EURL|SA|SAS|SASU|SNC|SEM|SEML|SPL|GIE|GFA|GAEC|EARL|STE|SOC|SOCIETE|"
    "CIE|COMPAGNIE|ETS|ETABLISSEMENT|ETABLISSEMENTS|ENTREPRISE|HOLDING|BANQUE|CAISSE|ASSURANCE|"
    "ASSURANCES|MUTUELLE|FONCIERE|IMMOBILIER|IMMOBILIERE|ASS|ASSOC|ASSOCIATION|FONDATION|CONGREGATION|"
    "DIOCESE|SYNDICAT|SYND|SDC|COPROPRIETE|COPROPRIETAIRES|COMMUNE|VILLE|MAIRIE|COMMUNAUTE|METROPOLE|"
    "DEPARTEMENT|REGION|ETAT|OFFICE|OPH|HLM|CHAMBRE|AGENCE"
)


class Generalisation(NamedTuple):
    """Say in SQL how a raw column (`{column}`, with an optional `{argument}`) becomes a coarser one."""

    expression: str
    type: str
    privacy: PrivacyClass


GENERALISATIONS: dict[str, Generalisation] = {
    "year": Generalisation(f"year({_DAY})", "INTEGER", "indirect"),
    "decade": Generalisation(f"CAST(year({_DAY}) // 10 * 10 AS INTEGER)", "INTEGER", "indirect"),
    # The ZLV team's accounts are those with a beta.gouv.fr address.
    "zlv_team": Generalisation(
        "regexp_matches(lower(trim({column})), '[@.]beta\\.gouv\\.fr$')", "BOOLEAN", "indirect"
    ),
    # One enumerated field of an event's payload; the payload itself holds names and free text. A value that
    # is longer
    # than any label of the application is free text, and is not let through.
    "json_key": Generalisation(
        "CASE WHEN length(json_extract_string({column}, {argument})) <= 80 THEN json_extract_string({column},"
        " {argument}) END",
        "VARCHAR",
        "none",
    ),
    # What is recognised in the text of an event of before 2025.
    "old_status": Generalisation(old_events.STATUS, "INTEGER", "none"),
    "old_sub_status": Generalisation(old_events.SUB_STATUS, "VARCHAR", "none"),
    "old_occupancy": Generalisation(old_events.OCCUPANCY, "VARCHAR", "none"),
    "owner_kind": Generalisation(
        "CASE WHEN trim({column}) <> '' THEN "
        f"CASE WHEN regexp_matches(upper(strip_accents(trim({{column}}))), '^({_TITLES})[ ./]') "
        "THEN 'personne physique' "
        "WHEN regexp_matches(upper(strip_accents({column})), "
        f"'(^|[^A-Z0-9])({_LEGAL_FORMS})([^A-Z0-9]|$)') "
        "THEN 'personne morale' END END",
        "VARCHAR",
        "indirect",
    ),
}


@dataclass(frozen=True)
class OutputColumn:
    """Say how one column of a raw file comes from a column of the source.

    `raw` is the source's column name in the catalog; `expression` is SQL over `raw` quoted.
    """

    name: str
    type: str
    raw: str
    expression: str
    privacy: str
    treatment: str
    description: str = ""

    @property
    def select(self) -> str:
        return f"{self.expression} AS {identifier(self.name)}"


def output_columns(source: Source) -> list[OutputColumn]:
    """List the columns that a raw file of `source` holds, in the catalog's order.

    Raises SettingsError for a generalisation that does not exist.
    """
    return [column for raw in source.columns for column in _outputs(source, raw)]


def _outputs(source: Source, column: Column) -> Iterator[OutputColumn]:
    name, policy, quoted = column.name, column.policy, identifier(column.name)

    def made(output: str, type_: str, expression: str, privacy: str, treatment: str) -> OutputColumn:
        return OutputColumn(output, type_, name, expression, privacy, treatment, column.description)

    if policy.treatment == "keep":
        yield made(name, column.type, quoted, policy.privacy, "keep")
    elif policy.treatment == "pseudonymise":
        text = f"CAST({quoted} AS VARCHAR)"
        value = f"normalised({text})" if policy.normalise else text
        yield made(name, "VARCHAR", f"pseudonymise({value})", "indirect", "pseudonymise")
    elif policy.treatment == "generalise" and policy.rule is not None:
        yield made(name, *_generalised(source, name, policy.rule), "generalise")
    for output, rule in policy.derive.items():
        yield made(output, *_generalised(source, name, rule), "generalise")


def _generalised(source: Source, column: str, rule: str) -> tuple[str, str, str]:
    name, _, argument = rule.partition(":")
    if name not in GENERALISATIONS:
        known = ", ".join(sorted(GENERALISATIONS))
        raise SettingsError(
            f"policy of {source.domain}.{source.name}.{column}: no generalisation {name!r}; known are {known}"
        )
    made = GENERALISATIONS[name]
    expression = made.expression.format(column=identifier(column), argument=literal(f"$.{argument}"))
    return made.type, expression, made.privacy


def install_pseudonyms(connection: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """Create the macros `pseudonymise(text)` and `normalised(text)` in a session.

    `normalised` makes "Lebœuf-Éloïse " and "LEBOEUF ELOISE" one text: upper case, no accents, one
    space for all that is no letter, digit or sign of an e-mail. NULL and blank text give NULL.
    Without ZLV_PSEUDONYM_KEY the macro exists and fails when called.
    """
    connection.execute(
        "CREATE OR REPLACE TEMP MACRO normalised(value) AS nullif(trim(regexp_replace(upper("
        "replace(replace(replace(lower(strip_accents(value)), 'œ', 'oe'), 'æ', 'ae'), 'ß', 'ss')"
        "), '[^A-Z0-9@.+]+', ' ', 'g')), '')"
    )
    if settings.ZLV_PSEUDONYM_KEY is None:
        connection.execute(
            "CREATE OR REPLACE TEMP MACRO pseudonymise(value) AS "
            "CASE WHEN value IS NULL THEN NULL ELSE error('set ZLV_PSEUDONYM_KEY to pseudonymise') END"
        )
        return
    key = settings.ZLV_PSEUDONYM_KEY.get_secret_value().encode()
    key = (hashlib.sha256(key).digest() if len(key) > BLOCK else key).ljust(BLOCK, b"\0")
    connection.execute("SET VARIABLE zlv_inner = ?", [bytes(byte ^ 0x36 for byte in key)])
    connection.execute("SET VARIABLE zlv_outer = ?", [bytes(byte ^ 0x5C for byte in key)])
    connection.execute(
        "CREATE OR REPLACE TEMP MACRO pseudonymise(value) AS CASE WHEN trim(value) <> '' THEN "
        "sha256(getvariable('zlv_outer') || unhex(sha256(getvariable('zlv_inner') || encode(value)))) END"
    )


def key_fingerprint(settings: Settings) -> str:
    """Name the pseudonym key without telling it, so that files made with another key are seen."""
    if settings.ZLV_PSEUDONYM_KEY is None:
        return "none"
    return hashlib.sha256(
        b"zlv key id\0" + settings.ZLV_PSEUDONYM_KEY.get_secret_value().encode()
    ).hexdigest()[:16]
