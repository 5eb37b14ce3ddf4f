"""``stripe-contract check``."""

from __future__ import annotations

import argparse
from functools import partial
from typing import Any

from ._parser import INTERRUPTED, add_command, write

_FORMATS = ("text", "json", "junit", "github")


def add(commands: Any) -> None:
    """Add the command to the parser's."""
    parser = add_command(
        commands,
        "check",
        _run,
        "check cassettes and JSON payloads against the contract, and find secrets in them",
        _FORMATS,
    )
    parser.add_argument(
        "paths", nargs="+", metavar="PATH", help="cassette, JSON payload, folder, or - for stdin"
    )
    parser.add_argument(
        "--api-version",
        metavar="VERSION",
        help="check against this API version (default: the one of each recording)",
    )
    for option, action in (
        ("--select", "apply only these rules"),
        ("--ignore", "skip these rules"),
    ):
        parser.add_argument(
            option,
            action="extend",
            type=_names,
            default=[],
            metavar="RULES",
            help=f"{action}, separated by commas",
        )
    parser.add_argument(
        "--max-age",
        type=partial(_number, least=0, noun="days"),
        metavar="DAYS",
        help="report recordings that are older as stale (default: off)",
    )
    parser.add_argument(
        "--jobs",
        type=partial(_number, least=1, noun="processes"),
        metavar="N",
        help="number of processes for many files (default: one a processor)",
    )
    parser.add_argument("--strict", action="store_true", help="count drift as a finding")
    parser.add_argument("-v", "--verbose", action="store_true", help="list drift")


def _number(text: str, least: int, noun: str) -> int:
    if not text.isdecimal() or int(text) < least:
        raise argparse.ArgumentTypeError(f"expected a number of {noun}, got {text!r}")
    return int(text)


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def _run(arguments: argparse.Namespace) -> int:
    from ..checker import FORMATS, Options, check, select_rules

    options = Options(
        select_rules(arguments.select, arguments.ignore, max_age=arguments.max_age),
        arguments.api_version,
        arguments.strict,
        arguments.verbose or arguments.strict,
        arguments.max_age,
    )
    report = check(arguments.paths, options, jobs=arguments.jobs)
    write(FORMATS[arguments.format](report))
    if report.left:
        return INTERRUPTED
    return int(bool(report.counts))
