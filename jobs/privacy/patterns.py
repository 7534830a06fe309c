"""Say in SQL what a person looks like in a text: e-mail, phone, NIR, IBAN, birth date, secret, address, name.

Each predicate reads one text `v`. DuckDB's engine (RE2) has no look-around, so a border is a
character that is consumed. Identifiers of places, firms and premises must not match: they are the
substance of the marts.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from jobs.sql import literal

LEFT, RIGHT = "(?:^|[^0-9A-Za-z])", "(?:[^0-9A-Za-z]|$)"
UUID = "^[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"
PSEUDONYM = "^[0-9a-f]{64}$"

# Ten digits in pairs, all separated alike: `01-02-1950 12:30` is no number.
_PAIRS = "|".join(rf"0[1-9](?:{separator}\d{{2}}){{4}}" for separator in ("", r" ", r"\.", "-", "/", r"\. "))
_FRANCE = r"(?:\+|00)(?:33|262|590|594|596|508|687|689)[ .-]?(?:\(0\)[ .-]?)?[1-9](?:[ .-]?\d{2}){4}"
_ABROAD = r"\+[1-9](?:[ .-]?\d){8,13}|33[67]\d{8}"
PHONE = rf"(?:^|[^0-9A-Za-z+])(?:{_PAIRS}|{_FRANCE}|{_ABROAD}){RIGHT}"
EMAIL = r"""[^\s@"'<>,;:(){}\[\]]+(?:@|%40| ?[(\[]at[)\]] ?)[^\s@"'<>,;:(){}\[\]]+\.[A-Za-z]{2,}"""
# Sex, year, month, department, commune, rank, key: the number of social security, with or without its key.
NIR = (
    rf"{LEFT}([12][ .-]?\d\d[ .-]?(?:0[1-9]|1[0-2])[ .-]?(?:0[1-9]|[1-9]\d|2[AB])[ .-]?\d{{3}}["
    rf" .-]?\d{{3}}(?:[ .-]?\d\d)?){RIGHT}"
)
IBAN = (
    rf"{LEFT}((?:FR|MC|BE|LU|CH|DE|ES|IT|PT|NL|GB|AT|IE|PL|RO|GR|SE|DK|FI|NO)\d\d(?:"
    rf" ?[0-9A-Z]{{4}}){{2,7}}(?: ?[0-9A-Z]{{1,3}})?){RIGHT}"
)
# Years in which an owner may be born; a later day in a text is a follow-up, not a birth.
_YEAR = r"(?:19\d\d|200\d|2010)"
_MONTHS = "janvier|fevrier|mars|avril|mai|juin|juillet|aout|septembre|octobre|novembre|decembre"
BIRTH = "|".join(
    [
        rf"(?:^|[^0-9])(?:0?[1-9]|[12]\d|3[01])[/.-](?:0?[1-9]|1[0-2])[/.-]{_YEAR}(?:[^0-9]|$)",
        rf"(?:^|[^0-9])(?:{_YEAR})-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])(?:[^0-9]|$)",
        rf"(?:^|[^0-9])\d{{1,2}}(?:er)? (?:{_MONTHS}) {_YEAR}(?:[^0-9]|$)",
        rf"{LEFT}nee?(?:\(e\))? (?:le|en) [0-9]",
    ]
)
SECRET = "|".join(
    [
        r"\$2[abxy]?\$\d\d\$[./A-Za-z0-9]{53}",
        r"\$(?:argon2(?:id|i|d)|pbkdf2[a-z0-9-]*|scrypt|[156y])\$[^\s$]+\$",
        r"eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.",
        r"-----BEGIN [A-Z ]*PRIVATE KEY",
    ]
)
HASH = "|".join(
    f"(?:^|[^0-9A-Za-z-])[0-9a-fA-F]{{{length}}}(?:[^0-9A-Za-z-]|$)" for length in (32, 40, 56, 64, 96, 128)
)
_WAYS = (
    "RUE|AVENUE|AVE?|BOULEVARD|BD|BVD|PLACE|PL|CHEMIN|CHE|CHEM|IMPASSE|IMP|ALLEES?|ALL|ROUTE|RTE|SQUARE|"
    "SQ|QUAI|QU|COURS|CRS|PASSAGE|PAS|SENTIER|SENTE|FAUBOURG|FG|RESIDENCE|RES|HAMEAU|HAM|MONTEE|VOIE|"
    "TRAVERSE|VENELLE|RUELLE|ESPLANADE|PROMENADE|CHAUSSEE|LOTISSEMENT|LOT|ROND[ -]POINT|VILLA|CITE|CLOS|"
    "COUR|DOMAINE|LIEU[ -]DIT"
)
ADDRESS = rf"(?:^|[^0-9A-Z])\d{{1,5}}(?: ?(?:BIS|TER|QUATER|[A-H]))?,? +(?:{_WAYS})\.? +[0-9A-Z]"
# A point as text, as GeoJSON, or as the hexadecimal writing that PostGIS gives.
POINT = (
    r"(?i)(?:POINT ?Z? ?\(|\"type\" ?: ?\"Point\").{0,40}?-?\d+(?:\.\d+)?["
    r" ,]+-?\d|(?:^|[^0-9A-Z])0[01]0[1-7]0000[02]0[0-9A-F]{34}"
)
_PERSON = "(?:[A-Z]\\. ?)?[A-Z][A-Za-z'-]+"
NAME = "|".join(
    [
        (
            rf"{LEFT}(?:Monsieur|Madame|Mademoiselle|Mme\.?|Mlle\.?|M\.|Mr\.?|MONSIEUR|MADAME"
            rf"|MADEMOISELLE|MME|MLLE|MR) {_PERSON}"
        ),
        r"^M [A-Z][A-Z'-]{2,} [A-Z][A-Z'-]+",
    ]
)
# Words of a sentence about somebody; two of them in eight words make a note, not a label.
_TALK = (
    "je|il|elle|ils|elles|nous|vous|est|sont|etait|ont|avait|sera|doit|veut|souhaite|souhaitent|refuse|"
    "rappeler|appele|appel|contacte|rencontre|decede|decedee|malade|fils|fille|mari|epouse|frere|soeur|"
    "bonjour|merci|cordialement|suite|pas|mais"
)


@dataclass(frozen=True)
class Pattern:
    """A rule of the gate: its name, what was seen (plural, after a number of values), and the SQL over `v`.

    `shields_public`: no finding when the whole text is a public value. `numbers`: also for whole
    numbers written as text. `pseudonyms`: no finding in a column declared `indirect`.
    """

    rule: str
    seen: str
    predicate: str
    shields_public: bool = False
    numbers: bool = False
    pseudonyms: bool = False


def _matches(regex: str, text: str = "v") -> str:
    return f"regexp_matches({text}, {literal(regex)})"


def _count(regex: str, text: str = "v") -> str:
    return f"len(regexp_extract_all({text}, {literal(regex)}))"


_PLAIN = "strip_accents(v)"
_TOKEN = (
    f"({_matches('^[A-Za-z0-9+/_=.-]{32,}$')} AND {_count('[A-Z]')} >= 3 AND {_count('[a-z]')} >= 3 AND"
    f" {_count('[0-9]')} >= 3) OR ({_matches('^[A-Z2-7]{16,}=*$')} AND {_count('[2-7]')} >= 2 AND"
    f" {_count('[A-Z]')} >= 6)"
)

PATTERNS: tuple[Pattern, ...] = (
    Pattern("email", "look like e-mail addresses", _matches(EMAIL)),
    Pattern("phone", "look like phone numbers", _matches(PHONE), numbers=True),
    Pattern(
        "nir", "look like social security numbers (NIR)", f"zlv_holds_nir(upper({_PLAIN}))", numbers=True
    ),
    Pattern("iban", "look like bank accounts (IBAN)", f"zlv_holds_iban(upper({_PLAIN}))"),
    Pattern("birth_date", "hold a day that may be a birth date", _matches(BIRTH, f"lower({_PLAIN})")),
    Pattern("secret", "look like password hashes, tokens or secrets", f"{_matches(SECRET)} OR {_TOKEN}"),
    Pattern("hash", "look like hashes, which give away what can be guessed", _matches(HASH), pseudonyms=True),
    Pattern(
        "address", "look like postal addresses", _matches(ADDRESS, f"upper({_PLAIN})"), shields_public=True
    ),
    Pattern("point", "look like the coordinates of a place", _matches(POINT)),
    Pattern(
        "civility", "name somebody after a civility (M., Mme…)", _matches(NAME, _PLAIN), shields_public=True
    ),
    Pattern(
        "sentence",
        "read like notes about somebody",
        f"{_count('[^ ]+')} >= 8 AND {_count(f'{LEFT}(?:{_TALK})(?:[^0-9a-z]|$)', f'lower({_PLAIN})')} >= 2",
        shields_public=True,
    ),
)


def install_patterns(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the macros that check the keys of NIR and IBAN, so that other long numbers pass."""
    connection.execute(f"""
        CREATE OR REPLACE TEMP MACRO zlv_nir(number) AS CASE length(number)
            WHEN 13 THEN true
            WHEN 15 THEN 97 - TRY_CAST(replace(replace(left(number, 13), '2A', '19'), '2B',
            '18') AS BIGINT) % 97
                = CAST(right(number, 2) AS BIGINT)
            ELSE false END;
        CREATE OR REPLACE TEMP MACRO zlv_holds_nir(text) AS len(list_filter(
            regexp_extract_all(text, {literal(NIR)}, 1),
            lambda found: coalesce(zlv_nir(regexp_replace(found, '[ .-]', '', 'g')), false))) > 0;
        CREATE OR REPLACE TEMP MACRO zlv_mod97(text) AS list_reduce(
            list_transform(string_split(text, ''), lambda c: CASE WHEN c BETWEEN '0' AND '9'
                THEN CAST(c AS BIGINT) ELSE ascii(c) - 55 END),
            lambda sum, digit: (sum * CASE WHEN digit > 9 THEN 100 ELSE 10 END + digit) % 97,
            CAST(0 AS BIGINT));
        CREATE OR REPLACE TEMP MACRO zlv_holds_iban(text) AS len(list_filter(
            list_transform(regexp_extract_all(text, {literal(IBAN)}, 1),
            lambda found: replace(found, ' ', '')),
            lambda number: zlv_mod97(number[5:] || number[:4]) = 1)) > 0;
        """)
