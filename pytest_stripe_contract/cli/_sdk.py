"""``upgrade`` and ``drift``: other API versions, and the installed SDK."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from ..checker import STDIN, read
from ..stripe_api import versions
from ._common import command, print_json


def add(commands: Any) -> None:
    """Add the commands to the program's."""
    drift = command(commands, "drift", _drift, "compare a contract with the installed SDK's types")
    drift.add_argument(
        "--api-version", metavar="VERSION", help="of the contract (default: the SDK's, or the last)"
    )
    step = command(commands, "upgrade", _upgrade, "show a JSON payload as another version would")
    step.add_argument("path", metavar="FILE", help="a JSON file, or - for stdin")
    step.add_argument("--to", required=True, metavar="VERSION", help="the version to show it in")
    step.add_argument(
        "--from",
        dest="from_",
        default=versions.VERSION,
        metavar="VERSION",
        help=f"the version that the payload is of (default: {versions.VERSION})",
    )


def _drift(arguments: argparse.Namespace) -> int:
    from ..schemas import installed, loader
    from ..schemas.build import schema_rules

    sdk = versions.installed_sdk()
    if sdk is None:
        raise FileNotFoundError("the stripe package is not installed")
    line = versions.resolve(arguments.api_version or sdk.api_version).shipped
    told = [
        difference
        for name in ("invoice", "event", "error")
        for difference in schema_rules.drift(
            name, loader.documented(name, line.name), installed.schema(name, line.name)
        )
    ]
    if arguments.format == "json":
        print_json(told)
    else:
        print(*told, sep="\n", end="\n" if told else "")
        print(f"{line.first} against stripe {sdk.version}, which sends {sdk.api_version}: ", end="")
        print(f"{len(told)} differences")
    return int(bool(told))


def _upgrade(arguments: argparse.Namespace) -> int:
    from ..contract import payload as payloads
    from ..migrations import upgrades

    path = None if arguments.path == STDIN else Path(arguments.path)
    payload = payloads.parse(read(path))
    print_json(upgrades.upgrade(payload, arguments.from_, arguments.to))
    return 0
