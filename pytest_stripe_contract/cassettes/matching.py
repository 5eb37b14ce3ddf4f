"""Which recording answers a request, and what differs from the one that comes closest.

Two requests are the same if their method, scheme, host, path, query and body mean the same,
however a client writes them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

from ..messages import PORTS, Request, name_of, number, origin
from ..stripe_api import keys, template

_ANY_ID = "{invoice}"

PAYMENTS = "payments"

Names = tuple[tuple[str, str], ...]


class Meaning(NamedTuple):
    """What of a request counts: two equal ones are the same request."""

    method: str
    scheme: str
    host: str
    path: tuple[str, ...]
    query: Names
    body: Names


def meaning(request: Request, *, any_id: bool = False, any_params: bool = False) -> Meaning:
    """What of the request counts.

    With ``any_id`` whatever id a known endpoint's path has, with ``any_params`` whatever
    parameters are sent.
    """
    # A request does not change, and is asked for this again and again.
    known: dict[tuple[bool, bool], Meaning] = vars(request).setdefault("_meanings", {})
    if (means := known.get((any_id, any_params))) is None:
        means = known[any_id, any_params] = _meaning(request, any_id, any_params)
    return means


def _meaning(request: Request, any_id: bool, any_params: bool) -> Meaning:  # noqa: FBT001
    if any_id or any_params:
        literal = meaning(request)
        found = template(request.url) if any_id else None
        path = _segments(found[0].path) if found else literal.path
        if any_params:
            return literal._replace(path=path, query=(), body=())
        return literal._replace(path=path)
    scheme, host, port = origin(request.url)
    return Meaning(
        request.method.upper(),
        scheme,
        host if port == PORTS.get(scheme) else f"{host}:{port}",
        _segments(urlsplit(request.url).path or "/"),
        _names(request.query),
        _body(request),
    )


@lru_cache(maxsize=256)
def _segments(path: str) -> tuple[str, ...]:
    return tuple(unquote(segment) for segment in path.split("/")[1:])


def expands_payments(request: Request) -> bool:
    """Whether the request asks for an invoice's ``payments``.

    It is the same request, for an answer that has them: a recording need not be another.
    """
    if not request.query and not request.form:
        return False
    expand = request.params.get("expand")
    return isinstance(expand, list) and PAYMENTS in expand


def differences(sent: Meaning, recorded: Meaning) -> Iterator[str]:
    """A line for each thing in which a request differs from a recorded one."""
    for part in ("method", "scheme", "host"):
        ours, theirs = getattr(sent, part), getattr(recorded, part)
        if ours != theirs:
            yield f"{part}: sent {ours}, recorded {theirs}"
    yield from _path_differences(sent.path, recorded.path)
    yield from _name_differences("query", sent.query, recorded.query)
    yield from _name_differences("form", sent.body, recorded.body)


def _path_differences(sent: tuple[str, ...], recorded: tuple[str, ...]) -> Iterator[str]:
    for index in range(max(len(sent), len(recorded))):
        ours = sent[index] if index < len(sent) else None
        theirs = recorded[index] if index < len(recorded) else None
        if ours != theirs and not (ours and theirs == _ANY_ID):
            yield f"path, segment {index + 1}: sent {_shown(ours)}, recorded {_shown(theirs)}"


def _name_differences(part: str, sent: Names, recorded: Names) -> Iterator[str]:
    ours, theirs = _values(sent), _values(recorded)
    for name in dict.fromkeys([*ours, *theirs]):
        if ours.get(name) != theirs.get(name):
            field = f"{part} {name}".rstrip()
            yield f"{field}: sent {_shown(ours.get(name))}, recorded {_shown(theirs.get(name))}"


def _values(names: Names) -> dict[str, str]:
    """What each name has; of one that comes more than once, all that it has."""
    values: dict[str, list[str]] = {}
    for name, value in names:
        values.setdefault(name, []).append(value)
    return {name: ", ".join(each) for name, each in values.items()}


def _shown(value: str | None) -> str:
    if value is None:
        return "nothing"
    text = keys.hide(json.dumps(value))
    return text if len(text) <= 80 else f"{text[:80]}…"  # noqa: PLR2004 (a line of a report)


def _names(fields: tuple[tuple[str, str], ...]) -> Names:
    if not fields:
        return ()
    numbered = number(fields)
    expanded = {value for path, value in numbered if _is_expand(path)} - {PAYMENTS}
    named = [(name_of(path), value) for path, value in numbered if not _is_expand(path)]
    named += [(f"expand[{index}]", value) for index, value in enumerate(sorted(expanded))]
    return tuple(sorted(named))


def _is_expand(path: tuple[str, ...]) -> bool:
    return len(path) == 2 and path[0] == "expand"  # noqa: PLR2004 (a name and an index)


def _body(request: Request) -> Names:
    """The body's fields; a JSON body as its canonical text, any other as it is, without a name."""
    if request.form is not None:
        return _names(request.form)
    try:
        value: Any = json.loads(request.body)
    except (ValueError, RecursionError):
        return (("", request.body.decode("latin-1")),)
    return (("", json.dumps(value, sort_keys=True)),)
