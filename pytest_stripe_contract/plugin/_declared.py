"""Every option and marker, as pytest is told of them at its start, whether they are used or not.

Nothing is imported here that a run without them could do without.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from .._support.record_modes import MODES
from ..stripe_api import STRIPE, VERSION

if TYPE_CHECKING:
    from ..replay import Replay

if TYPE_CHECKING:
    pass

REHEARSAL = "_stripe_rehearsal"
"""The fixture that has the version which is rehearsed."""

VARIATION = "_stripe_variation"
"""The fixture that has the variant of the answers which a test is run for."""

CARRIED = "stripe_contract"
"""The attribute by which a test's report carries what the summary needs, also from a worker."""

DESELECTED = pytest.StashKey[bool]()
"""Whether a test of the run was deselected."""

REPLAY: pytest.StashKey[Replay] = pytest.StashKey()
"""The replay of a test that asked for one."""

DRIFT = pytest.StashKey[list[str]]()
"""The drift that a test's contract found."""

SUMMARY = pytest.StashKey[Any]()
"""The plugin that speaks of the run as a whole."""

DEFAULTS = {
    "stripe_api_version": "",
    "stripe_strict": False,
    "stripe_record": "none",
    "stripe_variants": "all",
}
"""What the ini options are that a run may be told to go by, if nothing is said."""

MARKERS = (
    (
        "stripe_replay(*cassettes, times=1, api_version=None, strict=None, allow_unplayed=False, "
        "record=None, invoice=None): answer the test's requests from these cassettes (or from the "
        "test's own), offline, and hold both to the contract"
    ),
    "stripe_api_versions(*versions): run the replay test once in each of these API versions",
    (
        "stripe_variants(only=None, exclude=None, pairs=False): run the replay test once for each "
        "answer that Stripe may legally send instead of the recorded one"
    ),
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
    group.addoption(
        "--stripe-record",
        choices=MODES,
        help="record cassettes, from Stripe's test mode: if there is none (once), what is not in "
        "it (new_episodes), all anew (all), or from scratch (rewrite); none, the default, plays",
    )
    group.addoption(
        "--stripe-unused",
        action="store_true",
        help="after a run of all tests, list the cassettes that no test names, and fail if any",
    )
    group.addoption(
        "--stripe-variants",
        metavar="WHICH",
        help="the runs of tests with the marker stripe_variants: all (the default), off, a number "
        "to sample of each test (NUMBER:SEED draws the same again), or sensitivity: tell which "
        "properties the tests depend on (sensitivity:FILE writes the list)",
    )
    parser.addini(
        "stripe_api_version",
        f"the API version for requests that name none (default: {VERSION})",
        default=DEFAULTS["stripe_api_version"],
    )
    parser.addini(
        "stripe_strict",
        "let drift fail a test",
        type="bool",
        default=DEFAULTS["stripe_strict"],
    )
    parser.addini(
        "stripe_cassette_dir",
        "the folder of your own cassettes (default: cassettes, beside the test file)",
    )
    parser.addini("stripe_record", "as --stripe-record does", default=DEFAULTS["stripe_record"])
    parser.addini(
        "stripe_variants", "as --stripe-variants does", default=DEFAULTS["stripe_variants"]
    )
    parser.addini(
        "stripe_api_base",
        f"where to record from, such as a stand-in on loopback (default: {STRIPE})",
        default=STRIPE,
    )


def is_ours(mark: pytest.Mark) -> bool:
    """Whether it is one of our markers."""
    return mark.name.startswith("stripe_")
