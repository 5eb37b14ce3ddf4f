"""``stripe-contract scrub``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from ._parser import INTERRUPTED, USAGE_ERROR, add_command, print_json, write

if TYPE_CHECKING:
    from ..checker import Entry, ScrubReport


def add(commands: Any) -> None:
    """Add the command to the parser's."""
    parser = add_command(
        commands, "scrub", _run, "replace secrets and personal data in files, in place"
    )
    parser.add_argument(
        "paths",
        nargs="+",
        metavar="PATH",
        help="cassette, JSON payload, folder, or - for stdin to stdout",
    )
    parser.add_argument(
        "--dry-run", action="store_true", help="write nothing; exit with 1 if a file would change"
    )


def _run(arguments: argparse.Namespace) -> int:
    from .._support import files
    from ..checker import scrub

    def write_file(entry: Entry, data: bytes) -> None:
        if arguments.dry_run:
            return
        if entry.path is None:
            sys.stdout.buffer.write(data)
        else:
            files.write(entry.path, data)

    report = scrub(arguments.paths, write_file)
    # With -, standard output is the scrubbed document.
    output = sys.stderr if "-" in arguments.paths and not arguments.dry_run else sys.stdout
    if arguments.format == "json":
        print_json(_as_json(report), output)
    else:
        lines = _text(report, dry_run=arguments.dry_run)
        write("".join(f"{line}\n" for line in lines), output)
    for error in report.errors:
        write(f"stripe-contract: {error}\n", sys.stderr)
    if report.left:
        return INTERRUPTED
    if report.errors:
        return USAGE_ERROR
    return int(arguments.dry_run and bool(report.scrubbed))


def _text(report: ScrubReport, *, dry_run: bool) -> Iterator[str]:
    from ..checker import count, interrupted, printable, skipped

    for file in report.scrubbed:
        for change in file.changes:
            where = f"{file.file}:{change['line']}" if change["line"] else file.file
            yield printable(f"{where}: {change['place']}: {change['kind']}")
        if not file.keeps_layout:
            yield printable(f"{file.file}: layout {'would change' if dry_run else 'changed'} too")
    number = len(report.scrubbed) + report.clean + len(report.errors)
    parts = [f"{len(report.scrubbed)} {'to scrub' if dry_run else 'scrubbed'}"]
    parts.append(f"{report.clean} clean")
    if report.errors:
        parts.append(f"{len(report.errors)} left unchanged")
    if report.skipped:
        parts.append(skipped(report.skipped))
    yield f"{count(number, 'file')}: {', '.join(parts)}"
    if report.left:
        yield interrupted(report.left)


def _as_json(report: ScrubReport) -> dict[str, Any]:
    values = asdict(report)
    return {"mended": values.pop("scrubbed"), **values}
