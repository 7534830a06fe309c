"""Say what went wrong in one sentence, with the exit code of the contract.

Exit codes: 1 failed, may be retried · 2 wrong usage · 64 settings or catalog wrong, or a name unknown ·
65 data refused · 66 privacy gate refused · 75 temporary, retry · 130 ended by SIGINT · 143 ended by SIGTERM.
"""

from __future__ import annotations

import re

# What moves a cursor, rings, recolours or turns text around: it may come from an object's name or a cell.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def printable(text: str) -> str:
    """Show control characters as their code, so that no text acts on the terminal that it is shown on.

    Line ends and tabs stay.
    """
    return _CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", text)


class ZlvError(Exception):
    """Carry one clear sentence for a person and the exit code for a manifest."""

    exit_code = 1

    def __str__(self) -> str:
        return printable(super().__str__())


class LateDelivery(ZlvError):
    """Tell who asked (`zlv status --check`) that something is late."""


class WrongUsage(ZlvError):
    """Report arguments that say nothing the command could do."""

    exit_code = 2


class SettingsError(ZlvError):
    """Report settings, credentials, a catalog or an unknown name: no retry can mend them."""

    exit_code = 64


class DataRefused(ZlvError):
    """Report data that break their contract; the last good file stands."""

    exit_code = 65


class PrivacyRefused(ZlvError):
    """Report a mart that the privacy gate does not let through."""

    exit_code = 66


class Temporary(ZlvError):
    """Report a fault of the moment: network, throttling, a standby's recovery conflict."""

    exit_code = 75


class Terminated(ZlvError):
    """Report that SIGTERM ended the stage before it was done."""

    exit_code = 143


class Interrupted(ZlvError):
    """Report that SIGINT (Ctrl-C) ended the stage before it was done."""

    exit_code = 130
