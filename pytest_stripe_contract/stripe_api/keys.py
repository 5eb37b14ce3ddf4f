"""The keys, tokens and client secrets of Stripe: their form, finding and hiding them, their mode.

Sources: https://docs.stripe.com/keys (prefixes of keys), https://docs.stripe.com/webhooks
(``whsec_``), https://docs.stripe.com/api/payment_intents/object (``client_secret``),
https://docs.stripe.com/api/authentication (the Authorization header).
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import unquote_plus

_LIVE = re.compile(r"[a-z]{2,5}_(?:org_)?live_")
_WRITTEN_LIVE_KEY = re.compile(r"(?<![A-Za-z0-9])[prs]k_(?:org_)?live_(?=[A-Za-z0-9*])")
"""A live-mode key, masked or not. `_LIVE` is wider: a request with any trace of one is not sent."""

_TEST = re.compile(r"[a-z]{2,5}_(?:org_)?test_")
_PREFIX = re.compile(r"[a-z]{2,5}_(?:org_)?(?:test|live|org)_")
"""The part of a key that is no secret: its kind, its mode, and if it is an organization's."""

_MASK = r"(?:eyJ)?\*{3,}[0-9A-Za-z]*"
_WORD = (
    r"redacted|filtered|masked|hidden|dummy|x{3,}"
    r"|<[a-z_ ]*(?:redacted|filtered|masked|hidden|key|secret|token)[a-z_ ]*>"
)
_ONLY_MASK = re.compile(rf"{_MASK}|{_WORD}", re.IGNORECASE)
_MASKED_SECRET = re.compile(rf"(?:[0-9A-Za-z]+_+)*(?:{_MASK}|{_WORD})", re.IGNORECASE)
_MASKED_KEY = re.compile(r"(?:[a-z]{2,5}_(?:org_)?(?:(?:test|live|org)_)?)?\*{3,}[0-9A-Za-z]*")


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret in a text: from ``start`` on, its readable ``prefix`` and then the ``secret`` part.

    ``kind`` is ``API key``, ``webhook secret``, ``client_secret`` or ``token``.
    """

    kind: str
    start: int
    prefix: str
    secret: str

    @property
    def end(self) -> int:
        """The index in the text behind the secret."""
        return self.start + len(self.prefix) + len(self.secret)


def find(text: str) -> Iterator[Secret]:
    """Return the secrets in a text, kind by kind; masked ones are not secret any more."""
    for kind, pattern in _PATTERNS:
        for match in pattern.finditer(text):
            if not is_mask(match[2]):
                start = match.start(1)
                yield Secret(kind, start, text[start : match.start(2)], match[2])
    yield from _client_secrets(text)


def hide(text: str) -> str:
    """Return the text with ``***`` in place of each secret; its prefix stays."""
    parts, end = [], 0
    for found in sorted(find(text), key=lambda secret: secret.start):
        if found.start >= end:
            parts += [text[end : found.start], found.prefix, "***"]
        end = max(end, found.end)
    return "".join([*parts, text[end:]])


def masked(key: str) -> str:
    """Return ``***`` in place of a key, with the key's prefix (``sk_test_***``) if it has one."""
    prefix = _PREFIX.match(key)
    return f"{prefix[0] if prefix else ''}***"


def is_mask(text: str) -> bool:
    """Tell if a text is only a mask: ``***1234``, ``REDACTED``, ``<token>``."""
    return _ONLY_MASK.fullmatch(text) is not None


def is_masked_secret(text: str) -> bool:
    """Tell if a text is a mask behind any prefix: ``sk_test_***``, ``pi_1_secret_xxxx``."""
    return _MASKED_SECRET.fullmatch(text) is not None


def is_masked_key(text: str) -> bool:
    """Tell if a text is stars, alone or behind the prefix of a key: ``rk_live_***1234``."""
    return _MASKED_KEY.fullmatch(text) is not None


def has_live_key(text: str) -> bool:
    """Tell if a text holds the prefix of a live-mode key, percent-encoded up to twice."""
    return _LIVE.search(unquote_plus(unquote_plus(text))) is not None


def find_live_prefixes(text: str) -> Iterator[re.Match[str]]:
    """Return a match for the prefix of each live-mode key in a text.

    A masked key (``sk_live_***``) counts: the request was sent with a live-mode key.
    """
    return _WRITTEN_LIVE_KEY.finditer(text) if "live_" in text else iter(())


def is_test_key(text: str) -> bool:
    """Tell if a text is a key of test mode."""
    return _TEST.match(text) is not None


