"""Start a PostgreSQL and an S3 server of our own, filled with sample data, and say how to reach them."""

from __future__ import annotations

import json
import secrets
import shlex
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from jobs.errors import SettingsError
from jobs.sample.servers.loading import admit_reader, load_application
from jobs.sample.servers.local_postgres import Postgres, free_port
from jobs.sample.servers.local_s3 import S3, start_s3
from jobs.sample.servers.state import (
    DATABASE,
    LAKE_BUCKET,
    METABASE_BUCKET,
    READER,
    Components,
    describe,
    read_state,
    write_private,
)
from jobs.settings import Settings
from jobs.storage.lock_file import held

SECRETS = (
    "POSTGRES_PRODUCTION_READONLY_PASSWORD",
    "CELLAR_ACCESS_KEY_ID",
    "CELLAR_SECRET_ACCESS_KEY",
    "ZLV_PSEUDONYM_KEY",
    "ZLV_SIGNING_KEY",
)


def start(
    home: Path,
    scale: float = 1,
    seed: int = 7,
    host: str = "127.0.0.1",
    *,
    told: Callable[[str], None] | None = None,
) -> Components:
    """Bring both servers up, generating and loading what is not there yet.

    What runs is left alone; what was filled before is started again on its kept data. Raises
    SettingsError when the folder holds a sample of another scale or seed.
    """
    tell = told or (lambda sentence: None)
    home = home.resolve()
    home.mkdir(parents=True, exist_ok=True)
    # Two starts at once would each make their own servers.
    with held(home / ".lock"):
        return _start(home, scale, seed, host, tell)


def _start(home: Path, scale: float, seed: int, host: str, tell: Callable[[str], None]) -> Components:
    kept = read_state(home)
    if kept and (kept["scale"], kept["seed"]) != (scale, seed):
        raise SettingsError(
            f"{home} holds a sample of scale {kept['scale']:g} and seed {kept['seed']}; "
            "run `zlv dev down --forget` first, or name that scale and seed"
        )
    running = _running(home, kept)
    if running and running.environment["POSTGRES_PRODUCTION_DB"] == host:
        return running
    state = kept or {
        "scale": scale,
        "seed": seed,
        "secrets": {name: secrets.token_hex(20) for name in ("superuser", *SECRETS)},
    }
    if not (home / "sample" / "manifest.json").exists():
        tell(f"Generating sample data of scale {scale:g} …")
        make_sample(home / "sample", scale, seed)
    postgres = _start_postgres(home, state, host, tell)
    s3 = _start_s3(home, state, host, tell)
    state |= {
        "host": host,
        "postgres_port": postgres.port,
        "s3_port": s3.port,
        "s3_pid": s3.pid,
        "loaded": True,
    }
    write_private(home / "state.json", json.dumps(state, indent=1))
    components = describe(home, state)
    write_private(
        components.env_file,
        "".join(f"export {name}={shlex.quote(value)}\n" for name, value in components.environment.items()),
    )
    return components


def stop(home: Path, *, forget: bool = False) -> bool:
    """Stop both servers, and with `forget` remove their data; tell whether there was anything."""
    home = home.resolve()
    state = read_state(home)
    if state:
        describe(home, state).stop()
    elif (home / "postgres" / "postmaster.pid").exists():
        Postgres(home / "postgres", "", 0, "").stop()
    if forget:
        for name in ("postgres", "sample"):
            shutil.rmtree(home / name, ignore_errors=True)
        for name in ("state.json", "env", "s3.log"):
            (home / name).unlink(missing_ok=True)
    return bool(state)


def _start_postgres(home: Path, state: dict[str, Any], host: str, tell: Callable[[str], None]) -> Postgres:
    server = Postgres(
        home / "postgres", host, free_port(host, state.get("postgres_port")), state["secrets"]["superuser"]
    )
    if state.get("loaded") and (server.data / "PG_VERSION").exists():
        before = Postgres(server.data, state["host"], state["postgres_port"], server.password)
        if before.is_running and before.host == host:
            return before
        before.stop()
        tell("Starting PostgreSQL on its kept data …")
        server.start()
        return server
    tell("Starting PostgreSQL and loading the application's tables …")
    server.stop()
    server.create()
    server.start()
    load_application(server, home / "sample" / "postgres", DATABASE)
    admit_reader(server, DATABASE, READER, state["secrets"]["POSTGRES_PRODUCTION_READONLY_PASSWORD"])
    return server


def _start_s3(home: Path, state: dict[str, Any], host: str, tell: Callable[[str], None]) -> S3:
    keys = state["secrets"]["CELLAR_ACCESS_KEY_ID"], state["secrets"]["CELLAR_SECRET_ACCESS_KEY"]
    if state.get("s3_pid"):
        before = S3(state["host"], state["s3_port"], state["s3_pid"], *keys)
        if before.is_running and before.host == host:
            return before
        before.stop()
    tell("Starting the S3 server and uploading the lake …")
    server = start_s3(host, free_port(host, state.get("s3_port")), *keys, home / "s3.log")
    try:
        server.fill({LAKE_BUCKET: home / "sample" / "lake", METABASE_BUCKET: None})
    except BaseException:
        server.stop()
        raise
    return server


def _running(home: Path, state: dict[str, Any] | None) -> Components | None:
    if not state:
        return None
    components = describe(home, state)
    if components.postgres.is_running and components.s3.is_running:
        return Components(home, components.postgres, components.s3, components.environment, was_running=True)
    return None


def make_sample(folder: Path, scale: float, seed: int, settings: Settings | None = None) -> None:
    """Write the sample's files anew, within the settings' bounds; `manifest.json` comes last."""
    from jobs.catalog import load_catalog
    from jobs.sample.generate import generate
    from jobs.settings import project_dir

    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    # The project's own catalog: another one would name files that no generator knows.
    generate(folder, scale, seed, load_catalog([project_dir("catalog")]), settings=settings)
