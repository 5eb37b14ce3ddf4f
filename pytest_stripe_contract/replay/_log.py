"""What happened in a replay: its calls, and all that is wrong with them."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import replace

from ..errors import NetworkBlocked
from ..messages import Request
from ..recording import RecordingRefused
from . import _failures, _retries
from ._failures import Observation
from .call import Call
from .miss import ReplayMiss


class Journal(ABC):
    """Takes note of calls and of what is wrong with them; several threads may write at once.

    ``calls`` has each request with its answer, in the order in which they were answered;
    ``misses`` has the requests that nothing answered, ``refusals`` those that were not to be
    recorded, ``blocked_attempts`` what else tried to leave the machine, and ``observations``
    what was found in the messages of the calls. ``nested`` has the journals of the replays
    inside this one. With ``strict``, drift is wrong too.
    """

    def __init__(self, *, strict: bool) -> None:
        self.calls: list[Call] = []
        self.misses: list[ReplayMiss] = []
        self.refusals: list[RecordingRefused] = []
        self.blocked_attempts: list[NetworkBlocked] = []
        self.observations: list[Observation] = []
        self.nested: list[Journal] = []
        self._missed: list[Call] = []
        self._unfit: str | None = None
        self._strict = strict
        self._answered_versions: set[str] = set()
        self._lock = threading.Lock()
        self._told: set[str] = set()
        self._retried: list[Observation] = []
        self._retried_of: list[Call] = []

    def problems(self, *, unplayed: bool, telling: bool = False) -> list[str]:
        """The problems that no report has told of yet, those of the replays inside this one too.

        What is left to be played is among them only with ``unplayed``: a test that was skipped
        or failed need not have come so far.
        """
        with self._lock:
            texts = self._problems(unplayed=unplayed)
            _failures = [text for text in texts if text not in self._told]
            self._told.update(_failures if telling else ())
        for inner in self.nested:
            _failures += inner.problems(unplayed=unplayed, telling=telling)
        return list(dict.fromkeys(_failures))

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

    @property
    def unfit(self) -> str | None:
        """Why an answer could not be shown in the API version that a request named."""
        return next((each for each in (self._unfit, *(n.unfit for n in self.nested)) if each), None)

    @property
    def attempts(self) -> list[tuple[Call, ...]]:
        """The calls, those that are one logical request (a try and its retries) together."""
        with self._lock:
            return _retries.grouped(self.calls)

    @abstractmethod
    def left(self) -> Iterator[str]:
        """What should have happened by the end, and did not."""

    def called(
        self, call: Call, observations: Iterable[Observation], version: str | None = None
    ) -> None:
        """Take note of a call, and of the API version of its answer."""
        with self._lock:
            self.calls.append(call)
            self.observations += observations
            self._answered_versions.update([version] if version else ())

    def given_up(self, call: Call, fault: str | None) -> None:
        """The client did not wait for the answer: it never arrived."""
        with self._lock:
            index = next(index for index, each in enumerate(self.calls) if each is call)
            self.calls[index] = replace(call, response=None, fault=fault)

    def missed(
        self,
        miss: ReplayMiss,
        observations: Iterable[Observation] = (),
        request: Request | None = None,
    ) -> ReplayMiss:
        """Take note of what nothing answered; the error to raise."""
        with self._lock:
            self.misses.append(miss)
            self._missed += [Call(request, None)] if request else []
            self.observations += observations
        return miss

    def refused(self, refusal: RecordingRefused) -> None:
        """Take note of what is not to be recorded."""
        with self._lock:
            self.refusals.append(refusal)

    def blocked(self, error: NetworkBlocked) -> None:
        """Take note of an attempt to leave the machine."""
        with self._lock:
            self.blocked_attempts.append(error)

    def _problems(self, *, unplayed: bool) -> Iterator[str]:
        yield from map(str, self.misses)
        yield from map(str, self.refusals)
        yield from map(str, self.blocked_attempts)
        calls = [*self.calls, *self._missed]
        if calls != self._retried_of:  # the same calls are asked about more than once
            self._retried_of = calls
            self._retried = [
                Observation(f"the request {request}", finding)
                for request, finding in _retries.check(calls)
            ]
        observations = [*self.observations, *self._retried]
        yield from _failures.of_observations(observations, strict=self._strict)
        if unplayed and not self.misses and not self.refusals:
            yield from self.left()
