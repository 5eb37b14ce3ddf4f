"""How often a test runs: once in each API version that is rehearsed, once for each variant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pytest

from ..errors import InvalidOption, StripeContractError, UnknownName
from ..stripe_api import full_version, versions
from . import _code_version, _options, _which
from ._declared import REHEARSAL, VARIATION

if TYPE_CHECKING:
    from ..cassettes import Library
    from ..replay import Replay, Settings
    from ..variants import Case

_REPEATABLE = "a test function that pytest can repeat, marked itself or by its class or module"
"""What a test with variants must be: those of unittest, and single parameters, are not."""

_WRONG = pytest.StashKey[dict[str, StripeContractError]]()
"""What is wrong with the variants of a test, by its id: its setup says it."""

_SAID = pytest.StashKey[tuple[tuple[Any, ...], "Library", "Settings"]]()
"""What was said of the last replay of a module's or a class's tests: the next has it too."""

_ARGUMENTS = ("only", "exclude", "pairs")


def rehearsed(config: pytest.Config, item: pytest.Item | None = None) -> list[str]:
    """The API versions to run the replay test in, as the command line or its marker says.

    `UnknownName` for one that no release line covers.
    """
    said = config.getoption("stripe_api_version") or ""
    named = [name.strip() for name in said.split(",") if name.strip()]
    marker = item.get_closest_marker("stripe_replay") if item else None
    try:
        mode = _options.record_mode(config, marker)
    except UnknownName:
        if marker is None:
            raise
        return []  # it is an error of that test, at its setup
    if mode != "none":
        if named:
            expected = "none while recording: Stripe answers in the version that a request names"
            raise InvalidOption("--stripe-api-version", said, expected)
        return []
    if not named and item and (marker := item.get_closest_marker("stripe_api_versions")):
        named = list(marker.args)
        if not named or not all(isinstance(name, str) for name in named):
            raise InvalidOption("stripe_api_versions", marker.args, "versions, or 'all'")
    full = [full_version(name) for name in named if name != "all"]
    if "all" in named:
        return [line.first for line in versions.LINES]
    return list(dict.fromkeys(full))


def check_options(config: pytest.Config) -> None:
    """Raise ``pytest.UsageError`` for a value of an option, or of its ini twin, that is none."""
    try:
        rehearsed(config)
        _options.api_version(config, None, None)
        _options.strict(config, None)
        _options.record_mode(config, None)
        _which.settle(config)
    except StripeContractError as error:
        raise pytest.UsageError(str(error)) from None
    except (ValueError, pytest.UsageError) as error:
        raise pytest.UsageError(f"stripe_strict: {error}") from None


def case_of(item: pytest.Item) -> Case | None:
    """What is otherwise in the answers of a test; None if it has no variants."""
    return _options.params_of(item).get(VARIATION)


def rehearsal_of(item: pytest.Item) -> str | None:
    """The API version that a test is rehearsed in; None if it is not."""
    return _options.params_of(item).get(REHEARSAL) or next(iter(rehearsed(item.config)), None)


def replay(
    request: pytest.FixtureRequest, fixture: str, scrub: Mapping[str, Any], api_base: str
) -> Replay:
    """The replay of a test's marker, or one of nothing to open others from.

    ``fixture`` is the version that the fixture ``stripe_api_version`` gives; ``scrub`` and
    ``api_base`` are what the fixtures of these names do.
    """
    from ..replay import Replay

    item, marker, case = request.node, _options.marker_of(request), case_of(request.node)
    if [each.name for each in item.own_markers].count("stripe_replay") > 1:
        raise InvalidOption("stripe_replay", "two markers", "one, with all the names in a row")
    said = (marker, fixture, rehearsal_of(item), scrub, api_base)
    last = item.parent.stash.get(_SAID, None)
    if last is None or not all(map(_is_same, last[0], said)):
        library = _options.library(request.config, request.path)
        last = item.parent.stash[_SAID] = (said, library, _settings(request.config, said))
    _, library, settings = last
    if marker is None:
        return Replay(library, (), settings, case)
    made = Replay(library, marker.args or (_options.own_cassette(item),), settings, case)
    if case is None and is_varied(item):
        wrong = request.config.stash.get(_WRONG, {}).get(item.nodeid.partition("[")[0])
        raise wrong or InvalidOption("stripe_variants", item.name, _REPEATABLE)
    return made


def _is_same(one: object, other: object) -> bool:
    return one is other or (isinstance(one, str) and one == other)


def _settings(config: pytest.Config, told: tuple[Any, ...]) -> Settings:
    """What is said of the replays of a marker, by it, by fixtures (``told``), and by options."""
    from ..recording import ApiBase
    from ..replay import Settings

    marker, fixture, rehearsal, scrub, api_base = told
    is_said = config.getini("stripe_api_version") or fixture != versions.VERSION
    settings = Settings(
        default_version=full_version(fixture) if is_said else None,
        rehearsal=rehearsal,
        strict=_options.strict(config, marker),
        record=_options.record_mode(config, None),
        record_mode=config.getoption("stripe_record"),
        base=ApiBase(api_base),
        scrub=scrub,
    )
    said = marker.kwargs.items() if marker else ()
    return settings.but(**{name: value for name, value in said if name != "strict"})


def parametrize(metafunc: pytest.Metafunc) -> None:
    """Give a replay test its runs, each with its own words in the test's id.

    Raises `StripeContractError` for what is wrong with the markers; what is wrong with a
    cassette, the test's own setup says.
    """
    test = metafunc.definition
    marked = test.get_closest_marker("stripe_replay")
    own = [mark for mark in test.own_markers if mark.name == "stripe_variants"]
    if own and not marked:
        expected = "a test with the marker stripe_replay, which names the cassettes"
        raise InvalidOption("stripe_variants", test.name, expected)
    if not marked and "stripe_replay" not in metafunc.fixturenames:
        return
    found = rehearsed(metafunc.config, test)
    is_list = len(found) > 1 or test.get_closest_marker("stripe_api_versions") is not None
    asked: Sequence[str | None] = found or [None]
    runs = [(version, case) for version in asked for case in _cases(metafunc, version)]
    is_told = all(case is not None for _, case in runs)
    names = [
        name for name, wanted in ((REHEARSAL, found and is_list), (VARIATION, is_told)) if wanted
    ]
    metafunc.fixturenames += names
    if names == [REHEARSAL]:
        metafunc.parametrize(REHEARSAL, found)
    elif names:
        rows = [run[-len(names) :] for run in runs]
        metafunc.parametrize(names, rows, ids=["-".join(map(str, row)) for row in rows])


def is_varied(item: pytest.Item) -> bool:
    """Whether a test is to meet the legal neighbours of its recorded answers."""
    if item.get_closest_marker("stripe_variants") is None:
        return False
    if _which.Variants.of(item.config).word == "off":
        return False
    return _options.record_mode(item.config, item.get_closest_marker("stripe_replay")) == "none"


def _cases(metafunc: pytest.Metafunc, rehearsal: str | None) -> Sequence[Case | None]:
    """The cases of a test in an API version: just None if it has no variants.

    Nor has it any that could be told if something is wrong with its cassettes.
    """
    test, variants = metafunc.definition, _which.Variants.of(metafunc.config)
    if not is_varied(test):
        return [None]
    from ..variants import Selection, cases, sample

    try:
        said = _arguments(test)
        selection = Selection.of(**_selection(said), values=variants.is_sensitivity)
        made = cases(_answers(metafunc, rehearsal), selection, pairs=said.get("pairs", False))
    except StripeContractError as error:
        test.config.stash.setdefault(_WRONG, {})[test.nodeid] = error
        return [None]
    if variants.size is not None:
        made = sample(made, variants.size, f"{variants.seed}:{test.nodeid}")
    return made


def _arguments(test: pytest.Item) -> dict[str, Any]:
    """What the marker says; `UnknownName` or `InvalidOption` for what it does not take."""
    marker = test.get_closest_marker("stripe_variants")
    if [each.name for each in test.own_markers].count("stripe_variants") > 1:
        raise InvalidOption("stripe_variants", "two markers", "one, with all that is said")
    said = dict(marker.kwargs) if marker else {}
    for name in (*(map(str, marker.args) if marker else ()), *said):
        if name not in said or name not in _ARGUMENTS:
            raise UnknownName("option of stripe_variants", name, _ARGUMENTS)
    if not isinstance(said.get("pairs", False), bool):
        raise InvalidOption("pairs", said["pairs"], "True or False")
    return said


def _selection(said: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in said.items() if name != "pairs"}


def _answers(metafunc: pytest.Metafunc, rehearsal: str | None) -> list[Any]:
    """What the test will be answered, as far as that can be told before it runs."""
    from ..faults import Fault
    from ..replay import of_sequence

    test, config = metafunc.definition, metafunc.config
    marker = test.get_closest_marker("stripe_replay")
    said = marker.kwargs if marker else {}
    named = (marker and marker.args) or (_options.own_cassette(test),)
    library = _options.library(config, test.path)
    parts = [part if isinstance(part, Fault) else library.find(part) for part in named]
    version = rehearsal or said.get("api_version") or _code_version.guessed(metafunc)
    return list(of_sequence(parts, version and full_version(version), said.get("invoice")))
