"""Say which declared sources were found nowhere: a family's years in one sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from jobs.catalog import Source
from jobs.sources.lake.place import shown_places


def told_absent(sources: Sequence[Source], stands: Callable[[Source], bool]) -> Iterator[str]:
    """Yield a sentence per family of sources that no place holds.

    `stands` tells whether an earlier file of a source is there and goes on being used.
    """
    families: dict[tuple[str, str], list[Source]] = {}
    for source in sources:
        families.setdefault((source.domain, source.family), []).append(source)
    for (domain, family), members in families.items():
        where = shown_places(members[0])
        kept = [source for source in members if stands(source)]
        if members[0].millesime is None:
            stays = ": the earlier file stays" if kept else ""
            yield f"{domain}.{family} is absent at {where}{stays}"
            continue
        years = _years(members)
        stays = f"; the earlier files of {_years(kept)} stay" if kept else ""
        looked = f" (looked at {where}, and so on)" if len(members) > 1 else f" (looked at {where})"
        yield f"{domain}.{family}: {years} declared and found nowhere{looked}{stays}"


def _years(sources: Sequence[Source]) -> str:
    return ", ".join(sorted(str(source.millesime) for source in sources))
