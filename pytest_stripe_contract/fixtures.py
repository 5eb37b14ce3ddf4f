"""What a test may ask for by name: each fixture calls the module whose job it is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from . import declared

if TYPE_CHECKING:
    from .contract import Contract
    from .events import EventFactory
    from .invoices import InvoiceFactory
    from .replay import Replay
    from .variants import Case

__all__ = [
    "_stripe_rehearsal",
    "_stripe_variation",
    "stripe_api_base",
    "stripe_api_version",
    "stripe_contract",
    "stripe_event",
    "stripe_invoice",
    "stripe_replay",
    "stripe_scrub",
]

REPLAY = pytest.StashKey["Replay"]()
"""The replay of a test that asked for one."""

DRIFT = pytest.StashKey[list[str]]()
"""The drift that a test's contract found."""


@pytest.fixture(name=declared.REHEARSAL)
def _stripe_rehearsal(request: pytest.FixtureRequest) -> str | None:
    """The API version that is rehearsed; parametrized if there are several."""
    from . import runs

    return next(iter(runs.rehearsed(request.config)), None)


@pytest.fixture(name=declared.VARIATION)
def _stripe_variation() -> Case | None:
    """What is otherwise in the answers than it was recorded: parametrized, if anything is."""
    return None


@pytest.fixture
def stripe_api_version(request: pytest.FixtureRequest, _stripe_rehearsal: str | None) -> str:
    """The API version in force, such as ``2023-10-16``; override it for a module or a test."""
    from . import options, report

    with report.plainly():
        return options.api_version(request.config, options.marker_of(request), _stripe_rehearsal)


@pytest.fixture
def stripe_contract(
    request: pytest.FixtureRequest, stripe_api_version: str, _stripe_rehearsal: str | None
) -> Contract:
    """The `Contract` of the API version in force."""
    from . import options, report
    from .contract import Contract

    marker = options.marker_of(request)
    with report.plainly():
        strict = options.strict(request.config, marker)
        drift = request.node.stash.setdefault(DRIFT, [])
        return Contract(
            _stripe_rehearsal or stripe_api_version,
            strict=strict,
            on_drift=lambda finding: drift.append(str(finding)),
        )


@pytest.fixture
def stripe_invoice(stripe_api_version: str, _stripe_rehearsal: str | None) -> InvoiceFactory:
    """Makes invoices of the API version in force: ``stripe_invoice(status="open")``."""
    from .invoices import InvoiceFactory

    return InvoiceFactory(_stripe_rehearsal or stripe_api_version)


@pytest.fixture
def stripe_event(stripe_api_version: str, _stripe_rehearsal: str | None) -> EventFactory:
    """Makes signed events of the API version in force, as they arrive at a webhook."""
    from .events import EventFactory

    return EventFactory(_stripe_rehearsal or stripe_api_version)


@pytest.fixture
def stripe_scrub() -> dict[str, Any]:
    """What recordings are scrubbed of beyond the rules, and what is kept; override it.

    Names of properties or headers, or dotted paths, with what to put there: a text, a function
    of the value, True for a stand-in, or False to keep the value.
    """
    return {}


@pytest.fixture
def stripe_api_base(request: pytest.FixtureRequest) -> str:
    """Where to record from: Stripe, or a stand-in such as stripe-mock; override it."""
    return str(request.config.getini("stripe_api_base"))


@pytest.fixture
def stripe_replay(
    request: pytest.FixtureRequest,
    stripe_api_version: str,
    _stripe_rehearsal: str | None,
    _stripe_variation: Case | None,
    stripe_scrub: dict[str, Any],
    stripe_api_base: str,
) -> Iterator[Replay]:
    """The `Replay` of the test's marker, active from the test's setup to its teardown.

    Without a marker it is not active; call it: ``with stripe_replay("name") as replay:``.
    """
    from . import options, report, runs
    from .errors import InvalidOption

    with report.plainly():
        replay = options.replay(
            request,
            stripe_api_version,
            _stripe_rehearsal,
            stripe_scrub,
            stripe_api_base,
            _stripe_variation,
        )
        if _stripe_variation is None and runs.is_varied(request.node):
            raise InvalidOption("stripe_variants", request.node.name, runs.REPEATABLE)
    request.node.stash[REPLAY] = replay
    if options.marker_of(request) is None:
        yield replay
    else:
        replay.start()
        yield replay
        replay.stop()
