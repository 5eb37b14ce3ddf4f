"""A recording session beside a replay: it asks Stripe what no recording answers."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from .._support import stack
from ..cassettes import Library
from ..errors import InvalidOption
from ..faults import Fault
from ..messages import Request, origin
from ..recording import Recorder, RecordingRefused, plan_recording
from ..scrubbing import Scrubber
from ..stripe_api import STRIPE
from ..transport import Reply
from . import _validation
from ._log import Log
from .call import Call
from .settings import Settings


class RecordingSession:
    """Answers requests from Stripe, records the answers, and notes both in the replay's log."""

    def __init__(self, recorder: Recorder, settings: Settings, log: Log) -> None:
        self.recorder = recorder
        self._settings = settings
        self._log = log

    def answer(self, sent: Request) -> Reply | None:
        """Return Stripe's answer to a request as it was sent; None if it is not for Stripe."""
        sent = self._settings.addressed_to_stripe(sent)
        request = sent.redact()
        if origin(request.url) != origin(STRIPE):
            return None
        try:
            number, response = self.recorder.ask(sent)
        except RecordingRefused as error:
            self._log.add_refusal(error)
            raise
        except OSError as error:
            advice = f"make {self._settings.base.url} reachable, and record again"
            self._log.add_refusal(
                RecordingRefused(str(request), str(error), advice, stack.user_location())
            )
            raise
        call = Call(request, response)
        self._log.add_call(call, _validation.of_recorded(request, response, self._settings))
        return Reply(response, on_give_up=partial(self._drop, call, number))

    def _drop(self, call: Call, number: int) -> None:
        """Drop an answer that the client did not wait for."""
        self.recorder.drop(number)
        self._log.remove_answer(call, None)
        reason = "the client gave up before Stripe answered"
        advice = "give it a longer timeout while you record"
        self._log.add_refusal(RecordingRefused(str(call.request), reason, advice))


def open_session(
    library: Library,
    sequence: Sequence[str | Fault],
    settings: Settings,
    scrubber: Scrubber,
    log: Log,
) -> tuple[list[str | Fault], RecordingSession | None]:
    """Return the part of a sequence that is played, and the session if the settings record.

    Raises `InvalidOption` if a cassette that does not exist yet is recorded between faults.
    """
    mode = settings.record_mode or settings.record
    names = [part for part in sequence if not isinstance(part, Fault)]
    played, new = plan_recording(library, names, mode, settings.base, scrubber)
    if new and len(names) < len(sequence) and not new.path.is_file():
        expected = "none, as the sequence has faults: record it without them first"
        raise InvalidOption("record", mode, expected)
    parts = [part for part in sequence if isinstance(part, Fault) or part in played]
    return parts, RecordingSession(new, settings, log) if new else None
