"""Web addresses: how they are written, whom they may lead to, and the one door that opens them."""

from jobs.storage.web.address import encoded, shown
from jobs.storage.web.opener import Answer, open_address

__all__ = ["Answer", "encoded", "open_address", "shown"]
