"""Check the request and the answer of a call against the contract."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from .._support.json_path import ABSENT
from ..cassettes import check_response, expands_payments
from ..contract import Contract, Finding, check_answer, check_request, reported_rules
from ..errors import UnknownName
from ..messages import Request, Response, origin
from ..stripe_api import HOST, VERSION, find_operation
from ..variants import VariantResponse
from ._log import Observation
from .recording import Recording
from .settings import Settings

_NO_CONTENT = 204
_HEADER = "$.headers.Stripe-Version"
_DOCS = "https://docs.stripe.com/api/versioning"


def of_request(
    request: Request, settings: Settings, response: Response | None = None
) -> Iterator[Observation]:
    """Return what breaks the contract in a request, its API version included.

    Leaves out the errors that the ``response`` itself reports: they are what the test is about.
    """
    subject, reported = f"the request {request}", reported_rules(response)
    for finding in check_request(request):
        if finding.rule not in reported:
            yield Observation(subject, finding)
    version = request.api_version
    if version is not None and not settings.allows_version(version):
        expected = f"API version {settings.api_version}, which the marker names"
        finding = Finding("violation", "api_version", _HEADER, expected, version, _DOCS)
        yield Observation(subject, finding)


def of_played(
    recording: Recording, version: str, request: Request, response: Response
) -> Iterator[Observation]:
    """Return what breaks the contract of its API version in an answer of a recording."""
    recorded_version = recording.interaction.api_version
    if isinstance(response, VariantResponse):
        found: Iterable[Finding] = ()  # variants are legal, and differ on purpose
    elif recorded_version is None or recording.invoice is not None:
        found = Contract(version).iter_findings(response)
    else:
        found = check_response(
            recording.cassette,
            recording.number,
            version,
            with_payments=expands_payments(request),
        )
    yield from _of_answer(version, request, response, found)
    if recorded_version is None and _is_stripe(request):
        yield _unversioned(request, response, version)


def of_recorded(request: Request, response: Response, settings: Settings) -> Iterator[Observation]:
    """Return what breaks the contract in a request and in Stripe's answer to it."""
    yield from of_request(request, settings, response)
    named: str | None = response.headers.get("Stripe-Version")
    try:
        version = named or settings.version_for(request) or VERSION
        found: Iterable[Finding] = Contract(version).iter_findings(response)
    except UnknownName as error:
        expected = f"an API version that has a contract ({', '.join(error.known)})"
        finding = Finding("violation", "api_version", _HEADER, expected, error.name, _DOCS)
        yield Observation(_subject(request, response, error.name), finding)
        return
    yield from _of_answer(version, request, response, found)
    if named is None:
        yield _unversioned(request, response, version)


def _of_answer(
    version: str, request: Request, response: Response, found: Iterable[Finding]
) -> Iterator[Observation]:
    subject = _subject(request, response, version)
    is_stripe = _is_stripe(request) and response.status != _NO_CONTENT
    if find_operation(request.url) or (is_stripe and Contract(version).covers(response)):
        for finding in (*found, *check_answer(request, response)):
            yield Observation(subject, finding)


def _unversioned(request: Request, response: Response, version: str) -> Observation:
    expected = "an API version, in the answer or in the cassette's metadata"
    finding = Finding("drift", "unversioned", _HEADER, expected, ABSENT, _DOCS)
    return Observation(_subject(request, response, version), finding)


def _subject(request: Request, response: Response, version: str) -> str:
    return f"the answer {response.status} to {request}, in {version}"


def _is_stripe(request: Request) -> bool:
    return origin(request.url)[1] == HOST
