"""The fixtures that tests request by name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from ..errors import InvalidOption
from . import _options
from ._stash import state_of

if TYPE_CHECKING:
    from ..contract import Contract
    from ..factories import EventFactory, InvoiceFactory
    from ..recording import ApiBase
    from ..replay import Replay, Settings

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
    """Return the API version of the test, such as ``2023-10-16``.

    It is the command line's, the marker's, the ini-file's or the default, in this order. Override
    the fixture to choose another one for a module or a test.
    """
    from . import _parametrize, _reporting

    with _reporting.short_errors():
        marker = _options.marker_of(request.node)
        rehearsal = _parametrize.rehearsal_of(request.node)
        return rehearsal or _options.api_version(request.config, marker)


@pytest.fixture
def stripe_contract(request: pytest.FixtureRequest, stripe_api_version: str) -> Contract:
    """Return the `Contract` of the test's API version, to check payloads against it.

    ``stripe_contract.validate(invoice)`` raises `ContractViolation` for an invalid invoice. The
    summary of the run counts drift.
    """
    from ..contract import Contract
    from . import _hooks, _reporting

    _hooks.register(request.config)
    with _reporting.short_errors():
        strict = _options.strict(request.config, _options.marker_of(request.node))
        drift = state_of(request.node).drift
        return Contract(
            _version(request, stripe_api_version),
            strict=strict,
            on_drift=lambda finding: drift.append(str(finding)),
        )


@pytest.fixture
def stripe_invoice(request: pytest.FixtureRequest, stripe_api_version: str) -> InvoiceFactory:
    """Return a factory of invoices in the test's API version.

    ``stripe_invoice(status="open", amount_due=4200)`` returns a legal open invoice as a dict.
    """
    from ..factories import InvoiceFactory

    return InvoiceFactory(_version(request, stripe_api_version))


@pytest.fixture
def stripe_event(request: pytest.FixtureRequest, stripe_api_version: str) -> EventFactory:
    """Return a factory of signed events in the test's API version, as webhooks receive them."""
    from ..factories import EventFactory

    return EventFactory(_version(request, stripe_api_version))


@pytest.fixture(scope="session")
def stripe_scrub() -> dict[str, Any]:
    """Return rules for what recordings hide or keep beyond the built-in ones; override it.

    The keys are names of properties or headers, or dotted paths. The values are the text to put
    there, a function that returns it for the recorded value, True for a placeholder, or False to
    keep the recorded value.
    """
    return {}


@pytest.fixture(scope="session")
def stripe_api_base(request: pytest.FixtureRequest) -> str:
    """Return the address to record from: Stripe's, or that of stripe-mock; override it."""
    from ..stripe_api import STRIPE

    return str(request.config.getini("stripe_api_base") or STRIPE)


@pytest.fixture
def stripe_replay(
    request: pytest.FixtureRequest,
    stripe_api_version: str,
    stripe_scrub: dict[str, Any],
    stripe_api_base: str,
) -> Iterator[Replay]:
    """Return the `Replay` of the test's marker ``stripe_replay``; its ``calls`` has the requests.

    It is active from the setup of the test to its teardown. Without a marker it is not active:
    ``with stripe_replay("mark_uncollectible") as replay:`` replays a cassette in a block.
    """
    from ..recording import ApiBase
    from . import _hooks, _reporting

    _hooks.register(request.config)
    with _reporting.short_errors():
        settings = _settings(request, stripe_api_version, stripe_scrub, ApiBase(stripe_api_base))
        replay = _replay(request, settings)
    state_of(request.node).replay = replay
    if _options.marker_of(request.node) is None:
        yield replay
    else:
        replay.start()
        yield replay
        replay.stop()


def _version(request: pytest.FixtureRequest, fixture: str) -> str:
    """Return the rehearsed API version, or else the one of an overridden fixture."""
    from . import _parametrize

    return _parametrize.rehearsal_of(request.node) or fixture


def _settings(
    request: pytest.FixtureRequest, api_version: str, scrub: dict[str, Any], base: ApiBase
) -> Settings:
    from ..replay import Settings
    from ..stripe_api import VERSION, full_version
    from . import _parametrize

    config, marker = request.config, _options.marker_of(request.node)
    rehearsal = _parametrize.rehearsal_of(request.node)
    default_version = None
    if config.getini("stripe_api_version") or api_version != VERSION:
        default_version = full_version(api_version)
    elif _parametrize.case_of(request.node) is not None:
        default_version = _parametrize.variants_version(request.node, rehearsal)
    settings = Settings(
        default_version=default_version,
        rehearsal=rehearsal,
        strict=_options.strict(config, marker),
        record=_options.record_mode(config, None),
        record_mode=config.getoption("stripe_record"),
        base=base,
        scrub=scrub,
    )
    options = dict(marker.kwargs) if marker else {}
    options.pop("strict", None)
    return settings.replace(**options)


def _replay(request: pytest.FixtureRequest, settings: Settings) -> Replay:
    from ..replay import Replay
    from . import _parametrize

    item, marker = request.node, _options.marker_of(request.node)
    if [each.name for each in item.own_markers].count("stripe_replay") > 1:
        raise InvalidOption("stripe_replay", "two markers", "one marker with all names in order")
    library, case = _options.library(request.config, request.path), _parametrize.case_of(item)
    if marker is None:
        return Replay(library, (), settings, case)
    names = marker.args or (_parametrize.own_cassette(item),)
    replay = Replay(library, names, settings, case)
    _parametrize.check_variants(item)
    return replay
