"""Say what an S3 server refuses in one sentence, the same whichever client it answered."""

from __future__ import annotations

import re
from typing import Any

from jobs.errors import DataRefused, SettingsError, Temporary, ZlvError

# What S3's codes mean, whatever the status that they come with.
_CODES = {
    "bucket": {"InvalidBucketName", "NoSuchBucket"},
    "clock": {"RequestTimeTooSkewed"},
    "archive": {"InvalidObjectState"},
    "expired": {"ExpiredToken", "ExpiredTokenException", "InvalidToken", "TokenRefreshRequired"},
    "region": {
        "AuthorizationHeaderMalformed",
        "AuthorizationQueryParametersError",
        "IllegalLocationConstraintException",
        "IncorrectEndpoint",
        "InvalidRegion",
    },
    "elsewhere": {"301", "302", "307", "PermanentRedirect", "Redirect", "TemporaryRedirect"},
    "keys": {
        "401",
        "403",
        "AccessDenied",
        "AccountProblem",
        "AllAccessDisabled",
        "Forbidden",
        "InvalidAccessKeyId",
        "InvalidSecurity",
        "NotSignedUp",
        "SignatureDoesNotMatch",
    },
    "passing": {
        "BadDigest",
        "BandwidthLimitExceeded",
        "ConditionalRequestConflict",
        "IncompleteBody",
        "InternalError",
        "OperationAborted",
        "PreconditionFailed",
        "PriorRequestNotComplete",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "RequestTimeout",
        "RequestTimeoutException",
        "ServiceUnavailable",
        "SlowDown",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
        "XAmzContentSHA256Mismatch",
    },
}
_SENTENCES: dict[str, tuple[type[ZlvError], str]] = {
    "bucket": (SettingsError, "has no bucket {bucket}: check its name in the settings"),
    "clock": (SettingsError, "does not accept this machine's time: set its clock"),
    "archive": (
        DataRefused,
        "holds an object of bucket {bucket} in an archive, where nobody can read it: have it restored from"
        " the archive first; the last good file stands",
    ),
    "expired": (
        SettingsError,
        "says that the keys for bucket {bucket} have expired: make new ones, and set CELLAR_ACCESS_KEY_ID and"
        " CELLAR_SECRET_ACCESS_KEY",
    ),
    "region": (SettingsError, "expects another region for bucket {bucket}: set CELLAR_REGION to {region}"),
    "elsewhere": (
        SettingsError,
        "says that bucket {bucket} lies elsewhere: set CELLAR_HOST_URL and CELLAR_REGION to its own",
    ),
    "keys": (
        SettingsError,
        "refused the keys for bucket {bucket}: check CELLAR_ACCESS_KEY_ID, CELLAR_SECRET_ACCESS_KEY and their"
        " rights",
    ),
    "refused": (
        SettingsError,
        "{answered} for bucket {bucket}: check CELLAR_HOST_URL, CELLAR_REGION and CELLAR_USE_SSL",
    ),
    "passing": (Temporary, "{answered}: check that it runs and can be reached, then run again"),
}
_PASSING_STATUS = {404, 408, 409, 412, 416, 423, 425, 429}
_REGION = re.compile(
    r"expecting '([\w-]+)'|located in '([\w-]+)'|expected '([\w-]+)'|<Region>([\w-]+)</Region>"
)


def said(error: BaseException, s3: Any, bucket: str) -> ZlvError:
    """Say an error of boto3 in our own sentence."""
    from botocore.exceptions import ClientError, ParamValidationError, SSLError

    server = s3.meta.endpoint_url
    where = f"the S3 server at {server}"
    if isinstance(error, ClientError):
        answer = error.response
        code = str(answer.get("Error", {}).get("Code", ""))
        status = answer.get("ResponseMetadata", {}).get("HTTPStatusCode")
        headers = answer.get("ResponseMetadata", {}).get("HTTPHeaders", {})
        told: Any = answer.get("Error", {}).get("Region") or headers.get("x-amz-bucket-region")
        return told_answer(server, bucket, status, code, told or region_in(str(error)))
    if isinstance(error, ParamValidationError):
        # What was given is not told: a key or an address may have been pasted there.
        return SettingsError(
            f"{where} cannot be asked: the bucket's or the object's name is none that S3 knows; check the"
            " bucket's setting, and the location in the catalog"
        )
    if isinstance(error, SSLError):
        if "EOF" in str(error) or "reset" in str(error):
            return Temporary(f"{where} broke its TLS connection off: run again")
        return told_tls(where)
    return Temporary(f"{where} cannot be reached: check that it runs and can be reached, then run again")


def told_answer(
    server: str, bucket: str, status: int | None, code: str = "", region: str | None = None
) -> ZlvError:
    """Say an answer of the server: its HTTP status and S3's own code, where it gave one."""
    answered = f"answered {code or status}" if code or status else "cannot be reached"
    kind, sentence = _SENTENCES[_judged(status, code, region)]
    named = region or "that of the bucket"
    return kind(
        f"the S3 server at {server} {sentence.format(bucket=bucket, answered=answered, region=named)}"
    )


def _judged(status: int | None, code: str, region: str | None) -> str:
    """Tell what an answer means: a key of `_SENTENCES`."""
    by_code = next((meaning for meaning, codes in _CODES.items() if code in codes), None)
    if by_code is not None:
        return by_code
    if region and status in (301, 307, 400):
        return "region"
    if status in (301, 302, 307, 308):
        return "elsewhere"
    if status in (401, 403):
        return "keys"
    final = status is not None and (400 <= status < 500 or status == 501) and status not in _PASSING_STATUS
    return "refused" if final else "passing"


def told_tls(where: str) -> SettingsError:
    """Say that no TLS connection came about, and what may mend it."""
    return SettingsError(
        f"{where} gave no TLS connection: check CELLAR_HOST_URL and CELLAR_USE_SSL, and set ZLV_CA_FILE where"
        " an authority of your own signed its certificate"
    )


def region_in(text: str) -> str | None:
    """Find the region that a server's message names."""
    found = _REGION.search(text)
    return next((name for name in found.groups() if name), None) if found else None
