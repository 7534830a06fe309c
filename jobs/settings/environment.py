"""Read the environment: nothing else of the program does."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from jobs.settings.ambient import of_others
from jobs.settings.faults import SECRETS, refused
from jobs.settings.model import Settings
from jobs.settings.pod import bounds_of_pod


def read_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the environment; all that is wrong is said at once, in one table.

    Raises SettingsError (64) with a line per setting: name, fault, cure. Values are not shown.
    """
    environ = os.environ if environ is None else environ
    values: dict[str, Any] = {name: environ[name] for name in Settings.model_fields if name in environ}
    values |= {
        name: value for name, value in bounds_of_pod(values).items() if not str(values.get(name, "")).strip()
    }
    faults: list[tuple[str, str, str]] = []
    for name in SECRETS:
        try:
            if (file := _secret_file(environ, name)) is not None:
                values[name] = file.read_text(encoding="utf-8").strip()
        except OSError as error:
            faults.append(
                (f"{name}_FILE", f"cannot be read: {error.strerror}", "mount the secret at this path")
            )
        except UnicodeDecodeError:
            faults.append((f"{name}_FILE", "is no text in UTF-8", "write the secret in UTF-8"))
        except ValueError:
            faults.append((f"{name}_FILE", "is no path", "give the path at which the secret is mounted"))
    try:
        settings = Settings(**values)
    except ValidationError as error:
        for fault in error.errors():
            name = str(fault["loc"][0]) if fault["loc"] else "settings"
            faults.append((name, fault["msg"].removeprefix("Value error, "), Settings.cure(name)))
        raise refused(faults) from None
    if faults:
        raise refused(faults)
    return settings


def _secret_file(environ: Mapping[str, str], name: str) -> Path | None:
    """Give the file of a secret: the one named for it, else, unless a variable holds it, ZLV_KEYS_DIR's."""
    if named := environ.get(f"{name}_FILE"):
        return Path(named)
    folder = environ.get("ZLV_KEYS_DIR")
    if not folder or environ.get(name):
        return None
    file = Path(folder) / name
    return file if file.exists() else None


def forget_ambient() -> None:
    """Take what would set an engine past our settings out of this process's environment, and so of its
    children's."""
    for name in of_others(list(os.environ)):
        del os.environ[name]


@contextmanager
def hidden(prefix: str) -> Iterator[None]:
    """Hide the variables that begin so from libraries, in the block."""
    taken = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith(prefix)}
    try:
        yield
    finally:
        os.environ.update(taken)


def child_environment(**extra: str) -> dict[str, str]:
    """Give a child process this environment and a few variables more."""
    return {**os.environ, **extra}


def put_in_environment(name: str, value: str) -> None:
    """Set a variable for a library that reads its settings there (dbt's profile)."""
    os.environ[name] = value
