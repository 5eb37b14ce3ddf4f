"""What is raised where no recording answers, and where none may be made."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from ..errors import StripeContractError


# mypy does not see that pytest.fail.Exception is a class
class ReplayMiss(StripeContractError, pytest.fail.Exception):  # type: ignore[name-defined, misc]
    """A request for which no recording is left.

    It is what ``pytest.fail`` raises, and so no ``Exception``: else the official SDK would
    make an ``APIConnectionError`` of it (and, over httpx or aiohttp, sleep and try again),
    and billing code that catches ``stripe.StripeError`` would carry on without its answer.
    Whatever runs tests, an event loop of a plugin's too, knows it for a test's failure.

    ``request`` is the request line, ``cassettes`` names what was played, ``closest`` the
    recording that comes nearest, ``differences`` has a line for each thing in which the two
    differ, ``advice`` says what to do, and ``sent_from`` is the place in the user's code, if
    that is known.
    """

    __module__ = "pytest_stripe_contract"  # the public name: reports begin with it

    def __init__(  # noqa: PLR0913, PLR0917 (they are the data, and pickle gives them in order)
        self,
        request: str,
        cassettes: Iterable[str],
        closest: str | None,
        differences: Iterable[str],
        advice: str,
        sent_from: str | None = None,
    ) -> None:
        self.request = request
        self.cassettes = tuple(cassettes)
        self.closest = closest
        self.differences = tuple(differences)
        self.advice = advice
        self.sent_from = sent_from
        super().__init__(str(self))
        self.args = (request, self.cassettes, closest, self.differences, advice, sent_from)

    def __str__(self) -> str:
        lines = [f"no recording answers {self.request}"]
        if self.sent_from is not None:
            lines += [f"  from:     {self.sent_from}"]
        lines += [f"  cassette: {', '.join(self.cassettes) or 'none'}"]
        if self.closest is not None:
            lines += [f"  closest:  {self.closest}"]
        lines += [f"  differs:  {difference}" for difference in self.differences]
        lines += [f"  to do:    {self.advice}"]
        return "\n".join(lines)
