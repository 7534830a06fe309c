"""Compare and show the names of a header, whatever a producer's spelling."""

from __future__ import annotations

import re
import unicodedata


def plain(text: str) -> str:
    """Reduce a name to what is left without case, accents, spaces and punctuation."""
    letters = unicodedata.normalize("NFKD", text.strip()).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "", letters)


def shown(text: str) -> str:
    """Show a header name: a header-less file would put a line of data here, so what is no name is not
    told."""
    return (
        text
        if re.fullmatch(r"[^\W\d][\w .'’()/°%-]{0,60}", text.strip()) and "@" not in text
        else "(not a name)"
    )
