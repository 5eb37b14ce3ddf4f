"""The recordings of a replay: which are left, how often each was played, which is closest."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from . import frames, renditions
from .cassettes import Cassette, Interaction
from .endpoints import template
from .matching import Meaning, differences, expands_payments, meaning, origin
from .messages import Request, Response
from .misses import ReplayMiss
from .renditions import NotShown
from .settings import Times


@dataclass(slots=True, eq=False)
class Recording:
    """One recorded interaction; ``number`` is its place in the cassette, from 1.

    It answers exactly ``times`` requests, or any number if that is ``"any"``.
    """

    cassette: Cassette
    number: int
    interaction: Interaction
    times: Times
    plays: int = field(default=0, init=False)

    @property
    def is_left(self) -> bool:
        """Whether it answers one more request."""
        return self.times == "any" or self.plays < self.times

    @property
    def is_unplayed(self) -> bool:
        """Whether it was played less often than it is to be."""
        return self.plays < (1 if self.times == "any" else self.times)

    def __str__(self) -> str:
        return f"{self.cassette.name}, recording {self.number}: {self.interaction.request}"

    def answer(self, request: Request, version: str | None) -> Response:
        """The response, as the server would word it for this very request in an API version.

        As it was recorded if there is none; `renditions.NotShown` if it cannot be shown so.
        """
        recorded = self.interaction.response
        if version is not None:
            recorded = renditions.in_version(
                self.cassette, self.number, version, with_payments=expands_payments(request)
            )
        headers, body = recorded.headers.copy(), recorded.body
        if self.cassette.is_shipped:
            if request.idempotency_key is not None:
                headers["Idempotency-Key"] = request.idempotency_key
            for theirs, ours in zip(_ids(self.interaction.request), _ids(request), strict=True):
                body = body.replace(_escaped(theirs), _escaped(ours))
        return Response(recorded.status, headers, body, recorded.reason)


class Recordings:
    """What a replay has to play; not for several threads at once."""

    def __init__(self, cassettes: Sequence[Cassette], times: Times) -> None:
        self.cassettes = tuple(cassettes)
        self._all: list[tuple[Meaning, Recording]] = []
        self._by_meaning: dict[Meaning, list[Recording]] = defaultdict(list)
        self._hosts: set[tuple[str, int]] = set()
        for cassette in cassettes:
            for number, interaction in enumerate(cassette.interactions, 1):
                recording = Recording(cassette, number, interaction, times)
                means = meaning(interaction.request, any_id=cassette.is_shipped)
                self._hosts.add(origin(interaction.request.url)[1:])
                self._all.append((means, recording))
                self._by_meaning[means].append(recording)

    def mentions(self, host: str, port: int) -> bool:
        """Whether a recording is of that host."""
        return (host, port) in self._hosts

    def take(self, request: Request) -> Recording | None:
        """The next recording that answers the request, counted as played."""
        for recording in self._same(request):
            if recording.is_left:
                recording.plays += 1
                return recording
        return None

    def unplayed(self) -> list[Recording]:
        """Those that are still to be played."""
        return [recording for _, recording in self._all if recording.is_unplayed]

    def miss(self, request: Request, sent_from: str | None) -> ReplayMiss:
        """Why no recording answers the request, and where in the user's code it was sent."""
        names = [cassette.name for cassette in self.cassettes]
        if played := self._same(request):
            last = played[-1]
            reason = f"played {last.plays} of {last.times} times already"
            advice = f"say times={last.plays + 1} (or times='any') if the code is to send it again"
            return ReplayMiss(str(request), names, str(last), [reason], advice, sent_from)
        closest, lines = self._closest(request)
        advice = "send what was recorded, or name a cassette that holds this request"
        if others := [line for line in lines if line.startswith("host: ")]:
            lines = others
            advice = "mock this host, or name a cassette that holds this request"
        if any(line.startswith(("query expand", "form expand")) for line in lines):
            advice += "; an expanded answer needs a recording of its own"
        nearest = str(closest) if closest else None
        return ReplayMiss(str(request), names, nearest, lines, advice, sent_from)

    def not_shown(self, request: Request, recording: Recording, error: NotShown) -> ReplayMiss:
        """Why the recording that answers the request cannot be shown in its API version."""
        names = [cassette.name for cassette in self.cassettes]
        advice = "name another version by api_version, or record it under this one"
        return ReplayMiss(str(request), names, str(recording), [str(error)], advice, frames.here())

    def _same(self, request: Request) -> list[Recording]:
        literal = self._by_meaning.get(meaning(request), [])
        return literal + [
            recording
            for recording in self._by_meaning.get(meaning(request, any_id=True), [])
            if recording.cassette.is_shipped and recording not in literal
        ]

    def _closest(self, request: Request) -> tuple[Recording | None, list[str]]:
        def told(entry: tuple[Meaning, Recording]) -> list[str]:
            means, recording = entry
            sent = meaning(request, any_id=recording.cassette.is_shipped)
            return list(differences(sent, means))

        ranked: Iterable[tuple[int, list[str], Recording]] = (
            (len(lines), lines, entry[1]) for entry in self._all for lines in [told(entry)]
        )
        best = min(ranked, key=lambda each: (each[0], not each[2].is_left), default=None)
        return (None, []) if best is None else (best[2], best[1])


def _ids(request: Request) -> list[str]:
    known = template(request.url)
    return [known[1]] if known else []


def _escaped(text: str) -> bytes:
    """The text as JSON writes it, without the quotes."""
    return json.dumps(text)[1:-1].encode()
