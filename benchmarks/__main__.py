"""``python -m benchmarks [--quick] [--only NAME …] [--write]``: measure, and print the table."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from . import cassettes, clients, machine, memory, payloads, sessions
from .rows import Outcome, Row
from .timing import in_turns

DOCS = Path(__file__).parents[1] / "docs" / "speed.md"
BEGIN, END = "<!-- measured -->", "<!-- /measured -->"
QUICK = 5
"""The part of the rounds that a quick run has: one of so many."""

ROWS: tuple[Row, ...] = (
    *sessions.rows()[:6],
    *payloads.rows(),
    *sessions.rows()[6:7],
    *cassettes.rows(),
    *memory.rows(),
    *sessions.rows()[7:],
)
ALONE: tuple[Row, ...] = (*payloads.alone(), *clients.alone())
_BARS = 7
"""The number of bars in a line of the main table."""
_REACHED = {True: "yes", False: "**no**", None: ""}


def main() -> int:
    """Measure the selected rows and print the table."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help=f"1 in {QUICK} of the rounds")
    parser.add_argument("--only", nargs="+", metavar="NAME", default=[], help="these rows alone")
    parser.add_argument("--list", action="store_true", help="the names of the rows")
    parser.add_argument("--write", action="store_true", help=f"put the table into {DOCS.name}")
    arguments = parser.parse_args()
    if arguments.list:
        print("\n".join(row.name for row in (*ROWS, *ALONE)))
        return 0
    wanted = [row for row in (*ROWS, *ALONE) if _is_wanted(row.name, arguments.only)]
    measured = {row.name: _measure(row, quick=arguments.quick) for row in wanted}
    text = "\n".join(_report(wanted, measured))
    print(text)
    if arguments.write:
        _write(text, is_part=bool(arguments.only))
    return 0


def _is_wanted(name: str, only: list[str]) -> bool:
    return not only or name in only or name.partition("-")[0] in only


def _measure(row: Row, *, quick: bool) -> Outcome:
    rounds = max(1, row.rounds // QUICK) if quick else row.rounds
    print(f"{row.name}: ", end="", file=sys.stderr, flush=True)
    with tempfile.TemporaryDirectory() as folder:
        samples = row.prepare(Path(folder))
        taken = in_turns(samples, rounds, lambda: print(".", end="", file=sys.stderr, flush=True))
    print(file=sys.stderr)
    return row.judge(taken)


def _report(wanted: Iterable[Row], measured: dict[str, Outcome]) -> Iterable[str]:
    held = [row for row in wanted if row in ROWS]
    if held:
        yield "| what; beside | ours | the other | | must reach | reached |"
        yield "|---|---|---|---|---|---|"
    for row in held:
        out = measured[row.name]
        cells = (row.what, out.ours, out.peer, out.figure, row.must)
        yield f"| {' | '.join(cells)} | {_REACHED[out.reached] if row.must else ''} |"
    alone = [row for row in wanted if row in ALONE]
    if alone:
        yield "\n| alone | |\n|---|---|"
    yield from (f"| {row.what} | {measured[row.name].peer} |" for row in alone)
    yield f"\nMedians, of runs in turns, on {machine.described()}"


def _write(text: str, *, is_part: bool) -> None:
    before, begin, rest = DOCS.read_text(encoding="utf-8").partition(BEGIN)
    known, end, after = rest.partition(END)
    if not begin or not end:
        raise SystemExit(f"{DOCS}: no {BEGIN} … {END} to write between")
    text = _merged(known.strip().splitlines(), text.splitlines()) if is_part else text
    DOCS.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", encoding="utf-8")


def _merged(known: list[str], rows: list[str]) -> str:
    """Return the known table with the new rows in place of the old ones; new ones go last."""
    new = {_cell(row): row for row in rows if _cell(row)}
    merged = [new.pop(_cell(line), line) for line in known]
    last = max(index for index, line in enumerate(merged) if line.count("|") >= _BARS)
    return "\n".join((*merged[: last + 1], *new.values(), *merged[last + 1 :]))


def _cell(line: str) -> str:
    """Return the first cell of a row; an empty text for a heading and for any other line."""
    cell = line.split("|")[1].strip() if line.count("|") > 1 else ""
    return "" if cell.startswith(("what;", "alone", "---")) else cell


if __name__ == "__main__":
    sys.exit(main())
