"""The runs of a replay test: one in each API version, and one with each variant of its answers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pytest

from ..errors import InvalidOption, StripeContractError, UnknownName
from . import _options
from ._options import Variants, marker_of

if TYPE_CHECKING:
    from ..variants import Answer, Case

_REHEARSAL = "_stripe_rehearsal"
"""The parameter with the API version of a run."""

_CASE = "_stripe_variation"
"""The parameter with the variant of a run."""

_FORBIDDEN = re.compile(r"""[<>?%*:|"'/\\]""")
"""Characters that file names may not have on all systems."""

_OPTIONS = ("only", "exclude", "pairs")


def parametrize(metafunc: pytest.Metafunc) -> None:
    """Parametrize a replay test by API versions and variants, if it has any.

    Raises `StripeContractError` for wrong markers. Errors of cassettes are left to the setup of
    the test.
    """
    test = metafunc.definition
    marker = marker_of(test)
    if not marker and any(mark.name == "stripe_variants" for mark in test.own_markers):
        expected = "a test with the marker stripe_replay, which names the cassettes"
        raise InvalidOption("stripe_variants", test.name, expected)
    if not marker and "stripe_replay" not in metafunc.fixturenames:
        return
    versions = _options.rehearsal_versions(metafunc.config, test)
    rows: list[tuple[str | None, Case | None]] = []
    for version in versions or (None,):
        try:
            rows += [(version, case) for case in _cases(test, version)]
        except StripeContractError:  # `check_variants` raises it again, at the setup of the test
            rows.append((version, None))
    has_cases = all(case is not None for _, case in rows)
    if not has_cases:
        rows = [(version, None) for version in versions]
    parameters: dict[str, list[Any]] = {}
    if len(versions) > 1 or (versions and test.get_closest_marker("stripe_api_versions")):
        parameters[_REHEARSAL] = [version for version, _ in rows]
    if has_cases:
        parameters[_CASE] = [case for _, case in rows]
    if parameters:
        values = list(zip(*parameters.values(), strict=True))
        ids = ["-".join(map(str, row)) for row in values]
        metafunc.fixturenames += parameters
        metafunc.parametrize(list(parameters), values, ids=ids)


def case_of(item: pytest.Item) -> Case | None:
    """Return the variant that a test runs for; None without one."""
    case: Case | None = _params(item).get(_CASE)
    return case


def rehearsal_of(item: pytest.Item) -> str | None:
    """Return the API version that a test is rehearsed in; None without one."""
    version: str | None = _params(item).get(_REHEARSAL)
    return version or next(iter(_options.rehearsal_versions(item.config)), None)


def own_cassette(item: pytest.Item) -> str:
    """Return the name of a test's own cassette: its module, class and name.

    All API versions and variants of a test share it.
    """
    name, params = item.name, _params(item)
    for value in (params.get(_REHEARSAL), params.get(_CASE)):
        name = name if value is None else without_param(str(value), name)
    if (cls := getattr(item, "cls", None)) is not None:
        name = f"{cls.__name__}.{name}"
    return f"{item.path.stem}/{_FORBIDDEN.sub('-', name)}"


def without_param(param: str, name: str) -> str:
    """Return a test's name or node id without the part of one parameter."""
    replacements = (
        (f"[{param}]", ""),
        (f"[{param}-", "["),
        (f"-{param}]", "]"),
        (f"-{param}-", "-"),
    )
    old, new = next((old, new) for old, new in replacements if old in name)
    return name.replace(old, new, 1)


def variants_version(item: pytest.Item, rehearsal: str | None) -> str | None:
    """Return the API version of a test's variants: the rehearsed, the marker's or the ini-file's.

    Without these it is the one that the installed SDK sends; None leaves answers as recorded.
    """
    from ..stripe_api import full_version, installed_sdk

    if named := rehearsal or _options.asked_version(item.config, marker_of(item)):
        return full_version(named)
    sdk = installed_sdk()
    try:
        return full_version(sdk.api_version) if sdk else None
    except UnknownName:  # a preview release of the SDK sends a version without a contract
        return None


def check_variants(item: pytest.Item) -> None:
    """Raise the error for which a test with ``stripe_variants`` has no variants."""
    if case_of(item) is None and _has_variants(item):
        for version in _options.rehearsal_versions(item.config, item) or (None,):
            _cases(item, version)
        expected = "a test function that pytest can repeat, marked itself or by its class or module"
        raise InvalidOption("stripe_variants", item.name, expected)


def _params(item: pytest.Item) -> dict[str, Any]:
    params: dict[str, Any] = getattr(getattr(item, "callspec", None), "params", {})
    return params


def _has_variants(item: pytest.Item) -> bool:
    if not item.get_closest_marker("stripe_variants") or Variants.of(item.config).mode == "off":
        return False
    return _options.record_mode(item.config, marker_of(item)) == "none"


def _cases(test: pytest.Item, rehearsal: str | None) -> Sequence[Case | None]:
    """Return the variants of a test in an API version; just None if it has none.

    Raises `StripeContractError` if its marker or its cassettes are wrong.
    """
    if not _has_variants(test):
        return [None]
    from ..variants import Selection, generate_cases, sample_cases

    variants = Variants.of(test.config)
    options = _marker_options(test)
    pairs = options.pop("pairs", False)
    selection = Selection.of(**options, values=variants.is_sensitivity)
    found = generate_cases(_answers(test, rehearsal), selection, pairs=pairs)
    if variants.mode == "sample":
        return sample_cases(found, variants.size, f"{variants.seed}:{test.nodeid}")
    return found


def _marker_options(test: pytest.Item) -> dict[str, Any]:
    marker = test.get_closest_marker("stripe_variants")
    if [each.name for each in test.own_markers].count("stripe_variants") > 1:
        raise InvalidOption("stripe_variants", "two markers", "one marker with all options")
    options = dict(marker.kwargs) if marker else {}
    for name in (*map(str, marker.args if marker else ()), *options):
        if name not in options or name not in _OPTIONS:
            raise UnknownName("option of stripe_variants", name, _OPTIONS)
    if not isinstance(options.get("pairs", False), bool):
        raise InvalidOption("pairs", options["pairs"], "True or False")
    return options


def _answers(test: pytest.Item, rehearsal: str | None) -> list[Answer]:
    from ..faults import Fault
    from ..replay import recorded_answers

    marker = marker_of(test)
    names = (marker and marker.args) or (own_cassette(test),)
    library = _options.library(test.config, test.path)
    sequence = [part if isinstance(part, Fault) else library.find(part) for part in names]
    invoice = marker.kwargs.get("invoice") if marker else None
    return list(recorded_answers(sequence, variants_version(test, rehearsal), invoice))
