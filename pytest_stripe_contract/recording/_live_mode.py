"""Refuse to send a live-mode API key, and to record an answer of live mode."""

from __future__ import annotations

import gzip
import re
import zlib
from contextlib import suppress

from .._support import stack
from ..messages import Request, Response
from ..stripe_api import keys
from .refusal import RecordingRefused

_ADVICE = "use a test-mode key (sk_test_… or rk_test_…)"
_LIVE_ANSWER = re.compile(rb'livemode\\*"\s*:\s*true')


def check_request(request: Request, *, is_for_stripe: bool) -> None:
    """Raise `RecordingRefused` if a request holds a live-mode key anywhere.

    To Stripe itself, it also refuses an API key that is not recognised as one of test mode. A
    request without an API key passes.
    """
    authorization = keys.credentials(request.headers.get("Authorization", ""))
    body = request.body
    with suppress(OSError, EOFError, zlib.error):
        body = gzip.decompress(body)
    texts = [request.url, *request.headers.values(), *authorization, body.decode("latin-1")]
    if any(map(keys.has_live_key, texts)):
        raise _refusal(request, "it has a live-mode API key; nothing was sent")
    if is_for_stripe and authorization and not any(map(keys.is_test_key, authorization)):
        raise _refusal(request, "not a recognised test-mode API key; nothing was sent")


def check_response(request: Request, response: Response) -> None:
    """Raise `RecordingRefused` if an answer, JSON or not, has ``livemode: true`` anywhere."""
    if _LIVE_ANSWER.search(response.content_or_body.replace(b"\0", b"")):
        raise _refusal(request, "the answer has livemode: true; nothing is written")


def _refusal(request: Request, reason: str) -> RecordingRefused:
    return RecordingRefused(str(request), reason, _ADVICE, stack.user_location())
