"""What decides: the command line, then the marker, then a fixture, then the ini-file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from . import installed, versions
from .errors import InvalidOption

if TYPE_CHECKING:
    from .replay import Replay

MARKERS = (
    (
        "stripe_replay(*cassettes, times=1, api_version=None, strict=None, allow_unplayed=False): "
        "answer the test's requests from these cassettes, offline, and hold both to the contract"
    ),
    "stripe_api_versions(*versions): run the replay test once in each of these API versions",
)


def add(parser: pytest.Parser) -> None:
    """Register the options and their ini twins."""
    group = parser.getgroup("stripe", "Stripe contract")
    group.addoption(
        "--stripe-api-version",
        metavar="VERSIONS",
        help="answer every replay in this API version, whatever its requests say; several, with "
        "commas between them, or 'all': run each replay test once in each",
    )
    group.addoption(
        "--stripe-strict",
        action="store_true",
        default=None,
        help="let drift fail a test: what Stripe may do without notice",
    )
    parser.addini(
        "stripe_api_version",
        f"the API version for requests that name none (default: {versions.DEFAULT})",
        default="",
    )
    parser.addini("stripe_strict", "let drift fail a test", type="bool", default=False)
    parser.addini(
        "stripe_cassette_dir",
        "the folder of your own cassettes (default: cassettes, beside the test file)",
    )


def rehearsed(config: pytest.Config, item: pytest.Item | None = None) -> list[str]:
    """The API versions to run the replay test in, as the command line or its marker says.

    `UnknownName` for one that no release line covers.
    """
    said = config.getoption("stripe_api_version") or ""
    named = [name.strip() for name in said.split(",") if name.strip()]
    if not named and item and (marker := item.get_closest_marker("stripe_api_versions")):
        named = list(marker.args)
        if not named or not all(isinstance(name, str) for name in named):
            raise InvalidOption("stripe_api_versions", marker.args, "versions, or 'all'")
    if "all" in named:
        return [line.first for line in versions.LINES]
    return list(dict.fromkeys(installed.full(name) for name in named))


def api_version(config: pytest.Config, marker: pytest.Mark | None, rehearsal: str | None) -> str:
    """The API version in force where no fixture says another."""
    named = (
        rehearsal
        or (marker and marker.kwargs.get("api_version"))
        or config.getini("stripe_api_version")
        or versions.DEFAULT
    )
    return installed.full(named)


def strict(config: pytest.Config, marker: pytest.Mark | None) -> bool:
    """Whether drift fails a test."""
    for said in (config.getoption("stripe_strict"), marker and marker.kwargs.get("strict")):
        if isinstance(said, bool):
            return said
        if said is not None:
            raise InvalidOption("strict", said, "True or False")
    return bool(config.getini("stripe_strict"))


def replay(request: pytest.FixtureRequest, fixture: str, rehearsal: str | None) -> Replay:
    """The replay of a test's marker, or one of nothing to open others from.

    ``fixture`` is the version that the fixture ``stripe_api_version`` gives.
    """
    from .cassettes import Library
    from .replay import Replay
    from .settings import Settings

    config, marker = request.config, marker_of(request)
    configured = config.getini("stripe_cassette_dir")
    folder = config.rootpath / configured if configured else request.path.parent / "cassettes"
    library = Library(folder, (request.path.parent, config.rootpath))
    is_said = config.getini("stripe_api_version") or fixture != versions.DEFAULT
    settings = Settings(
        default_version=installed.full(fixture) if is_said else None,
        rehearsal=rehearsal,
        strict=strict(config, marker),
    )
    if marker is None:
        return Replay(library, (), settings)
    if not marker.args:
        raise InvalidOption("stripe_replay", (), "the name of a cassette, or several")
    said = {name: value for name, value in marker.kwargs.items() if name != "strict"}
    return Replay(library, marker.args, settings.but(**said))


def marker_of(request: pytest.FixtureRequest) -> pytest.Mark | None:
    """The test's marker ``stripe_replay``, the nearest if there are several."""
    marker: pytest.Mark | None = request.node.get_closest_marker("stripe_replay")
    return marker
