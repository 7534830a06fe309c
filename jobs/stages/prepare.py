"""Check settings and connections, and write the S3 secret."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from jobs.catalog import Catalog
    from jobs.errors import ZlvError
    from jobs.settings import Settings
    from jobs.telemetry import StageRun

    Check = tuple[str, Callable[[], str]]
    Outcome = tuple[str, str, ZlvError | None]

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
)


@click.command()
def prepare() -> None:
    """Check settings and connections, and write the S3 secret.

    Prints every check in one table. 64: something is wrong; 75: something cannot be reached now.

    Example: zlv prepare
    """
    from jobs.errors import SettingsError, Temporary
    from jobs.settings import read_settings
    from jobs.telemetry import stage

    settings = read_settings()
    with stage(settings, "prepare") as run:
        outcomes = [_outcome(name, check) for name, check in _checks(settings, run)]
        _show(outcomes)
        faults = [error for _, _, error in outcomes if error is not None]
        run.facts(checks=len(outcomes), failed=len(faults))
        if faults:
            kind = Temporary if all(isinstance(error, Temporary) for error in faults) else SettingsError
            raise kind(
                f"{len(faults)} of {len(outcomes)} checks failed; each stands in the table above with its"
                " cure"
            )


def _outcome(name: str, check: Callable[[], str]) -> Outcome:
    from jobs.errors import ZlvError

    try:
        return name, check(), None
    except ZlvError as error:
        return name, "", error


def _checks(settings: Settings, run: StageRun) -> Iterator[Check]:
    from jobs.catalog import load_catalog
    from jobs.storage.folders import check_folder

    for name in NEEDED:
        if getattr(settings, name) is None:
            yield "setting", lambda name=name: settings.require(name) or ""  # type: ignore[misc, func-returns-value]
    yield "catalog", lambda: f"{len(load_catalog(settings.catalog_dirs).sources)} sources"
    folders = [
        ("raw files", settings.raw_dir, "ZLV_RAW_DIR", True),
        ("warehouse", settings.warehouse_dir, "ZLV_WAREHOUSE_DIR", True),
        ("clean files", settings.clean_dir, "ZLV_CLEAN_DIR", True),
        ("runs", settings.runs_dir, "ZLV_RUNS_DIR", False),
        ("spill", settings.spill_dir, "ZLV_HOME", True),
    ]
    for name, folder, setting, databases in folders:
        yield name, lambda f=folder, s=setting, d=databases: check_folder(f, s, databases=d)  # type: ignore[misc]
    if settings.ZLV_ENCRYPTION_KEY is not None:
        yield (
            "encryption",
            lambda: (
                "none: this version makes no use of ZLV_ENCRYPTION_KEY; encrypt the disk that the files"
                " lie on"
            ),
        )
    yield "DuckDB", lambda: _duckdb(settings)
    if all(getattr(settings, name) is not None for name in NEEDED if name.startswith("POSTGRES")):
        yield "PostgreSQL", lambda: _postgres(settings, load_catalog(settings.catalog_dirs), run)
    if all(getattr(settings, name) is not None for name in NEEDED if name.startswith("CELLAR")):
        yield "S3 lake", lambda: _lake(settings, run)
        yield "sources", lambda: _found(settings, load_catalog(settings.catalog_dirs), run)
        yield "S3 secret", lambda: _secret(settings)


def _duckdb(settings: Settings) -> str:
    import duckdb

    from jobs.errors import SettingsError
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
    import duckdb

    from jobs.sources.production.postgres import attach_postgres, begin_snapshot, check_role, end, told
    from jobs.storage.retry import Backoff, retried
    from jobs.storage.session import connect

    def attempt() -> str:
        connection = connect(settings, "postgres_scanner")
        try:
            attach_postgres(connection, settings)
            snapshot = begin_snapshot(connection)
            tables = [source.table for source in catalog.of("production")]
            check_role(connection, settings, tables)
        except duckdb.Error as error:
            raise told(error, settings) from None
        finally:
            end(connection)
        return f"{len(tables)} tables to read{', on a standby' if snapshot.standby else ''}"

    return retried(run, attempt, Backoff(attempts=3))


def _lake(settings: Settings, run: StageRun) -> str:
    from jobs.sources.lake.objects import Lake
    from jobs.storage.retry import Backoff, retried

    retried(run, Lake(settings).check_bucket, Backoff(attempts=3))
    return f"bucket {settings.CELLAR_DATA_LAKE_BUCKET_NAME}"


def _found(settings: Settings, catalog: Catalog, run: StageRun) -> str:
    from jobs.sources.lake.absent import told_absent
    from jobs.sources.lake.objects import Lake
    from jobs.storage.retry import Backoff, retried

    lake = Lake(settings)
    looked = [s for s in catalog.lake_sources if not s.is_at_web_address and not s.waiting]
    absent = [
        source
        for source in looked
        if not retried(run, lambda source=source: lake.find(source), Backoff(attempts=3))  # type: ignore[misc]
    ]
    told = [*told_absent(absent, lambda source: settings.raw_file(source.domain, source.name).exists())]
    told += [f"nothing is read of {s.domain}.{s.name}: {s.waiting}" for s in catalog.sources if s.waiting]
    for sentence in told:
        run.note(sentence)
    return "\n".join([f"{len(looked) - len(absent)} of {len(looked)} are there", *told])


def _secret(settings: Settings) -> str:
    from jobs.sources.lake.secret import ensure_s3_secret

    return f"{'written to' if ensure_s3_secret(settings) else 'stands in'} {settings.secrets_dir}"


def _show(outcomes: list[Outcome]) -> None:
    from rich.table import Table

    from jobs.errors import Temporary
    from jobs.telemetry.terminal import console

    table = Table(
        "check", "state", "found, or what is wrong and its cure", title="zlv prepare", show_lines=False
    )
    for name, found, error in outcomes:
        state = "ok" if error is None else "unreachable" if isinstance(error, Temporary) else "wrong"
        text = found if error is None else str(error).removeprefix("settings are missing or wrong:\n").strip()
        table.add_row(name, state, text, style=None if error is None else "red")
    console(markup=False).print(table)
