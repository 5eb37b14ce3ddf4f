"""Recordings in the order in which they answer, and faults between them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ..cassettes import (
    Cassette,
    Interaction,
    convert_response,
    expands_payments,
    load_shipped,
)
from ..contract import FAILED, kind_of
from ..factories import make_invoice
from ..faults import Fault
from ..messages import CONFLICT, SERVER_ERROR, Request, Response
from ..stripe_api import template, versions
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
    def delay(self) -> float:
        """The virtual seconds by which it delays what comes after it."""
        return self.fault.delay if self.fault else 0.0

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

        As it was recorded if there is none; `ConversionError` if it cannot be shown so, and
        `findings.ContractViolation` if Stripe would never send the invoice that is asked for.
        """
        recorded = self.interaction.response
        if version is not None:
            recorded = convert_response(
                self.cassette, self.number, version, with_payments=expands_payments(request)
            )
        if self.invoice is not None:
            recorded = _otherwise(recorded, self.invoice, version or versions.VERSION)
        headers, body = recorded.headers.copy(), recorded.body
        echoes = self.cassette.is_shipped or "Idempotency-Key" in headers
        if echoes and request.idempotency_key is not None:
            headers["Idempotency-Key"] = request.idempotency_key
        if self.cassette.is_shipped:
            for theirs, ours in zip(_ids(self.interaction.request), _ids(request), strict=True):
                body = body.replace(_escaped(theirs), _escaped(ours))
        return Response(recorded.status, headers, body, recorded.reason)


def recordings(sequence: Sequence[Cassette | Fault], times: Times) -> Iterator[Recording]:
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
        cassette = load_shipped("mark_uncollectible", versions.VERSION)
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
    return response.with_payload(make_invoice(version, invoice, payload), indent=2)


def _ids(request: Request) -> list[str]:
    known = template(request.url)
    return [known[1]] if known else []


def _escaped(text: str) -> bytes:
    """The text as JSON writes it, without the quotes."""
    return json.dumps(text)[1:-1].encode()
