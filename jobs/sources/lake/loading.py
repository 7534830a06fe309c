"""Load every chosen source, several at a time: find the objects, skip what is unchanged, load the rest."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from pathlib import Path

import duckdb

from jobs.catalog import Source
from jobs.errors import ZlvError
from jobs.privacy.treatments import install_pseudonyms, output_columns
from jobs.settings import Settings
from jobs.sources.lake.checks import Loaded
from jobs.sources.lake.load import load_source
from jobs.sources.lake.meter import show_progress
from jobs.sources.lake.objects import Lake, LakeObject, local_path
from jobs.sources.lake.planning import plan
from jobs.sources.lake.secret import ensure_s3_secret
from jobs.storage import s3
from jobs.storage.closing import close_session
from jobs.storage.retry import BACKOFF, Backoff, retried
from jobs.storage.session import connect
from jobs.telemetry import StageRun

# A range that fails is asked for again before the whole object is.
HTTP_RETRIES = 3


def load_lake(
    settings: Settings,
    sources: Sequence[Source],
    run: StageRun,
    workers: int,
    backoff: Backoff = BACKOFF,
    *,
    accept_rows: str | None = None,
    known: Sequence[Source] = (),
) -> None:
    """Load sources into their raw files, `workers` at a time.

    `accept_rows` is somebody's reason to take rows far from those of the file before or from the total of
    the millésime. `known` are all sources of the catalog: a file that is another one's is told by its header.

    One DuckDB serves all workers, so that its memory limit and threads are those of the stage
    whatever the number of workers. A source that fails does not stop the others; at the end the
    worst fault is raised with every sentence.
    """
    lake = Lake(settings)
    if any(column.treatment == "pseudonymise" for source in sources for column in output_columns(source)):
        settings.require("ZLV_PSEUDONYM_KEY")
    planned, unchanged = plan(settings, sources, lake, run, backoff)
    run.facts(loaded=len(planned), unchanged=unchanged)
    if not planned:
        return
    if any("{lake}" in place for source, _ in planned for place in source.places):
        ensure_s3_secret(settings)
    connection = connect(settings, "httpfs")
    for name, value in {"http_timeout": max(1, round(s3.READ_SECONDS)), "http_retries": HTTP_RETRIES}.items():
        connection.execute(f"SET GLOBAL {name} = {value}")

    def load(source: Source, objects: Sequence[LakeObject], cursor: duckdb.DuckDBPyConnection) -> Loaded:
        return load_source(settings, source, objects, lake, run, cursor, accept_rows, known or sources)

    cursors = [show_progress(connection.cursor()) for _ in planned]
    try:
        close_session(connection, *_reach(settings, [source for source, _ in planned]))
        loaded, faults = _load(settings, planned, lake, run, workers, cursors, backoff, load)
    finally:
        for each in (*cursors, connection):
            each.close()
    run.facts(rejects={name: each.broken for name, each in sorted(loaded.items()) if each.broken})
    if accepted := [name for name, each in sorted(loaded.items()) if each.accepted]:
        run.facts(accepted_rows={"reason": accept_rows, "sources": accepted})
    _raise(faults)


def _reach(settings: Settings, sources: Sequence[Source]) -> list[str]:
    """Name what a load may read and write: raw files, spill, the lake, the folders of local files."""
    local = [local_path(source.location) for source in sources if source.is_local]
    folders = [str(Path(path.split("*")[0] + "_").absolute().parent) for path in local]
    places = [str(settings.raw_dir), str(settings.spill_dir), str(settings.secrets_dir), *folders]
    if settings.CELLAR_DATA_LAKE_BUCKET_NAME:
        places.append(f"s3://{settings.CELLAR_DATA_LAKE_BUCKET_NAME}/")
    return list(dict.fromkeys(places))


def _load(
    settings: Settings,
    planned: list[tuple[Source, list[LakeObject]]],
    lake: Lake,
    run: StageRun,
    workers: int,
    cursors: list[duckdb.DuckDBPyConnection],
    backoff: Backoff,
    load_one: Callable[[Source, Sequence[LakeObject], duckdb.DuckDBPyConnection], Loaded],
) -> tuple[dict[str, Loaded], list[ZlvError]]:
    faults: list[ZlvError] = []
    done_with: dict[str, Loaded] = {}
    at_work: set[duckdb.DuckDBPyConnection] = set()
    lock, stopped = threading.Lock(), threading.Event()

    def load(source: Source, objects: list[LakeObject], cursor: duckdb.DuckDBPyConnection) -> None:
        install_pseudonyms(cursor, settings)
        with lock:
            at_work.add(cursor)
        seen = iter([objects])

        def attempt() -> Loaded:
            # Another attempt looks at the objects anew: they may have been replaced.
            return load_one(source, next(seen, []) or lake.find(source), cursor)

        try:
            if not stopped.is_set():
                loaded = done_with[f"{source.domain}.{source.name}"] = retried(run, attempt, backoff)
                run.log.info(
                    "loaded %s.%s: %s rows",
                    source.domain,
                    source.name,
                    loaded.rows,
                    extra={"rows": loaded.rows},
                )
        except ZlvError as error:
            faults.append(error)
            run.log.error("%s", error)  # noqa: TRY400 (one sentence: the traceback could quote data)
        finally:
            with lock:
                at_work.discard(cursor)
            cursor.close()

    with ThreadPoolExecutor(max_workers=max(1, min(workers, len(planned)))) as pool:
        futures: list[Future[None]] = [
            pool.submit(load, source, objects, cursor)
            for (source, objects), cursor in zip(planned, cursors, strict=True)
        ]
        try:
            done, _ = wait(futures, return_when=FIRST_EXCEPTION)
            for future in done:
                future.result()
        except BaseException:
            stopped.set()
            for future in futures:
                future.cancel()
            with lock:
                for cursor in at_work:
                    cursor.interrupt()
            raise
    return done_with, faults


def _raise(faults: list[ZlvError]) -> None:
    """Raise the fault that a retry mends least, with the sentences of all."""
    if faults:
        order = [64, 65, 66, 75, 1]
        worst = min(
            faults, key=lambda error: order.index(error.exit_code) if error.exit_code in order else len(order)
        )
        raise type(worst)("\n".join(dict.fromkeys(str(error) for error in [worst, *faults])))
