"""Strategies of errors."""

from __future__ import annotations

from functools import cache
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from .._support.json_objects import Object, deep_copy, put
from .._support.json_path import ABSENT
from ..cassettes import list_shipped, load_shipped
from ..errors import InvalidOption, UnknownName
from ..schemas import loader, schema_walker, values_of
from ..stripe_api import resolve, versions
from . import _error_codes, _options, _values
from ._some import some_of

_CASSETTE = "mark_uncollectible."
_FIRST = "not_open"
_MOST = 12
_CARD = "card_error"
_DECLINED = "card_declined"
_ADVICE = ["try_again_later", "confirm_card_data", "do_not_try_again"]
"""What to do about a decline: https://docs.stripe.com/declines/codes."""


def errors(
    *,
    api_version: str | None = None,
    type: str | None = None,  # noqa: A002  as Stripe calls it
    code: str | None = None,
) -> SearchStrategy[dict[str, Any]]:
    """Errors that Stripe may answer with under an API version: ``{"error": {"type": …}}``.

    ``type`` is one such as ``card_error``, ``code`` one such as ``resource_missing``; None is any,
    and of a code none. Each value is a new dict, with neither a violation nor drift under
    ``Contract(api_version, strict=True)``. An error has what goes with its type and code
    (`error_codes`), a ``doc_url`` if it has a code, and nothing that is null: Stripe leaves that
    out.

    The simplest is what the shipped cassette ``mark_uncollectible.not_open`` answers, or the
    first of its kind that has the type and the code. Raises `errors.UnknownName` for a version, a
    type or a code that nobody knows, and `errors.InvalidOption` for a code that no error of the
    type has, and for what is no text.
    """
    api_version = _options.version(api_version)
    _options.texts(type=type, code=code)
    line = resolve(api_version).name
    if type is not None and type not in _types(line):
        raise UnknownName(f"type of an error in {api_version}", type, _types(line))
    if code is not None and code not in _codes(line):
        raise UnknownName(f"code of an error in {api_version}", code, _codes(line))
    if None not in (type, code) and _error_codes.type_of(code) != type:
        known = [each for each in _codes(line) if _error_codes.type_of(each) == type]
        words = f"one of {type}: {', '.join(known)}" if known else f"None: {type} has no code"
        raise InvalidOption("code", code, words)
    return _errors(api_version, type, code)


@st.composite
def _errors(draw: DrawFn, api_version: str, name: str | None, code: str | None) -> Object:
    line = resolve(api_version).name
    error = deep_copy(draw(_rows(line, name, code)))
    for key, value in draw(_changes(line, error["type"], error.get("code"))).items():
        if value is ABSENT:
            error.pop(key, None)
        else:
            put(error, key, deep_copy(value))
    return {"error": error}


@cache
def _types(line: str) -> tuple[str, ...]:
    schema = loader.documented("error", line)["$defs"]["error"]["properties"]["type"]
    return tuple(values_of(schema))


@cache
def _codes(line: str) -> tuple[str, ...]:
    """The codes that Stripe lists: as those of an invoice that could not be finalized.

    What says nothing of them, the line of `versions.VERSION` does.
    """
    both = (loader.documented("invoice", each) for each in (line, versions.VERSION))
    known = (each["$defs"]["invoice.last_finalization_error"]["properties"] for each in both)
    listed = next(codes for each in known if (codes := values_of(each["code"])))
    ours = [row["code"] for row in _shipped(line) if "code" in row]
    return tuple(dict.fromkeys(each for each in [*ours, *listed] if each is not None))


@cache
def _shipped(line: str) -> tuple[Object, ...]:
    """The errors that the shipped cassettes answer with, the simplest first."""
    names = [each for each in list_shipped() if each.startswith(_CASSETTE)]
    names.sort(key=lambda each: each != _CASSETTE + _FIRST)
    found = [load_shipped(each, line).interactions for each in names]
    return tuple(each[0].response.json()["error"] for each in found if len(each) == 1)


@cache
def _rows(line: str, name: str | None, code: str | None) -> SearchStrategy[Object]:
    """The errors to begin with: those that ship, and one for each code that none of them has."""
    shipped = _shipped(line)
    log = shipped[0]["request_log_url"]
    known = {row.get("code") for row in shipped}
    more = [_error_codes.error(each, log) for each in _codes(line) if each not in known]
    kinds = [
        [each for each in rows if name in (None, each["type"]) and code in (None, each.get("code"))]
        for rows in (
            shipped,
            sorted((each for each in more if each["type"] == _CARD), key=_is_not_first_of_cards),
            [each for each in more if each["type"] != _CARD],
        )
    ]
    return st.one_of([st.sampled_from(rows) for rows in kinds if rows])


@cache
def _changes(line: str, name: str, code: str | None) -> SearchStrategy[Object]:
    """What an error of a type and a code may have otherwise, by the property's name."""
    walker = schema_walker("error", line)
    known = _error_codes.properties(name, code)
    own = {
        "advice_code": st.sampled_from(_ADVICE),
        "decline_code": st.sampled_from(_error_codes.declines(code) or _error_codes.DECLINES),
        "network_advice_code": st.sampled_from(["01", "02", "03", "21"]),
        "network_decline_code": st.sampled_from(["05", "14", "51", "54", "57"]),
        "payment_method_type": st.sampled_from(["card", "us_bank_account", "sepa_debit"]),
    }
    drawn = {
        place.name: _values.of_place(place, walker, expands=True).map(_left_out)
        for place in walker.places
        if place.path[:-1] == ("error",) and place.name in known
    }
    return some_of(drawn | {each: own[each] for each in own if each in drawn}, _MOST)


def _is_not_first_of_cards(error: Object) -> bool:
    return bool(error["code"] != _DECLINED)


def _left_out(value: Any) -> Any:
    return ABSENT if value is None else value
