"""A cassette being played to the code under test, and all that there is to say of that."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Sequence
from types import TracebackType
from typing import Any, Self

from . import frames, interception, problems, versions
from .cassettes import Cassette, Library
from .contract import Contract
from .endpoints import HOST, check_answer, check_request, template
from .errors import (
    CassetteError,
    InvalidOption,
    NetworkBlocked,
    ReplayFailure,
    StripeContractError,
    UnknownName,
)
from .findings import Finding
from .matching import expands_payments, origin
from .messages import Call, Request, Response
from .misses import ReplayMiss
from .problems import Observation
from .recordings import Recording, Recordings
from .renditions import NotShown, findings
from .settings import Settings

NO_CONTENT = 204
VERSIONING = "https://docs.stripe.com/api/versioning"


class Replay:
    """Answers the requests of the code under test from recordings, while it is entered.

    ``calls`` has each request with its answer, in the order in which they were answered;
    ``misses`` has the requests that nothing answered, ``blocked_attempts`` what else tried to
    leave the machine, and ``observations`` what was found in the messages of the calls.
    """

    def __init__(self, library: Library, names: Sequence[str], settings: Settings) -> None:
        cassettes = [_of_known_version(library.find(name)) for name in names]
        self.library = library
        self.settings = settings
        self.nested: list[Replay] = []
        self.calls: list[Call] = []
        self.misses: list[ReplayMiss] = []
        self.blocked_attempts: list[NetworkBlocked] = []
        self.observations: list[Observation] = []
        self._recordings = Recordings(cassettes, settings.times)
        self._answered_versions: set[str] = set()
        self._lock = threading.Lock()
        self._told: set[str] = set()

    def __call__(self, *names: str, **options: Any) -> Replay:
        """A replay of other cassettes inside this one, whose settings it has but for ``options``.

        Enter it with ``with``; it fails at its end, by `ReplayFailure`, if need be.
        """
        __tracebackhide__ = True
        if not names:
            raise InvalidOption("stripe_replay", (), "the name of a cassette, or several")
        try:
            inner = Replay(self.library, names, self.settings.but(**options))
        except StripeContractError as error:
            raise error.with_traceback(None) from None  # how it was found out helps nobody
        self.nested.append(inner)
        return inner

    def start(self) -> None:
        """From here on it answers, and nothing leaves the machine."""
        interception.start(self)

    def stop(self) -> None:
        """From here on it does not."""
        interception.stop(self)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        __tracebackhide__ = True
        self.stop()
        if error is None and (problems := self.problems(unplayed=True)):
            raise ReplayFailure(problems)

    def problems(self, *, unplayed: bool, telling: bool = False) -> list[str]:
        """The problems that no report has told of yet, those of the replays inside this one too.

        Recordings that were not played are among them only with ``unplayed``: a test that was
        skipped or failed need not have come so far.
        """
        with self._lock:
            texts = self._problems(unplayed=unplayed)
            problems = [text for text in texts if text not in self._told]
            self._told.update(problems if telling else ())
        for inner in self.nested:
            problems += inner.problems(unplayed=unplayed, telling=telling)
        return list(dict.fromkeys(problems))

    def drift(self) -> list[str]:
        """What Stripe may do without notice, each finding once however many calls have it."""
        found = [str(each.finding) for each in self.observations if each.finding.kind == "drift"]
        for inner in self.nested:
            found += inner.drift()
        return list(dict.fromkeys(found))

    def answered_versions(self) -> set[str]:
        """The API versions of the answers, those of the replays inside this one too."""
        inner = (each.answered_versions() for each in self.nested)
        return self._answered_versions.union(*inner)

    def _problems(self, *, unplayed: bool) -> Iterator[str]:
        yield from map(str, self.misses)
        yield from map(str, self.blocked_attempts)
        yield from problems.of_observations(self.observations, strict=self.settings.strict)
        if unplayed and not self.misses and not self.settings.allow_unplayed:
            yield from map(problems.of_unplayed, self._recordings.unplayed())

    def mentions(self, host: str, port: int) -> bool:
        """Whether a recording is of that host."""
        return self._recordings.mentions(host, port)

    def take(self, request: Request) -> Response | None:
        """The next recorded answer to the request, held to the contract with it."""
        with self._lock:
            recording = self._recordings.take(request)
        if recording is None:
            return None
        settings, recorded = self.settings, recording.cassette.api_version
        version = settings.version_for(request) or recorded
        if recorded is None and not settings.is_forced:
            version = None  # nobody knows where to step from: it is played as it is
        try:
            response = recording.answer(request, version)
        except NotShown as error:
            raise self._noted(self._recordings.not_shown(request, recording, error)) from error
        version = version or versions.DEFAULT
        observations = list(self._check(recording, version, request, response))
        with self._lock:
            self.calls.append(Call(request, response))
            self._answered_versions.add(version)
            self.observations += observations
        return response

    def miss(self, request: Request) -> ReplayMiss:
        """Take note of a request that nothing answered; the error to raise."""
        broken = list(self._check_request(request))
        with self._lock:
            miss = self._recordings.miss(request, frames.here())
            self.observations += broken
        return self._noted(miss)

    def failed(self, origin: str, error: Exception) -> ReplayMiss:
        """Take note of an answer that could not be given at all; the error to raise."""
        names = [cassette.name for cassette in self._recordings.cassettes]
        reason = f"{type(error).__name__}: {error}"
        advice = "mend the recording, or the request: HTTP cannot carry one of them"
        return self._noted(
            ReplayMiss(f"a request to {origin}", names, None, [reason], advice, frames.here())
        )

    def blocked(self, error: NetworkBlocked) -> None:
        """Take note of an attempt to leave the machine."""
        with self._lock:
            self.blocked_attempts.append(error)

    def _noted(self, miss: ReplayMiss) -> ReplayMiss:
        with self._lock:
            self.misses.append(miss)
        return miss

    def _check(
        self, recording: Recording, version: str, request: Request, response: Response
    ) -> Iterator[Observation]:
        yield from self._check_request(request)
        subject = f"the answer {response.status} to {request}, in {version}"
        of_stripe = origin(request.url)[1] == HOST and response.status != NO_CONTENT
        if template(request.url) or (of_stripe and Contract(version).covers(response)):
            for finding in _findings(recording, version, request, response):
                yield Observation(subject, finding)
            for finding in check_answer(request, response):
                yield Observation(subject, finding)

    def _check_request(self, request: Request) -> Iterator[Observation]:
        subject = f"the request {request}"
        for finding in check_request(request):
            yield Observation(subject, finding)
        version = request.api_version
        if version is not None and not self.settings.is_asked_for(version):
            expected = f"API version {self.settings.api_version}, which the marker asks for"
            path = "$.headers.Stripe-Version"
            yield Observation(
                subject, Finding("violation", "api_version", path, expected, version, VERSIONING)
            )


def _findings(
    recording: Recording, version: str, request: Request, response: Response
) -> Iterable[Finding]:
    if recording.cassette.api_version is None:
        return Contract(version).iter_findings(response)
    asked = expands_payments(request)
    return findings(recording.cassette, recording.number, version, with_payments=asked)


def _of_known_version(cassette: Cassette) -> Cassette:
    """The cassette; `CassetteError` if it is of a version that has no contract."""
    try:
        versions.resolve(cassette.api_version or versions.DEFAULT)
    except UnknownName as error:
        raise CassetteError(str(cassette.path), str(error)) from None
    return cassette
