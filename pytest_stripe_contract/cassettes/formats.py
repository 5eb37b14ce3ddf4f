"""Parse one recorded request or response, in each format that recorders have written.

Source: ``vcr/stubs`` and ``vcr/serializers`` of https://github.com/kevin1024/vcrpy, release by
release. A response has ``status``, ``headers`` and ``body: {string}``; but

- of httpx, until 5.1, it has ``status_code`` and ``content``, the decoded text;
- of aiohttp its body is decoded while its headers name a Content-Encoding, and, until 2.0, each
  header has one value; a request's body is what the caller gave, a mapping or a list too;
- of tornado its headers are a list of pairs;
- of requests, until 5.1, a streamed body is kept with the frames of its chunks;
- of other recorders (Betamax, VCR for Ruby) a body may be ``{base64_string}``.

VCR.py's own deserializer knows none of these, does not say where a file is wrong, and importing
it takes a quarter of a second: a replay does without it.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import urlencode

import httpx

from ..messages import Request, Response, encodings, origin
from ..stripe_api import HOST
from .yaml import PYTHON_TAG

_BODY_KEYS = {"string", "base64_string", "encoding"}
_JSON = "application/json"
_NAME, _VALUE = ("ascii",), ("latin-1", "utf-8")
"""The charsets of a header's name and value."""
_FOLD = re.compile(r"\s*\r?\n[ \t]+")
"""Source: https://www.rfc-editor.org/rfc/rfc9112#section-5.2 (one space takes its place)"""

Key = str | int


class FormatError(Exception):
    """A document that is no cassette, and the ``keys`` that lead to the wrong place."""

    def __init__(self, problem: str, *keys: Key, kind: str = "not a cassette") -> None:
        self.keys = keys
        super().__init__(f"{kind}: {problem}")


def require_mapping(item: object, subject: str, *keys: Key) -> Mapping[str, Any]:
    """Return the item if it is a mapping; else raise `FormatError`."""
    if not isinstance(item, dict):
        raise FormatError(f"{subject} must be a mapping, not {type(item).__name__}", *keys)
    return item


def parse_interaction(item: object, *keys: Key) -> tuple[Request, Response]:
    """Return the request and the response in a recorded interaction, which stands at ``keys``.

    The response keeps its Content-Encoding only if its body is encoded so. Raises `FormatError`,
    also if an answer of Stripe's is compressed and no package that is installed can read it.
    """
    interaction = require_mapping(item, "an interaction", *keys)
    for key in ("request", "response"):
        if key not in interaction:
            raise FormatError(f"an interaction has no {key}", *keys)
    request = _parse_request(interaction["request"], *keys, "request")
    response = _parse_response(interaction["response"], *keys, "response")
    coding = _last_coding(response.headers)
    package = encodings.missing_decoder(coding) if origin(request.url)[1] == HOST else None
    if package is not None:
        problem = f"a body compressed by {coding} needs the package {package}: install it"
        advice = "or record it again with decode_compressed_response=True"
        keys = (*keys, "response", "body")
        raise FormatError(f"{problem}, {advice}", *keys, kind="cannot be read")
    return request, response


def _parse_request(item: object, *keys: Key) -> Request:
    recorded = require_mapping(item, "a request", *keys)
    method, uri, body = recorded.get("method"), recorded.get("uri"), recorded.get("body")
    if not isinstance(method, str) or not isinstance(uri, str):
        raise FormatError("a request needs a method and a uri", *keys)
    try:
        origin(uri)
    except ValueError as error:
        raise FormatError(f"a request's uri: {error}", *keys, "uri") from None
    headers = _parse_headers(recorded.get("headers"), *keys, "headers")
    keys = (*keys, "body")
    if isinstance(body, list) or (isinstance(body, dict) and not set(body) <= _BODY_KEYS):
        return Request(method, uri, headers, _encode_data(body, headers, *keys)).redact()
    content = _parse_body(body, *keys)
    if headers.get("Transfer-Encoding", "").lower() == "chunked":
        content = encodings.dechunk(content)
    return Request(method, uri, headers, content).redact()


