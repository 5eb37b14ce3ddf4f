"""The recordings of a replay: which are left, how often each was played, which is closest."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from .._support import stack
from ..cassettes import Cassette, RequestKey, differences, request_key
from ..errors import InvalidOption, StripeContractError
from ..faults import Fault
from ..messages import Request, origin
from ..scrubbing import Scrubber
from ._recording import Recording, recordings
from .miss import ReplayMiss
from .settings import Times


class Recordings:
    """What a replay has to play; several threads may ask at once."""

    def __init__(
        self,
        sequence: Sequence[Cassette | Fault],
        times: Times,
        scrubber: Scrubber,
        invoice: Mapping[str, Any] | None = None,
    ) -> None:
        self._scrubber = scrubber
        self._lock = threading.Lock()
        self.cassettes = tuple(part for part in sequence if isinstance(part, Cassette))
        self._all: list[tuple[RequestKey, Recording]] = []
        self._by_key: dict[RequestKey, list[Recording]] = defaultdict(list)
        self._has_own = not all(cassette.is_shipped for cassette in self.cassettes)
        self._hosts: set[tuple[str, int]] = set()
        self._order: dict[Recording, int] = {}
        for recording in recordings(sequence, times):
            request = recording.interaction.request
            if invoice is not None:  # what is wrong with it is said before anything is played
                recording.invoice = invoice
                recording.answer(request, recording.interaction.api_version)
            key = request_key(
                request,
                any_id=recording.cassette.is_shipped,
                any_params=recording.takes_any_parameters,
            )
            if times == "any" and self._by_key[key]:
                expected = "a number, as something else answers the same request after it"
                raise InvalidOption("times", times, expected)
            self._hosts.add(origin(request.url)[1:])
            self._order[recording] = len(self._all)
            self._all.append((key, recording))
            self._by_key[key].append(recording)

    def mentions(self, host: str, port: int) -> bool:
        """Whether a recording is of that host."""
        return (host, port) in self._hosts

    def take(self, request: Request) -> list[Recording]:
        """What answers the request, counted as played: delays, and the recording that they delay.

        Nothing if none is left, and no more than delays if nothing comes after them.
        """
        taken: list[Recording] = []
        same = self._same(request)
        with self._lock:
            for recording in same:
                if recording.is_left:
                    recording.plays += 1
                    taken.append(recording)
                    if not recording.delay:
                        break
        return taken

    def give_back(self, recordings: Sequence[Recording]) -> None:
        """Count one play of each less."""
        with self._lock:
            for recording in recordings:
                recording.plays -= 1

    def unplayed(self) -> list[Recording]:
        """Those that are still to be played."""
        return [recording for _, recording in self._all if recording.is_unplayed]

    def miss(self, request: Request, sent_from: str | None) -> ReplayMiss:
        """Why no recording answers the request, and where in the user's code it was sent."""
        names = [cassette.name for cassette in self.cassettes]
        if played := self._same(request):
            last = played[-1]
            reason = f"played {last.plays} of {last.times} times already"
            if last.invites_retry:
                advice = "name the cassette that answers when it is tried again, after this one"
            else:
                times = last.plays + 1
                advice = f"say times={times} (or times='any') if the code is to send it again"
            return ReplayMiss(str(request), names, str(last), [reason], advice, sent_from)
        closest, lines = self._closest(request)
        advice = "send what was recorded, or name a cassette that holds this request"
        if not all(cassette.is_shipped for cassette in self.cassettes):
            advice += ", or record it too (--stripe-record=new_episodes)"
        if others := [line for line in lines if line.startswith("host: ")]:
            lines = others
            advice = "mock this host, or name a cassette that holds this request"
        if any(line.startswith(("query expand", "form expand")) for line in lines):
            advice += "; an expanded answer needs a recording of its own"
        nearest = str(closest) if closest else None
        return ReplayMiss(str(request), names, nearest, lines, advice, sent_from)

    def not_shown(
        self, request: Request, recording: Recording, error: StripeContractError
    ) -> ReplayMiss:
        """Why the recording that answers the request cannot be shown in its API version."""
        names = [cassette.name for cassette in self.cassettes]
        advice = str(getattr(error, "advice", "mend what the marker says, or the cassette"))
        return ReplayMiss(str(request), names, str(recording), [str(error)], advice, stack.here())

    def _same(self, request: Request) -> list[Recording]:
        literal = self._by_key.get(request_key(request), []) or self._scrubbed(request)
        any_id = request_key(request, any_id=True)
        found = [*self._by_key.get(any_id, ())]
        if any_id.query or any_id.body:
            whatever = request_key(request, any_id=True, any_params=True)
            others = self._by_key.get(whatever, ())
            found += [recording for recording in others if recording.takes_any_parameters]
        found = [each for each in found if each.cassette.is_shipped and each not in literal]
        return sorted(literal + found, key=self._order.__getitem__) if found else literal

    def _scrubbed(self, request: Request) -> list[Recording]:
        """What was recorded of the same request: then its personal data had stand-ins."""
        if not self._has_own:
            return []
        scrubbed = self._scrubber.request(request)
        return [] if scrubbed is request else self._by_key.get(request_key(scrubbed), [])

    def _closest(self, request: Request) -> tuple[Recording | None, list[str]]:
        def told(entry: tuple[RequestKey, Recording]) -> list[str]:
            key, recording = entry
            sent = request_key(request, any_id=recording.cassette.is_shipped)
            return list(differences(sent, key))

        ranked: Iterable[tuple[int, list[str], Recording]] = (
            (len(lines), lines, entry[1]) for entry in self._all for lines in [told(entry)]
        )
        best = min(ranked, key=lambda each: (each[0], not each[2].is_left), default=None)
        return (None, []) if best is None else (best[2], best[1])
