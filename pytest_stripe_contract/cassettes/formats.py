"""One recorded request or response, in every layout that recorders have given it.

Source: ``vcr/stubs`` and ``vcr/serializers`` of https://github.com/kevin1024/vcrpy, release by
release. A response has ``status``, ``headers`` and ``body: {string}``; but

- of httpx, until 5.1, it has ``status_code`` and ``content``, the decoded text;
- of aiohttp its body is decoded while its headers name a Content-Encoding, and, until 2.0, each
  header has one value; a request's body is what the caller gave, a mapping or a list too;
- of tornado its headers are a list of pairs;
- of requests, until 5.1, a streamed body is kept with the frames of its chunks;
- of other recorders (Betamax, VCR for Ruby) a body may be ``{base64_string}``.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from contextlib import suppress
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

import httpx

from ..messages import Request, Response, origin
from ..messages import encodings as codings
from ..stripe_api import HOST
from .yaml import OBJECT

_WRAPPED = ("string", "base64_string", "encoding")
_JSON = "application/json"
_IN_NAMES = ("ascii",)
_IN_VALUES = ("latin-1", "utf-8")
_FOLD = re.compile(r"\s*\r?\n[ \t]+")
"""Source: https://www.rfc-editor.org/rfc/rfc9112#section-5.2 (one space takes its place)"""

Place = str | int


class Malformed(Exception):
    """What is wrong with a document, and the keys that lead to the place."""

    def __init__(self, problem: str, *at: Place, kind: str = "not a cassette") -> None:
        self.at = at
        super().__init__(f"{kind}: {problem}")


def mapping(item: object, what: str, *here: Place) -> Mapping[str, Any]:
    """The item, which is to be a mapping; else `Malformed`."""
    if not isinstance(item, dict):
        raise Malformed(f"{what} must be a mapping, not {type(item).__name__}", *here)
    return item


def interaction(item: object, *here: Place) -> tuple[Request, Response]:
    """The request and the response that a recorded interaction stands for; else `Malformed`.

    The response's Content-Encoding is left only if its body is in it; an answer of Stripe's is
    refused if what it is compressed by cannot be read here.
    """
    pair = mapping(item, "an interaction", *here)
    for key in ("request", "response"):
        if key not in pair:
            raise Malformed(f"an interaction has no {key}", *here)
    request = _request(mapping(pair["request"], "a request", *here, "request"), *here, "request")
    response = mapping(pair["response"], "a response", *here, "response")
    answer = _response(response, *here, "response")
    coding = _outermost(answer.headers)
    package = codings.missing_decoder(coding) if origin(request.url)[1] == HOST else None
    if package is not None:
        problem = f"a body compressed by {coding} needs the package {package}: install it"
        advice = "or record it again with decode_compressed_response=True"
        raise Malformed(f"{problem}, {advice}", *here, "response", "body", kind="cannot be read")
    return request, answer


def _request(item: Mapping[str, Any], *here: Place) -> Request:
    method, uri = item.get("method"), item.get("uri")
    if not isinstance(method, str) or not isinstance(uri, str):
        raise Malformed("a request needs a method and a uri", *here)
    try:
        origin(uri)
    except ValueError as error:
        raise Malformed(f"a request's uri: {error}", *here, "uri") from None
    headers = _headers(item.get("headers"), *here, "headers")
    body = item.get("body")
    if isinstance(body, (dict, list)) and not _is_wrapped(body):
        return Request.received(method, uri, headers, _given(body, headers, *here, "body"))
    sent = _bytes(body, *here, "body")
    if headers.get("Transfer-Encoding", "").lower() == "chunked":
        sent = codings.without_frames(sent)
    return Request.received(method, uri, headers, sent)


def _response(item: Mapping[str, Any], *here: Place) -> Response:
    if "status_code" in item:
        item = {"status": {"code": item["status_code"]}, "body": item.get("content"), **item}
    status = mapping(item.get("status"), "a response's status", *here)
    code = status.get("code")
    if not isinstance(code, int) or not 200 <= code <= 599:  # noqa: PLR2004 (HTTP's status codes)
        raise Malformed("a response's status needs a code from 200 to 599", *here)
    headers = _headers(item.get("headers"), *here, "headers")
    body = _bytes(item.get("body"), *here, "body")
    if not codings.is_in(_outermost(headers), body):
        del headers["Content-Encoding"]  # else a client would decode it again
    return Response(code, headers, body, str(status.get("message") or ""))


