"""What PostgreSQL says, told as one sentence with the right exit code."""

from __future__ import annotations

import duckdb
import pytest

from jobs.errors import DataRefused, SettingsError, Temporary, ZlvError
from jobs.settings import read_settings
from jobs.sources.production.refusals import told
from jobs.storage.retry import NotAgain

SETTINGS = read_settings(
    {
        "POSTGRES_PRODUCTION_DB": "db",
        "POSTGRES_PRODUCTION_DB_NAME": "zlv",
        "POSTGRES_PRODUCTION_READONLY_USER": "reader",
        "POSTGRES_PRODUCTION_READONLY_PASSWORD": "canary",
    }
)


@pytest.mark.parametrize(
    ("message", "kind", "words"),
    [
        (
            'FATAL:  password authentication failed for user "reader" canary',
            SettingsError,
            "refused role reader",
        ),
        (
            "FATAL:  authentification par mot de passe échouée pour l'utilisateur « reader »",
            SettingsError,
            "refused role reader",
        ),
        ('FATAL:  role "reader" does not exist', SettingsError, "no role reader"),
        ("FATAL:  la base de données « zlv » n'existe pas", SettingsError, "no database zlv"),
        ("ERROR:  permission denied for table owners", SettingsError, "grant it SELECT"),
        ("server does not support SSL, but SSL was required", SettingsError, "POSTGRES_PRODUCTION_SSLMODE"),
        (
            "ERROR:  canceling statement due to conflict with recovery DETAIL: canary",
            Temporary,
            "conflict with recovery",
        ),
        ("FATAL:  the database system is starting up", Temporary, "is starting up"),
        ("FATAL:  sorry, too many clients already", Temporary, "no connection left"),
        ("ERROR:  canceling statement due to lock timeout", Temporary, "somebody else has locked"),
        ("could not translate host name", Temporary, "cannot be resolved"),
        ("connection to server failed: timeout expired", Temporary, "did not answer in time"),
        ("SSL connection has been closed unexpectedly", Temporary, "run again"),
        (
            "ERROR:  canceling statement due to statement timeout",
            NotAgain,
            "POSTGRES_PRODUCTION_STATEMENT_TIMEOUT",
        ),
        ("something canary that nobody foresaw", Temporary, "could not be read"),
        ("could not write file: No space left on device", ZlvError, "more room"),
    ],
)
def test_each_message_has_its_sentence(message: str, kind: type[ZlvError], words: str) -> None:
    error = told(duckdb.IOException(message), SETTINGS)
    assert type(error) is kind
    assert words in str(error)
    assert "canary" not in str(error)
    assert "\n" not in str(error)


def test_a_value_of_another_type_is_a_matter_of_the_catalog() -> None:
    error = told(duckdb.ConversionException("Could not convert string 'canary' to INT32"), SETTINGS)
    assert isinstance(error, DataRefused)
    assert "canary" not in str(error)


@pytest.mark.parametrize(
    ("message", "kind", "words"),
    [
        (
            'FATAL:  no pg_hba.conf entry for host "10.0.0.1", user "reader", database "zlv", no encryption',
            SettingsError,
            'no pg_hba.conf entry for host "10.0.0.1"',
        ),
        ("FATAL:  unsupported startup parameter: options", SettingsError, "unsupported startup parameter"),
        ('FATAL:  too many connections for role "reader"', Temporary, "CONNECTION LIMIT"),
        ("FATAL:  trop de connexions pour le rôle « reader »", Temporary, "CONNECTION LIMIT"),
        ("FATAL:  remaining connection slots are reserved", Temporary, "no connection left"),
        ('FATAL:  permission denied for database "zlv"', SettingsError, "grant it"),
        (
            'FATAL:  database "zlv" is not currently accepting connections',
            SettingsError,
            "takes no connections",
        ),
        ("FATAL:  le système de base de données est en cours de démarrage", Temporary, "starting up"),
        ("FATAL:  something that a later server says", SettingsError, "something that a later server says"),
        ("could not connect, for no reason that is known", Temporary, "could not be read"),
    ],
)
def test_what_refuses_a_connection_is_mended_or_passes(
    message: str, kind: type[ZlvError], words: str
) -> None:
    """D10"""
    error = told(duckdb.IOException(f"IO Error: Unable to connect: {message}\n"), SETTINGS, connecting=True)
    assert type(error) is kind
    assert words in str(error)
    assert "\n" not in str(error)
