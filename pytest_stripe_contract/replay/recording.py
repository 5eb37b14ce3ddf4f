"""Recordings in the order in which they answer, with the faults between them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ..cassettes import Cassette, Interaction, convert_response, expands_payments, load_shipped
from ..contract import FAILED, Unreadable, kind_of, parse
from ..factories import make_invoice
from ..faults import Fault
from ..messages import CONFLICT, SERVER_ERROR, Request, Response
from ..stripe_api import VERSION, find_operation, resolve
from ..variants import Answer
from .settings import Times

_DEFAULT_LIMIT = 10
"""Items of a list whose request names no limit: https://docs.stripe.com/api/pagination."""


@dataclass(slots=True, eq=False)
class Recording:
    """A recorded interaction in a replay; ``number`` is its place in the cassette, from 1.

    It answers exactly ``times`` requests, or any number of them if that is ``"any"``. With a
    ``fault`` the request meets that instead of the answer. ``invoice`` has the properties that
    replace those of the recorded invoice.
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
        """True if the recording answers one more request."""
        return self.times == "any" or self.plays < self.times

    @property
    def is_unplayed(self) -> bool:
        """True if the recording was played less often than required."""
        return self.plays < (1 if self.times == "any" else self.times)

    @property
    def delay(self) -> float:
        """The virtual seconds by which the fault delays the next recording."""
        return self.fault.delay if self.fault else 0.0

    @property
    def takes_any_parameters(self) -> bool:
        """True if any parameters match, as for shipped errors and faults."""
        is_error = self.interaction.response.status >= FAILED
        return self.cassette.is_shipped and (is_error or self.fault is not None)

    @property
    def invites_retry(self) -> bool:
        """True if clients retry after it: a fault, a conflict or a server error."""
        status = self.interaction.response.status
        return self.fault is not None or status == CONFLICT or status >= SERVER_ERROR

    def __str__(self) -> str:
        if self.fault is not None:
            return f"{self.fault}: {self.interaction.request}"
        return f"{self.cassette.name}, recording {self.number}: {self.interaction.request}"

    def answer(self, request: Request, version: str | None) -> Response:
        """Return the response as Stripe would write it for this request in an API version.

        Without a ``version`` it stays as it was recorded. Raises `ConversionError` if the version
        cannot show it, and `ContractViolation` if Stripe never sends the ``invoice``.
        """
        recorded = self.interaction.response
        if version is not None:
            recorded = convert_response(
                self.cassette, self.number, version, with_payments=expands_payments(request)
            )
        if self.invoice is not None:
            recorded = _with_invoice(recorded, self.invoice, version or VERSION)
        headers, body = recorded.headers.copy(), recorded.body
        echoes = self.cassette.is_shipped or "Idempotency-Key" in headers
        if echoes and request.idempotency_key is not None:
            headers["Idempotency-Key"] = request.idempotency_key
        recorded_operation = find_operation(self.interaction.request.url)
        operation = find_operation(request.url)
        if self.cassette.is_shipped and recorded_operation and operation:
            body = body.replace(_json_bytes(recorded_operation[1]), _json_bytes(operation[1]))
        return Response(recorded.status, headers, body, recorded.reason)


def recordings(sequence: Sequence[Cassette | Fault], times: Times) -> Iterator[Recording]:
    """Return the recordings in the order in which they answer.

    A fault applies to the request of the recording after it, or before it at the end of the
    sequence; a sequence of faults alone, to a request to mark an invoice as uncollectible.
    """
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
        cassette = load_shipped("mark_uncollectible", VERSION)
        last = Recording(cassette, 1, cassette.interactions[0], 1)
    yield from (replace(last, times=1, fault=fault) for fault in faults if last)


def recorded_answers(
    sequence: Sequence[Cassette | Fault], version: str | None, invoice: Mapping[str, Any] | None
) -> Iterator[Answer]:
    """Return the JSON answers that cassettes play, in their order, for variants to change.

    They are in the API version ``version``, or as they were recorded; ``invoice`` has the
    properties that replace those of their invoices. If an endpoint sets an invoice's status,
    all answers keep theirs: one retrieved before must allow the endpoint, one retrieved after
    has its status. Raises what `Recording.answer` raises.
    """
    played = [each for each in recordings(sequence, 1) if each.fault is None]
    keeps_status = any(_sets_status(each.interaction.request) for each in played)
    for recording in played:
        recording.invoice = invoice
        request = recording.interaction.request
        recorded_version = recording.interaction.api_version
        shown = (version or recorded_version) if recorded_version else None
        response = recording.answer(request, shown)
        try:
            payload = parse(response.content)
        except Unreadable:
            continue
        line = resolve(shown or VERSION)
        limit = _limit(request) if kind_of(payload) == "list" else None
        yield Answer(payload, line.name, keeps_status, limit)


def _with_invoice(response: Response, invoice: Mapping[str, Any], version: str) -> Response:
    """Return the response with these properties in its invoice, and all that follows from them."""
    try:
        payload = response.json()
    except ValueError:
        return response
    if kind_of(payload) != "invoice":
        return response
    return response.with_payload(make_invoice(version, invoice, payload), indent=2)


def _json_bytes(text: str) -> bytes:
    return json.dumps(text)[1:-1].encode()


def _limit(request: Request) -> int:
    limit = str(request.params.get("limit", ""))
    return int(limit) if limit.isdecimal() else _DEFAULT_LIMIT


def _sets_status(request: Request) -> bool:
    operation = find_operation(request.url)
    return operation is not None and operation[0].sets_status is not None
