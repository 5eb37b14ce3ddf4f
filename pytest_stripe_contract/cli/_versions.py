"""``stripe-contract versions``."""

from __future__ import annotations

import argparse
from typing import Any

from ..stripe_api import versions
from ._parser import add_command, print_table


def add(commands: Any) -> None:
    """Add the command to the parser's."""
    add_command(commands, "versions", _run, "list the API versions that have a contract")


def _run(arguments: argparse.Namespace) -> int:
    rows = [(line.first, line.name, line.sdk, line.changes) for line in versions.LINES]
    header = ("API version", "release line", "stripe for Python", "changes on the invoice")
    return print_table(arguments, header, rows)
