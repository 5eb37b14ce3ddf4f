"""Align tables of plain text."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence


def align(rows: Sequence[Sequence[str]], *, numbers: Container[int] = ()) -> Iterator[str]:
    """Return a line for each row, with aligned columns; ``numbers`` are aligned to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (
            cell.rjust(width) if index in numbers else cell.ljust(width)
            for index, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        yield "  ".join(cells).rstrip()
