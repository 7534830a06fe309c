"""Decide by exit code whether a step is tried again, and after how long: `retryStrategy`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from jobs.pipelines.manifest.expressions import Expression
from jobs.pipelines.manifest.fields import Fields

_UNITS = {"": 1.0, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "ms": 0.001}
_NAMES = {"lastRetry.exitCode", "lastRetry.status", "lastRetry.duration", "lastRetry.message"}
_FUNCTIONS = {"asInt": int, "asFloat": float, "int": int, "string": str}


@dataclass(frozen=True)
class Retry:
    """Hold how often, on which exits and after how many seconds a step is tried again."""

    limit: int | None
    expression: Expression | None
    first_wait: float
    factor: float
    longest: float | None

    def again(self, attempts: int, exit_code: int, seconds: float, message: str, since_first: float) -> bool:
        """Tell whether a step that failed `attempts` times, the first `since_first` seconds ago, is tried
        once more."""
        if self.limit is not None and attempts > self.limit:
            return False
        if self.longest is not None and since_first + self.wait(attempts) > self.longest:
            return False
        if self.expression is None:
            return True
        # A container that ended is `Failed` in Argo; `Error` is a pod that could not run, which has no like
        # here.
        last = {
            "lastRetry.exitCode": str(exit_code),
            "lastRetry.status": "Failed",
            "lastRetry.duration": str(int(seconds)),
            "lastRetry.message": message,
        }
        return bool(self.expression.evaluate(lambda name: last[name], _FUNCTIONS))

    def wait(self, attempts: int) -> float:
        """Give the seconds before the attempt after `attempts` failed ones."""
        return float(self.first_wait * self.factor ** (attempts - 1))


def read_retry(fields: Fields) -> Retry:
    """Read `retryStrategy`: limit, expression, backoff; the policy is Always, the expression decides."""
    known = Fields(fields.values, fields.place, {"limit", "retryPolicy", "expression", "backoff"})
    policy = known.get("retryPolicy", "Always" if "expression" in known.values else "OnFailure")
    if policy not in ("Always", "OnFailure"):
        raise known.fault(
            f"retryPolicy {policy} depends on how pods fail; write Always and an expression on"
            " lastRetry.exitCode"
        )
    limit = known.get("limit")
    if limit is not None and not str(limit).isdigit():
        raise known.fault("limit must be a whole number")
    expression = known.expression("expression")
    for name in expression.names() if expression else ():
        if name not in _NAMES:
            raise known.fault(f"{name} is not known in an expression; known are {', '.join(sorted(_NAMES))}")
    backoff = known.section("backoff", {"duration", "factor", "maxDuration"}, optional=True)
    return Retry(
        limit=None if limit is None else int(limit),
        expression=expression,
        first_wait=seconds(str(backoff.get("duration", "0")), backoff),
        factor=float(backoff.get("factor") or 1),
        longest=(
            seconds(str(backoff.get("maxDuration")), backoff) if "maxDuration" in backoff.values else None
        ),
    )


def seconds(text: str, fields: Fields) -> float:
    """Read a duration such as `30`, `30s`, `5m`, `1h`."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(ms|[smhd]?)", text.strip())
    if match is None:
        raise fields.fault(f"{text!r} is no duration; write 30s, 5m or 1h")
    return float(match[1]) * _UNITS[match[2]]
