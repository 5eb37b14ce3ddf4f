"""What a test may ask for by name: each fixture calls the module whose job it is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from ._declared import DRIFT, REPLAY

if TYPE_CHECKING:
    from ..contract import Contract
    from ..factories import EventFactory, InvoiceFactory
    from ..replay import Replay

__all__ = [
    "stripe_api_base",
    "stripe_api_version",
    "stripe_contract",
    "stripe_event",
    "stripe_invoice",
    "stripe_replay",
    "stripe_scrub",
]


@pytest.fixture
def stripe_api_version(request: pytest.FixtureRequest) -> str:
    """The API version in force, such as ``2023-10-16``; override it for a module or a test."""
    from . import _options, _parametrize, _reporting

    with _reporting.plainly():
        rehearsal = _parametrize.rehearsal_of(request.node)
        return _options.api_version(request.config, _options.marker_of(request), rehearsal)


def _in_force(request: pytest.FixtureRequest, fixture: str) -> str:
    """The version that is rehearsed, or else the one that ``stripe_api_version`` gives."""
    from . import _parametrize

    return _parametrize.rehearsal_of(request.node) or fixture


@pytest.fixture
def stripe_contract(request: pytest.FixtureRequest, stripe_api_version: str) -> Contract:
    """The `Contract` of the API version in force."""
    from ..contract import Contract
    from . import _hooks, _options, _reporting

    _hooks.watch(request.config)
    marker = _options.marker_of(request)
    with _reporting.plainly():
        strict = _options.strict(request.config, marker)
        drift = request.node.stash.setdefault(DRIFT, [])
        return Contract(
            _in_force(request, stripe_api_version),
            strict=strict,
            on_drift=lambda finding: drift.append(str(finding)),
        )


@pytest.fixture
def stripe_invoice(request: pytest.FixtureRequest, stripe_api_version: str) -> InvoiceFactory:
    """Makes invoices of the API version in force: ``stripe_invoice(status="open")``."""
    from ..factories import InvoiceFactory

    return InvoiceFactory(_in_force(request, stripe_api_version))


@pytest.fixture
def stripe_event(request: pytest.FixtureRequest, stripe_api_version: str) -> EventFactory:
    """Makes signed events of the API version in force, as they arrive at a webhook."""
    from ..factories import EventFactory

    return EventFactory(_in_force(request, stripe_api_version))


@pytest.fixture(scope="session")
def stripe_scrub() -> dict[str, Any]:
    """What recordings are scrubbed of beyond the rules, and what is kept; override it.

    Names of properties or headers, or dotted paths, with what to put there: a text, a function
    of the value, True for a stand-in, or False to keep the value.
    """
    return {}


@pytest.fixture(scope="session")
def stripe_api_base(request: pytest.FixtureRequest) -> str:
    """Where to record from: Stripe, or a stand-in such as stripe-mock; override it."""
    return str(request.config.getini("stripe_api_base"))


@pytest.fixture
def stripe_replay(
    request: pytest.FixtureRequest,
    stripe_api_version: str,
    stripe_scrub: dict[str, Any],
    stripe_api_base: str,
) -> Iterator[Replay]:
    """The `Replay` of the test's marker, active from the test's setup to its teardown.

    Without a marker it is not active; call it: ``with stripe_replay("name") as replay:``.
    """
    from . import _hooks, _parametrize, _reporting

    _hooks.watch(request.config)
    with _reporting.plainly():
        replay = _parametrize.replay(request, stripe_api_version, stripe_scrub, stripe_api_base)
    request.node.stash[REPLAY] = replay
    if request.node.get_closest_marker("stripe_replay") is None:
        yield replay
    else:
        replay.start()
        yield replay
        replay.stop()
