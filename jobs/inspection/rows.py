"""Lay rows out, one a line: a narrow terminal gets fewer columns, and no name is cut or folded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.text import Text

from jobs.errors import printable

_GAP = "  "


def laid_out(
    names: Sequence[str],
    rows: Sequence[Sequence[str | Text]],
    width: int,
    *,
    right: Sequence[str] = (),
    spare: Sequence[str] = (),
) -> Iterator[Text]:
    """Give the heads and each row as a line; `spare` names the columns to leave out, the first one first,
    until a line has no more than `width` characters."""
    cells = [[cell if isinstance(cell, Text) else Text(printable(cell)) for cell in row] for row in rows]
    heads = [Text(name, style="dim") for name in names]
    widths = [max(cell.cell_len for cell in column) for column in zip(heads, *cells, strict=True)]
    kept = list(range(len(names)))
    for name in spare:
        if sum(widths[at] for at in kept) + len(_GAP) * (len(kept) - 1) <= width:
            break
        kept.remove(list(names).index(name))
    for row in (heads, *cells):
        line = Text()
        for at in kept:
            blank = " " * (widths[at] - row[at].cell_len)
            line.append(blank if names[at] in right else "").append_text(row[at])
            line.append("" if names[at] in right else blank).append(_GAP)
        line.rstrip()
        yield line
