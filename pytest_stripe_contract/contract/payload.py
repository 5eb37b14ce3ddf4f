"""Read payloads: dicts, JSON text, objects of the stripe package and HTTP responses."""

from __future__ import annotations

import json
import reprlib
from decimal import Decimal
from typing import Any, Literal, NoReturn

from .._support.json_path import Foreign
from ..errors import StripeContractError

Kind = Literal["invoice", "deleted", "list", "event", "error"]

ACCEPTED = (
    "a dict, JSON text or bytes, an object of the stripe package, "
    "or a response of httpx or requests"
)
LIST_URL = "/v1/invoices"

MAX_DEPTH = 64
"""Levels of nesting that are read: many times those of any documented object."""

MAX_VALUES = 1_000_000
"""Values in one payload: a page of 100 long invoices has a tenth of them."""

_MAX_DIGITS = 40
"""Decimals of more digits keep their exponent."""

_HUGE = 1 << 1024
_SCALARS = (str, int, float, Decimal)
_UNCHANGED = frozenset((str, bool, float))

_REPR = reprlib.Repr()  # short, and safe from what a value's own __repr__ may raise
_REPR.maxother = 80


class NotAPayload(StripeContractError, TypeError):
    """Raised for a Python object that is not a payload; ``type_name`` is the name of its type."""

    def __init__(self, type_name: str) -> None:
        self.type_name = type_name
        super().__init__(type_name)

    def __str__(self) -> str:
        return f"expected {ACCEPTED}; got {self.type_name}"


class UnreadResponse(StripeContractError, RuntimeError):
    """Raised for a streamed response without its body; ``problem`` says why."""

    def __init__(self, problem: str) -> None:
        self.problem = problem
        super().__init__(problem)

    def __str__(self) -> str:
        return f"the response's body is not read yet: {self.problem}"


class Unreadable(StripeContractError, ValueError):
    """Raised for a payload that is not JSON; ``expected`` is a text, ``actual`` the payload."""

    def __init__(self, expected: str, actual: object) -> None:
        self.expected = expected
        self.actual = actual
        super().__init__(expected, actual)

    def __str__(self) -> str:
        return f"expected {self.expected}, got {self.actual!r:.80}"


class _Refused(ValueError):
    """Raised inside the decoder for text that its grammar accepts."""


class _Huge(int):
    """An integer that Python refuses to print."""

    def __repr__(self) -> str:
        return f"an integer of {self.bit_length()} bits"

    __str__ = __repr__


def read(instance: object) -> tuple[Any, int | None]:
    """Return the JSON value of a payload, and the HTTP status if it is a response, else None.

    Raises `Unreadable` for text that is not JSON, `UnreadResponse` for a streamed response
    whose body is not read, and `NotAPayload` for any other object.
    """
    if type(instance) is dict:
        return instance, None
    if isinstance(instance, (str, bytes, bytearray, memoryview)):
        return parse(instance), None
    if _is_json(instance) or _is_stripe_object(instance):
        return plain(instance), None
    status = getattr(instance, "status_code", getattr(instance, "status", None))
    if not isinstance(status, int):
        raise NotAPayload(type(instance).__qualname__)
    return parse(_content(instance)), status


def parse(text: str | bytes | bytearray | memoryview) -> Any:
    """Return the value of a JSON text; raises `Unreadable` if it is not JSON.

    Stricter than ``json.loads``: bytes must be UTF-8, ``NaN`` is not a number, and no property
    may be repeated.
    """
    if not isinstance(text, str):
        text = _decode(bytes(text))
    try:
        return _DECODER.decode(text)
    except json.JSONDecodeError as error:
        expected = f"JSON (line {error.lineno} column {error.colno}: {error.msg})"
    except _Refused as error:
        expected = str(error)
    except RecursionError:
        expected = "JSON that is less deeply nested"
    except ValueError:
        expected = "JSON with numbers of a length that can be read"
    raise Unreadable(expected, text)


