"""What the commands share: their options, what they read, and how they print."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from typing import Any, TextIO

from .._support.tables import aligned
from ..stripe_api import versions

WRONG_CALL = 2
INTERRUPTED = 130
"""As shells have it: 128 and the number of SIGINT."""


def command(
    commands: Any,
    name: str,
    run: Callable[[argparse.Namespace], int],
    text: str,
    formats: Sequence[str] = ("text", "json"),
) -> argparse.ArgumentParser:
    """A new command; ``run`` gets its arguments and gives the exit code."""
    parser: argparse.ArgumentParser = commands.add_parser(name, help=text, description=text)
    parser.add_argument("--format", choices=formats, default="text")
    parser.set_defaults(run=run)
    return parser


def version_option(parser: argparse.ArgumentParser, default: str | None = versions.VERSION) -> None:
    """Let a command take the API version that is meant; None stands for that of the recording."""
    parser.add_argument(
        "--api-version",
        default=default,
        metavar="VERSION",
        help=f"that is meant (default: {default or 'the one of the recording'})",
    )


def table(
    arguments: argparse.Namespace, head: tuple[str, ...], rows: Sequence[tuple[str, ...]]
) -> int:
    """Print the rows under their head, or as JSON; the exit code."""
    if arguments.format == "json":
        print_json([dict(zip(head, row, strict=True)) for row in rows])
    else:
        for line in aligned((head, *rows)):
            print(line)
    return 0


def print_json(value: Any, file: TextIO | None = None) -> None:
    """Print the value as JSON that people can read too."""
    print(json.dumps(value, indent=2, default=repr), file=file)


def write(text: str, file: TextIO | None = None) -> None:
    """Print the text, with escapes for what the encoding of the output has no form for."""
    to = file or sys.stdout
    encoding = to.encoding or "utf-8"
    print(text.encode(encoding, "backslashreplace").decode(encoding), end="", file=to)
