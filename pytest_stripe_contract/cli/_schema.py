"""``stripe-contract schema``."""

from __future__ import annotations

import argparse
from typing import Any

from ..schemas import EXPANDABLE, load_schema
from ..stripe_api import resources, versions
from ._parser import add_command, print_json


def add(commands: Any) -> None:
    """Add the command to the parser's."""
    parser = add_command(commands, "schema", _run, "print the JSON Schema of an object")
    names = {folder.name for folder in resources.SCHEMAS.iterdir()} - {EXPANDABLE.name}
    parser.add_argument("object", choices=sorted(names), help="one of %(choices)s")
    parser.add_argument(
        "--api-version",
        default=versions.VERSION,
        metavar="VERSION",
        help="API version of the schema (default: %(default)s)",
    )


def _run(arguments: argparse.Namespace) -> int:
    line = versions.resolve(arguments.api_version)
    print_json(load_schema(arguments.object, line.name))
    return 0
