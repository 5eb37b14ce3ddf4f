"""``scrub``: secrets and personal data in files, mended in place."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ._common import INTERRUPTED, WRONG_CALL, command, print_json, write

if TYPE_CHECKING:
    from ..checker import Entry, Scrubs


def add(commands: Any) -> None:
    """Add the command to the program's."""
    scrub = command(
        commands, "scrub", _scrub, "take secrets and personal data out of files, in place"
    )
    scrub.add_argument(
        "paths",
        nargs="+",
        metavar="PATH",
        help="a cassette, a payload, a folder, or - (stdin, to stdout)",
    )
    scrub.add_argument(
        "--dry-run", action="store_true", help="write nothing; exit with 1 if there is something"
    )


def _scrub(arguments: argparse.Namespace) -> int:
    from .._support import files
    from ..checker import scrub

    def put(entry: Entry, data: bytes) -> None:
        if arguments.dry_run:
            return
        if entry.path is None:
            sys.stdout.buffer.write(data)
        else:
            files.write(entry.path, data)

    scrubs = scrub(arguments.paths, put)
    # Standard output has the document then.
    to = sys.stderr if "-" in arguments.paths and not arguments.dry_run else sys.stdout
    if arguments.format == "json":
        print_json(_as_json(scrubs), to)
    else:
        write("".join(f"{line}\n" for line in _text(scrubs, dry_run=arguments.dry_run)), to)
    for error in scrubs.errors:
        write(f"stripe-contract: {error}\n", sys.stderr)
    if scrubs.left:
        return INTERRUPTED
    if scrubs.errors:
        return WRONG_CALL
    return int(arguments.dry_run and bool(scrubs.mended))


def _text(scrubs: Scrubs, *, dry_run: bool) -> Iterator[str]:
    from ..checker import printable, several

    for mended in scrubs.mended:
        for line, place, kind in mended.changes:
            where = mended.file if line is None else f"{mended.file}:{line}"
            yield printable(f"{where}: {place}: {kind}")
        if not mended.keeps_layout:
            does = "would be" if dry_run else "was"
            yield printable(f"{mended.file}: its layout {does} rewritten, without its comments")
    number = len(scrubs.mended) + scrubs.clean + len(scrubs.errors)
    parts = [f"{len(scrubs.mended)} {'to mend' if dry_run else 'mended'}", f"{scrubs.clean} clean"]
    if scrubs.errors:
        parts.append(f"{len(scrubs.errors)} left alone")
    if scrubs.skipped:
        parts.append(f"{several(scrubs.skipped, 'file')} skipped, of another kind")
    yield f"{several(number, 'file')}: {', '.join(parts)}"
    if scrubs.left:
        yield f"interrupted: {several(scrubs.left, 'file')} left that nobody looked at"


def _as_json(scrubs: Scrubs) -> dict[str, Any]:
    return {
        "mended": [
            {
                "file": mended.file,
                "keeps_layout": mended.keeps_layout,
                "changes": [
                    {"line": line, "place": place, "kind": kind}
                    for line, place, kind in mended.changes
                ],
            }
            for mended in scrubs.mended
        ],
        "clean": scrubs.clean,
        "skipped": scrubs.skipped,
        "left": scrubs.left,
        "errors": scrubs.errors,
    }
