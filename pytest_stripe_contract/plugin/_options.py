"""The plugin's options, markers and ini settings: declared here, and read here.

The command line goes before the marker, the marker before a fixture, a fixture before the
ini-file. pytest imports this module when it starts, so other modules are imported where needed.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from random import SystemRandom
from typing import TYPE_CHECKING, Any

import pytest

from .._support.record_modes import MODES, Mode
from ..errors import InvalidOption, StripeContractError, UnknownName

if TYPE_CHECKING:
    from ..cassettes import Library

MARKERS = (
    (
        "stripe_replay(*cassettes, times=1, api_version=None, strict=None, allow_unplayed=False, "
        "record=None, invoice=None): answer the test's requests to Stripe offline, from these "
        "cassettes (without names: from the test's own), and check requests and answers against "
        "the contract."
    ),
    (
        "stripe_api_versions(*versions): run the test, which has the marker stripe_replay, once "
        "in each of these API versions; 'all' is every supported one."
    ),
    (
        "stripe_variants(only=None, exclude=None, pairs=False): run the test, which has the "
        "marker stripe_replay, once with each answer that Stripe may legally send instead of the "
        "recorded one."
    ),
)
"""The markers, as ``pytest --markers`` lists them."""

_VARIANTS = "all, off, sensitivity, sensitivity:FILE, a number, or NUMBER:SEED"
_SEEDS = 1_000_000


def add(parser: pytest.Parser) -> None:
    """Declare the command line options and the ini settings."""
    group = parser.getgroup("stripe", "Stripe contract")
    group.addoption(
        "--stripe-api-version",
        metavar="VERSIONS",
        help="answer all replays in this API version, whatever version requests name; 'all', or "
        "several versions with commas between them, run each replay test once in each",
    )
    group.addoption(
        "--stripe-strict",
        action="store_true",
        default=None,
        help="fail tests for drift too: differences that Stripe may introduce without notice",
    )
    group.addoption(
        "--stripe-record",
        choices=MODES,
        help="record cassettes from Stripe's test mode: new cassettes only (once), requests that "
        "are not in their cassette (new_episodes), all requests (all), or all from scratch "
        "(rewrite); 'none', the default, plays only",
    )
    group.addoption(
        "--stripe-unused",
        action="store_true",
        help="list the cassettes that no test uses, and fail the run if there are any",
    )
    group.addoption(
        "--stripe-variants",
        metavar="VARIANTS",
        help="run tests marked with stripe_variants with all variants (all, the default), with "
        "none (off), with a random NUMBER of them (NUMBER:SEED repeats a choice), or list the "
        "properties that tests depend on (sensitivity; sensitivity:FILE writes the list)",
    )
    parser.addini(
        "stripe_api_version",
        "API version for requests that name none (default: 2023-10-16)",
        default="",
    )
    parser.addini("stripe_strict", "as --stripe-strict (default: false)", type="bool")
    parser.addini("stripe_record", "as --stripe-record (default: none)", default="none")
    parser.addini("stripe_variants", "as --stripe-variants (default: all)", default="all")
    parser.addini(
        "stripe_cassette_dir",
        "folder of your own cassettes (default: cassettes, beside the test file)",
    )
    parser.addini(
        "stripe_api_base",
        "address to record from, such as stripe-mock's (default: https://api.stripe.com)",
        default="",
    )


def check(config: pytest.Config) -> None:
    """Raise ``pytest.UsageError`` for an option or an ini setting with an invalid value."""
    try:
        rehearsal_versions(config)
        record_mode(config, None)
        if config.getini("stripe_api_version"):
            api_version(config, None)
        _choose_variants(config)
    except StripeContractError as error:
        raise pytest.UsageError(str(error)) from None
    try:
        strict(config, None)
    except (ValueError, pytest.UsageError) as error:
        raise pytest.UsageError(f"stripe_strict: {error}") from None


def is_ours(mark: pytest.Mark) -> bool:
    """Return whether a marker is one of the plugin's."""
    return mark.name.startswith("stripe_")


def api_version(config: pytest.Config, marker: pytest.Mark | None) -> str:
    """Return the API version of a test that is not rehearsed: its marker's or the ini-file's.

    Raises `UnknownName` if no release line covers it.
    """
    from ..stripe_api import VERSION, full_version

    return full_version(asked_version(config, marker) or VERSION)


def asked_version(config: pytest.Config, marker: pytest.Mark | None) -> str | None:
    """Return the API version that a test's marker or the ini-file names, as it stands there."""
    of_marker = marker.kwargs.get("api_version") if marker else None
    return of_marker or config.getini("stripe_api_version") or None


