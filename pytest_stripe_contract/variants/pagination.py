"""The page that follows one whose ``has_more`` a variation sets to true."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

import httpx

from ..messages import Request, Response
from ._variation import Variation

_LINES = re.compile(r"/v1/invoices/[^/]+/lines")
_INVOICES = "/v1/invoices"


def next_page(request: Request, variations: Iterable[Variation]) -> Response | None:
    """Return the empty last page of a list whose ``has_more`` a variation sets to true.

    None for any other request. Source: https://docs.stripe.com/api/pagination.
    """
    lists = [each.path[:-1] for each in variations if each.kind == "has_more" and each.value]
    is_lines = ("lines",) in lists and _LINES.fullmatch(request.path)
    is_page = () in lists and request.path == _INVOICES and "starting_after" in request.params
    if request.method != "GET" or not (is_lines or is_page):
        return None
    page = {"object": "list", "data": [], "has_more": False, "url": request.path}
    headers = httpx.Headers({"Content-Type": "application/json", "Request-Id": "req_next_page"})
    return Response(200, headers, json.dumps(page).encode(), "OK")
