"""The recordings of a replay: which are left, how often each was played, which is closest."""

from __future__ import annotations

import json
import threading
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from . import frames, invoices, renditions, versions
from .cassettes import Cassette, Interaction, shipped_in
from .contract import FAILED
from .endpoints import template
from .errors import StripeContractError
from .faults import Fault
from .matching import Meaning, differences, expands_payments, meaning, origin
from .messages import CONFLICT, SERVER_ERROR, Request, Response
from .misses import ReplayMiss
from .payloads import kind_of
from .scrubbing import Scrubber
from .settings import Times


@dataclass(slots=True, eq=False)
class Recording:
    """One recorded interaction; ``number`` is its place in the cassette, from 1.

    It answers exactly ``times`` requests, or any number if that is ``"any"``; with a ``fault``,
    that is what a request meets instead. ``invoice`` has what an invoice in its answer is to
    have otherwise.
    """

    cassette: Cassette
    number: int
    interaction: Interaction
    times: Times
    fault: Fault | None = None
    invoice: Mapping[str, Any] | None = None
    plays: int = field(default=0, init=False)

    @property
    def is_left(self) -> bool:
        """Whether it answers one more request."""
        return self.times == "any" or self.plays < self.times

    @property
    def is_unplayed(self) -> bool:
        """Whether it was played less often than it is to be."""
        return self.plays < (1 if self.times == "any" else self.times)

    @property
    def takes_any_parameters(self) -> bool:
        """Whether parameters do not matter: to an error that the package ships, or a fault."""
        failed = bool(self.fault) or self.interaction.response.status >= FAILED
        return self.cassette.is_shipped and failed

    @property
    def invites_retry(self) -> bool:
        """Whether clients that get it try again: a fault, a conflict or an error of the server."""
        status = self.interaction.response.status
        return bool(self.fault) or status == CONFLICT or status >= SERVER_ERROR

    def __str__(self) -> str:
        if self.fault is not None:
            return f"{self.fault}: {self.interaction.request}"
        return f"{self.cassette.name}, recording {self.number}: {self.interaction.request}"

    def answer(self, request: Request, version: str | None) -> Response:
        """The response, as the server would word it for this very request in an API version.

        As it was recorded if there is none; `renditions.NotShown` if it cannot be shown so, and
        `findings.ContractViolation` if Stripe would never send the invoice that is asked for.
        """
        recorded = self.interaction.response
        if version is not None:
            recorded = renditions.in_version(
                self.cassette, self.number, version, with_payments=expands_payments(request)
            )
        if self.invoice is not None:
            recorded = _otherwise(recorded, self.invoice, version or versions.DEFAULT)
        headers, body = recorded.headers.copy(), recorded.body
        echoes = self.cassette.is_shipped or "Idempotency-Key" in headers
        if echoes and request.idempotency_key is not None:
            headers["Idempotency-Key"] = request.idempotency_key
        if self.cassette.is_shipped:
            for theirs, ours in zip(_ids(self.interaction.request), _ids(request), strict=True):
                body = body.replace(_escaped(theirs), _escaped(ours))
        return Response(recorded.status, headers, body, recorded.reason)


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
        self._all: list[tuple[Meaning, Recording]] = []
        self._by_meaning: dict[Meaning, list[Recording]] = defaultdict(list)
        self._hosts: set[tuple[str, int]] = set()
        self._order: dict[Recording, int] = {}
        for recording in _recordings(sequence, times):
            request = recording.interaction.request
            if invoice is not None:  # what is wrong with it is said before anything is played
                recording.invoice = invoice
                recording.answer(request, recording.interaction.api_version)
            means = meaning(
                request,
                any_id=recording.cassette.is_shipped,
                any_params=recording.takes_any_parameters,
            )
            self._hosts.add(origin(request.url)[1:])
            self._order[recording] = len(self._all)
            self._all.append((means, recording))
            self._by_meaning[means].append(recording)

    def mentions(self, host: str, port: int) -> bool:
        """Whether a recording is of that host."""
        return (host, port) in self._hosts

    def take(self, request: Request) -> Recording | None:
        """The next recording that answers the request, counted as played."""
        same = self._same(request)
        with self._lock:
            for recording in same:
                if recording.is_left:
                    recording.plays += 1
                    return recording
        return None

    def give_back(self, recording: Recording) -> None:
        """Count one play less."""
        with self._lock:
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
        advice = "name another version by api_version, or record it under this one"
        return ReplayMiss(str(request), names, str(recording), [str(error)], advice, frames.here())

    def _same(self, request: Request) -> list[Recording]:
        literal = self._by_meaning.get(meaning(request), []) or self._scrubbed(request)
        any_id = meaning(request, any_id=True)
        whatever = replace(any_id, query=(), body=())
        found = [*self._by_meaning.get(any_id, ())]
        if whatever != any_id:
            others = self._by_meaning.get(whatever, ())
            found += [recording for recording in others if recording.takes_any_parameters]
        found = [each for each in found if each.cassette.is_shipped and each not in literal]
        return sorted(literal + found, key=self._order.__getitem__) if found else literal

    def _scrubbed(self, request: Request) -> list[Recording]:
        """What was recorded of the same request: then its personal data had stand-ins."""
        scrubbed = self._scrubber.request(request)
        return [] if scrubbed is request else self._by_meaning.get(meaning(scrubbed), [])

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


def _recordings(sequence: Sequence[Cassette | Fault], times: Times) -> Iterator[Recording]:
    """The recordings in the order in which they answer, each fault with the one that follows."""
    faults: list[Fault] = []
    last = None
    for part in sequence:
        if isinstance(part, Fault):
            faults.append(part)
            continue
        for number, interaction in enumerate(part.interactions, 1):
            last = Recording(part, number, interaction, times)
            yield from (replace(last, times=1, fault=fault) for fault in faults)
            yield last
            faults = []
    if faults and last is None:
        cassette = shipped_in("mark_uncollectible", versions.DEFAULT)
        last = Recording(cassette, 1, cassette.interactions[0], 1)
    yield from (replace(last, times=1, fault=fault) for fault in faults if last)


def _otherwise(response: Response, invoice: Mapping[str, Any], version: str) -> Response:
    """The response with an invoice that has this otherwise, and what follows from it."""
    try:
        payload = response.json()
    except ValueError:
        return response
    if kind_of(payload) != "invoice":
        return response
    headers = response.headers.copy()
    headers.pop("Content-Encoding", None)
    body = json.dumps(invoices.make(version, invoice, payload), indent=2).encode()
    return replace(response, headers=headers, body=body)


def _ids(request: Request) -> list[str]:
    known = template(request.url)
    return [known[1]] if known else []


def _escaped(text: str) -> bytes:
    """The text as JSON writes it, without the quotes."""
    return json.dumps(text)[1:-1].encode()
