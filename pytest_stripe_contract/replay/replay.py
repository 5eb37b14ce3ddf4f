"""A replay: cassettes that are played to the code under test."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from types import TracebackType
from typing import Any, Self

from ..cassettes import Cassette, ConversionError, Library, require_known_version
from ..contract import ContractViolation
from ..errors import InvalidOption, ReplayFailure, StripeContractError, UnknownName
from ..faults import Fault
from ..messages import Request, Response, origin
from ..recording import Recorder
from ..scrubbing import Scrubber
from ..stripe_api import VERSION
from ..transport import Reply, intercept, virtual_sleep
from ..variants import Case, next_page
from . import _validation
from ._log import Log
from ._queue import RecordingQueue
from ._recording_session import open_session
from .call import Call
from .miss import ReplayMiss, no_answer, no_recording, no_rendition
from .recording import Recording
from .settings import Settings


class Replay(Log):
    """Answers the requests of the code under test from recordings, while it is active.

    ``sequence`` has names of cassettes, and faults between them; ``library`` finds the cassettes.
    ``case`` is the variant of the answers that the test runs for. What no recording answers goes
    to the recording ``session``, if there is one.
    """

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
        self.library = library
        self.settings = settings
        self._sequence = tuple(sequence)
        self._case = case
        self._was_started = False
        scrubber = Scrubber(settings.scrub)
        played, self.session = open_session(library, sequence, settings, scrubber, self)
        parts = [
            part if isinstance(part, Fault) else require_known_version(library.find(part))
            for part in played
        ]
        self.queue = RecordingQueue(parts, settings.times, scrubber, settings.invoice)

    def __call__(self, *sequence: str | Fault, **options: Any) -> Self:
        """Return a replay of other cassettes inside this one; enter it by ``with``.

        ``sequence`` has names of cassettes, and faults between them; ``options`` are those of
        the marker ``stripe_replay``, by default this replay's. The end of the ``with`` block
        raises `ReplayFailure` if the replay has problems.
        """
        __tracebackhide__ = True
        if not sequence:
            raise InvalidOption("stripe_replay", (), "the name of a cassette, or several")
        try:
            inner = type(self)(self.library, sequence, self.settings.replace(**options), self._case)
        except StripeContractError as error:
            raise error.with_traceback(None) from None  # frames of this package help nobody
        paths = [recorder.path for recorder in self.recorders()]
        if inner.session and inner.session.recorder.path in paths:
            expected = "a cassette that this test does not record already"
            raise InvalidOption("stripe_replay", sequence, expected)
        self.nested.append(inner)
        return inner

    def start(self) -> None:
        """Answer requests, and block the network."""
        self._was_started = True
        intercept.start(self)

    def stop(self) -> None:
        """Stop answering requests, and unblock the network."""
        intercept.stop(self)
        if self.session:
            self.session.recorder.close()

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

    def recorders(self) -> list[Recorder]:
        """Return the recorders to save if the test passes, with those of nested replays."""
        return [replay.session.recorder for replay in self.tree() if replay.session]

    def cassettes(self) -> list[Cassette]:
        """Return the cassettes that are played, with those of nested replays."""
        return [cassette for replay in self.tree() for cassette in replay.queue.cassettes]

    def unfinished(self) -> Iterator[str]:
        """Return a text for each recording that should have been played, or made, by the end."""
        if self._sequence and not self._was_started:
            call = f"stripe_replay({', '.join(map(repr, self._sequence))})"
            yield f"never entered: {call}\n  fix:      with {call} as replay:"
        elif self.session:
            yield from self.session.recorder.problems()
        elif not self.settings.allow_unplayed:
            yield from map(_unplayed, self.queue.unplayed())

    @property
    def records(self) -> bool:
        """True if requests without a recording are sent to Stripe."""
        return self.session is not None

    def mentions(self, host: str, port: int) -> bool:
        """Return whether requests to a host are answered here: recorded ones, or Stripe's."""
        base = self.settings.base
        is_stand_in = not base.is_stripe and origin(base.url)[1:] == (host, port)
        return is_stand_in or self.queue.has_host(host, port)

    def take(self, request: Request) -> Reply | None:
        """Return the next recorded answer to a request; None if no recording is left."""
        request = self.settings.addressed_to_stripe(request)
        taken = self.queue.take(request)
        if not taken:
            return self._next_page(request)
        recording, delay = taken[-1], sum(each.delay for each in taken)
        response, version = self._answer(recording, request)
        fault = None if recording.delay else recording.fault
        reply = fault.reply(response) if fault else Reply(response)
        observations = list(_validation.of_request(request, self.settings, reply.response))
        if reply.response is response and not reply.is_truncated:
            observations += _validation.of_played(recording, version, request, response)
        received = None if reply.is_truncated else reply.response
        faults = ", ".join(str(each.fault) for each in taken if each.fault)
        call = Call(request, received, faults or None, virtual_sleep())
        self.add_call(call, observations, version)
        if not delay:
            return reply
        return replace(reply, delay=delay, on_give_up=partial(self._give_back, call, taken))

    def record(self, sent: Request) -> Reply | None:
        """Return Stripe's answer to a request as it was sent; None if it is not recorded."""
        return self.session.answer(sent) if self.session else None

    def miss(self, request: Request) -> ReplayMiss:
        """Note a request that nothing answered, and return the error to raise."""
        request = self.settings.addressed_to_stripe(request)
        observations = _validation.of_request(request, self.settings)
        return self.add_miss(no_recording(request, self.queue), observations, request)

    def failed(self, origin: str, error: Exception) -> ReplayMiss:
        """Note an answer that HTTP cannot carry, and return the error to raise."""
        return self.add_miss(no_answer(origin, self.queue, error))

    def _next_page(self, request: Request) -> Reply | None:
        """Return the last page of a list that the variant makes longer; None for other requests."""
        page = next_page(request, self._case.variations) if self._case else None
        if page is None:
            return None
        self.add_call(Call(request, page), _validation.of_request(request, self.settings))
        return Reply(page)

    def _answer(self, recording: Recording, request: Request) -> tuple[Response, str]:
        """Return the answer of a recording, and its API version."""
        recorded_version = recording.interaction.api_version
        version = self.settings.version_for(request) or recorded_version
        if recorded_version is None:  # no step leads from an unknown version, so none is taken
            version = self.settings.forced_version
        shown = version or VERSION
        try:
            response = recording.answer(request, version)
            return (self._case.apply_to(response, shown) if self._case else response), shown
        except (ConversionError, ContractViolation, UnknownName) as error:
            miss = no_rendition(request, self.queue, recording, error)
            self.unfit = f"{error}; {miss.advice}"
            raise self.add_miss(miss) from error

    def _give_back(self, call: Call, taken: Sequence[Recording]) -> None:
        """Keep the answer that the client did not wait for: it is for the next try."""
        self.queue.give_back(taken[1:])
        self.remove_answer(call, str(taken[0].fault))


def _unplayed(recording: Recording) -> str:
    times, plays = recording.times, recording.plays
    what = f"played {plays} of {times} times" if plays else "never played"
    option = f"times={plays}" if plays else "allow_unplayed=True"
    anew = "" if recording.cassette.is_shipped else ", or record anew (--stripe-record=rewrite)"
    return (
        f"{what}: {recording}\n"
        f"  fix:      make the code send this request, or set {option} if it should not{anew}"
    )
