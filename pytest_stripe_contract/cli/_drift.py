"""``stripe-contract drift``."""

from __future__ import annotations

import argparse
from typing import Any

from ..stripe_api import versions
from ._parser import add_command, print_json


def add(commands: Any) -> None:
    """Add the command to the parser's."""
    parser = add_command(
        commands, "drift", _run, "compare a contract with the types of the installed SDK"
    )
    parser.add_argument(
        "--api-version",
        metavar="VERSION",
        help="API version of the contract (default: the one that the SDK sends, or the last)",
    )


def _run(arguments: argparse.Namespace) -> int:
    from ..schemas import load_schema
    from ..schemas.build import drift, installed_schema

    sdk = versions.installed_sdk()
    if sdk is None:
        raise FileNotFoundError("the stripe package is not installed. fix: pip install stripe")
    line = versions.resolve(arguments.api_version or sdk.api_version).shipped
    differences = [
        difference
        for name in ("invoice", "event", "error")
        for difference in drift(
            name, load_schema(name, line.name), installed_schema(name, line.name)
        )
    ]
    if arguments.format == "json":
        print_json(differences)
    else:
        print(*differences, sep="\n", end="\n" if differences else "")
        print(f"{line.first} against stripe {sdk.version}, which sends {sdk.api_version}: ", end="")
        print(f"{len(differences)} differences")
    return int(bool(differences))
