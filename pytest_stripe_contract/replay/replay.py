"""A cassette being played to the code under test, and all that there is to say of that."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from types import TracebackType
from typing import Any, Self

from .._support import stack
from ..cassettes import Cassette, ConversionError, Library, require_known_version
from ..contract import ContractViolation
from ..errors import InvalidOption, ReplayFailure, StripeContractError, UnknownName
from ..faults import Fault
from ..messages import Request, Response, origin
from ..recording import Recorder, RecordingRefused, plan_recording
from ..scrubbing import Scrubber
from ..stripe_api import STRIPE, versions
from ..transport import Reply, intercept, virtual_sleep
from ..variants import Case, following
from . import _failures, _validation
from ._log import Journal
from ._queue import Recordings
from ._recording import Recording
from .call import Call
from .miss import ReplayMiss
from .settings import Settings


class Replay(Journal):
    """Answers the requests of the code under test from recordings, while it is entered."""

    nested: list[Replay]  # type: ignore[assignment]  # of nothing else

    def __init__(
        self,
        library: Library,
        sequence: Sequence[str | Fault],
        settings: Settings,
        case: Case | None = None,
    ) -> None:
        super().__init__(strict=settings.strict)
        for part in sequence:
            if callable(part):
                name = getattr(part, "__name__", part)
                raise InvalidOption("stripe_replay", name, f"{name}(): a fault is called")
        self._sequence = tuple(sequence)
        self._was_entered = False
        scrubber = Scrubber(settings.scrub)
        names = [part for part in sequence if not isinstance(part, Fault)]
        played, self.recorder = plan_recording(
            library, names, settings.mode, settings.base, scrubber
        )
        has_faults = len(names) < len(sequence)
        if has_faults and self.recorder and not self.recorder.path.is_file():
            expected = "none, as there are faults in the sequence: record it without them first"
            raise InvalidOption("record", settings.mode, expected)
        parts = [
            part if isinstance(part, Fault) else require_known_version(library.find(part))
            for part in sequence
            if isinstance(part, Fault) or part in played
        ]
        self._case = case
        self.library = library
        self.settings = settings
        self._recordings = Recordings(parts, settings.times, scrubber, settings.invoice)

    def __call__(self, *sequence: str | Fault, **options: Any) -> Replay:
        """A replay of other cassettes inside this one, whose settings it has but for ``options``.

        ``sequence`` has their names, and faults between them. Enter it with ``with``; it fails
        at its end, by `ReplayFailure`, if need be.
        """
        __tracebackhide__ = True
        if not sequence:
            raise InvalidOption("stripe_replay", (), "the name of a cassette, or several")
        try:
            inner = Replay(self.library, sequence, self.settings.but(**options), self._case)
        except StripeContractError as error:
            raise error.with_traceback(None) from None  # how it was found out helps nobody
        if inner.recorder and any(each.path == inner.recorder.path for each in self.recorders()):
            expected = "a cassette that this test does not record already"
            raise InvalidOption("stripe_replay", sequence, expected)
        self.nested.append(inner)
        return inner

    def start(self) -> None:
        """From here on it answers, and nothing leaves the machine."""
        self._was_entered = True
        intercept.start(self)

    def stop(self) -> None:
        """From here on it does not."""
        intercept.stop(self)
        if self.recorder:
            self.recorder.close()

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
        if error is None and (_failures := self.problems(unplayed=True)):
            raise ReplayFailure(_failures)

    @property
    def records(self) -> bool:
        """Whether what no recording answers is asked of Stripe, and kept."""
        return self.recorder is not None

    def recorders(self) -> list[Recorder]:
        """What is to be saved if the test passes, also of the replays inside this one."""
        own = [self.recorder] if self.recorder else []
        return own + [each for inner in self.nested for each in inner.recorders()]

    def cassettes(self) -> list[Cassette]:
        """What is played, also in the replays inside this one."""
        inner = [cassette for each in self.nested for cassette in each.cassettes()]
        return [*self._recordings.cassettes, *inner]

    def left(self) -> Iterator[str]:
        """The recordings that should have been played, or made, by the end."""
        if self._sequence and not self._was_entered:
            told = ", ".join(map(repr, self._sequence))
            yield (
                f"never entered: stripe_replay({told})\n"
                f"  to do:    use it in a with block: with stripe_replay({told}) as replay:"
            )
        elif self.recorder is not None:
            yield from self.recorder.problems()
        elif not self.settings.allow_unplayed:
            yield from map(_failures.of_unplayed, self._recordings.unplayed())

    def mentions(self, host: str, port: int) -> bool:
        """Whether a recording is of that host, or it stands in for Stripe."""
        base = self.settings.base
        stands_in = not base.is_stripe and origin(base.url)[1:] == (host, port)
        return stands_in or self._recordings.mentions(host, port)

    def take(self, request: Request) -> Reply | None:
        """The next recorded answer to the request, held to the contract with it."""
        request = self._meant(request)
        taken = self._recordings.take(request)
        if not taken:
            page = following(request, self._case.parts) if self._case else None
            if page is not None:
                self.called(Call(request, page), _validation.of_request(request, self.settings))
            return Reply(page) if page else None
        answering, delay = taken[-1], sum(each.delay for each in taken)
        response, version = self._answer(answering, request)
        fault = None if answering.delay else answering.fault
        reply = fault.reply(response) if fault else Reply(response)
        observations = list(_validation.of_request(request, self.settings, reply.response))
        if reply.response is response and not reply.is_truncated:
            observations += _validation.of_played(answering, version, request, response)
        received = None if reply.is_truncated else reply.response
        faults = ", ".join(str(each.fault) for each in taken if each.fault)
        call = Call(request, received, faults or None, virtual_sleep())
        self.called(call, observations, version)
        if not delay:
            return reply
        return replace(reply, delay=delay, on_give_up=partial(self._gave_up, call, taken))

    def _answer(self, recording: Recording, request: Request) -> tuple[Response, str]:
        """What a recording answers, and the API version that it is in."""
        settings, recorded = self.settings, recording.interaction.api_version
        version = settings.version_for(request) or recorded
        if recorded is None and not settings.is_forced:
            version = None  # nobody knows where to step from: it is played as it is
        try:
            response = recording.answer(request, version)
            shown = version or versions.VERSION
            return (self._case.shown(response, shown) if self._case else response), shown
        except (ConversionError, ContractViolation, UnknownName) as error:
            miss = self._recordings.not_shown(request, recording, error)
            self._unfit = f"{error}; {miss.advice}"
            raise self.missed(miss) from error

    def _gave_up(self, call: Call, taken: Sequence[Recording]) -> None:
        """The client did not wait for an answer: it is left for the next try."""
        self._recordings.give_back(taken[1:])
        self.given_up(call, str(taken[0].fault))

    def record(self, sent: Request) -> Reply | None:
        """The answer of Stripe to a request as it was sent, if it is one to be recorded."""
        request = self._meant(sent).hidden()
        if self.recorder is None or origin(request.url) != origin(STRIPE):
            return None
        sent = self._meant(sent)
        try:
            number, response = self.recorder.ask(sent)
        except RecordingRefused as error:
            self.refused(error)
            raise
        except OSError as error:
            advice = f"see that {self.settings.base.url} can be reached, and record again"
            self.refused(RecordingRefused(str(request), str(error), advice, stack.here()))
            raise
        observations = [
            *_validation.of_request(request, self.settings, response),
            *_validation.of_recorded(request, response, self.settings),
        ]
        call = Call(request, response)
        self.called(call, observations)
        return Reply(response, on_give_up=partial(self._left_alone, self.recorder, call, number))

    def _left_alone(self, recorder: Recorder, call: Call, number: int) -> None:
        """The client did not wait for an answer that was to be recorded."""
        recorder.drop(number)
        self.given_up(call, None)
        reason = "the client gave up before Stripe had answered"
        advice = "let it wait longer while you record"
        self.refused(RecordingRefused(str(call.request), reason, advice))

    def _meant(self, request: Request) -> Request:
        """The request to Stripe that one to its stand-in is."""
        if self.settings.base.is_stripe:
            return request
        return replace(request, url=self.settings.base.to_stripe(request.url))

    def miss(self, request: Request) -> ReplayMiss:
        """Take note of a request that nothing answered; the error to raise."""
        request = self._meant(request)
        broken = list(_validation.of_request(request, self.settings))
        return self.missed(self._recordings.miss(request, stack.here()), broken, request)

    def failed(self, origin: str, error: Exception) -> ReplayMiss:
        """Take note of an answer that could not be given at all; the error to raise."""
        names = [cassette.name for cassette in self._recordings.cassettes]
        reason = f"{type(error).__name__}: {error}"
        advice = "mend the recording, or the request: HTTP cannot carry one of them"
        return self.missed(
            ReplayMiss(f"a request to {origin}", names, None, [reason], advice, stack.here())
        )
