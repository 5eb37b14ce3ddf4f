"""The log of a replay: its calls, and the problems that fail the test."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Self

from ..contract import Finding
from ..errors import NetworkBlocked
from ..messages import Request
from ..recording import RecordingRefused
from . import _idempotency
from .call import Call
from .miss import ReplayMiss


@dataclass(frozen=True, slots=True)
class Observation:
    """A finding in a message of a call; ``subject`` names the message."""

    subject: str
    finding: Finding


class Log(ABC):
    """Notes calls and problems; it is thread-safe.

    ``calls`` has each request with its answer, in the order of the answers; ``misses`` has the
    requests that nothing answered, ``refusals`` those that must not be recorded,
    ``blocked_attempts`` the connections that the network block stopped, and ``observations`` the
    findings in messages. ``nested`` has the logs of the replays inside this one,
    ``answered_versions`` the API versions of the answers, and ``unfit`` the reason why an answer
    could not be shown in the version that a request named. With ``strict``, drift is a problem too.
    """

    def __init__(self, *, strict: bool) -> None:
        self.calls: list[Call] = []
        self.misses: list[ReplayMiss] = []
        self.refusals: list[RecordingRefused] = []
        self.blocked_attempts: list[NetworkBlocked] = []
        self.observations: list[Observation] = []
        self.nested: list[Self] = []
        self.answered_versions: set[str] = set()
        self.unfit: str | None = None
        self._missed: list[Call] = []
        self._strict = strict
        self._lock = threading.Lock()
        self._reported: set[str] = set()

    def problems(self, *, unplayed: bool, report: bool = False) -> list[str]:
        """Return the problems that no report has yet, one text each, with those of nested replays.

        ``report`` marks them as reported. ``unplayed`` includes the recordings that are left:
        a test that was skipped or failed may leave some.
        """
        logs = self.tree()
        texts = (text for log in logs for text in log.own_problems(unplayed, report=report))
        return list(dict.fromkeys(texts))

    def own_problems(self, unplayed: bool, *, report: bool) -> list[str]:  # noqa: FBT001
        """Return the same problems, without those of nested replays."""
        with self._lock:
            texts = [text for text in self._problems(unplayed) if text not in self._reported]
            self._reported.update(texts if report else ())
        return texts

    def drift(self) -> list[str]:
        """Return each different finding of drift once, with those of nested replays."""
        findings = (each.finding for log in self.tree() for each in log.observations)
        return list(dict.fromkeys(str(each) for each in findings if each.kind == "drift"))

    def tree(self) -> Iterator[Self]:
        """Return this log and those of all nested replays."""
        yield self
        for inner in self.nested:
            yield from inner.tree()

    @property
    def attempts(self) -> list[tuple[Call, ...]]:
        """The calls by logical request: a first try together with its retries."""
        with self._lock:
            return _idempotency.attempts(self.calls)

    @abstractmethod
    def unfinished(self) -> Iterator[str]:
        """Return a text for each thing that should have happened by the end, and did not."""

    def add_call(
        self, call: Call, observations: Iterable[Observation], version: str | None = None
    ) -> None:
        """Note a call, the findings in its messages, and the API version of its answer."""
        observations = list(observations)
        with self._lock:
            self.calls.append(call)
            self.observations += observations
            self.answered_versions.update([version] if version else ())

    def remove_answer(self, call: Call, fault: str | None) -> None:
        """Note that the client stopped waiting, so that the answer of a call never arrived."""
        with self._lock:
            index = next(index for index, each in enumerate(self.calls) if each is call)
            self.calls[index] = replace(call, response=None, fault=fault)

    def add_miss(
        self,
        miss: ReplayMiss,
        observations: Iterable[Observation] = (),
        request: Request | None = None,
    ) -> ReplayMiss:
        """Note a request that nothing answered, and return the error to raise."""
        observations = list(observations)
        with self._lock:
            self.misses.append(miss)
            self._missed += [Call(request, None)] if request else []
            self.observations += observations
        return miss

    def add_refusal(self, refusal: RecordingRefused) -> None:
        """Note a request that must not be recorded."""
        with self._lock:
            self.refusals.append(refusal)

    def blocked(self, error: NetworkBlocked) -> None:
        """Note a connection that the network block stopped."""
        with self._lock:
            self.blocked_attempts.append(error)

    def _problems(self, unplayed: bool) -> Iterator[str]:  # noqa: FBT001 (private)
        yield from map(str, self.misses)
        yield from map(str, self.refusals)
        yield from map(str, self.blocked_attempts)
        retries = (
            Observation(f"the request {request}", finding)
            for request, finding in _idempotency.check([*self.calls, *self._missed])
        )
        yield from _broken([*self.observations, *retries], strict=self._strict)
        if unplayed and not self.misses and not self.refusals:
            yield from self.unfinished()


def _broken(observations: Iterable[Observation], *, strict: bool) -> Iterator[str]:
    """Return a text for the messages that break the contract in the same way."""
    kinds = ("violation", "drift") if strict else ("violation",)
    by_subject: dict[str, list[Finding]] = {}
    for each in observations:
        if each.finding.kind in kinds:
            by_subject.setdefault(each.subject, []).append(each.finding)
    subjects: dict[Sequence[str], list[str]] = {}
    for subject, findings in by_subject.items():
        breaks = any(finding.kind == "violation" for finding in findings)
        verb = "breaks the contract" if breaks else "differs from the contract (drift; strict)"
        subjects.setdefault((verb, *dict.fromkeys(map(str, findings))), []).append(subject)
    for (verb, *lines), (first, *others) in subjects.items():
        more = f" (and {len(others)} more like it)" if others else ""
        yield "\n  ".join([f"{first} {verb}{more}", *lines])
