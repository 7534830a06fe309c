"""Find what the catalog declares in the lake, and read the start of an object with both of its clients."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb

from jobs.catalog import Catalog, Source
from jobs.errors import ZlvError
from jobs.settings import Settings
from jobs.sources.lake.absent import told_absent
from jobs.sources.lake.faults import told_duckdb
from jobs.sources.lake.objects import Lake, LakeObject
from jobs.sources.lake.place import is_loaded, refuse_wrong_place
from jobs.sql import literal
from jobs.storage.retry import Backoff, retried
from jobs.storage.session import connect
from jobs.telemetry import StageRun

_START = 4096


def look_at_lake(
    settings: Settings, catalog: Catalog, run: StageRun, backoff: Backoff, told: list[str]
) -> str:
    """Say how many declared sources the lake holds; what is missing there is `told`.

    The smallest object is read by the S3 client and by DuckDB, which sign, trust and follow in ways of their
    own. Raises SettingsError for what no retry mends, Temporary for what may pass, DataRefused for an object
    in an archive.
    """
    lake, bucket = Lake(settings), settings.CELLAR_DATA_LAKE_BUCKET_NAME
    retried(run, lake.check_bucket, backoff)
    found: list[tuple[Source, LakeObject]] = []
    absent: list[Source] = []
    looked = [source for source in catalog.lake_sources if source.location.startswith("s3://")]
    for source in looked:
        objects = retried(run, lambda source=source: lake.find(source), backoff)  # type: ignore[misc]
        found += [(source, item) for item in objects]
        absent += [] if objects else [source]
    refuse_wrong_place(settings, looked, absent)
    if looked and not found:
        told.append(f"bucket {bucket} holds nothing that the catalog declares: check its name, or fill it")
    else:
        told += told_absent(absent, lambda source: is_loaded(settings, source))
    sound = [(source, item) for source, item in found if item.size > 0 and item.is_read_in_place]
    if sound:
        source, item = min(sound, key=lambda pair: pair[1].size)
        retried(run, lambda: _read_start(settings, lake, source, item), backoff)
    return f"bucket {bucket}: {len(looked) - len(absent)} of {len(looked)} sources are there"


def look_at_web(settings: Settings, catalog: Catalog) -> Iterator[str]:
    """Say which web sources do not answer as they should; a site that is down stops no other source."""
    lake = Lake(settings)
    for source in catalog.lake_sources:
        if not source.is_at_web_address:
            continue
        name = f"{source.domain}.{source.name}"
        try:
            if not lake.find(source):
                yield f"{name} is absent at its address"
        except ZlvError as error:
            yield f"{name}: {error}"


def _read_start(settings: Settings, lake: Lake, source: Source, item: LakeObject) -> None:
    lake.start(item, _START)
    connection = connect(settings, "httpfs")
    try:
        # One column of whole lines: what the object holds does not matter, only that it comes.
        connection.execute(
            f"SELECT 1 FROM read_csv({literal(item.url)}, header = false, auto_detect = false, columns ="
            " {'line': 'VARCHAR'}, delim = '\x1f', quote = '', escape = '', compression = 'none',"
            " ignore_errors = true) LIMIT 1"
        ).fetchall()
    except (duckdb.HTTPException, duckdb.IOException) as error:
        raise told_duckdb(error, source, item.name, item.url, settings) from None
    except duckdb.Error:
        return
    finally:
        connection.close()