def plain(root: object) -> Any:
    """Return a copy with JSON's types only; `Foreign` stands for a value of another type.

    Objects of the stripe package become dicts, and its decimals the strings that Stripe sent.
    Levels below `MAX_DEPTH` are left out, which ends cycles. Raises `Unreadable` for more than
    `MAX_VALUES` values.
    """
    remaining = iter(range(MAX_VALUES))

    def copy(value: object, depth: int) -> Any:
        if next(remaining, None) is None:
            raise Unreadable(f"at most {MAX_VALUES} values", root)
        if value is None or type(value) in _UNCHANGED:
            return value
        if isinstance(value, dict):
            items = dict.items(value) if depth < MAX_DEPTH else ()
            return {_name(key): copy(each, depth + 1) for key, each in items}
        if isinstance(value, (list, tuple)):
            return [copy(each, depth + 1) for each in value] if depth < MAX_DEPTH else []
        if not isinstance(value, _SCALARS) and _is_stripe_object(value):
            return copy(value.to_dict(recursive=False), depth)  # type: ignore[attr-defined]
        return _scalar(value)

    return copy(root, 0)


def kind_of(value: object) -> Kind | None:
    """Return the kind of a payload by its ``object``; None if the contract does not describe it."""
    if not isinstance(value, dict):
        return None
    match value.get("object"):
        case "invoice":
            return "deleted" if value.get("deleted") is True else "invoice"
        case "list":
            return "list" if _lists_invoices(value) else None
        case "event":
            return "event"
        case str():
            return None
    return "error" if "error" in value else None


def _lists_invoices(value: dict[str, Any]) -> bool:
    """Return False for a list of other objects, by its first item or, without items, its url."""
    match value.get("data"), value.get("url"):
        case [{"object": str(name)}, *_], _:
            return name == "invoice"
        case [], str(url):
            return url.partition("?")[0] == LIST_URL
    return True


def _is_json(value: object) -> bool:
    return value is None or isinstance(value, (dict, list, tuple, int, float))


def _is_stripe_object(value: object) -> bool:
    """Compare class names, as the stripe package may be absent."""
    return any(base.__name__ == "StripeObject" for base in type(value).__mro__)


def _content(response: object) -> str | bytes:
    try:
        content = response.content  # type: ignore[attr-defined]
    except AttributeError:
        content = None
    except RuntimeError as error:
        raise UnreadResponse(str(error)) from error
    except Exception as error:
        # Libraries raise their own errors for a truncated body or a wrong Content-Encoding.
        raise Unreadable("a body that can be read", f"{type(error).__name__}: {error}") from error
    if not isinstance(content, (str, bytes)):
        raise NotAPayload(type(response).__qualname__)
    return content


def _decode(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError:
        raise Unreadable("JSON in UTF-8", body.decode(errors="backslashreplace")) from None


def _scalar(value: object) -> Any:
    match value:
        case str():
            return str.__str__(value)
        case int():
            return int(value) if -_HUGE < value < _HUGE else _Huge(value)
        case float():
            return float(value)
        case Decimal():
            return _decimal_text(value)
    return Foreign(type(value).__name__, _REPR.repr(value))


def _name(key: object) -> str:
    return key if type(key) is str else str(_scalar(key))


def _decimal_text(number: Decimal) -> str:
    """Return a decimal as Stripe sends it: without an exponent."""
    is_short = number.is_finite() and abs(number.adjusted()) < _MAX_DIGITS
    return f"{number:f}" if is_short else str(number)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = dict(pairs)
    if len(names) != len(pairs):
        seen: set[str] = set()
        twice = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]
        raise _Refused(f"JSON with unique property names ({twice!r:.80} is repeated)")
    return names


def _no_constant(name: str) -> NoReturn:
    raise _Refused(f"JSON ({name} is not a JSON number)")


_DECODER: json.JSONDecoder = json.JSONDecoder(
    object_pairs_hook=_unique, parse_constant=_no_constant
)
