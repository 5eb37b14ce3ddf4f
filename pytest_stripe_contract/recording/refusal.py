"""The error of a request, or of its answer, that is not recorded."""

from __future__ import annotations

import pytest

from ..errors import StripeContractError


# mypy does not see that pytest.fail.Exception is a class
class RecordingRefused(StripeContractError, pytest.fail.Exception):  # type: ignore[name-defined, misc]
    """A request, or its answer, that is not recorded: ``reason`` says why.

    It is no ``Exception``, for the reason that `ReplayMiss` has. ``request`` is the request line,
    ``advice`` says what to do, and ``sent_from`` is the place in the user's code, if it is known.
    """

    __module__ = "pytest_stripe_contract"  # the public name: reports begin with it

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
        lines += [f"  reason:   {self.reason}", f"  fix:      {self.advice}"]
        return "\n".join(lines)
