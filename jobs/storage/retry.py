"""Try again what is worth trying again: exponential backoff with jitter, bounded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception,
    stop_after_attempt,
    wait_exponential,
    wait_random,
)

from jobs.errors import Temporary
from jobs.telemetry import StageRun

Result = TypeVar("Result")


@dataclass(frozen=True)
class Backoff:
    """Bound the attempts; waits double from `initial` to `maximum` seconds, plus up to `jitter`."""

    attempts: int = 5
    initial: float = 1.0
    maximum: float = 20.0
    jitter: float = 1.0


BACKOFF = Backoff()


class NotAgain(Temporary):
    """Report a fault of the moment that this process does not try again: it would cost too much."""


def retried(run: StageRun, attempt: Callable[[], Result], backoff: Backoff = BACKOFF) -> Result:
    """Call `attempt` until it raises no `Temporary`; the last one is raised when the attempts are used up."""

    def told(state: RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        wait = state.next_action.sleep if state.next_action else 0.0
        run.log.warning(
            "attempt %s of %s failed, the next one in %.1f s: %s",
            state.attempt_number,
            backoff.attempts,
            wait,
            error,
        )

    return Retrying(
        stop=stop_after_attempt(backoff.attempts),
        wait=wait_exponential(multiplier=backoff.initial, max=backoff.maximum)
        + wait_random(0, backoff.jitter),
        retry=retry_if_exception(
            lambda error: isinstance(error, Temporary) and not isinstance(error, NotAgain)
        ),
        before_sleep=told,
        reraise=True,
    )(attempt)