def strict(config: pytest.Config, marker: pytest.Mark | None) -> bool:
    """Return whether drift fails a test. Raises `InvalidOption`."""
    for value in (config.getoption("stripe_strict"), marker and marker.kwargs.get("strict")):
        if isinstance(value, bool):
            return value
        if value is not None:
            raise InvalidOption("strict", value, "True or False")
    return bool(config.getini("stripe_strict"))


def record_mode(config: pytest.Config, marker: pytest.Mark | None) -> Mode:
    """Return the mode in which a test's cassette is recorded. Raises `UnknownName`."""
    mode: Mode = (
        config.getoption("stripe_record")
        or (marker and marker.kwargs.get("record"))
        or config.getini("stripe_record")
    )
    if mode not in MODES:
        raise UnknownName("record mode", mode, MODES)
    return mode


def rehearsal_versions(config: pytest.Config, item: pytest.Item | None = None) -> list[str]:
    """Return the API versions to run a test in, by the command line or ``stripe_api_versions``.

    The list is empty if neither names one. Raises `UnknownName` for a version that no release
    line covers, and `InvalidOption` for versions while cassettes are recorded.
    """
    option = config.getoption("stripe_api_version") or ""
    named = [name.strip() for name in option.split(",") if name.strip()]
    marker = item.get_closest_marker("stripe_replay") if item else None
    try:
        mode = record_mode(config, marker)
    except UnknownName:
        if marker is None:
            raise
        return []  # the test's setup raises it
    if mode != "none":
        if named:
            expected = "none while recording: Stripe answers in the version that a request names"
            raise InvalidOption("--stripe-api-version", option, expected)
        return []
    if not named and item and (marker := item.get_closest_marker("stripe_api_versions")):
        named = list(marker.args)
        if not named or not all(isinstance(name, str) for name in named):
            raise InvalidOption("stripe_api_versions", marker.args, "versions, or 'all'")
    if not named:
        return []
    from ..stripe_api import LINES, full_version

    versions = dict.fromkeys(full_version(name) for name in named if name != "all")
    return [line.first for line in LINES] if "all" in named else list(versions)


def library(config: pytest.Config, test_file: Path) -> Library:
    """Return the library that finds the cassettes of a test file's tests."""
    from ..cassettes import Library

    folder = cassette_folder(config, test_file)
    return Library(folder, (test_file.parent, config.rootpath))


def cassette_folder(config: pytest.Config, test_file: Path) -> Path:
    """Return the folder of the cassettes of a test file's tests."""
    configured = config.getini("stripe_cassette_dir")
    return config.rootpath / configured if configured else test_file.parent / "cassettes"


@dataclass(frozen=True, slots=True)
class Variants:
    """The value of ``--stripe-variants``, or of its ini setting.

    ``mode`` is ``all``, ``off``, ``sensitivity`` or ``sample``. A sample has ``size`` variants of
    each test, chosen by ``seed``; ``file`` receives the list of a sensitivity run.
    """

    mode: str
    size: int = 0
    seed: str = ""
    file: Path | None = None

    @classmethod
    def of(cls, config: pytest.Config) -> Variants:
        """Read the value. Raises `InvalidOption`."""
        value = config.getoption("stripe_variants") or config.getini("stripe_variants")
        mode, colon, rest = value.partition(":")
        if mode in ("all", "off") and not rest:
            return cls(mode)
        if mode == "sensitivity":
            file = config.invocation_params.dir / rest if rest else None
            if (colon and not file) or (file and (file.is_dir() or not file.parent.is_dir())):
                expected = "sensitivity:FILE, with a file in a folder that exists"
                raise InvalidOption("--stripe-variants", value, expected)
            return cls(mode, file=file)
        if mode.isascii() and mode.isdigit() and int(mode):
            return cls("sample", int(mode), rest)
        raise InvalidOption("--stripe-variants", value, _VARIANTS)

    @property
    def is_sensitivity(self) -> bool:
        """True if a failing variant only counts as noticed."""
        return self.mode == "sensitivity"


def _choose_variants(config: pytest.Config) -> None:
    """Choose a seed for a sample without one; workers of pytest-xdist get the controller's."""
    if hasattr(config, "workerinput"):
        config.option.stripe_variants = config.workerinput["stripe_variants"]
    variants = Variants.of(config)
    if variants.mode == "sample" and not variants.seed:
        config.option.stripe_variants = f"{variants.size}:{SystemRandom().randrange(_SEEDS)}"


def marker_of(item: Any) -> pytest.Mark | None:
    """Return the test's marker ``stripe_replay``, the closest if there are several."""
    marker: pytest.Mark | None = item.get_closest_marker("stripe_replay")
    return marker
