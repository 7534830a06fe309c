"""Call the Kubernetes API with patience: a call is tried again while the API is away; refusals say what they
are."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from jobs.errors import SettingsError, Temporary

# As long as a control plane's upgrade may take; steps run on meanwhile.
_PATIENCE_SECONDS = 600.0
# An API server that has just started may refuse a right that it has not read yet.
_RIGHTS_SECONDS = 15.0
_LONGEST_PAUSE = 5.0
_CALL_SECONDS = (5, 30)
_AWAY = (408, 429, 500, 502, 503, 504)


class QuotaExceeded(Temporary):
    """Say that a ResourceQuota of the namespace leaves no room for an object now."""


@dataclass(kw_only=True)
class Patience:
    """Call the API; `on_hiccup` is told when it stops to answer, and when it does again."""

    on_hiccup: Callable[[str], None] = lambda sentence: None
    _worked: bool = field(default=False, init=False)

    def call(self, function: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        """Call the API; try again with growing pauses while it is away or overloaded.

        Raises Temporary when that lasts for ten minutes, QuotaExceeded when a quota leaves no room,
        SettingsError when a right is missing, and the client's ApiException for any other answer.
        """
        from kubernetes.client import ApiException

        began, pause, told = time.monotonic(), 0.2, False
        while True:
            waited = time.monotonic() - began
            try:
                answer = function(*arguments, _request_timeout=_CALL_SECONDS, **named)
            except ApiException as error:
                reason = refusal(error)
                if error.status == 403 and "exceeded quota" in reason:
                    raise QuotaExceeded(without_name(reason)) from None
                if error.status in (401, 403):
                    if not (self._worked and waited < _RIGHTS_SECONDS):
                        raise SettingsError(f"the cluster does not allow it: {reason}") from None
                elif error.status not in _AWAY:
                    raise
            except no_answer() as error:
                reason = type(error).__name__
            else:
                if told:
                    self.on_hiccup(f"the API server answers again after {time.monotonic() - began:.0f} s")
                self._worked = True
                return answer
            if waited > _PATIENCE_SECONDS:
                raise Temporary(f"the API server has not answered for {_PATIENCE_SECONDS:.0f} s ({reason})")
            if not told:
                told = True
                self.on_hiccup(f"the API server does not answer ({reason}); trying again")
            time.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)


def no_answer() -> tuple[type[Exception], ...]:
    """Give the exceptions of a connection that is not made, or lost."""
    from urllib3.exceptions import HTTPError

    return (HTTPError, ConnectionError, TimeoutError)


def refusal(error: Any) -> str:
    """Give the API's own words for what it refuses, else the status of its answer."""
    try:
        return " ".join(str(json.loads(error.body)["message"]).split()) or f"{error.status} {error.reason}"
    except (TypeError, ValueError, KeyError):
        return f"{error.status} {error.reason}"


def without_name(message: str) -> str:
    """Leave out the name of the object that was refused: a pod's is another at each attempt."""
    plain = message.removeprefix("Error creating: ")
    return plain.partition(" is forbidden: ")[2] or plain
