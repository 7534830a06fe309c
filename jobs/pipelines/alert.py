"""Tell whoever is on call that a run failed: one message to the webhook of ZLV_ALERT_URL."""

from __future__ import annotations

import json
import logging
from http.client import HTTPException
from urllib.error import HTTPError

from jobs.errors import ZlvError
from jobs.settings import Settings
from jobs.storage.web import open_address
from jobs.telemetry.records import RunRecord

_TIMEOUT_SECONDS = 10.0
# A run that a signal ended is taken up by its successor, or somebody meant it.
_BY_SIGNAL = (129, 130, 143)


def alert(settings: Settings, record: RunRecord) -> None:
    """Post `{"text": …}`, which Mattermost, Slack and Rocket.Chat show, when a run ended with an error.

    A webhook that does not answer changes nothing of the run: the log says so, without the address, which
    holds a key.
    """
    if settings.ZLV_ALERT_URL is None or record.status != "failed" or record.exit_code in _BY_SIGNAL:
        return
    log = logging.getLogger("zlv")
    try:
        with open_address(
            settings,
            settings.ZLV_ALERT_URL.get_secret_value(),
            body=json.dumps({"text": sentence(record)}, ensure_ascii=False).encode(),
            headers={"Content-Type": "application/json"},
            silent=_TIMEOUT_SECONDS,
            whole=_TIMEOUT_SECONDS,
        ):
            log.info("the alert of run %s was sent", record.run_id)
    except (OSError, ValueError, HTTPException, ZlvError) as error:
        why = f"it answers {error.code}" if isinstance(error, HTTPError) else type(error).__name__
        log.warning("the alert of run %s could not be sent to ZLV_ALERT_URL: %s", record.run_id, why)


def sentence(record: RunRecord) -> str:
    """Say which run failed, why, and what to do first."""
    why = record.message or "its log says why"
    return (
        f"zlv {record.pipeline}: run {record.run_id} failed with {record.exit_code}. {why}. "
        f"Readers keep the last good release. Next: zlv runs, then {record.way_on}"
    )
