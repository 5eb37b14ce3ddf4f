"""What becomes of a message's headers when it is scrubbed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any, Final

import httpx

from ..messages import Request
from . import _standins
from ._mending import Mender, hide_keys
from ._personal import Place
from ._properties import RULE, called
from ._rules import Unsaid
from .edits import Note, Notes

_COOKIE, _CREDENTIALS, _TELEMETRY = "cookie", "credentials", "telemetry"
_REMOVED = {
    "cookie": _COOKIE,
    "set-cookie": _COOKIE,
    "proxy-authorization": _CREDENTIALS,
    "x-stripe-client-telemetry": _TELEMETRY,
    "x-stripe-client-user-agent": _TELEMETRY,
}
_AUTHORIZATION = "authorization"
_HIDDEN = ("api-key", "x-api-key", "x-auth-token", "x-access-token", "x-csrf-token")
_ACCOUNTS = ("stripe-account", "stripe-context")
IDEMPOTENCY_KEY = "idempotency-key"

SECRET = frozenset(("cookie", "set-cookie", "proxy-authorization", _AUTHORIZATION, *_HIDDEN))
"""Headers that hold nothing but a secret."""

_NUMBERED = re.compile(r"idempotency-key-([1-9][0-9]{0,8})")
_MASKED_KEY = re.compile(r"(?:[a-z]{2,5}_(?:org_)?(?:(?:test|live|org)_)?)?\*{3,}[0-9A-Za-z]*")
_ELSEWHERE = Place(is_payload=False)
_DROPPED: Final = object()


def is_masked(value: object) -> bool:
    """Whether what is there instead of credentials gives none away."""
    if not isinstance(value, str):
        return False
    credentials = value.split(maxsplit=1)[-1:] or [""]
    return credentials[0] == "" or any(
        (_MASKED_KEY.fullmatch(each) or _standins.is_mask(each)) for each in (value, credentials[0])
    )


def numbered(keys: Iterable[str]) -> Mapping[str, str]:
    """Idempotency keys with their stand-ins: numbers, in order, none of them there already."""
    distinct = dict.fromkeys(keys)
    taken = {match[0] for key in distinct if (match := _NUMBERED.fullmatch(key))}
    free = (name for n in count(1) if (name := f"idempotency-key-{n}") not in taken)
    return {key: key if key in taken else next(free) for key in distinct}


@dataclass(frozen=True, slots=True)
class Headers:
    """Replaces or drops headers by their names; all other text in them goes through ``mender``.

    ``idempotency_keys`` has a stand-in for each.
    """

    mender: Mender
    idempotency_keys: Mapping[str, str]

    @property
    def _is_personal(self) -> bool:
        return self.mender.properties.is_personal

    def mend(self, headers: Iterable[tuple[Any, Any]]) -> tuple[list[tuple[Any, Any]], Notes]:
        """Headers in any layout: a name with a value, or with a list of them."""
        mended: list[tuple[Any, Any]] = []
        told: Notes = []
        for name, value in headers:
            new_name, notes = self.mender.value(name, _ELSEWHERE)
            step = new_name.decode("latin-1") if isinstance(new_name, bytes) else str(new_name)
            told += [note.under(step) for note in notes]
            values = value if isinstance(value, list) else [value]
            news = []
            for index, each in enumerate(values):
                new, notes = self._value(step.casefold(), each)
                news += [] if new is _DROPPED else [new]
                steps = (step,) if len(values) == 1 else (step, index)
                told += [note.under(*steps) for note in notes]
            if news or not values:
                mended.append((new_name, news if isinstance(value, list) else news[0]))
        return mended, told

    def _value(self, name: str, value: Any) -> tuple[Any, Notes]:
        if isinstance(value, bytes):
            new, notes = self._value(name, value.decode("latin-1"))
            return (new.encode("latin-1", "replace") if isinstance(new, str) else new), notes
        rule = self.mender.properties.rules.of_header(name)
        if not isinstance(rule, Unsaid):
            return self._ruled(rule, value)
        if not isinstance(value, str) or not value:
            return self.mender.value(value, _ELSEWHERE)
        if name in _REMOVED:
            return self._removed(_REMOVED[name], value)
        new, kind = self._by_name(name, value)
        if new != value:
            return new, [Note((), kind)]
        return self.mender.text(value, _ELSEWHERE)

    def _ruled(self, rule: Any, value: Any) -> tuple[Any, Notes]:
        new = value
        if rule is True:
            new = _standins.generic(str(value))
        elif isinstance(rule, str):
            new = rule
        elif callable(rule):
            new = called(rule, value)
        if new is None and value is not None:
            return _DROPPED, [Note((), RULE)]
        new, notes = hide_keys(new)
        return new, notes or ([] if new == value else [Note((), RULE)])

    def _removed(self, kind: str, value: str) -> tuple[Any, Notes]:
        if not self._is_personal and (kind == _TELEMETRY or is_masked(value)):
            return self.mender.text(value, _ELSEWHERE)
        return _DROPPED, [Note((), kind)]

    def _by_name(self, name: str, value: str) -> tuple[str, str]:
        """What stands in for a value that a header of this name has, and the kind of it."""
        if name == _AUTHORIZATION:
            return _masked(value), _AUTHORIZATION
        if name in _HIDDEN:
            return value if is_masked(value) else "***", _CREDENTIALS
        if self._is_personal and name in _ACCOUNTS:
            return "/".join(map(_account, value.split("/"))), "account"
        if self._is_personal and name == IDEMPOTENCY_KEY:
            return self.idempotency_keys.get(value, value), "idempotency key"
        return value, ""


def _masked(authorization: str) -> str:
    """An Authorization header as a request is kept with it."""
    if is_masked(authorization):
        return authorization
    try:
        headers = httpx.Headers({"Authorization": authorization})
    except UnicodeEncodeError:
        return "***"
    kept: str = Request.received("GET", "", headers, b"").headers["Authorization"]
    return kept


def _account(text: str) -> str:
    if not text or _standins.is_placeholder(text):
        return text
    name = text.removeprefix("acct_")
    return text[: len(text) - len(name)] + _standins.secret(name)
