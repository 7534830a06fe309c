"""Say what PostgreSQL, or the way to it, refused: one sentence with the code of the contract.

libpq hands no SQLSTATE on, so it is read from the words by which servers and poolers say it, in English or in
the French of a server that speaks it. The state decides between what a person mends (64) and what passes
(75).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import duckdb

from jobs.errors import DataRefused, SettingsError, Temporary, Terminated, ZlvError
from jobs.settings import Settings
from jobs.sources.production.silence import heard
from jobs.storage.retry import NotAgain

# Words of a message, the SQLSTATE that they stand for; the first that is found counts.
_STATES = tuple(
    (re.compile(words, re.IGNORECASE | re.DOTALL), state)
    for words, state in (
        (
            r"password authentication failed|authentification par mot de passe|no password supplied|SCRAM",
            "28P01",
        ),
        (r"pg_hba\.conf|not permitted to log in|n'est pas autorisé à se connecter", "28000"),
        (r"authentication failed|peer authentication|client certificate|SASL", "28000"),
        (r"FATAL.*(?:database|base de données) .*(?:does not exist|n'existe pas)|no such database", "3D000"),
        (r"FATAL.*(?:does not exist|n'existe pas)|no such user", "28P01+role"),
        (r"unsupported startup parameter|unsupported .*options", "08P01"),
        (r"not currently accepting connections|n'accepte plus les connexions", "55000"),
        (r"permission denied|droit refusé", "42501"),
        (r"row-level security|sécurité (?:au )?niveau (?:de )?lignes?", "42501+rows"),
        (r"too many connections for role|trop de connexions pour le rôle", "53300+role"),
        (r"too many|trop de|remaining connection slots|no more connections|query_wait_timeout", "53300"),
        (r"starting up|is not yet accepting|en cours de démarrage", "57P03"),
        (r"conflict with recovery|conflit .*restauration", "40001"),
        (r"statement timeout", "57014"),
        (r"lock timeout", "55P03"),
        (r"shutting down|terminating connection|administrator command", "57P01"),
        (r"temporary or unlogged|tables? temporaires? ou non journalisées?", "0A000"),
        (r"could not translate host name", "08001+name"),
        (r"Connection refused", "08001"),
        (r"timeout expired", "08001+time"),
        (r"does not support SSL|certificate|SSL error|root\.crt", "08001+tls"),
        (r"closed the connection|connection has been closed|connection to server was lost", "08006"),
    )
)
# What passes by itself (75): said as the end of « PostgreSQL at … ».
_PASSES = {
    "53300+role": "has no connection left for role {role}: raise the role's CONNECTION LIMIT, or end its"
    " other sessions",
    "53300": "has no connection left",
    "57P03": "is starting up",
    "40001": "ended the reading: a standby's conflict with recovery",
    "55P03": "did not give a table that somebody else has locked",
    "57P01": "ended the connection",
    "08001+name": "has a host name that cannot be resolved",
    "08001": "refused the connection",
    "08001+time": "did not answer in time",
    "08006": "closed the connection",
}
# What a person mends (64).
_MENDED = {
    "28P01": "refused role {role}: check POSTGRES_PRODUCTION_READONLY_USER and"
    " POSTGRES_PRODUCTION_READONLY_PASSWORD",
    "28P01+role": "has no role {role}: check POSTGRES_PRODUCTION_READONLY_USER",
    "28000": "lets role {role} not in ({words}): ask for a line of pg_hba.conf, or check the role and its"
    " sslmode",
    "3D000": "has no database {database}: check POSTGRES_PRODUCTION_DB_NAME",
    "08P01": (
        "takes no options at the start ({words}): it is a pooler; point POSTGRES_PRODUCTION_PORT to the"
        " server itself, or let the pooler hand `options` on"
    ),
    "55000": "takes no connections to {database} ({words}): check POSTGRES_PRODUCTION_DB_NAME",
    "42501": "does not let role {role} read {what}: grant it SELECT on {what}",
    "42501+rows": "may show role {role} only some rows of {what}, which has policies: give it BYPASSRLS",
    "0A000": "is a standby, which holds no rows of {what}, an unlogged table: read the primary, or have it"
    " logged",
    "08001+tls": (
        "gave no TLS connection with sslmode {mode}: check POSTGRES_PRODUCTION_SSLMODE and the server's"
        " certificate, and set ZLV_CA_FILE where an authority of your own signed it"
    ),
}
_DATA = (
    duckdb.ConversionException,
    duckdb.InvalidInputException,
    duckdb.BinderException,
    duckdb.OutOfRangeException,
)


@dataclass
class Conversation:
    """Name the table that is being read, for what is said when that fails."""

    table: str | None = None


@contextmanager
def conversation(settings: Settings) -> Iterator[Conversation]:
    """Speak with PostgreSQL: an error of the engine is raised as one of ours, and silence has an end.

    Raises what `told` gives, NotAgain after a silence.
    """
    held = Conversation()
    with heard(settings) as watch:
        try:
            yield held
        except duckdb.Error as error:
            if watch.ended:
                raise NotAgain(
                    f"{_host(settings)} said nothing for {watch.seconds} s and kept the connection:"
                    " look at what stands before it, then run again"
                ) from None
            raise told(error, settings, held.table) from None


def told(
    error: BaseException, settings: Settings, table: str | None = None, *, connecting: bool = False
) -> ZlvError:
    """Say an error of a session with PostgreSQL in our own sentence: the engine's may quote rows or
    parameters.

    `connecting` is the phase before any query: what the server says then holds no row, and is handed on.
    """
    text = str(error)
    host = _host(settings)
    if isinstance(error, duckdb.InterruptException):
        return Terminated(f"the reading of {host} was told to end; the last good file stands, run it again")
    if "No space left" in text or isinstance(error, duckdb.OutOfMemoryException):
        return ZlvError(
            "the copy ran out of memory or disk: raise DUCKDB_MEMORY_LIMIT or give the raw and spill"
            " folders more room"
        )
    state = next((state for words, state in _STATES if words.search(text)), "")
    said = {
        "role": settings.POSTGRES_PRODUCTION_READONLY_USER,
        "database": settings.POSTGRES_PRODUCTION_DB_NAME,
        "mode": settings.POSTGRES_PRODUCTION_SSLMODE,
        "what": table or "every declared table",
        "words": _words(text),
    }
    made: ZlvError
    if state in _MENDED:
        made = SettingsError(f"{host} {_MENDED[state].format(**said)}")
    elif state == "57014":
        made = NotAgain(
            f"{host} ended a statement at its timeout: raise POSTGRES_PRODUCTION_STATEMENT_TIMEOUT or run"
            " when it is less busy"
        )
    elif connecting and "FATAL" in text and state not in _PASSES:
        made = SettingsError(
            f"{host} refused the connection ({said['words']}): check the POSTGRES_PRODUCTION settings"
        )
    elif isinstance(error, _DATA) and not state:
        made = DataRefused(
            f"{table or host} holds a value or a column whose type differs from the catalog's: correct the"
            " type in catalog/production.yml"
        )
    else:
        reason = _PASSES.get(state, "could not be read").format(**said)
        made = Temporary(f"{host} {reason}: check that it runs and can be reached, then run again")
    return made


def _host(settings: Settings) -> str:
    return f"PostgreSQL at {settings.POSTGRES_PRODUCTION_DB}:{settings.POSTGRES_PRODUCTION_PORT}"


def _words(text: str) -> str:
    """Give the server's own words of a refused connection: one line, printable, short."""
    found = re.search(r"(?:FATAL|ERROR|ERREUR): +([^\n]+)", text)
    line = found.group(1) if found else "no reason given"
    return "".join(each for each in line if each.isprintable()).strip()[:200]
