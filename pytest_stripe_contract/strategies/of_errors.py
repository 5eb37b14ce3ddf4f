"""Strategies of errors."""

from __future__ import annotations

from functools import cache
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from .. import cassettes, installed, schemas, versions
from ..errors import UnknownName
from ..findings import ABSENT
from ..guide import values_of
from ..steps.shapes import Object, copied, put
from . import values
from .places import guide_of, places
from .some import some_of

_CASSETTE = "mark_uncollectible."
_FIRST = "not_open"
_MOST = 12
_CARD = "card_error"
_OF_CARDS = ("advice_code", "decline_code", "network_advice_code", "network_decline_code")


def errors(
    *,
    api_version: str = versions.DEFAULT,
    type: str | None = None,  # noqa: A002  as Stripe calls it
    code: str | None = None,
) -> SearchStrategy[dict[str, Any]]:
    """Errors that Stripe may answer with under an API version: ``{"error": {"type": …}}``.

    ``type`` is one such as ``card_error``, ``code`` one such as ``resource_missing``; None is any.
    Each value is a new dict, with neither a violation nor drift under
    ``Contract(api_version, strict=True)``. What would be null is left out, as Stripe does, and
    ``doc_url`` comes only with a code.

    The simplest is what the shipped cassette ``mark_uncollectible.not_open`` answers, or the
    first of its kind that has the type and the code. Raises `errors.UnknownName` for a version or
    a type that nobody knows.
    """
    known = _types(installed.resolve(api_version).name)
    if type is not None and type not in known:
        raise UnknownName(f"type of an error in {api_version}", type, known)
    return _errors(api_version, type, code)


@st.composite
def _errors(draw: DrawFn, api_version: str, name: str | None, code: str | None) -> Object:
    line = installed.resolve(api_version).name
    error = copied(draw(_rows(line, name, code)))
    for key, value in draw(_changes(line, name, code)).items():
        if value is ABSENT:
            error.pop(key, None)
        else:
            put(error, key, copied(value))
    _keep(error)
    return {"error": error}


def _keep(error: Object) -> None:
    """Put right what goes with the code, and what only an error of a card has."""
    if "code" not in error:
        error.pop("doc_url", None)
    elif "doc_url" in error:
        error["doc_url"] = _doc_url(error["code"])
    if error["type"] != _CARD:
        for name in _OF_CARDS:
            error.pop(name, None)


def _doc_url(code: str) -> str:
    return f"https://stripe.com/docs/error-codes/{code.replace('_', '-')}"


@cache
def _types(line: str) -> tuple[str, ...]:
    schema = schemas.documented("error", line)["$defs"]["error"]["properties"]["type"]
    return tuple(values_of(schema))


@cache
def _shipped(line: str) -> tuple[Object, ...]:
    """The errors that the shipped cassettes answer with, the simplest first."""
    names = [each for each in cassettes.shipped_names() if each.startswith(_CASSETTE)]
    names.sort(key=lambda each: each != _CASSETTE + _FIRST)
    found = [cassettes.shipped_in(each, line).interactions for each in names]
    return tuple(each[0].response.json()["error"] for each in found if len(each) == 1)


@cache
def _rows(line: str, name: str | None, code: str | None) -> SearchStrategy[Object]:
    """The errors to begin with: those of the type and the code, or else one that is given them."""
    rows = _shipped(line)
    found = [
        each for each in rows if name in (None, each["type"]) and code in (None, each.get("code"))
    ]
    if not found:
        error = {"message": rows[0]["message"], "type": name or rows[0]["type"]}
        found = [error if code is None else {"code": code, "doc_url": _doc_url(code), **error}]
    return st.sampled_from(found)


@cache
def _changes(line: str, name: str | None, code: str | None) -> SearchStrategy[Object]:
    """What an error may have otherwise, by the property's name."""
    guide = guide_of("error", line)
    known = {
        place.name: values.of_place(place, guide, expands=True).map(_left_out)
        for place in places("error", line)
        if place.path[:-1] == ("error",)
    }
    known["code"] = st.just(ABSENT) | st.sampled_from(_codes(line))
    for each in (("type", name), ("code", code)):
        if each[1] is not None:
            del known[each[0]]
    return some_of(known, _MOST)


def _codes(line: str) -> list[Any]:
    """The codes that Stripe lists: as those of an invoice that could not be finalized.

    What says nothing of them, the line of `versions.DEFAULT` does.
    """
    both = (schemas.documented("invoice", each) for each in (line, versions.DEFAULT))
    known = (each["$defs"]["invoice.last_finalization_error"]["properties"] for each in both)
    return next(codes for each in known if (codes := values_of(each["code"])))


def _left_out(value: Any) -> Any:
    return ABSENT if value is None else value
