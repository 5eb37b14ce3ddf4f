"""A request without a recording: the error, and the text that explains it."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from .._support import stack
from ..errors import StripeContractError
from ..messages import Request, origin
from ..stripe_api import HOST, find_operation
from ._queue import RecordingQueue
from .recording import Recording


# mypy does not see that pytest.fail.Exception is a class
class ReplayMiss(StripeContractError, pytest.fail.Exception):  # type: ignore[name-defined, misc]
    """A request for which no recording is left.

    It derives from the exception of ``pytest.fail``, which is no ``Exception``. The official SDK
    would turn an ``Exception`` into an ``APIConnectionError`` (and, over httpx or aiohttp, sleep
    and try again), and billing code that catches ``stripe.StripeError`` would carry on.

    ``request`` is the request line, ``cassettes`` names the cassettes that were played,
    ``closest`` is the recording with the fewest differences, ``differences`` has a line for each
    of these, ``advice`` says how to fix it, and ``sent_from`` is the line of the user's code
    that sent the request, if it is known.
    """

    __module__ = "pytest_stripe_contract"  # the public name: reports begin with it

    def __init__(  # noqa: PLR0913, PLR0917 (they are the data, and pickle gives them in order)
        self,
        request: str,
        cassettes: Iterable[str],
        closest: str | None,
        differences: Iterable[str],
        advice: str,
        sent_from: str | None = None,
    ) -> None:
        self.request = request
        self.cassettes = tuple(cassettes)
        self.closest = closest
        self.differences = tuple(differences)
        self.advice = advice
        self.sent_from = sent_from
        super().__init__(str(self))
        self.args = (request, self.cassettes, closest, self.differences, advice, sent_from)

    def __str__(self) -> str:
        lines = [f"no recording answers {self.request}"]
        if self.sent_from is not None:
            lines += [f"  from:     {self.sent_from}"]
        lines += [f"  cassette: {', '.join(self.cassettes) or 'none'}"]
        if self.closest is not None:
            lines += [f"  closest:  {self.closest}"]
        lines += [f"  differs:  {difference}" for difference in self.differences]
        lines += [f"  fix:      {self.advice}"]
        return "\n".join(lines)


def no_recording(request: Request, queue: RecordingQueue) -> ReplayMiss:
    """Return the error for a request that no recording of the queue answers."""
    if played := queue.matching(request):
        return _no_play_left(request, queue, played[-1])
    closest, lines = queue.closest(request)
    if others := [line for line in lines if line.startswith("host: ")]:
        lines = others
    return ReplayMiss(
        str(request),
        queue.names,
        str(closest) if closest else None,
        lines,
        _advice(request, queue, lines),
        stack.user_location(),
    )


def no_rendition(
    request: Request, queue: RecordingQueue, recording: Recording, error: StripeContractError
) -> ReplayMiss:
    """Return the error for an answer that the asked API version, or the marker, does not allow."""
    advice = str(getattr(error, "advice", "correct the marker or the cassette"))
    names = queue.names
    return ReplayMiss(
        str(request), names, str(recording), [str(error)], advice, stack.user_location()
    )


def no_answer(origin: str, queue: RecordingQueue, error: Exception) -> ReplayMiss:
    """Return the error for a request or an answer that HTTP cannot carry."""
    reason = f"{type(error).__name__}: {error}"
    advice = "correct the recording or the request: HTTP cannot carry one of them"
    line = f"a request to {origin}"
    return ReplayMiss(line, queue.names, None, [reason], advice, stack.user_location())


def _no_play_left(request: Request, queue: RecordingQueue, last: Recording) -> ReplayMiss:
    reason = f"already played {last.plays} of {last.times} times"
    if last.invites_retry:
        advice = "name the cassette that answers the retry after this one"
    else:
        advice = f"set times={last.plays + 1} (or times='any') if the code should send it again"
    return ReplayMiss(str(request), queue.names, str(last), [reason], advice, stack.user_location())


def _advice(request: Request, queue: RecordingQueue, lines: Iterable[str]) -> str:
    if any(line.startswith("host: ") for line in lines):
        return "mock this host, or name a cassette that holds this request"
    if not queue.has_only_shipped:
        advice = "send the recorded request, or record this one too: --stripe-record=new_episodes"
    elif _is_covered(request):
        advice = "send the recorded request, or name a cassette that holds this one"
    else:
        advice = (
            f"no shipped cassette covers {request.method.upper()} {request.path}; record it: "
            "stripe_replay without a name, then --stripe-record=once (docs/record.md)"
        )
    if any(line.startswith(("query expand", "form expand")) for line in lines):
        advice += "; an expanded answer needs its own recording"
    return advice


def _is_covered(request: Request) -> bool:
    """Return whether a cassette that the package ships may hold a request to this operation."""
    operation = find_operation(request.url)
    is_stripe = origin(request.url)[1] == HOST
    return operation is not None and is_stripe and request.method.upper() == operation[0].method
