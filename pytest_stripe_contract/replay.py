"""A cassette being played to the code under test, and all that there is to say of that."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from types import TracebackType
from typing import Any, Self

from . import interception
from .cassettes import Library
from .contract import Contract
from .endpoints import check_request, template
from .errors import InvalidOption, NetworkBlocked, ReplayFailure, UnknownName
from .findings import Finding
from .messages import Call, Request, Response
from .misses import ReplayMiss
from .recordings import Recording, Recordings, Times


@dataclass(frozen=True, slots=True)
class Settings:
    """What a marker, or a call of the fixture, may say of a replay.

    ``api_version`` is the one of cassettes that name none. Each recording is played exactly
    ``times`` times, or any number of times (at least once) if that is ``"any"``. ``strict``
    makes drift fail; ``allow_unplayed`` lets recordings go unplayed.
    """

    api_version: str
    times: Times = 1
    strict: bool = False
    allow_unplayed: bool = False

    def __post_init__(self) -> None:
        times = self.times
        if times != "any" and (isinstance(times, bool) or not isinstance(times, int) or times < 1):
            raise InvalidOption("times", times, 'a whole number from 1, or "any"')

    def but(self, **options: Any) -> Settings:
        """The same, but for these; None stands for one that was not given."""
        known = [field.name for field in fields(self)]
        for name in options:
            if name not in known:
                raise UnknownName("option of stripe_replay", name, known)
        return replace(self, **{k: value for k, value in options.items() if value is not None})


@dataclass(frozen=True, slots=True)
class Observation:
    """What was found in one message of a call: ``subject`` says in which."""

    subject: str
    finding: Finding


class Replay:
    """Answers the requests of the code under test from recordings, while it is entered.

    ``calls`` has each request with its answer, in the order in which they were answered;
    ``misses`` has the requests that nothing answered, ``blocked_attempts`` what else tried to
    leave the machine, and ``observations`` what was found in the messages of the calls.
    """

    def __init__(self, library: Library, names: Sequence[str], settings: Settings) -> None:
        cassettes = [library.find(name) for name in names]
        self.library = library
        self.settings = settings
        self.nested: list[Replay] = []
        self.calls: list[Call] = []
        self.misses: list[ReplayMiss] = []
        self.blocked_attempts: list[NetworkBlocked] = []
        self.observations: list[Observation] = []
        self._recordings = Recordings(cassettes, settings.times)
        self._contracts = {
            cassette.path: Contract(cassette.api_version or settings.api_version)
            for cassette in cassettes
        }
        self._lock = threading.Lock()
        self._told: set[str] = set()

    def __call__(self, *names: str, **options: Any) -> Replay:
        """A replay of other cassettes inside this one, whose settings it has but for ``options``.

        Enter it with ``with``; it fails at its end, by `ReplayFailure`, if need be.
        """
        inner = Replay(self.library, names, self.settings.but(**options))
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
        self.stop()
        if error is None:
            self.verify()

    def verify(self) -> None:
        """Raise `ReplayFailure` for the problems that no report has told of yet."""
        if problems := self.problems():
            raise ReplayFailure(problems)

    def problems(self, *, telling: bool = False) -> list[str]:
        """The problems that were not told yet, those of the replays inside this one too."""
        with self._lock:
            problems = [text for text in self._problems() if text not in self._told]
            self._told.update(problems if telling else ())
        for inner in self.nested:
            problems += inner.problems(telling=telling)
        return list(dict.fromkeys(problems))

    def drift(self) -> list[str]:
        """What Stripe may do without notice, each finding once however many calls have it."""
        found = [str(each.finding) for each in self.observations if each.finding.kind == "drift"]
        for inner in self.nested:
            found += inner.drift()
        return list(dict.fromkeys(found))

    def _problems(self) -> Iterator[str]:
        """A text for each thing that must not pass: misses first, unplayed recordings last."""
        yield from map(str, self.misses)
        yield from map(str, self.blocked_attempts)
        kinds = ("violation", "drift") if self.settings.strict else ("violation",)
        by_subject: dict[str, list[str]] = {}
        for observation in self.observations:
            if observation.finding.kind in kinds:
                by_subject.setdefault(observation.subject, []).append(str(observation.finding))
        for subject, lines in by_subject.items():
            yield "\n  ".join([f"{subject} breaks the contract", *dict.fromkeys(lines)])
        if not self.settings.allow_unplayed:
            yield from map(_unplayed, self._recordings.unplayed())

    def mentions(self, host: str, port: int) -> bool:
        """Whether a recording is of that host."""
        return self._recordings.mentions(host, port)

    def take(self, request: Request) -> Response | None:
        """The next recorded answer to the request, held to the contract with it."""
        with self._lock:
            taken = self._recordings.take(request)
            if taken is None:
                return None
            recording, response = taken
            self.calls.append(Call(request, response))
        observations = list(self._check(recording, request, response))
        with self._lock:
            self.observations += observations
        return response

    def miss(self, request: Request) -> ReplayMiss:
        """Take note of a request that nothing answered; the error to raise."""
        broken = [_in_request(request, finding) for finding in check_request(request)]
        with self._lock:
            miss = self._recordings.miss(request)
            self.misses.append(miss)
            self.observations += broken
        return miss

    def blocked(self, error: NetworkBlocked) -> None:
        """Take note of an attempt to leave the machine."""
        with self._lock:
            self.blocked_attempts.append(error)

    def _check(
        self, recording: Recording, request: Request, response: Response
    ) -> Iterator[Observation]:
        for finding in check_request(request):
            yield _in_request(request, finding)
        contract = self._contracts[recording.cassette.path]
        if template(request.url) or contract.covers(response.content):
            subject = f"the answer {response.status} to {request}, under {contract.api_version},"
            for finding in contract.iter_findings(response):
                yield Observation(subject, finding)


def _in_request(request: Request, finding: Finding) -> Observation:
    return Observation(f"the request {request}", finding)


def _unplayed(recording: Recording) -> str:
    times, plays = recording.times, recording.plays
    wanted = "never played" if times == "any" else f"played {plays} of {times} times"
    advice = f"say times={plays}" if plays else "say allow_unplayed=True"
    return (
        f"{recording} was {wanted}\n"
        f"  to do: see that the code sends this request, or {advice} if it is right not to"
    )
