"""What was recorded, in the layout of VCR.py: its own serializer makes it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

import httpx

from ..contract import Unreadable
from ..contract import parse as parse_json
from ..messages import Request, Response
from .upstream import Base

Document = dict[str, Any]
Exchange = tuple[Request, Response]


def payload_of(response: Response) -> Any:
    """The JSON of an answer, None if it has none."""
    try:
        return parse_json(response.content)
    except (Unreadable, httpx.DecodingError):
        return None


def metadata(made: Sequence[Exchange], base: Base) -> Document:
    """Under which API version, when, with which SDK, and from where if not from Stripe."""
    named = [answer.headers.get("Stripe-Version") for _, answer in made]
    agents = [request.headers.get("User-Agent") for request, _ in made]
    told = {
        "api_version": next(filter(None, named), None),
        "provenance": "recorded",
        "recorded_at": _now(),
        "recorded_by": f"pytest-stripe-contract {version('pytest-stripe-contract')}",
        "sdk": next((_sdk(agent) for agent in agents if agent and agent.strip()), None),
        "api_base": None if base.is_stripe else base.url,
    }
    return {name: value for name, value in told.items() if value is not None}


def _sdk(agent: str) -> str:
    """The client that a User-Agent names: ``stripe 16.1.0``, ``python-httpx 0.28.1``."""
    _, is_sdk, rest = agent.partition("PythonBindings/")
    name, _, number = (f"stripe/{rest}" if is_sdk else agent).split()[0].partition("/")
    return f"{name} {number}".rstrip()


class _Serializer:
    """For VCR.py: the document is written by `yamlfile`, once it is scrubbed."""

    @staticmethod
    def serialize(document: Document) -> Document:
        return document


def serialized(made: Sequence[Exchange], base: Base) -> list[Document]:
    """Interactions in the layout of VCR.py."""
    from vcr.request import Request as VcrRequest
    from vcr.serialize import serialize

    requests = [
        VcrRequest(each.method.upper(), base.meant(each.url), each.body, _lists(each.headers))
        for each, _ in made
    ]
    responses = [_response(each) for _, each in made]
    document = serialize({"requests": requests, "responses": responses}, _Serializer)
    now = _now()
    return [{**each, "recorded_at": now} for each in document["interactions"]]


def _now() -> str:
    return datetime.now(UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z")


def _response(response: Response) -> Document:
    """With the body as text that can be read: JSON is indented, and nothing compressed."""
    body, headers = response.body, response.headers.copy()
    with suppress(httpx.DecodingError):  # it is not packed as it says, and stays as it is
        body = response.content
        headers.pop("Content-Encoding", None)
    payload = payload_of(response)
    if payload is not None:
        body = json.dumps(payload, indent=2).encode()
    headers["Content-Length"] = str(len(body))
    return {
        "status": {"code": response.status, "message": response.reason},
        "headers": _lists(headers),
        "body": {"string": body},
    }


def _lists(headers: httpx.Headers) -> dict[str, list[str]]:
    """Each header's values under its name as it was sent."""
    values: dict[str, list[str]] = {}
    for name, value in headers.raw:
        values.setdefault(name.decode("latin-1"), []).append(value.decode("latin-1"))
    return values