def _parse_response(item: object, *keys: Key) -> Response:
    recorded = require_mapping(item, "a response", *keys)
    if "status_code" in recorded:
        status: Mapping[str, Any] = {"code": recorded["status_code"]}
        content = recorded.get("body", recorded.get("content"))
    else:
        status = require_mapping(recorded.get("status"), "a response's status", *keys)
        content = recorded.get("body")
    code = status.get("code")
    if not isinstance(code, int) or not 200 <= code <= 599:  # noqa: PLR2004 (HTTP's status codes)
        raise FormatError("a response's status needs a code from 200 to 599", *keys)
    headers = _parse_headers(recorded.get("headers"), *keys, "headers")
    body = _parse_body(content, *keys, "body")
    if not encodings.is_encoded(_last_coding(headers), body):
        del headers["Content-Encoding"]  # a client would decode it again
    return Response(code, headers, body, str(status.get("message") or ""))


def _last_coding(headers: httpx.Headers) -> str:
    coding: str = headers.get("Content-Encoding", "").rpartition(",")[2]
    return coding.strip().lower()


def _parse_headers(item: object, *keys: Key) -> httpx.Headers:
    if isinstance(item, list) and all(map(_is_header, item)):
        item = dict(item)
    return httpx.Headers(
        [
            (_encode_header(name, _NAME, *keys), _encode_header(value, _VALUE, *keys))
            for name, values in require_mapping(item or {}, "headers", *keys).items()
            for value in (values if isinstance(values, list) else [values])
        ]
    )


def _is_header(item: object) -> bool:
    match item:
        case [str(), str() | list()]:
            return True
    return False


def _encode_header(item: object, charsets: tuple[str, ...], *keys: Key) -> bytes:
    """Return a header's name or value on one line, in the first charset that has it."""
    match item:
        case bytes():
            text = item.decode("latin-1")
        case str():
            text = item
        case None | bool() | int() | float():  # a word of YAML, as it was most likely written
            text = "" if item is None else str(item).lower()
        case _:
            raise FormatError(f"a header must be text, not {item!r}", *keys)
    line = _FOLD.sub(" ", text).strip()
    for charset in charsets:
        with suppress(UnicodeEncodeError):
            return line.encode(charset)
    raise FormatError(f"HTTP cannot carry the header {text!r}", *keys)


def _parse_body(body: object, *keys: Key) -> bytes:
    if isinstance(body, dict) and set(body) <= _BODY_KEYS:
        if (encoded := body.get("base64_string")) is not None:
            try:
                return base64.b64decode(_parse_body(encoded, *keys))
            except ValueError as error:
                raise FormatError(f"an invalid base64_string: {error}", *keys) from None
        body = body.get("string")
    match body:
        case None:
            return b""
        case bytes():
            return body
        case str():
            try:
                return body.encode()
            except UnicodeEncodeError:
                problem = "a body with a lone surrogate (half a character)"
                raise FormatError(problem, *keys) from None
    _refuse_python_object(body, *keys)
    raise FormatError(f"a body must be text or bytes, not {type(body).__name__}", *keys)


def _encode_data(body: Any, headers: httpx.Headers, *keys: Key) -> bytes:
    """Return what a client sends for a mapping, pairs or chunks: a form, JSON, or the chunks.

    The recorded headers need not say which, as they may be only those that the caller gave.
    """
    _refuse_python_object(body, *keys)
    if isinstance(body, list) and all(isinstance(chunk, (str, bytes)) for chunk in body):
        return b"".join(_parse_body(chunk, *keys) for chunk in body)
    pairs = [*body.items()] if isinstance(body, dict) else body
    if all(map(_is_field, pairs)) and _JSON not in headers.get("Content-Type", ""):
        return urlencode([(name, value) for name, value in pairs]).encode()
    try:
        text = json.dumps(body)
    except TypeError as error:
        raise FormatError(f"a body that JSON cannot hold: {error}", *keys) from None
    headers.setdefault("Content-Type", _JSON)
    return text.encode()


def _is_field(item: object) -> bool:
    match item:
        case [str(), str() | bytes()] | (str(), str() | bytes()):
            return True
    return False


def _refuse_python_object(body: object, *keys: Key) -> None:
    for key in body if isinstance(body, dict) else ():
        if str(key).startswith(PYTHON_TAG):
            problem = f"a body that is a Python object ({key}): write the text that was sent"
            raise FormatError(problem, *keys, kind="cannot be read")
