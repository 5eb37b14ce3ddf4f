"""Scrub forms and URLs, by the names of their fields; the rest stays as it is encoded."""

from __future__ import annotations

import re
from urllib.parse import quote, quote_plus, unquote, unquote_plus

from ..messages import forms
from . import _placeholders
from ._engine import Engine, Note, Notes
from ._personal_data import Place, request_place
from ._rules import UNSET, Rule, Unset
from .detectors import replace_secrets

_SURROGATES = "surrogatepass"
_ELSEWHERE = Place(is_payload=False)
_ORIGIN = re.compile(r"[^:/?#]*://[^/?#]*")


def scrub_form(engine: Engine, text: str, root: Place) -> tuple[str, Notes]:
    """Scrub the fields of a form, or of a query."""
    if not text:
        return text, []
    return engine.settle(lambda current, form: _scrub_form(current, form, root), text)


def scrub_url(engine: Engine, url: str) -> tuple[str, Notes]:
    """Scrub a URL: the fields of its query, and the segments of its path and its fragment."""
    return engine.settle(_scrub_url, url)


def _scrub_form(engine: Engine, text: str, root: Place) -> tuple[str, Notes]:
    engine = engine.for_parts_of(text)
    fields = [field.partition("=") for field in text.split("&")]
    pairs = [(unquote_plus(name), unquote_plus(value)) for name, _, value in fields]
    chunks: list[str] = []
    notes: Notes = []
    for (name, equals, value), (segments, _) in zip(fields, forms.split_names(pairs), strict=True):
        new_name, name_notes = _scrub_name(engine, name)
        new_value, value_notes = _scrub_value(engine, value, segments, root)
        chunks.append(f"{new_name}{equals}{new_value}")
        notes += [note.under(unquote_plus(new_name)) for note in (*name_notes, *value_notes)]
    return ("&".join(chunks) if notes else text), notes


def _scrub_name(engine: Engine, name: str) -> tuple[str, Notes]:
    name, notes = _scrub_pluses(engine, name)
    new, more = engine.text(unquote_plus(name), _ELSEWHERE)
    return (quote_plus(new, "*[]", errors=_SURROGATES) if more else name), notes + more


def _scrub_value(
    engine: Engine, value: str, segments: tuple[str, ...], root: Place
) -> tuple[str, Notes]:
    place = root
    rule: Rule | Unset = UNSET
    for segment in segments:
        if not segment.isdigit():
            place = place.into(segment)
            own_rule = engine.rules.of_property(place.keys)
            rule = rule if isinstance(own_rule, Unset) else own_rule
    notes: Notes = []
    if not (rule is None or rule is False):
        value, notes = _scrub_pluses(engine, value)
    new, more = engine.value(unquote_plus(value), place, rule)
    return (quote_plus(str(new), "*", errors=_SURROGATES) if more else value), notes + more


def _scrub_pluses(engine: Engine, text: str) -> tuple[str, Notes]:
    """Scrub a text in which a plus may stand for itself, as in an e-mail that was not encoded."""
    if "+" not in text:
        return text, []
    new, notes = engine.text(unquote(text), _ELSEWHERE)
    return (quote(new, "*+[]", errors=_SURROGATES) if notes else text), notes


def _scrub_url(engine: Engine, url: str) -> tuple[str, Notes]:
    # A slash may be in base64, or end it: look at the URL as a whole, and at its segments.
    engine = engine.for_parts_of("\n\n".join([url, *url.split("/")]))
    before, question, rest = url.partition("?")
    query, hash_, fragment = rest.partition("#")
    before, notes = _scrub_segments(engine, before)
    query, more = scrub_form(engine, query, request_place(url))
    fragment, most = _scrub_segments(engine, fragment)
    notes = [*notes, *more, *most]
    return (f"{before}{question}{query}{hash_}{fragment}" if notes else url), notes


def _scrub_segments(engine: Engine, text: str) -> tuple[str, Notes]:
    """Scrub a URL without its query, or a fragment: by segments if a secret is encoded in one."""
    if engine.is_clean:
        return text, []
    if secrets := engine.readable(text):
        return replace_secrets(text, secrets), [Note((), each.kind) for each in secrets]
    origin = match[0] if (match := _ORIGIN.match(text)) else ""
    segments = re.split("([/#])", text[len(origin) :])
    notes: Notes = []
    for index, segment in enumerate(segments):
        new, more = engine.text(unquote(segment), _ELSEWHERE)
        if more:
            segments[index] = quote(new, safe="*@:+,;=$!&'()", errors=_SURROGATES)
            notes += more
    if notes:
        return f"{origin}{''.join(segments)}", notes
    notes = engine.text(text, _ELSEWHERE)[1]
    if notes:  # the secret is in several segments, or in the origin
        origin = "" if engine.text(origin, _ELSEWHERE)[1] else origin
        text = f"{origin}{origin and '/'}{_placeholders.secret(text)}"
    return text, notes
