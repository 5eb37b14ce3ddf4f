"""The error of a request or an answer that is not to be recorded."""

from __future__ import annotations

import pytest

from ..errors import StripeContractError


class RecordingRefused(StripeContractError, pytest.fail.Exception):  # type: ignore[name-defined, misc]
    """A request, or its answer, that is not to be recorded: ``reason`` says why.

    No ``Exception``, as `ReplayMiss` is none. ``request`` is the request line, ``advice`` says
    what to do, and ``sent_from`` is the place in the user's code, if that is known.
    """

    __module__ = "pytest_stripe_contract"

    def __init__(
        self, request: str, reason: str, advice: str, sent_from: str | None = None
    ) -> None:
        self.request = request
        self.reason = reason
        self.advice = advice
        self.sent_from = sent_from
        super().__init__(str(self))
        self.args = (request, reason, advice, sent_from)

    def __str__(self) -> str:
        lines = [f"not recorded: {self.request}"]
        if self.sent_from is not None:
            lines += [f"  from:     {self.sent_from}"]
        lines += [f"  reason:   {self.reason}", f"  to do:    {self.advice}"]
        return "\n".join(lines)
