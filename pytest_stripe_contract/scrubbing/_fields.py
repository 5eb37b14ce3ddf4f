"""Secrets and personal data in forms and URLs, by the names of their fields."""

from __future__ import annotations

from urllib.parse import quote, quote_plus, unquote, unquote_plus

from ..messages import forms
from . import _personal
from ._mending import Mender
from ._personal import Place
from ._rules import UNSAID, Rule, Unsaid
from ._trees import Node
from .edits import Notes

_BROKEN = "surrogatepass"


def mend_form(mender: Mender, text: str, root: Place) -> tuple[str, Notes]:
    """The fields of a form, or of a query; what stays, stays as it is encoded."""
    return mender.settle(lambda by, each: _mend_form(by, each, root), text)


def mend_url(mender: Mender, url: str) -> tuple[str, Notes]:
    """The fields of the query, and the address as a text."""
    return mender.settle(_mend_url, url)


def _mend_form(mender: Mender, text: str, root: Place) -> tuple[str, Notes]:
    chunks = text.split("&")
    named = [chunk.partition("=") for chunk in chunks]
    pairs = [(unquote_plus(name), unquote_plus(value)) for name, _, value in named]
    told: Notes = []
    for index, (segments, _) in enumerate(forms.number(pairs)):
        name, equals, value = named[index]
        name, name_notes = _mend_name(mender, name)
        value, value_notes = _mend_value(mender, value, segments, root)
        chunks[index] = f"{name}{equals}{value}"
        told += [note.under(unquote_plus(name)) for note in (*name_notes, *value_notes)]
    return ("&".join(chunks), told) if told else (text, told)


def _mend_url(mender: Mender, url: str) -> tuple[str, Notes]:
    before, mark, rest = url.partition("?")
    query, hash_, fragment = rest.partition("#")
    elsewhere = Place(is_payload=False)
    query, told = mend_form(mender, query, _personal.of_request(url))
    if mender.properties.rules:  # what they say of the query is to stay
        before, notes = mender.text(before, elsewhere)
        fragment, more = mender.text(fragment, elsewhere)
        told = [*told, *notes, *more]
        return (f"{before}{mark}{query}{hash_}{fragment}", told) if told else (url, told)
    new, notes = mender.text(f"{before}{mark}{query}{hash_}{fragment}" if told else url, elsewhere)
    return new, [*told, *notes]


def _mend_name(mender: Mender, name: str) -> tuple[str, Notes]:
    name, told = _with_pluses(mender, name)
    new, notes = mender.text(unquote_plus(name), Place(is_payload=False))
    return (quote_plus(new, "*[]", errors=_BROKEN), told + notes) if notes else (name, told)


def _mend_value(
    mender: Mender, value: str, segments: tuple[str, ...], root: Place
) -> tuple[str, Notes]:
    place, rule = _at(mender, segments, root)
    told: Notes = []
    if not (rule is None or rule is False):
        value, told = _with_pluses(mender, value)
    node = Node(unquote_plus(value))
    means = mender.means(lambda each: each.value, place)
    for _, new, notes in mender.properties.changes(node, place, means, rule):
        return quote_plus(str(new), "*", errors=_BROKEN), [*told, *notes]
    return value, told


def _with_pluses(mender: Mender, text: str) -> tuple[str, Notes]:
    """What a plus stands for a space in, as if it did not: somebody may have written no form."""
    if "+" not in text:
        return text, []
    new, notes = mender.text(unquote(text), Place(is_payload=False))
    return (quote(new, "*+[]", errors=_BROKEN), notes) if notes else (text, notes)


def _at(mender: Mender, segments: tuple[str, ...], root: Place) -> tuple[Place, Rule | Unsaid]:
    """The place that a name's segments lead to, and the rule that is in force there."""
    place = root
    rule: Rule | Unsaid = UNSAID
    for segment in segments:
        if not segment.isdigit():
            place = place.into(segment)
            own = mender.properties.rules.of_property(place.keys)
            rule = rule if isinstance(own, Unsaid) else own
    return place, rule
