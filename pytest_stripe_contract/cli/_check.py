"""``check``: recordings and payloads held to the contract, and to what they should not hold."""

from __future__ import annotations

import argparse
from typing import Any

from ._common import INTERRUPTED, command, write

_FORMATS = ("text", "json", "junit", "github")


def add(commands: Any) -> None:
    """Add the command to the program's."""
    check = command(
        commands,
        "check",
        _check,
        "look through cassettes and JSON payloads: what Stripe never sends, secrets, age",
        _FORMATS,
    )
    check.add_argument(
        "paths", nargs="+", metavar="PATH", help="a cassette, a payload, a folder, or - (stdin)"
    )
    check.add_argument(
        "--api-version",
        metavar="VERSION",
        help="whose contract all is held to (default: that of each recording)",
    )
    for option, does in (("--select", "look for these alone"), ("--ignore", "not for these")):
        check.add_argument(
            option,
            action="extend",
            type=_names,
            default=[],
            metavar="RULES",
            help=f"{does}: names with commas",
        )
    check.add_argument("--max-age", type=_days, metavar="DAYS", help="how old is stale")
    check.add_argument(
        "--jobs",
        type=_jobs,
        metavar="N",
        help="processes that many files are spread over (default: one a processor)",
    )
    check.add_argument("--strict", action="store_true", help="let drift count as a finding")
    check.add_argument("-v", "--verbose", action="store_true", help="list drift too")


def _days(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is no number of days")
    return int(text)


def _jobs(text: str) -> int:
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of processes")
    return int(text)


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def _check(arguments: argparse.Namespace) -> int:
    from ..checker import Options, formats, runner

    report = runner.check(
        arguments.paths,
        Options(
            runner.selected(arguments.select, arguments.ignore, max_age=arguments.max_age),
            arguments.api_version,
            arguments.strict,
            arguments.verbose or arguments.strict,
            arguments.max_age,
        ),
        jobs=arguments.jobs,
    )
    write(formats.FORMATS[arguments.format](report))
    if report.left:
        return INTERRUPTED
    return int(bool(report.counts))
