"""Try all that the stages need, by the very paths that they use: settings, folders, connections, objects."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable, Iterator

from jobs.catalog import Catalog, load_catalog
from jobs.errors import SettingsError, Temporary, ZlvError
from jobs.inspection.lake_trial import look_at_lake, look_at_web
from jobs.settings import SECRETS, Settings
from jobs.storage.folders import check_folder
from jobs.storage.retry import Backoff, retried
from jobs.telemetry import StageRun

NEEDED = (
    "POSTGRES_PRODUCTION_DB",
    "POSTGRES_PRODUCTION_DB_NAME",
    "POSTGRES_PRODUCTION_READONLY_USER",
    "POSTGRES_PRODUCTION_READONLY_PASSWORD",
    "CELLAR_HOST_URL",
    "CELLAR_ACCESS_KEY_ID",
    "CELLAR_SECRET_ACCESS_KEY",
    "CELLAR_DATA_LAKE_BUCKET_NAME",
    "ZLV_PSEUDONYM_KEY",
    "ZLV_SIGNING_KEY",
)
_BACKOFF = Backoff(attempts=3)


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What came of one check: what was found, or what is wrong; `told` is worth a look and stops nothing."""

    name: str
    found: str = ""
    error: ZlvError | None = None
    told: bool = False

    @property
    def state(self) -> str:
        if self.error is not None:
            return "unreachable" if isinstance(self.error, Temporary) else "wrong"
        return "look" if self.told else "ok"

    @property
    def text(self) -> str:
        if self.error is None:
            return self.found
        return str(self.error).removeprefix("settings are missing or wrong:\n").strip()


def check_folders(settings: Settings) -> list[Outcome]:
    """Look at every folder that is written to."""
    folders = [
        ("raw files", settings.raw_dir, "ZLV_RAW_DIR", True),
        ("warehouse", settings.warehouse_dir, "ZLV_WAREHOUSE_DIR", True),
        ("clean files", settings.clean_dir, "ZLV_CLEAN_DIR", True),
        ("runs", settings.runs_dir, "ZLV_RUNS_DIR", False),
        ("spill", settings.spill_dir, "ZLV_HOME", True),
    ]
    return [
        Outcome(name, "read-only in this pod, on purpose: steps change it")
        if is_for_people(settings) and folder.is_dir() and not os.access(folder, os.W_OK)
        else _outcome(name, lambda f=folder, s=setting, d=databases: check_folder(f, s, databases=d))  # type: ignore[misc]
        for name, folder, setting, databases in folders
    ]


def is_for_people(settings: Settings) -> bool:
    """Tell whether this pod has no keys, and some volumes read-only, on purpose: it is the shell."""
    return settings.ZLV_KEYS_DIR is not None and not settings.ZLV_KEYS_DIR.is_dir()


def check_connections(settings: Settings, run: StageRun) -> Iterator[Outcome]:
    """Check settings and catalog, then try DuckDB, PostgreSQL and the lake; writes the S3 secret."""
    keyless = is_for_people(settings)
    if keyless:
        yield Outcome(
            "keys",
            "none, on purpose: this pod is for people to look; steps have the keys and try them, see"
            " `zlv run daily --only prepare --executor kubernetes`",
        )
    for name in NEEDED:
        if getattr(settings, name) is None and not (keyless and name in SECRETS):
            yield _outcome("setting", lambda name=name: settings.require(name) or "")  # type: ignore[misc, func-returns-value]
    catalog: list[Catalog] = []

    def read() -> str:
        catalog.append(load_catalog(settings.catalog_dirs))
        return f"{len(catalog[0].sources)} sources"

    yield _outcome("catalog", read)
    if settings.ZLV_ENCRYPTION_KEY is not None:
        yield Outcome(
            "encryption",
            "none: this version makes no use of ZLV_ENCRYPTION_KEY; encrypt the disk that the files lie on",
            told=True,
        )
    yield _outcome("DuckDB", lambda: _duckdb(settings))
    if catalog and _are_set(settings, "POSTGRES"):
        yield _outcome("PostgreSQL", lambda: _postgres(settings, catalog[0], run))
    if _are_set(settings, "CELLAR"):
        secret = _outcome("S3 secret", lambda: _secret(settings))
        yield secret
        if catalog and secret.error is None:
            told: list[str] = []
            yield _outcome("S3 lake", lambda: look_at_lake(settings, catalog[0], run, _BACKOFF, told))
            yield from (Outcome("sources", sentence, told=True) for sentence in told)
        if settings.CELLAR_METABASE_BUCKET_NAME is not None:
            releases = _outcome("S3 releases", lambda: _releases(settings))
            # Only `upload` and `follow` need it: what is wrong there stops no other stage.
            yield dataclasses.replace(releases, found=releases.text, error=None, told=bool(releases.error))
    if catalog:
        for sentence in look_at_web(settings, catalog[0]):
            yield Outcome("web", sentence, told=True)


def _are_set(settings: Settings, prefix: str) -> bool:
    return all(getattr(settings, name) is not None for name in NEEDED if name.startswith(prefix))


def _outcome(name: str, check: Callable[[], str]) -> Outcome:
    try:
        return Outcome(name, check())
    except ZlvError as error:
        return Outcome(name, error=error)
    except OSError as error:
        where = error.filename or "a folder"
        return Outcome(
            name, error=SettingsError(f"{where} cannot be used ({error.strerror}): see the folders")
        )


def _duckdb(settings: Settings) -> str:
    import duckdb

    from jobs.storage.session import connect

    try:
        connect(settings, "httpfs", "postgres_scanner", "spatial").close()
    except (duckdb.Error, ImportError) as error:
        raise SettingsError(
            f"DuckDB's extensions cannot be loaded ({type(error).__name__}): install the project's locked"
            " wheels"
        ) from None
    return f"{duckdb.__version__}, {settings.DUCKDB_MEMORY_LIMIT}, {settings.DUCKDB_THREAD_NUMBER} threads"


def _postgres(settings: Settings, catalog: Catalog, run: StageRun) -> str:
    from jobs.sources.production.tables import try_tables

    sources = list(catalog.of("production"))
    snapshot = retried(run, lambda: try_tables(settings, sources), _BACKOFF)
    how = ", on a standby" if snapshot.standby else ", through one connection" if snapshot.alone else ""
    return f"{len(sources)} tables to read{how}"


def _secret(settings: Settings) -> str:
    from jobs.sources.lake.secret import ensure_s3_secret

    return f"{'written to' if ensure_s3_secret(settings) else 'stands in'} {settings.secrets_dir}"


def _releases(settings: Settings) -> str:
    from jobs.storage.bucket import Bucket
    from jobs.storage.s3 import client

    bucket = str(settings.CELLAR_METABASE_BUCKET_NAME)
    place = Bucket(client(settings, attempts=1), bucket, settings.CELLAR_METABASE_KEY_PATH)
    place.exists("")
    return f"{place} can be listed"
