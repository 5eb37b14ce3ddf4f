"""Strategies of line items."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from .._support.json_objects import Object
from ..stripe_api import resolve
from . import _facts, _options
from ._bounds import LINE
from ._changes import changes
from ._invoices import base, made


def line_items(
    *, api_version: str | None = None, currency: str | None = None
) -> SearchStrategy[dict[str, Any]]:
    """Line items that an invoice may have under an API version; see `invoices`.

    The simplest is that of the documented invoice. Raises what `invoices` does.
    """
    api_version = _options.version(api_version)
    _options.texts(currency=currency)
    _simplest(api_version, currency)
    return _line_items(api_version, currency)


@st.composite
def _line_items(draw: DrawFn, api_version: str, currency: str | None) -> Object:
    line = resolve(api_version).name
    said = draw(_facts.line_facts)
    changed = draw(changes("invoice", line, expands=True, within=LINE))
    told = {"lines": [said]} if said else {}
    item: Object = made(api_version, _simplest(api_version, currency), told, changed)["lines"][
        "data"
    ][0]
    return item


def _simplest(api_version: str, currency: str | None) -> Object:
    fixed = () if currency is None else (("currency", currency),)
    return base(api_version, "uncollectible", fixed)
