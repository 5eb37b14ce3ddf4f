"""``stripe-contract upgrade``."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from ..checker import STDIN, read
from ..stripe_api import versions
from ._parser import add_command, print_json


def add(commands: Any) -> None:
    """Add the command to the parser's."""
    parser = add_command(
        commands, "upgrade", _run, "print a JSON payload as another API version shows it"
    )
    parser.add_argument("path", metavar="FILE", help="JSON file, or - for stdin")
    parser.add_argument("--to", required=True, metavar="VERSION", help="API version to show")
    parser.add_argument(
        "--from",
        dest="from_",
        default=versions.VERSION,
        metavar="VERSION",
        help="API version of the payload (default: %(default)s)",
    )


def _run(arguments: argparse.Namespace) -> int:
    from ..contract import payload as payloads
    from ..migrations import upgrade

    path = None if arguments.path == STDIN else Path(arguments.path)
    payload = payloads.parse(read(path))
    print_json(upgrade(payload, arguments.from_, arguments.to))
    return 0
