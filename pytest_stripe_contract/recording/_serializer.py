"""Serialize recorded requests and responses in VCR.py's format, by VCR.py's own serializer."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from importlib.metadata import version
from types import SimpleNamespace
from typing import Any

import httpx

from ..contract import Unreadable
from ..contract import parse as parse_json
from ..messages import Request, Response
from .upstream import ApiBase

Document = dict[str, Any]
Exchange = tuple[Request, Response]


def build_metadata(exchanges: Sequence[Exchange], base: ApiBase) -> Document:
    """Return the API version, the time and the SDK of a recording, and its source if not Stripe."""
    versions = [answer.headers.get("Stripe-Version") for _, answer in exchanges]
    agents = [request.headers.get("User-Agent") for request, _ in exchanges]
    metadata = {
        "api_version": next(filter(None, versions), None),
        "provenance": "recorded",
        "recorded_at": _now(),
        "recorded_by": f"pytest-stripe-contract {version('pytest-stripe-contract')}",
        "sdk": next((_parse_agent(agent) for agent in agents if agent and agent.strip()), None),
        "api_base": None if base.is_stripe else base.url,
    }
    return {name: value for name, value in metadata.items() if value is not None}


def serialize_exchanges(exchanges: Sequence[Exchange], base: ApiBase) -> list[Document]:
    """Return each exchange as an interaction in VCR.py's format, with the present time."""
    from vcr.request import Request as VcrRequest
    from vcr.serialize import serialize

    requests = [
        VcrRequest(
            request.method.upper(),
            base.to_stripe(request.url),
            request.body,
            _group(request.headers),
        )
        for request, _ in exchanges
    ]
    responses = [_serialize_response(response) for _, response in exchanges]
    # The document is written as YAML later, once it is scrubbed.
    as_document = SimpleNamespace(serialize=lambda document: document)
    document = serialize({"requests": requests, "responses": responses}, as_document)
    now = _now()
    return [{**interaction, "recorded_at": now} for interaction in document["interactions"]]


def _parse_agent(agent: str) -> str:
    """Return the client that a User-Agent names: ``stripe 16.1.0``, ``python-httpx 0.28.1``."""
    _, is_sdk, rest = agent.partition("PythonBindings/")
    name, _, number = (f"stripe/{rest}" if is_sdk else agent).split()[0].partition("/")
    return f"{name} {number}".rstrip()


def _now() -> str:
    return datetime.now(UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z")


def _serialize_response(response: Response) -> Document:
    """Return the response with a body that people can read: decompressed, and JSON indented."""
    body, headers = response.body, response.headers.copy()
    with suppress(httpx.DecodingError):  # a body that is not encoded as it says stays as it is
        body = response.content
        headers.pop("Content-Encoding", None)
        with suppress(Unreadable):
            body = json.dumps(parse_json(body), indent=2).encode()
    headers["Content-Length"] = str(len(body))
    return {
        "status": {"code": response.status, "message": response.reason},
        "headers": _group(headers),
        "body": {"string": body},
    }


def _group(headers: httpx.Headers) -> dict[str, list[str]]:
    """Return the values of each header under its name as it was sent."""
    values: dict[str, list[str]] = {}
    for name, value in headers.raw:
        values.setdefault(name.decode("latin-1"), []).append(value.decode("latin-1"))
    return values
