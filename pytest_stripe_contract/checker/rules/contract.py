"""The rules, and those of them that hold recordings to a contract."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property

from ..._support.json_path import ABSENT, show
from ...contract import Finding, check_request
from ...stripe_api import versions
from .._findings import Remark, hidden, of_file
from .._messages import Answer, line_of
from .._source_map import steps
from ..files import File
from . import _outdated as upgrades

ALL = {
    "invented": "an answer that Stripe never sends in its API version",
    "request": "a request that Stripe does not take",
    "drift": "what Stripe may do without notice; it counts only with --strict",
    "unversioned": "an answer that names no API version, or one that has no contract",
    "secret": "a key, a token, a client_secret, a card number or somebody's e-mail address",
    "livemode": "an answer or a key of live mode",
    "version-mix": "answers of several API versions in one run",
    "outdated": "an answer of an earlier release line than the installed stripe package sends",
    "stale": "an answer recorded more than --max-age days ago",
    "unreadable": "a file that is broken, or neither a cassette nor a payload",
}
"""The name of each rule, and what it finds."""

DRIFT = Remark("drift", "", counts=False)
"""Stands for one that nobody is to read."""

_OF_RECORDINGS = "api_key"
"""The rule of the request contract that recordings rightly break: they have no key."""


@dataclass(frozen=True)
class Options:
    """What to look for: ``rules`` has names of `ALL`.

    ``api_version`` is the one whose contract every answer is held to, None for its own.
    ``tells_drift`` says whether drift is told one by one, ``strict`` whether it counts.
    ``max_age`` is in days.
    """

    rules: frozenset[str]
    api_version: str | None = None
    strict: bool = False
    tells_drift: bool = False
    max_age: int | None = None

    @cached_property
    def sdk(self) -> upgrades.Sdk | str:
        """The installed package that recordings are compared with, or why none is."""
        return upgrades.sdk()

    @cached_property
    def now(self) -> datetime:
        """The time of the run."""
        return datetime.now(UTC)


def held_to_the_contract(file: File, options: Options) -> Iterator[Remark]:
    """``invented`` and ``drift``: what the contract finds in the answers."""
    for answer in file.answers:
        version = options.api_version or answer.api_version or versions.VERSION
        if line_of(version) is None:
            continue  # `unversioned` says it
        for finding in answer.findings(version):
            if finding.kind == "violation":
                yield _of_finding(file, answer, "invented", finding, version)
            elif options.tells_drift:
                remark = _of_finding(file, answer, "drift", finding, version)
                yield replace(remark, counts=options.strict)
            else:
                yield DRIFT


def requests(file: File, _options: Options) -> Iterator[Remark]:
    """``request``: what the contract finds in the requests."""
    for answer in file.answers:
        if answer.interaction is not None:
            for finding in check_request(answer.interaction.request):
                if finding.rule != _OF_RECORDINGS:
                    yield _of_finding(file, answer, "request", finding)


def unversioned(file: File, options: Options) -> Iterator[Remark]:
    """``unversioned``: answers whose API version is not told, or has no contract."""
    unknown: dict[str | None, list[Answer]] = {}
    for answer in file.answers:
        if answer.interaction is not None and answer.line is None:
            unknown.setdefault(answer.api_version, []).append(answer)
    for version, answers in unknown.items():
        if version is None:
            message = (
                f"names no API version; held to {options.api_version or versions.VERSION}: "
                "say its own as api_version in the file's metadata"
            )
        elif options.api_version is None:
            message = (
                f"API version {version} has no contract, so it is held to none: "
                "name another by --api-version (see `stripe-contract versions`)"
            )
        else:
            continue
        place = f"recording {', '.join(str(answer.number) for answer in answers)}"
        at = answers[0].keys("response")
        yield of_file(file, "unversioned", message, place, at, api_version=hidden(version))


def outdated(file: File, options: Options) -> Iterator[Remark]:
    """``outdated``: answers of an earlier release line than the installed package sends."""
    sdk = options.sdk
    if isinstance(sdk, str):
        return  # the summary says it
    for answer in file.answers:
        if answer.line is None or answer.line.since >= sdk.line.since:
            continue
        changes = upgrades.changes(answer.payload, answer.line, sdk.line)
        message = (
            f"is of {answer.api_version}, while stripe {sdk.version} sends {sdk.api_version}"
            + (f": there it would {changes}" if changes else "")
        )
        yield of_file(
            file,
            "outdated",
            message,
            f"recording {answer.number}",
            answer.keys("response"),
            api_version=answer.api_version,
            sdk=sdk.version,
            sdk_api_version=sdk.api_version,
            changes=changes,
        )


def unreadable(file: File, _options: Options) -> Iterator[Remark]:
    """``unreadable``: a file that is broken, or neither a cassette nor a payload."""
    if file.problem is not None:
        message, line = hidden(file.problem.problem), file.problem.line
        yield Remark("unreadable", message, hidden(file.name), line)


def _of_finding(
    file: File,
    answer: Answer,
    rule: str,
    finding: Finding,
    version: str | None = None,
) -> Remark:
    """The finding as a remark. What it shows of a value is cut off, so that is hidden before."""
    side = "request" if rule == "request" else "response"
    path, expected, actual = map(hidden, (finding.path, finding.expected, finding.actual))
    clean = Finding(finding.kind, finding.rule, path, expected, actual, finding.docs)
    message = str(clean).removeprefix(f"{path}: ")
    details = {
        "kind": finding.kind,
        "path": path,
        "expected": expected,
        "keyword": finding.rule,
        "docs": finding.docs,
    }
    if actual is not ABSENT:
        details["actual"] = show(actual) if isinstance(actual, (dict, list)) else actual
    if version is not None:
        details["api_version"] = version
    return of_file(
        file,
        rule,
        message + (f" ({version})" if version else ""),
        answer.place(path, side),
        answer.keys(side) + steps(finding.path),
        **details,
    )
