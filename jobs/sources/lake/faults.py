"""Say what goes wrong with an object in our own sentences: the engines' quote lines and parameters."""

from __future__ import annotations

import re
import ssl
from urllib.error import HTTPError, URLError

import duckdb

from jobs.catalog import Source
from jobs.errors import DataRefused, SettingsError, Temporary, Terminated, ZlvError
from jobs.settings import Settings
from jobs.storage.s3_faults import region_in, told_answer, told_tls
from jobs.storage.web import shown

_STATUS = re.compile(r"\bHTTP (?:code )?(\d{3})\b|\": (\d{3}) \(")
_TLS = re.compile(r"SSL|TLS|certificate", re.IGNORECASE)
_CODE = re.compile(r"<Code>(\w+)</Code>|^\s*(\w+): ", re.MULTILINE)

# How httpfs says that an answer held fewer bytes than it had promised, or stopped.
_SHORT = (
    "Short read",
    "partial file",
    "receiving data",
    "Content-Length from server",
    "Timeout was reached",
)


def told_http(status: int | None, url: str) -> ZlvError:
    """Say an HTTP status (None: no answer at all) in our own sentence; the URL's query is not told."""
    where = shown(url)
    if status in (401, 403):
        return SettingsError(f"{where} refused to be read ({status}): check the source's location and rights")
    if status is not None and 300 <= status < 400:
        return SettingsError(
            f"{where} redirects ({status}) to where it may not lead, or in a circle: correct the location"
        )
    final = status is not None and (400 <= status < 500 or status == 501)
    if final and status not in (404, 408, 409, 412, 416, 423, 425, 429):
        return SettingsError(f"{where} cannot be read ({status}): check the source's location")
    return Temporary(
        f"{where} {f'answered {status}' if status else 'cannot be reached'}: run again when it can be"
    )


def told_web(error: Exception, url: str) -> ZlvError:
    """Say in our own sentence why a web address gave nothing."""
    if isinstance(error, HTTPError):
        return told_http(error.code, url)
    reason = error.reason if isinstance(error, URLError) else error
    if isinstance(reason, ssl.SSLCertVerificationError):
        return SettingsError(
            f"{shown(url)} has a certificate that nobody vouches for: check the location, and set ZLV_CA_FILE"
            " where an authority of your own signed it"
        )
    return told_http(None, url)


def told_duckdb(error: duckdb.Error, source: Source, name: str, url: str, settings: Settings) -> ZlvError:
    """Say an error of DuckDB in our own sentence: its own quotes the lines it could not read."""
    text = str(error)
    where = f"{source.domain}.{source.name}: {name}"
    if isinstance(error, duckdb.InterruptException):
        return Terminated(
            f"{where} was not read to its end: the stage was told to end; the last good file stands, run it"
            " again"
        )
    if (lacking := _lacking(error, where, settings)) is not None:
        return lacking
    if any(part in text for part in _SHORT):
        return Temporary(f"{where} ended before its last byte: the last good file stands; run again")
    if isinstance(error, duckdb.HTTPException) or "HTTP" in text or "Could not establish connection" in text:
        return _told_transfer(text, settings)
    if isinstance(error, duckdb.IOException):
        return Temporary(f"{where} could not be read to its end: the last good file stands; run again")
    return DataRefused(
        f"{where} cannot be read as {source.format.type} ({type(error).__name__}): the last good file stands;"
        " check the file, or format in the catalog"
    )


def _lacking(error: duckdb.Error, where: str, settings: Settings) -> ZlvError | None:
    """Say what is lacking here and not in the object: memory, disk, a key; None when that is not it."""
    text = str(error)
    if "No space left" in text or "max_temp_directory_size" in text:
        return Temporary(
            f"{where} needs more disk: make room in {settings.raw_dir} and {settings.spill_dir}, or raise"
            " DUCKDB_MAX_TEMP_DIRECTORY_SIZE, and run again"
        )
    if isinstance(error, duckdb.OutOfMemoryException):
        return SettingsError(
            f"{where} needs more memory than {settings.DUCKDB_MEMORY_LIMIT}: raise DUCKDB_MEMORY_LIMIT; the"
            " last good file stands"
        )
    if "ZLV_PSEUDONYM_KEY" in text:
        return SettingsError(
            "ZLV_PSEUDONYM_KEY is not set: set it, or ZLV_PSEUDONYM_KEY_FILE, from the deployment's Secret"
        )
    return None


def _told_transfer(text: str, settings: Settings) -> ZlvError:
    """Say what the S3 server answered DuckDB, as the same answer to the other client is said."""
    protocol = "https" if settings.CELLAR_USE_SSL else "http"
    server, bucket = f"{protocol}://{settings.CELLAR_HOST_URL}", settings.CELLAR_DATA_LAKE_BUCKET_NAME or ""
    found = _STATUS.search(text)
    if found is None and _TLS.search(text):
        return told_tls(f"the S3 server at {server}")
    code = _CODE.search(text.partition("\n")[2])
    return told_answer(
        server,
        bucket,
        int(found[1] or found[2]) if found else None,
        (code[1] or code[2]) if code else "",
        region_in(text),
    )
