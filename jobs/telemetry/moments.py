"""Show moments to people in one time: France's, whatever the machine's or the pod's is."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")


def in_paris(moment: datetime) -> datetime:
    """Give a moment in France's time; one without a zone is taken to be in it."""
    return moment.astimezone(PARIS) if moment.tzinfo else moment.replace(tzinfo=PARIS)


def shown(seconds: float) -> str:
    """Write a moment (seconds since 1970) to the second."""
    return datetime.fromtimestamp(seconds, PARIS).strftime("%Y-%m-%d %H:%M:%S")
