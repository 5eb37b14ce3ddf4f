"""A call held to the contract: what is observed in its request and in its answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from .._support.json_path import ABSENT
from ..cassettes import check_response, expands_payments
from ..contract import Contract, Finding, check_answer, check_request, told_by
from ..errors import UnknownName
from ..messages import Request, Response, origin
from ..stripe_api import HOST, template, versions
from ..variants import Varied
from ._failures import Observation
from ._recording import Recording
from .settings import Settings

NO_CONTENT = 204
VERSIONING = "https://docs.stripe.com/api/versioning"


def of_request(
    request: Request, settings: Settings, response: Response | None = None
) -> Iterator[Observation]:
    """What in a request breaks Stripe's contract, or is not in the version that was asked for.

    What the ``response`` itself says is wrong, the test knows.
    """
    subject, told = f"the request {request}", told_by(response)
    for finding in check_request(request):
        if finding.rule not in told:
            yield Observation(subject, finding)
    version = request.api_version
    if version is not None and not settings.is_asked_for(version):
        expected = f"API version {settings.api_version}, which the marker asks for"
        finding = Finding("violation", "api_version", _HEADER, expected, version, VERSIONING)
        yield Observation(subject, finding)


def of_played(
    recording: Recording, version: str, request: Request, response: Response
) -> Iterator[Observation]:
    """What in a recorded answer breaks the contract of the version that it was given in."""
    named = recording.interaction.api_version
    if isinstance(response, Varied):
        found: Iterable[Finding] = ()  # it was found legal when it was made, its drift is meant
    elif named is None or recording.invoice is not None:
        found = Contract(version).iter_findings(response)
    else:
        asked = expands_payments(request)
        found = check_response(recording.cassette, recording.number, version, with_payments=asked)
    yield from _of_answer(version, request, response, found)
    if named is None and _is_stripe(request):
        yield _unversioned(request, response, version)


def of_recorded(request: Request, response: Response, settings: Settings) -> Iterator[Observation]:
    """What in an answer that was just recorded breaks the contract of its own version."""
    named: str | None = response.headers.get("Stripe-Version")
    try:
        version = named or settings.version_for(request) or versions.VERSION
        found: Iterable[Finding] = Contract(version).iter_findings(response)
    except UnknownName as error:
        yield _unknown(request, response, error)
        return
    yield from _of_answer(version, request, response, found)
    if named is None:
        yield _unversioned(request, response, version)


def _of_answer(
    version: str, request: Request, response: Response, found: Iterable[Finding]
) -> Iterator[Observation]:
    subject = _subject(request, response, version)
    of_stripe = _is_stripe(request) and response.status != NO_CONTENT
    if template(request.url) or (of_stripe and Contract(version).covers(response)):
        for finding in (*found, *check_answer(request, response)):
            yield Observation(subject, finding)


def _subject(request: Request, response: Response, version: str) -> str:
    return f"the answer {response.status} to {request}, in {version}"


def _is_stripe(request: Request) -> bool:
    return origin(request.url)[1] == HOST


_HEADER = "$.headers.Stripe-Version"


def _unversioned(request: Request, response: Response, version: str) -> Observation:
    expected = "an API version, in the answer or in the cassette's metadata"
    finding = Finding("drift", "unversioned", _HEADER, expected, ABSENT, VERSIONING)
    return Observation(_subject(request, response, version), finding)


def _unknown(request: Request, response: Response, error: UnknownName) -> Observation:
    expected = f"an API version that has a contract ({', '.join(error.known)})"
    finding = Finding("violation", "api_version", _HEADER, expected, error.name, VERSIONING)
    return Observation(_subject(request, response, error.name), finding)
