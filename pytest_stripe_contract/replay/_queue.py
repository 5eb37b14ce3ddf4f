"""The recordings of a replay: which match a request, and how often each was played."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

from ..cassettes import Cassette, RequestKey, differences, request_key
from ..errors import InvalidOption
from ..faults import Fault
from ..messages import Request, origin
from ..scrubbing import Scrubber
from .recording import Recording, recordings
from .settings import Times

_Key = tuple[Literal["own", "any id", "any parameters"], RequestKey]


class RecordingQueue:
    """The recordings of a replay, in the order in which they answer; it is thread-safe.

    ``invoice`` has the properties that their invoices get. Raises what `Recording.answer`
    raises for them, and `InvalidOption` for a recording that ``times="any"`` keeps from its turn.
    """

    def __init__(
        self,
        sequence: Sequence[Cassette | Fault],
        times: Times,
        scrubber: Scrubber,
        invoice: Mapping[str, Any] | None = None,
    ) -> None:
        self.cassettes = tuple(part for part in sequence if isinstance(part, Cassette))
        self.has_only_shipped = all(cassette.is_shipped for cassette in self.cassettes)
        self._scrubber = scrubber
        self._lock = threading.Lock()
        self._positions: dict[Recording, int] = {}
        self._by_key: dict[_Key, list[Recording]] = defaultdict(list)
        self._hosts: set[tuple[str, int]] = set()
        for recording in recordings(sequence, times):
            request = recording.interaction.request
            if invoice is not None:
                recording.invoice = invoice
                recording.answer(request, recording.interaction.api_version)
            if times == "any" and self.matching(request):
                expected = "a number, as another recording answers the same request after it"
                raise InvalidOption("times", times, expected)
            self._hosts.add(origin(request.url)[1:])
            self._positions[recording] = len(self._positions)
            self._by_key[_key(recording)].append(recording)

    @property
    def names(self) -> list[str]:
        """The names of the cassettes."""
        return [cassette.name for cassette in self.cassettes]

    def has_host(self, host: str, port: int) -> bool:
        """Return whether a recorded request went to that host."""
        return (host, port) in self._hosts

    def take(self, request: Request) -> list[Recording]:
        """Return the recordings that answer a request, and count a play of each.

        These are delays, then the recording that they delay. The list is empty if no recording
        is left, and has delays only if no recording is left after them.
        """
        taken: list[Recording] = []
        matching = self.matching(request)
        with self._lock:
            for recording in matching:
                if recording.is_left:
                    recording.plays += 1
                    taken.append(recording)
                    if not recording.delay:
                        break
        return taken

    def give_back(self, recordings: Sequence[Recording]) -> None:
        """Count a play less of each recording."""
        with self._lock:
            for recording in recordings:
                recording.plays -= 1

    def unplayed(self) -> list[Recording]:
        """Return the recordings that were played less often than they should be."""
        return [recording for recording in self._positions if recording.is_unplayed]

    def matching(self, request: Request) -> list[Recording]:
        """Return the recordings of the same request in their order, the played ones too."""
        found = [each for key in self._keys(request) for each in self._by_key.get(key, ())]
        return sorted(found, key=self._positions.__getitem__)

    def closest(self, request: Request) -> tuple[Recording | None, list[str]]:
        """Return the recording that differs least from a request, and a line a difference."""
        ranked = []
        for recording in self._positions:
            sent = request_key(request, any_id=recording.cassette.is_shipped)
            lines = list(differences(sent, _key(recording)[1]))
            ranked.append((lines, recording))
        if not ranked:
            return None, []
        lines, recording = min(ranked, key=lambda pair: (len(pair[0]), not pair[1].is_left))
        return recording, lines

    def _keys(self, request: Request) -> Iterator[_Key]:
        any_id = request_key(request, any_id=True)
        yield "any id", any_id
        yield "any parameters", any_id._replace(query=(), body=())
        if self.has_only_shipped:
            return
        own: _Key = ("own", request_key(request))
        if own in self._by_key:
            yield own
        else:  # own recordings have placeholders for personal data
            yield "own", request_key(self._scrubber.request(request))


def _key(recording: Recording) -> _Key:
    request = recording.interaction.request
    if not recording.cassette.is_shipped:
        return "own", request_key(request)
    if recording.takes_any_parameters:
        return "any parameters", request_key(request, any_id=True, any_params=True)
    return "any id", request_key(request, any_id=True)
