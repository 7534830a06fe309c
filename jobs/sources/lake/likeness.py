"""Say which source of the catalog a header looks like: another year's file, or an older layout's."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from jobs.catalog import Source

# A header that shares less than this share of its names with a source's is none of that source's.
_ALIKE = 0.5


def plain(text: str) -> str:
    """Reduce a name to what is left without case, accents, spaces and punctuation."""
    letters = unicodedata.normalize("NFKD", text.strip()).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "", letters)


def looks_like(source: Source, names: Sequence[str], known: Sequence[Source]) -> str:
    """Name the other sources whose columns a header's names are, best first; nothing when there is none.

    Names are told only of the catalog: what stands in the file may be a line of data.
    """
    there = {plain(name) for name in names}
    scores = {other.name: _shared(other, there) for other in known if other.name != source.name}
    best = max(scores.values(), default=0.0)
    if best < _ALIKE or best <= _shared(source, there):
        return ""
    alike = [name for name, score in scores.items() if score == best]
    shown = ", ".join(alike[:3]) + (f" and {len(alike) - 3} more" if len(alike) > 3 else "")
    return f", which looks like the file of {shown} (it has {best:.0%} of their columns)"


def _shared(source: Source, there: set[str]) -> float:
    shares = []
    for layout in source.file_layouts:
        columns = {plain(column.header_name) for column in layout.columns}
        shares.append(len(columns & there) / max(len(columns | there), 1))
    return max(shares)
