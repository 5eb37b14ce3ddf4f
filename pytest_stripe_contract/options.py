"""What decides: the command line, then the marker, then a fixture, then the ini-file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from . import versions
from .errors import InvalidOption

if TYPE_CHECKING:
    from .replay import Replay

MARKERS = (
    (
        "stripe_replay(*cassettes, times=1, api_version=None, strict=None, allow_unplayed=False): "
        "answer the test's requests from these cassettes, offline, and hold both to the contract"
    ),
)

_SETTLED = ("api_version", "strict")
"""What the marker says that the command line may have overruled."""


def add(parser: pytest.Parser) -> None:
    """Register the options and their ini twins."""
    group = parser.getgroup("stripe", "Stripe contract")
    group.addoption(
        "--stripe-api-version",
        metavar="VERSION",
        help="the API version whose contract holds, over what markers and fixtures say",
    )
    group.addoption(
        "--stripe-strict",
        action="store_true",
        default=None,
        help="let drift fail a test: what Stripe may do without notice",
    )
    parser.addini(
        "stripe_api_version",
        f"the API version whose contract holds (default: {versions.DEFAULT})",
        default=versions.DEFAULT,
    )
    parser.addini("stripe_strict", "let drift fail a test", type="bool", default=False)
    parser.addini(
        "stripe_cassette_dir",
        "the folder of your own cassettes (default: cassettes, beside the test file)",
    )


def api_version(config: pytest.Config, marker: pytest.Mark | None, fixture: str | None) -> str:
    """The API version in force; one that is no release line's gets `UnknownName`."""
    named = (
        config.getoption("stripe_api_version")
        or (marker and marker.kwargs.get("api_version"))
        or fixture
        or config.getini("stripe_api_version")
    )
    versions.resolve(named)
    return str(named)


def strict(config: pytest.Config, marker: pytest.Mark | None) -> bool:
    """Whether drift fails a test."""
    for said in (config.getoption("stripe_strict"), marker and marker.kwargs.get("strict")):
        if said is not None:
            return bool(said)
    return bool(config.getini("stripe_strict"))


def replay(config: pytest.Config, test: Path, marker: pytest.Mark | None, version: str) -> Replay:
    """The replay of a test's marker, or one of nothing to open others from."""
    from .cassettes import Library
    from .replay import Replay, Settings

    configured = config.getini("stripe_cassette_dir")
    folder = config.rootpath / configured if configured else test.parent / "cassettes"
    library = Library(folder, (test.parent, config.rootpath))
    settings = Settings(api_version(config, marker, version), strict=strict(config, marker))
    if marker is None:
        return Replay(library, (), settings)
    if not marker.args:
        raise InvalidOption("stripe_replay", (), "the name of a cassette, or several")
    said = {name: value for name, value in marker.kwargs.items() if name not in _SETTLED}
    return Replay(library, marker.args, settings.but(**said))
