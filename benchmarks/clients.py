"""Figures of one call, outside of pytest: by a stub, and by the libraries that others build on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from . import files
from .rows import Row, shown
from .timing import Sample, per_call

JSON = {"Content-Type": "application/json"}


def _sdk_stub(_folder: Path) -> Mapping[str, Sample]:
    import stripe

    text = files.body().decode()

    class Stub(stripe.HTTPClient):
        name = "stub"

        def request(self, *_: Any, **__: Any) -> Any:
            return text, 200, JSON

    client = stripe.StripeClient("sk_test_not_a_real_key", http_client=Stub())
    return {"peer": per_call(lambda: client.v1.invoices.mark_uncollectible(files.ID))}


def _httpx_mock(_folder: Path) -> Mapping[str, Sample]:
    import httpx

    text = files.body()
    answer = httpx.MockTransport(lambda _: httpx.Response(200, content=text, headers=JSON))
    client = httpx.Client(transport=answer)
    return {"peer": per_call(lambda: client.post(files.URL).json())}


def _httpx_respx(_folder: Path) -> Mapping[str, Sample]:
    import httpx
    import respx

    text, client = files.body(), httpx.Client()

    def call() -> None:
        with respx.mock as router:
            answer = httpx.Response(200, content=text, headers=JSON)
            router.post(files.URL).mock(return_value=answer)
            client.post(files.URL).json()

    return {"peer": per_call(call)}


def _httpx_vcr(_folder: Path) -> Mapping[str, Sample]:
    import httpx
    import vcr

    client = httpx.Client()

    def call() -> None:
        with vcr.use_cassette(str(files.CASSETTE), record_mode="none"):
            client.post(files.URL).json()

    return {"peer": per_call(call)}


def _sdk_vcr(_folder: Path) -> Mapping[str, Sample]:
    import stripe
    import vcr

    client = stripe.StripeClient("sk_test_not_a_real_key")

    def call() -> None:
        with vcr.use_cassette(str(files.CASSETTE), record_mode="none"):
            client.v1.invoices.mark_uncollectible(files.ID)

    return {"peer": per_call(call)}


def alone() -> Sequence[Row]:
    """Return the figures in the order of the table."""
    measured = {
        "sdk-stub": ("a `mark_uncollectible` by the SDK, with a stub transport", _sdk_stub),
        "sdk-vcr": ("the same in VCR.py, without pytest", _sdk_vcr),
        "httpx-mock": ("by httpx with its MockTransport", _httpx_mock),
        "httpx-respx": ("by httpx in respx", _httpx_respx),
        "httpx-vcr": ("by httpx in VCR.py", _httpx_vcr),
    }
    return [
        Row(f"alone-{name}", what, "", 9, prepare, shown)
        for name, (what, prepare) in measured.items()
    ]
