"""The ``stripe-contract`` command: the contract and the shipped files, without pytest.

It exits with 0 if all is fine, 1 if a payload breaks the contract, 2 if it was called wrong.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

from . import shipped, versions
from .errors import StripeContractError


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command that ``argv`` (without the program's name) names; its exit code."""
    parser = _parser()
    arguments = parser.parse_args(argv)
    try:
        return int(arguments.run(arguments))
    except BrokenPipeError:
        return 0  # whoever reads what is printed has read enough
    except (StripeContractError, OSError) as error:
        parser.exit(2, f"stripe-contract: {error}\n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="stripe-contract", description=__doc__)
    parser.add_argument("--version", action="version", version=version("pytest-stripe-contract"))
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    check = _command(commands, "check", _check, "hold JSON payloads to the contract")
    check.add_argument("paths", nargs="+", metavar="PATH", help="a JSON file, or - for stdin")
    check.add_argument("--strict", action="store_true", help="let drift count as a violation")
    _version_option(check)

    _command(commands, "cassettes", _cassettes, "list the cassettes that the package ships")
    _command(commands, "versions", _versions, "list the API versions that have a contract")

    drift = _command(commands, "drift", _drift, "compare a contract with the installed SDK's types")
    drift.add_argument(
        "--api-version", metavar="VERSION", help="of the contract (default: the SDK's, or the last)"
    )

    step = _command(commands, "upgrade", _upgrade, "show a JSON payload as another version would")
    step.add_argument("path", metavar="FILE", help="a JSON file, or - for stdin")
    step.add_argument("--to", required=True, metavar="VERSION", help="the version to show it in")
    step.add_argument(
        "--from",
        dest="from_",
        default=versions.DEFAULT,
        metavar="VERSION",
        help=f"the version that the payload is of (default: {versions.DEFAULT})",
    )

    schema = _command(commands, "schema", _schema, "print a JSON Schema")
    schema.add_argument("object", choices=sorted(p.name for p in shipped.SCHEMAS.iterdir()))
    _version_option(schema)
    return parser


def _command(commands: Any, name: str, run: Any, text: str) -> argparse.ArgumentParser:
    command: argparse.ArgumentParser = commands.add_parser(name, help=text, description=text)
    command.add_argument("--format", choices=("text", "json"), default="text")
    command.set_defaults(run=run)
    return command


def _version_option(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--api-version",
        default=versions.DEFAULT,
        metavar="VERSION",
        help=f"of the contract (default: {versions.DEFAULT})",
    )


def _check(arguments: argparse.Namespace) -> int:
    from .contract import Contract

    contract = Contract(arguments.api_version, strict=arguments.strict)
    found = [
        (path, finding)
        for path in arguments.paths
        for finding in contract.iter_findings(_bytes(path))
    ]
    if arguments.format == "json":
        _print_json([{"file": path, **asdict(finding)} for path, finding in found])
    else:
        for path, finding in found:
            print(f"{path}: {finding.kind}: {finding}")
        violations = sum(finding.kind == "violation" for _, finding in found)
        noun = "violation" if violations == 1 else "violations"
        print(f"{len(arguments.paths)} checked, {violations} {noun}, ", end="")
        print(f"{len(found) - violations} drift")
    return int(any(finding.kind == "violation" or arguments.strict for _, finding in found))


def _bytes(path: str) -> bytes:
    if path != "-":
        return Path(path).read_bytes()
    if sys.stdin is None:
        raise FileNotFoundError("there is no standard input to read")
    return sys.stdin.buffer.read()


def _cassettes(arguments: argparse.Namespace) -> int:
    from . import cassettes

    rows = []
    for name in cassettes.shipped_names():
        for line in versions.LINES:
            cassette = cassettes.shipped_in(name, line.name)
            statuses = [str(each.response.status) for each in cassette.interactions]
            provenance = str(cassette.metadata["provenance"])
            rows.append((name, ", ".join(statuses), str(cassette.api_version), provenance))
    return _table(arguments, ("cassette", "status", "API version", "provenance"), rows)


def _versions(arguments: argparse.Namespace) -> int:
    rows = [(line.first, line.name, line.sdk, line.changes) for line in versions.LINES]
    head = ("API version", "release line", "stripe for Python", "changes on the invoice")
    return _table(arguments, head, rows)


def _drift(arguments: argparse.Namespace) -> int:
    from . import installed, schema_rules, schemas

    found = installed.package()
    if found is None:
        raise FileNotFoundError("the stripe package is not installed")
    version, source = found
    named = arguments.api_version or source.api_version
    newer = installed.newer_line()
    line = versions.LINES[-1] if newer and named == newer.first else versions.resolve(named)
    told = [
        difference
        for name in ("invoice", "error")
        for difference in schema_rules.drift(
            name, schemas.documented(name, line.name), installed.schema(name, line.name)
        )
    ]
    if arguments.format == "json":
        _print_json(told)
    else:
        print(*told, sep="\n", end="\n" if told else "")
        print(f"{line.first} against stripe {version}, which sends {source.api_version}: ", end="")
        print(f"{len(told)} differences")
    return int(bool(told))


def _upgrade(arguments: argparse.Namespace) -> int:
    from . import payloads, upgrades

    payload = payloads.parse(_bytes(arguments.path))
    _print_json(upgrades.upgrade(payload, arguments.from_, arguments.to))
    return 0


def _schema(arguments: argparse.Namespace) -> int:
    line = versions.resolve(arguments.api_version)
    print((shipped.SCHEMAS / arguments.object / f"{line.name}.json").read_text(), end="")
    return 0


def _table(
    arguments: argparse.Namespace, head: tuple[str, ...], rows: Sequence[tuple[str, ...]]
) -> int:
    if arguments.format == "json":
        _print_json([dict(zip(head, row, strict=True)) for row in rows])
    else:
        widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
        for row in (head, *rows):
            cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
            print("  ".join(cells).rstrip())
    return 0


def _print_json(value: Any) -> None:
    print(json.dumps(value, indent=2, default=repr))
