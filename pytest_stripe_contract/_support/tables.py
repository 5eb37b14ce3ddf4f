"""Tables of plain text, for a terminal and for files."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence


def align(rows: Sequence[Sequence[str]], *, numbers: Container[int] = ()) -> Iterator[str]:
    """A line a row, with the columns below each other; ``numbers`` are those that end together."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (
            cell.rjust(width) if index in numbers else cell.ljust(width)
            for index, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        yield "  ".join(cells).rstrip()
