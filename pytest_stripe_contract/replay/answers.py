"""The answers of recordings as the test that plays them will see them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..cassettes import Cassette
from ..contract import payload as payloads
from ..faults import Fault
from ..messages import Request
from ..stripe_api import resolve, template, versions
from ..variants import Answer
from ._recording import Recording, recordings

_LIMIT = 10


def of_sequence(
    sequence: Sequence[Cassette | Fault], version: str | None, invoice: Mapping[str, Any] | None
) -> Iterator[Answer]:
    """The answers of cassettes, in the order in which they are played, none of those to faults.

    They are in ``version``, or else as they were recorded; ``invoice`` has what their invoices
    are to have otherwise. Once an endpoint sets an invoice's status, no answer varies it: what is
    retrieved before must let it go on, and what is retrieved after has it. Raises what
    `sequence.Recording.answer` does.
    """
    played = [each for each in recordings(sequence, 1) if each.fault is None]
    keeps_status = any(map(_sets_status, played))
    for recording in played:
        recording.invoice = invoice
        request = recording.interaction.request
        shown = version or recording.interaction.api_version
        response = recording.answer(request, shown)
        try:
            payload = payloads.parse(response.content)
        except payloads.Unreadable:
            continue
        line = resolve(shown or versions.VERSION)
        limit = _limit(request) if payloads.kind_of(payload) == "list" else None
        yield Answer(payload, line.name, keeps_status, limit)


def _limit(request: Request) -> int:
    """How many items a list has at most: https://docs.stripe.com/api/pagination."""
    said = str(request.params.get("limit", ""))
    return int(said) if said.isdecimal() else _LIMIT


def _sets_status(recording: Recording) -> bool:
    known = template(recording.interaction.request.url)
    return known is not None and known[0].sets_status is not None
