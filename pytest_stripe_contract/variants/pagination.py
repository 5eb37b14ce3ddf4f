"""The page after one of which a variant says that it is not the last."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

import httpx

from ..messages import Request, Response
from ._variation import Variation

_LINES = re.compile(r"/v1/invoices/[^/]+/lines")
_INVOICES = "/v1/invoices"


def next_page(request: Request, parts: Iterable[Variation]) -> Response | None:
    """The answer to a request for more of a list that a variant makes go on: there is no more.

    None for any other request. Source: https://docs.stripe.com/api/pagination.
    """
    lists = [part.path[:-1] for part in parts if part.kind == "has_more" and part.value]
    is_lines = ("lines",) in lists and _LINES.fullmatch(request.path)
    is_page = () in lists and request.path == _INVOICES and "starting_after" in request.params
    if request.method != "GET" or not (is_lines or is_page):
        return None
    page = {"object": "list", "data": [], "has_more": False, "url": request.path}
    headers = httpx.Headers({"Content-Type": "application/json", "Request-Id": "req_next_page"})
    return Response(200, headers, json.dumps(page).encode(), "OK")
