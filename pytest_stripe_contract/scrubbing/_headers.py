"""Scrub the headers of a message."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any, Final

from ..stripe_api import keys
from . import _placeholders
from ._bodies import is_pair
from ._engine import Engine, Note, Notes, Scrubbed
from ._personal_data import Place
from ._rules import Unset

_COOKIE, _CREDENTIALS, _TELEMETRY = "cookie", "credentials", "telemetry"
_REMOVED = {
    "cookie": _COOKIE,
    "set-cookie": _COOKIE,
    "proxy-authorization": _CREDENTIALS,
    "x-stripe-client-telemetry": _TELEMETRY,
    "x-stripe-client-user-agent": _TELEMETRY,
}
_AUTHORIZATION = "authorization"
_API_KEYS = ("api-key", "x-api-key", "x-auth-token", "x-access-token", "x-csrf-token")
_ACCOUNTS = ("stripe-account", "stripe-context")
IDEMPOTENCY_KEY = "idempotency-key"
_NAMES = frozenset((*_REMOVED, _AUTHORIZATION, *_API_KEYS, *_ACCOUNTS, IDEMPOTENCY_KEY))

_NUMBERED = re.compile(r"idempotency-key-([1-9][0-9]{0,8})")
_ELSEWHERE = Place(is_payload=False)
_DROPPED: Final = object()


def number_idempotency_keys(idempotency_keys: Iterable[str]) -> Mapping[str, str]:
    """Return a numbered placeholder for each key, in their order; numbered ones stay."""
    distinct = dict.fromkeys(idempotency_keys)
    taken = {key for key in distinct if _NUMBERED.fullmatch(key)}
    free = (name for n in count(1) if (name := f"idempotency-key-{n}") not in taken)
    return {key: key if key in taken else next(free) for key in distinct}


def scrub_headers(
    engine: Engine, idempotency_keys: Mapping[str, str], headers: Sequence[tuple[Any, Any]]
) -> tuple[list[tuple[Any, Any]], Notes]:
    """Scrub headers, which are names with a value or with a list of values.

    ``idempotency_keys`` has a placeholder for each key.
    """
    texts = (decoded(part) for name, value in headers for part in (name, *_values(value)))
    by_name = _Headers(engine.for_parts_of("\n\n".join(texts)), idempotency_keys)
    scrubbed: list[tuple[Any, Any]] = []
    notes: Notes = []
    for name, value in headers:
        if by_name.keeps(name):
            scrubbed.append((name, value))
            continue
        new_name, more = by_name.engine.scalar(name, _ELSEWHERE)
        step = decoded(new_name)
        notes += [note.under(step) for note in more]
        values = _values(value)
        new_values = []
        for index, item in enumerate(values):
            new, more = by_name.scrub(step.casefold(), item)
            new_values += [] if new is _DROPPED else [new]
            steps = (step,) if len(values) == 1 else (step, index)
            notes += [note.under(*steps) for note in more]
        if new_values or not values:
            scrubbed.append((new_name, new_values if isinstance(value, list) else new_values[0]))
    return scrubbed, notes


def header_pairs(headers: Any) -> list[tuple[Any, Any]]:
    """Return headers in any layout, a mapping or a list of pairs; nothing if it is neither."""
    if isinstance(headers, Mapping):
        return list(headers.items())
    if isinstance(headers, list) and all(map(is_pair, headers)):
        return [(name, value) for name, value in headers]
    return []


def header_values(headers: Any, name: str) -> list[Any]:
    """Return the values of a header, in headers of any layout."""
    return [
        item
        for key, value in header_pairs(headers)
        if str(key).casefold() == name
        for item in _values(value)
    ]


def _values(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def decoded(part: Any) -> str:
    """Return a header's name or value as a text."""
    return part.decode("latin-1") if isinstance(part, bytes) else str(part)


@dataclass(frozen=True, slots=True)
class _Headers:
    """Replaces or drops headers by their names; the texts in all others go through ``engine``."""

    engine: Engine
    idempotency_keys: Mapping[str, str]

    def keeps(self, name: Any) -> bool:
        """Tell if a header stays as it is: it holds no secret, and its name has no meaning."""
        step = decoded(name).casefold()
        is_by_name = step in _NAMES or not isinstance(self.engine.rules.of_header(step), Unset)
        return self.engine.is_clean and not is_by_name

    def scrub(self, name: str, value: Any) -> Scrubbed:
        if isinstance(value, bytes):
            new, notes = self.scrub(name, decoded(value))
            return (new.encode("latin-1", "replace") if isinstance(new, str) else new), notes
        rule = self.engine.rules.of_header(name)
        if not isinstance(rule, Unset):
            new, notes = self.engine.value(value, _ELSEWHERE, rule)
            return (_DROPPED if new is None and notes else new), notes
        if not isinstance(value, str) or not value:
            return self.engine.value(value, _ELSEWHERE)
        if name in _REMOVED:
            return self._removed(_REMOVED[name], value)
        new, kind = self._by_name(name, value)
        if new != value:
            return new, [Note((), kind)]
        return self.engine.text(value, _ELSEWHERE)

    def _removed(self, kind: str, value: str) -> Scrubbed:
        if not self.engine.is_personal and (kind == _TELEMETRY or _is_masked(value)):
            return self.engine.text(value, _ELSEWHERE)
        return _DROPPED, [Note((), kind)]

    def _by_name(self, name: str, value: str) -> tuple[str, str]:
        """Return the placeholder for the value of a header, and its kind."""
        if name == _AUTHORIZATION:
            new = value if _is_masked(value) else keys.masked_authorization(value)
            return new, _AUTHORIZATION
        if name in _API_KEYS:
            return value if _is_masked(value) else "***", _CREDENTIALS
        if self.engine.is_personal and name in _ACCOUNTS:
            return "/".join(map(_account, value.split("/"))), "account"
        if self.engine.is_personal and name == IDEMPOTENCY_KEY:
            return self.idempotency_keys.get(value, value), "idempotency key"
        return value, ""


def _is_masked(value: str) -> bool:
    """Tell if a header's value, or its part behind the scheme, is a mask."""
    credentials = [*value.split(maxsplit=1)[-1:], ""][0]
    return credentials == "" or any(
        keys.is_masked_key(text) or keys.is_mask(text) for text in (value, credentials)
    )


def _account(text: str) -> str:
    if not text or keys.is_masked_secret(text):
        return text
    name = text.removeprefix("acct_")
    return text[: len(text) - len(name)] + _placeholders.secret(name)
