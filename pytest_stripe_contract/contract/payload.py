"""What is handed in to be checked: read as the JSON that was on the wire."""

from __future__ import annotations

import json
import reprlib
from decimal import Decimal
from typing import Any, Literal, NoReturn

from .._support.json_path import Foreign
from ..errors import StripeContractError

Kind = Literal["invoice", "deleted", "list", "event", "error"]

TAKEN = (
    "a dict, JSON text or bytes, an object of the stripe package, "
    "or a response of httpx or requests"
)
LIST_URL = "/v1/invoices"

DEEPEST = 64
"""Levels of nesting that are looked at: many times what any documented object has."""

LARGEST = 1_000_000
"""Values that one payload may hold: a page of 100 long invoices has a tenth of it."""

_LONGEST_PLAIN = 40
"""Digits up to which a decimal is written without an exponent."""

_HUGE = 1 << 1024
_SCALARS = (str, int, float, Decimal)
_AS_IT_IS = frozenset((str, bool, float))

_REPR = reprlib.Repr()  # short, and safe from what a value's own __repr__ may raise
_REPR.maxother = 80


class NotAPayload(StripeContractError, TypeError):
    """A Python object that holds no payload; ``type_name`` is the name of its type."""

    def __init__(self, type_name: str) -> None:
        self.type_name = type_name
        super().__init__(type_name)

    def __str__(self) -> str:
        return f"expected {TAKEN}; got {self.type_name}"


class UnreadResponse(StripeContractError, RuntimeError):
    """A streamed response whose body is not there; ``problem`` is what its library says."""

    def __init__(self, problem: str) -> None:
        self.problem = problem
        super().__init__(problem)

    def __str__(self) -> str:
        return f"the body of the response must be read before it can be checked: {self.problem}"


class Unreadable(StripeContractError, ValueError):
    """A payload that is no JSON; ``expected`` says what was, ``actual`` is what was there."""

    def __init__(self, expected: str, actual: object) -> None:
        self.expected = expected
        self.actual = actual
        super().__init__(expected, actual)

    def __str__(self) -> str:
        return f"expected {self.expected}, got {self.actual!r:.80}"


class _Refused(ValueError):
    """Raised inside the decoder for what its grammar lets pass."""


class _Huge(int):
    """An integer that can be compared and told, although Python refuses to print it."""

    def __repr__(self) -> str:
        return f"an integer of {self.bit_length()} bits"

    __str__ = __repr__


def read(instance: object) -> tuple[Any, int | None]:
    """The JSON value of a payload, and the HTTP status if it is a response.

    Raises `Unreadable` for text that is no JSON, `UnreadResponse` for a stream that nobody
    has read, and `NotAPayload` for an object that holds no payload at all.
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
    """The value of a JSON text; `Unreadable` if it is none.

    Stricter than ``json.loads``: bytes are UTF-8, ``NaN`` is no number, and a property
    that comes twice is no property.
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
    """A copy of nothing but JSON's own types, and `Foreign` where it has none.

    Objects of the stripe package become dicts and its decimals the strings that they were
    on the wire. What lies deeper than `DEEPEST` is left out, so that no cycle and no depth
    can hurt; `Unreadable` for more than `LARGEST` values.
    """
    left = iter(range(LARGEST))

    def copy(value: object, depth: int) -> Any:
        if next(left, None) is None:
            raise Unreadable(f"at most {LARGEST} values", root)
        if value is None or type(value) in _AS_IT_IS:
            return value
        if isinstance(value, dict):
            items = dict.items(value) if depth < DEEPEST else ()
            return {_name(key): copy(each, depth + 1) for key, each in items}
        if isinstance(value, (list, tuple)):
            return [copy(each, depth + 1) for each in value] if depth < DEEPEST else []
        if not isinstance(value, _SCALARS) and _is_stripe_object(value):
            return copy(value.to_dict(recursive=False), depth)  # type: ignore[attr-defined]
        return _scalar(value)

    return copy(root, 0)


def kind_of(value: object) -> Kind | None:
    """What a payload is, by what it says of itself; None if the contract does not cover it."""
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
    """Not a list of anything else: the first item tells, or the address if there is none."""
    match value.get("data"), value.get("url"):
        case [{"object": str(name)}, *_], _:
            return name == "invoice"
        case [], str(url):
            return url.partition("?")[0] == LIST_URL
    return True


def _is_json(value: object) -> bool:
    return value is None or isinstance(value, (dict, list, tuple, int, float))


def _is_stripe_object(value: object) -> bool:
    """By name, so that the stripe package need not be there: before 15 they are dicts."""
    return any(base.__name__ == "StripeObject" for base in type(value).__mro__)


def _content(response: object) -> str | bytes:
    try:
        content = response.content  # type: ignore[attr-defined]
    except AttributeError:
        content = None
    except RuntimeError as error:
        raise UnreadResponse(str(error)) from error
    except Exception as error:
        # What a library raises when the body breaks off, or is not compressed as it says.
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
            return _wire(value)
    return Foreign(type(value).__name__, _REPR.repr(value))


def _name(key: object) -> str:
    return key if type(key) is str else str(_scalar(key))


def _wire(number: Decimal) -> str:
    """The text of a decimal as Stripe sends it: without an exponent."""
    written_out = number.is_finite() and abs(number.adjusted()) < _LONGEST_PLAIN
    return f"{number:f}" if written_out else str(number)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = dict(pairs)
    if len(names) != len(pairs):
        seen: set[str] = set()
        twice = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]
        raise _Refused(f"every property once (not {twice!r:.80} twice)")
    return names


def _no_constant(name: str) -> NoReturn:
    raise _Refused(f"JSON (which has no {name})")


_DECODER: json.JSONDecoder = json.JSONDecoder(
    object_pairs_hook=_unique, parse_constant=_no_constant
)
