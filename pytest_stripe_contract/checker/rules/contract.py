"""The rules that check recordings against the contract of an API version."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ..._support.json_path import ABSENT, show
from ...contract import Finding as ContractFinding
from ...contract import check_request
from ...stripe_api import versions
from .._messages import Answer, describe_place, message_keys
from .._source_map import steps
from ..files import File
from ..findings import Finding, finding_in, redact
from ..options import Options, find_line

UNLISTED_DRIFT = Finding("drift", "", counts=False)
"""Stands for each difference that is counted and not listed."""

_NOT_RECORDED = "api_key"
"""The rule of the request contract that does not apply: recordings have no API key."""


def check_answers(file: File, options: Options) -> Iterator[Finding]:
    """Yield ``invented`` and ``drift``: differences of answers from the contract."""
    for answer in file.answers:
        version = options.api_version or answer.api_version or versions.VERSION
        if find_line(version) is None:
            continue  # `unversioned` reports it
        for difference in answer.findings(version):
            if difference.kind == "violation":
                yield _from_contract(file, answer, "invented", difference, version)
            elif options.lists_drift:
                finding = _from_contract(file, answer, "drift", difference, version)
                yield replace(finding, counts=options.strict)
            else:
                yield UNLISTED_DRIFT


def check_requests(file: File, _options: Options) -> Iterator[Finding]:
    """Yield ``request``: differences of requests from the contract."""
    for answer in file.answers:
        if answer.interaction is not None:
            for difference in check_request(answer.interaction.request):
                if difference.rule != _NOT_RECORDED:
                    yield _from_contract(file, answer, "request", difference)


def check_versions(file: File, options: Options) -> Iterator[Finding]:
    """Yield ``unversioned``: answers whose API version is unknown, or has no contract."""
    unknown: dict[str | None, list[Answer]] = {}
    for answer in file.answers:
        if answer.interaction is not None and answer.line is None:
            unknown.setdefault(answer.api_version, []).append(answer)
    for version, answers in unknown.items():
        if version is None:
            message = (
                "no API version is recorded, so it was checked against "
                f"{options.api_version or versions.VERSION}. "
                "fix: add api_version to the file's metadata"
            )
        elif options.api_version is None:
            message = (
                f"no contract for API version {version}, so it was not checked. "
                "fix: choose one with --api-version (stripe-contract versions lists them)"
            )
        else:
            continue
        place = f"recording {', '.join(str(answer.number) for answer in answers)}"
        keys = message_keys(answers[0].number, "response")
        yield finding_in(file, "unversioned", message, place, keys, api_version=redact(version))


def check_readable(file: File, _options: Options) -> Iterator[Finding]:
    """Yield ``unreadable``: a broken file, or one that is neither a cassette nor a payload."""
    if file.problem is not None:
        message, line = redact(file.problem.problem), file.problem.line
        yield Finding("unreadable", message, redact(file.name), line)


def _from_contract(
    file: File,
    answer: Answer,
    rule: str,
    difference: ContractFinding,
    version: str | None = None,
) -> Finding:
    """Return a contract's finding as one in a file.

    Its values are redacted before its text shortens them: half a secret would not be recognised.
    """
    side = "request" if rule == "request" else "response"
    path, expected, actual = map(redact, (difference.path, difference.expected, difference.actual))
    message = redact(difference.message)
    clean = replace(difference, path=path, expected=expected, actual=actual, message=message)
    text = str(clean).removeprefix(f"{path}: ")
    details = {
        "kind": difference.kind,
        "path": path,
        "expected": expected,
        "keyword": difference.rule,
        "docs": difference.docs,
    }
    if actual is not ABSENT:
        details["actual"] = show(actual) if isinstance(actual, (dict, list)) else actual
    if version is not None:
        details["api_version"] = version
    return finding_in(
        file,
        rule,
        text + (f" ({version})" if version else ""),
        describe_place(answer.number, side, path),
        message_keys(answer.number, side) + steps(difference.path),
        **details,
    )
