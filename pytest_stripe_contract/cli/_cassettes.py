"""``stripe-contract cassettes``."""

from __future__ import annotations

import argparse
from typing import Any

from ..stripe_api import versions
from ._parser import add_command, print_table


def add(commands: Any) -> None:
    """Add the command to the parser's."""
    add_command(commands, "cassettes", _run, "list the cassettes that the package ships")


def _run(arguments: argparse.Namespace) -> int:
    from ..cassettes import list_shipped, load_shipped

    rows = []
    for name in list_shipped():
        for line in versions.LINES:
            cassette = load_shipped(name, line.name)
            statuses = [str(each.response.status) for each in cassette.interactions]
            provenance = str(cassette.metadata["provenance"])
            rows.append((name, ", ".join(statuses), str(cassette.api_version), provenance))
    return print_table(arguments, ("cassette", "status", "API version", "provenance"), rows)
