"""Compare the rows of each published table with those of the release that is shown, before another one takes
its place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from jobs.catalog import Catalog
from jobs.catalog.publication import RowBand
from jobs.errors import DataRefused
from jobs.releases.release import current_release, release_file
from jobs.settings import Settings
from jobs.storage.files import read_certificate

# Of a table of a few rows, a few more or less say nothing.
FEW = 10


@dataclass(frozen=True)
class Jump:
    """Say of one published table that its rows left their band: `before` those of the release that is
    shown."""

    table: str
    before: int
    now: int
    band: RowBand

    def __str__(self) -> str:
        bounds = (
            f"at least {self.band.least:g}"
            if self.band.most is None
            else f"{self.band.least:g} to {self.band.most:g}"
        )
        times = f"{self.now / self.before:.2f}"
        return (
            f"{self.table} has {self.now} rows, {self.before} in the release before ({times} times, expected"
            f" {bounds})"
        )


def jumps(catalog: Catalog, before: Mapping[str, int], now: Mapping[str, int]) -> list[Jump]:
    """Find the tables whose rows left the band of the publication list, the largest loss first.

    A table that is new, or that was empty, has nothing to be compared with. A difference of fewer
    than ten rows is none, unless the table is empty now or may lose no row (`least` 1).
    """
    found = []
    for publication in catalog.publications:
        table, band = publication.public_name, publication.rows
        last, count = before.get(table), now.get(table)
        if not last or count is None:
            continue
        few = abs(count - last) < FEW and count > 0 and not (count < last and band.least == 1)
        outside = count < band.least * last or (band.most is not None and count > band.most * last)
        if outside and not few:
            found.append(Jump(table, last, count, band))
    return sorted(found, key=lambda jump: (jump.now / jump.before, jump.table))


def compare_rows(
    settings: Settings, catalog: Catalog, now: Mapping[str, int], accepted: str | None
) -> list[Jump]:
    """Refuse tables whose rows left their band, unless a reason to accept that is given; return those that
    were accepted.

    Raises DataRefused (65), and names the table, both counts, what is likely and how to let it pass.
    """
    name = current_release(settings)
    certificate = read_certificate(release_file(settings.clean_dir, name)) if name else None
    found = jumps(catalog, (certificate or {}).get("rows") or {}, now)
    if not found or accepted:
        return found
    more = (
        f" (and {len(found) - 1} more: {', '.join(jump.table for jump in found[1:4])})"
        if len(found) > 1
        else ""
    )
    likely = (
        "a source is missing, or was delivered in part"
        if found[0].now < found[0].before
        else "a source was loaded twice or has grown"
    )
    raise DataRefused(
        f"{found[0]}{more}: {likely}; look with `zlv status`, mend and build again, or, if it is right, "
        "publish with --accept-rows and the reason"
    )
