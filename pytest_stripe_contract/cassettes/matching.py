"""Match requests with recordings, and tell what differs between two requests.

Two requests match if their method, scheme, host, path, query and body mean the same to Stripe,
however a client writes them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

from ..messages import PORTS, Request, join_name, origin, split_names
from ..stripe_api import find_operation, keys

_PAYMENTS = "payments"
_LONGEST_VALUE = 80
"""Characters of a value in a line of a report."""

Fields = tuple[tuple[str, str], ...]


class RequestKey(NamedTuple):
    """The parts of a request that are compared: two requests with equal keys match."""

    method: str
    scheme: str
    host: str
    path: tuple[str, ...]
    query: Fields
    body: Fields


def request_key(request: Request, *, any_id: bool = False, any_params: bool = False) -> RequestKey:
    """Return the parts of a request that are compared.

    With ``any_id``, the id in the path of a known endpoint does not count, with ``any_params``
    neither query nor body do.
    """
    scheme, host, port = origin(request.url)
    endpoint = find_operation(request.url) if any_id else None
    path = endpoint[0].path if endpoint else urlsplit(request.url).path or "/"
    return RequestKey(
        request.method.upper(),
        scheme,
        host if port == PORTS.get(scheme) else f"{host}:{port}",
        tuple(unquote(segment) for segment in path.split("/")[1:]),
        () if any_params else _normalize(request.query),
        () if any_params else _normalize_body(request),
    )


def expands_payments(request: Request) -> bool:
    """Return True if a request asks for an invoice's ``payments``.

    Such a request matches the same recordings, as the answer can be made to have them.
    """
    if not request.query and not request.form:
        return False
    expand = request.params.get("expand")
    return isinstance(expand, list) and _PAYMENTS in expand


def differences(sent: RequestKey, recorded: RequestKey) -> Iterator[str]:
    """Yield a line for each part in which a request differs from a recorded one."""
    for part in ("method", "scheme", "host"):
        ours, theirs = getattr(sent, part), getattr(recorded, part)
        if ours != theirs:
            yield f"{part}: sent {ours}, recorded {theirs}"
    yield from _path_differences(sent.path, recorded.path)
    yield from _field_differences("query", sent.query, recorded.query)
    yield from _field_differences("form", sent.body, recorded.body)


def _path_differences(sent: tuple[str, ...], recorded: tuple[str, ...]) -> Iterator[str]:
    for index in range(max(len(sent), len(recorded))):
        ours = sent[index] if index < len(sent) else None
        theirs = recorded[index] if index < len(recorded) else None
        is_id = theirs is not None and theirs.startswith("{")  # of an endpoint, so any id matches
        if is_id and ours == "":
            yield f"the {str(theirs).strip('{}')} id is empty"
        elif ours != theirs and not (is_id and ours):
            yield f"path segment {index + 1}: sent {_quote(ours)}, recorded {_quote(theirs)}"


def _field_differences(part: str, sent: Fields, recorded: Fields) -> Iterator[str]:
    ours, theirs = _join_values(sent), _join_values(recorded)
    for name in dict.fromkeys([*ours, *theirs]):
        if ours.get(name) != theirs.get(name):
            field = f"{part} {name}".rstrip()
            yield f"{field}: sent {_quote(ours.get(name))}, recorded {_quote(theirs.get(name))}"


def _join_values(fields: Fields) -> dict[str, str]:
    """Return each name with its value, or with all of them if it comes more than once."""
    values: dict[str, list[str]] = {}
    for name, value in fields:
        values.setdefault(name, []).append(value)
    return {name: ", ".join(several) for name, several in values.items()}


def _quote(value: str | None) -> str:
    if value is None:
        return "nothing"
    text = keys.hide(json.dumps(value))
    return text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}…"


def _normalize(fields: Fields) -> Fields:
    """Return the fields in one order, with the items of ``expand`` as the set that they are."""
    numbered = split_names(fields)
    expanded = {value for path, value in numbered if _is_expand(path)} - {_PAYMENTS}
    named = [(join_name(path), value) for path, value in numbered if not _is_expand(path)]
    named += [(f"expand[{index}]", value) for index, value in enumerate(sorted(expanded))]
    return tuple(sorted(named))


def _is_expand(path: tuple[str, ...]) -> bool:
    return len(path) == 2 and path[0] == "expand"  # noqa: PLR2004 (a name and an index)


def _normalize_body(request: Request) -> Fields:
    """Return a form's fields; JSON in canonical form or any other body as it is, without a name."""
    if request.form is not None:
        return _normalize(request.form)
    try:
        value: Any = json.loads(request.body)
    except (ValueError, RecursionError):
        return (("", request.body.decode("latin-1")),)
    return (("", json.dumps(value, sort_keys=True)),)
