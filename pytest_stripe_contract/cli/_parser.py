"""The argument parser, the options that several commands share, and their output."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from importlib.metadata import version
from typing import Any, NoReturn, TextIO

from .._support.tables import align

USAGE_ERROR = 2
INTERRUPTED = 130
"""The exit code of shells: 128 and the number of SIGINT."""


class Parser(argparse.ArgumentParser):
    """A parser whose errors contain no secrets."""

    def error(self, message: str) -> NoReturn:
        """Print the usage and the message, and exit with 2."""
        super().error(redact(message))


def new_parser() -> tuple[Parser, Any]:
    """Return the parser, and the object to add commands to."""
    parser = Parser(
        prog="stripe-contract",
        description="Check recorded Stripe answers against the API's contract.",
        epilog="Exit codes: 0 success, 1 findings, 2 usage error, 130 interrupted.",
    )
    number = version("pytest-stripe-contract")
    parser.add_argument(
        "--version", action="version", version=number, help="show the version and exit"
    )
    return parser, parser.add_subparsers(required=True, metavar="COMMAND", title="commands")


def redact(text: str) -> str:
    """Return the text without secrets: an argument in the wrong place may be one."""
    from ..scrubbing import redact as redact_text

    return redact_text(text)


def add_command(
    commands: Any,
    name: str,
    run: Callable[[argparse.Namespace], int],
    text: str,
    formats: Sequence[str] = ("text", "json"),
) -> argparse.ArgumentParser:
    """Return the parser of a new command; ``run`` takes the arguments and returns the exit code."""
    parser: argparse.ArgumentParser = commands.add_parser(
        name, help=text, description=f"{text[0].upper()}{text[1:]}."
    )
    parser.add_argument(
        "--format", choices=formats, default="text", help="output format (default: text)"
    )
    parser.set_defaults(run=run)
    return parser


def print_table(
    arguments: argparse.Namespace, header: tuple[str, ...], rows: Sequence[tuple[str, ...]]
) -> int:
    """Print rows below a header, or as JSON; return the exit code."""
    if arguments.format == "json":
        print_json([dict(zip(header, row, strict=True)) for row in rows])
    else:
        for line in align((header, *rows)):
            print(line)
    return 0


def print_json(value: Any, file: TextIO | None = None) -> None:
    """Print a value as indented JSON."""
    print(json.dumps(value, indent=2, default=repr), file=file)


def write(text: str, file: TextIO | None = None) -> None:
    """Print a text, with escapes for characters that the output's encoding does not have."""
    to = file or sys.stdout
    encoding = to.encoding or "utf-8"
    print(text.encode(encoding, "backslashreplace").decode(encoding), end="", file=to)
