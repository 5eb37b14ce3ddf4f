"""Each HTTP client a Python team may use, marking one invoice or many as uncollectible.

``SENDERS`` has a function for each: invoice id and options in, the decoded answer out.
"""

from __future__ import annotations

import asyncio
import base64
import http.client
import json
import urllib.request
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import httpx
import requests
import stripe
import urllib3

KEY = "sk_test_not_a_real_key"
BASE = "https://api.stripe.com"
BEARER = {"Authorization": f"Bearer {KEY}"}
BASIC = {"Authorization": "Basic " + base64.b64encode(f"{KEY}:".encode()).decode()}

Sender = Callable[..., dict[str, Any]]


def url(invoice_id: str, base: str = BASE) -> str:
    return f"{base}/v1/invoices/{invoice_id}/mark_uncollectible"


def sdk_module(invoice_id: str, base: str = BASE) -> dict[str, Any]:
    old = stripe.api_key, stripe.api_base
    stripe.api_key, stripe.api_base = KEY, base
    try:
        return stripe.Invoice.mark_uncollectible(invoice_id).to_dict()
    finally:
        stripe.api_key, stripe.api_base = old


def sdk_client(http_client: Callable[[], stripe.HTTPClient]) -> Sender:
    def send(invoice_id: str, base: str = BASE) -> dict[str, Any]:
        used = http_client()
        client = stripe.StripeClient(KEY, http_client=used, base_addresses={"api": base})
        try:
            return client.v1.invoices.mark_uncollectible(invoice_id).to_dict()
        finally:
            used.close()

    return send


def sdk_async_client(http_client: Callable[[], stripe.HTTPClient]) -> Sender:
    async def send(invoice_id: str, base: str) -> dict[str, Any]:
        used = http_client()
        client = stripe.StripeClient(KEY, http_client=used, base_addresses={"api": base})
        try:
            return (await client.v1.invoices.mark_uncollectible_async(invoice_id)).to_dict()
        finally:
            await used.close_async()

    return lambda invoice_id, base=BASE: asyncio.run(send(invoice_id, base))


def by_httpx(invoice_id: str, base: str = BASE) -> dict[str, Any]:
    return httpx.post(url(invoice_id, base), headers=BEARER).json()


def by_httpx_async(invoice_id: str, base: str = BASE) -> dict[str, Any]:
    async def send() -> dict[str, Any]:
        async with httpx.AsyncClient() as client:
            return (await client.post(url(invoice_id, base), headers=BEARER)).json()

    return asyncio.run(send())


def by_requests(invoice_id: str, base: str = BASE) -> dict[str, Any]:
    return requests.post(url(invoice_id, base), auth=(KEY, ""), timeout=5).json()


def by_aiohttp(invoice_id: str, base: str = BASE) -> dict[str, Any]:
    async def send() -> dict[str, Any]:
        async with (
            aiohttp.ClientSession() as session,
            session.post(url(invoice_id, base), headers=BEARER) as response,
        ):
            return await response.json()

    return asyncio.run(send())


def by_urllib3(invoice_id: str, base: str = BASE) -> dict[str, Any]:
    with urllib3.PoolManager() as pool:
        return pool.request("POST", url(invoice_id, base), headers=BEARER).json()


def by_urllib(invoice_id: str, base: str = BASE) -> dict[str, Any]:
    request = urllib.request.Request(url(invoice_id, base), method="POST", headers=BASIC)
    with urllib.request.urlopen(request) as response:
        return json.load(response)


def by_hand(invoice_id: str, base: str = BASE) -> dict[str, Any]:
    """The curl line of Stripe's page: Basic auth, no body."""
    parts = urlsplit(base)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.netloc)
    connection.request("POST", urlsplit(url(invoice_id)).path, headers=BASIC)
    try:
        return json.load(connection.getresponse())
    finally:
        connection.close()


SENDERS: dict[str, Sender] = {
    "sdk": sdk_module,
    "sdk-requests": sdk_client(stripe.RequestsClient),
    "sdk-urllib": sdk_client(stripe.UrllibClient),
    "sdk-httpx": sdk_client(lambda: stripe.HTTPXClient(allow_sync_methods=True)),
    "sdk-httpx-async": sdk_async_client(stripe.HTTPXClient),
    "sdk-aiohttp": sdk_async_client(stripe.AIOHTTPClient),
    "httpx": by_httpx,
    "httpx-async": by_httpx_async,
    "requests": by_requests,
    "aiohttp": by_aiohttp,
    "urllib3": by_urllib3,
    "urllib": by_urllib,
    "curl": by_hand,
}

LAYERS = {name: SENDERS[name] for name in ("sdk", "httpx", "httpx-async", "aiohttp", "curl")}
"""A sender for each library that opens connections: the others connect by one of these."""

Ids = Iterable[str]


def _in_threads(send: Callable[[str], str], ids: Ids) -> list[str]:
    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(send, ids))


def threads_session(ids: Ids) -> list[str]:
    with requests.Session() as session:
        session.auth = (KEY, "")
        return _in_threads(lambda each: session.post(url(each), timeout=5).json()["id"], ids)


def threads_sdk(ids: Ids) -> list[str]:
    client = stripe.StripeClient(KEY)
    return _in_threads(lambda each: client.v1.invoices.mark_uncollectible(each).id, ids)


def _in_tasks(send: Callable[[str], Awaitable[str]], ids: Ids) -> Awaitable[list[str]]:
    return asyncio.gather(*map(send, ids))


async def tasks_httpx(ids: Ids) -> list[str]:
    async with httpx.AsyncClient(headers=BEARER, timeout=60) as client:

        async def send(invoice_id: str) -> str:
            return (await client.post(url(invoice_id))).json()["id"]

        return await _in_tasks(send, ids)


async def tasks_aiohttp(ids: Ids) -> list[str]:
    async with aiohttp.ClientSession(headers=BEARER) as session:

        async def send(invoice_id: str) -> str:
            async with session.post(url(invoice_id)) as response:
                return (await response.json())["id"]

        return await _in_tasks(send, ids)


CROWDS: dict[str, Callable[[Ids], list[str]]] = {
    "threads-session": threads_session,
    "threads-sdk": threads_sdk,
    "tasks-httpx": lambda ids: asyncio.run(tasks_httpx(ids)),
    "tasks-aiohttp": lambda ids: asyncio.run(tasks_aiohttp(ids)),
}