def _outermost(headers: httpx.Headers) -> str:
    coding: str = headers.get("Content-Encoding", "").rpartition(",")[2]
    return coding.strip().lower()


def _headers(item: object, *here: Place) -> httpx.Headers:
    if isinstance(item, list) and all(_is_header(pair) for pair in item):
        item = dict(item)
    raw = [
        (_carried(name, _IN_NAMES, *here), _carried(value, _IN_VALUES, *here))
        for name, values in mapping(item or {}, "headers", *here).items()
        for value in (values if isinstance(values, list) else [values])
    ]
    return httpx.Headers(raw)


def _is_header(pair: object) -> bool:
    match pair:
        case [str(), str() | list()]:
            return True
    return False


def _carried(item: object, encodings: tuple[str, ...], *here: Place) -> bytes:
    """A part of a header as HTTP carries it, on one line."""
    match item:
        case bytes():
            text = item.decode("latin-1")
        case str():
            text = item
        case None | bool() | int() | float():  # words of YAML, as they were most likely written
            text = "" if item is None else str(item).lower()
        case _:
            raise Malformed(f"a header that is no text: {item!r}", *here)
    try:
        return _encoded(text, encodings)
    except UnicodeEncodeError:
        raise Malformed(f"a header that HTTP cannot carry: {text!r}", *here) from None


@lru_cache(maxsize=1024)
def _encoded(text: str, encodings: tuple[str, ...]) -> bytes:
    """The text in the first encoding that has it: most headers are the same in each answer."""
    line = _FOLD.sub(" ", text).strip()
    for encoding in encodings[:-1]:
        with suppress(UnicodeEncodeError):
            return line.encode(encoding)
    return line.encode(encodings[-1])


def _is_wrapped(body: dict[str, Any] | list[Any]) -> bool:
    return isinstance(body, dict) and set(body) <= {*_WRAPPED}


def _bytes(body: object, *here: Place) -> bytes:
    if isinstance(body, dict) and _is_wrapped(body):
        if (encoded := body.get("base64_string")) is not None:
            return _decoded(encoded, *here)
        body = body.get("string")
    match body:
        case None:
            return b""
        case bytes():
            return body
        case str():
            return _utf8(body, *here)
        case dict() if objects := [key for key in body if str(key).startswith(OBJECT)]:
            problem = f"a body that is a Python object ({objects[0]}): write the text that was sent"
            raise Malformed(problem, *here, kind="cannot be read")
    raise Malformed(f"a body is text or bytes, not {type(body).__name__}", *here)


def _utf8(text: str, *here: Place) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise Malformed("a body with half a character (a lone surrogate)", *here) from None


def _decoded(encoded: object, *here: Place) -> bytes:
    try:
        return base64.b64decode(_bytes(encoded, *here))
    except ValueError as error:
        raise Malformed(f"a base64_string that is none: {error}", *here) from None


def _given(body: dict[str, Any] | list[Any], headers: httpx.Headers, *here: Place) -> bytes:
    """What a client sends that is given a mapping, pairs or chunks: a form, JSON, or all of them.

    Its recorded headers need not say which, as they are those that the caller gave too.
    """
    if any(str(key).startswith(OBJECT) for key in body):
        return _bytes(body, *here)  # which refuses it
    if isinstance(body, list) and all(isinstance(chunk, (str, bytes)) for chunk in body):
        return b"".join(_bytes(chunk, *here) for chunk in body)
    pairs = [*body.items()] if isinstance(body, dict) else body
    is_form = all(_is_field(pair) for pair in pairs)
    if is_form and _JSON not in headers.get("Content-Type", ""):
        return urlencode([(name, value) for name, value in pairs]).encode()
    try:
        text = json.dumps(body)
    except TypeError as error:
        raise Malformed(f"a body that is no JSON: {error}", *here) from None
    headers.setdefault("Content-Type", _JSON)
    return text.encode()


def _is_field(pair: object) -> bool:
    match pair:
        case [str(), str() | bytes()] | (str(), str() | bytes()):
            return True
    return False