def api_key(authorization: str) -> str | None:
    """Return the API key in an Authorization header, read as Stripe reads it; None if it has none.

    The key is the user name of Basic or the token of Bearer.
    """
    scheme, token = _scheme_and_token(authorization)
    if scheme.lower() == "bearer":
        return token or None
    if scheme.lower() == "basic":
        with suppress(binascii.Error, UnicodeDecodeError):
            decoded = base64.b64decode(token, validate=True).decode()
            return decoded.partition(":")[0] or None
    return None


def masked_authorization(authorization: str) -> str:
    """Return an Authorization header with ``***`` in place of its key.

    The scheme stays if it is Basic or Bearer, and so does the key's prefix.
    """
    scheme, _ = _scheme_and_token(authorization)
    if scheme.lower() not in ("basic", "bearer"):
        return "***"
    return f"{scheme} {masked(api_key(authorization) or '')}"


def credentials(authorization: str) -> list[str]:
    """Return each part of an Authorization header that may be a key, however it is written.

    They are the user name and the password of Basic, decoded even where padding or alphabet are
    wrong, or the token of another scheme. A header without a scheme is its own token.
    """
    scheme, token = _scheme_and_token(authorization)
    if scheme.lower() != "basic":
        return [token or scheme] if scheme else []
    decoded = token.encode("latin-1", "replace")
    with suppress(binascii.Error):
        decoded = base64.b64decode(decoded + b"=" * (-len(decoded) % 4))
    return [part for part in decoded.decode("latin-1").split(":") if part]


def _scheme_and_token(authorization: str) -> tuple[str, str]:
    scheme, token = [*authorization.split(maxsplit=1), "", ""][:2]
    return scheme, token.strip()


def _word_start(behind: str) -> str:
    """Return a look-behind: a word begins as many characters before as ``behind`` has dots.

    An escape in front of the word, of a URL or of JSON, is no part of it.
    """
    return (
        rf"(?:(?<![A-Za-z0-9]{behind})|(?<=%[0-9A-Fa-f][0-9A-Fa-f]{behind})"
        rf"|(?<=\\[bfnrt]{behind})|(?<=\\u[0-9A-Fa-f]{{4}}{behind}))"
    )


def _pattern(prefix: str, secret: str) -> re.Pattern[str]:
    return re.compile(rf"({prefix}){_word_start('.' * len(prefix))}({secret})")


_RANDOM = r"(?=[A-Za-z]*[0-9])[A-Za-z0-9]"
"""A character of a token, which has at least one digit."""

# Each pattern begins with a literal, which is found fast. Group 1 starts at the prefix, and group 2
# is the secret.
_PATTERNS = (
    (
        "API key",
        re.compile(
            rf"k_(?<=([aemprsu])k_){_word_start('...')}"
            r"(?:org_(?:test_|live_)?+|test_|live_)([A-Za-z0-9_]{4,})"
        ),
    ),
    (
        "API key",  # of the early days, without a mode
        re.compile(rf"k_(?<=([prs])k_){_word_start('...')}({_RANDOM}{{24,}})"),
    ),
    ("webhook secret", _pattern("whsec_", r"[A-Za-z0-9][A-Za-z0-9_+/-]{2,}={0,2}")),
    ("token", re.compile(rf"(tok_)({_RANDOM}{{14,}})")),  # also btok_, ctok_
    ("token", _pattern("ac_", rf"{_RANDOM}{{14,}}")),
    ("token", _pattern("rt_", rf"{_RANDOM}{{14,}}")),
    ("token", _pattern("eyJ", r"[A-Za-z0-9_-]{6,}(?:\.[A-Za-z0-9_-]{4,}){2,4}")),  # JWT
)

CLUES = "k_|whsec_|_secret_|tok_|ac_|rt_|eyJ"
"""Pattern of the literals of which each text with a secret has one."""

_CLIENT_SECRET = re.compile(r"(_secret__?)([A-Za-z0-9](?:[A-Za-z0-9_-]|%[0-9A-Fa-f]{2}){2,})")
_OWNER = re.compile(
    _word_start("") + r"(?:(?:pi|seti|cs|src|vs|cuss|accs|fcsess|cpi|in|sub)(?:_[A-Za-z0-9]+)*"
    rf"|[a-z]{{2,8}}_{_RANDOM}+)\Z"
)
"""The beginning of a client secret: an object's id, or the prefix of its type."""

_LONGEST_OWNER = 255


def _client_secrets(text: str) -> Iterator[Secret]:
    for match in _CLIENT_SECRET.finditer(text):
        owner = _OWNER.search(text, max(0, match.start() - _LONGEST_OWNER), match.start())
        if owner is None:
            continue
        # Only a checkout session's secret has percent-escapes; they end any other one.
        secret = match[2] if owner[0].startswith("cs_") else match[2].partition("%")[0]
        if not is_mask(secret):
            yield Secret("client_secret", owner.start(), owner[0] + match[1], secret)
