"""Each HTTP client with a patience of its own, sending one request: what does it meet?"""

from __future__ import annotations

import asyncio
import http.client
import urllib.error
import urllib.request
from collections.abc import Callable
from urllib.parse import urlsplit

import aiohttp
import httpx
import requests
import stripe
import urllib3
from helpers.senders import BASIC, BEARER, KEY, url

Send = Callable[[str, float], object]
"""The address of the API and the seconds to wait; what comes back, or what is raised."""


def sdk(http_client: Callable[[float], stripe.HTTPClient]) -> Send:
    def send(base: str, patience: float) -> object:
        used = http_client(patience)
        client = stripe.StripeClient(KEY, http_client=used, base_addresses={"api": base})
        try:
            return client.v1.invoices.mark_uncollectible("in_1").status
        finally:
            used.close()

    return send


def sdk_async(http_client: Callable[[float], stripe.HTTPClient]) -> Send:
    async def send(base: str, patience: float) -> object:
        used = http_client(patience)
        client = stripe.StripeClient(KEY, http_client=used, base_addresses={"api": base})
        try:
            return (await client.v1.invoices.mark_uncollectible_async("in_1")).status
        finally:
            await used.close_async()

    return lambda base, patience: asyncio.run(send(base, patience))


def by_httpx(base: str, patience: float) -> object:
    answer = httpx.post(url("in_1", base), headers=BEARER, timeout=patience)
    return answer.status_code, answer.json()["status"]


def by_httpx_async(base: str, patience: float) -> object:
    async def send() -> object:
        async with httpx.AsyncClient(timeout=patience) as client:
            answer = await client.post(url("in_1", base), headers=BEARER)
            return answer.status_code, answer.json()["status"]

    return asyncio.run(send())


def by_requests(base: str, patience: float) -> object:
    answer = requests.post(url("in_1", base), auth=(KEY, ""), timeout=patience)
    return answer.status_code, answer.json()["status"]


def by_aiohttp(timeout: Callable[[float], aiohttp.ClientTimeout]) -> Send:
    async def send(base: str, patience: float) -> object:
        async with (
            aiohttp.ClientSession(timeout=timeout(patience)) as session,
            session.post(url("in_1", base), headers=BEARER) as answer,
        ):
            return answer.status, (await answer.json())["status"]

    return lambda base, patience: asyncio.run(send(base, patience))


def by_urllib3(base: str, patience: float) -> object:
    with urllib3.PoolManager(retries=False) as pool:
        address = url("in_1", base)
        answer = pool.request("POST", address, headers=BEARER, timeout=patience)
        return answer.status, answer.json()["status"]


def by_urllib(base: str, patience: float) -> object:
    request = urllib.request.Request(url("in_1", base), method="POST", headers=BASIC)
    try:
        with urllib.request.urlopen(request, timeout=patience) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.status, error.read()


def by_hand(base: str, patience: float) -> object:
    parts = urlsplit(base)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.netloc, timeout=patience)
    try:
        connection.request("POST", urlsplit(url("in_1")).path, headers=BASIC)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


CLIENTS: dict[str, Send] = {
    "sdk-requests": sdk(lambda patience: stripe.RequestsClient(timeout=patience)),
    "sdk-urllib": sdk(lambda _: stripe.UrllibClient()),
    "sdk-httpx": sdk(
        lambda patience: stripe.HTTPXClient(timeout=patience, allow_sync_methods=True)
    ),
    "sdk-httpx-async": sdk_async(lambda patience: stripe.HTTPXClient(timeout=patience)),
    "sdk-aiohttp": sdk_async(lambda patience: stripe.AIOHTTPClient(timeout=patience)),
    "httpx": by_httpx,
    "httpx-async": by_httpx_async,
    "requests": by_requests,
    "aiohttp": by_aiohttp(lambda patience: aiohttp.ClientTimeout(total=patience)),
    "aiohttp-sock-read": by_aiohttp(lambda patience: aiohttp.ClientTimeout(sock_read=patience)),
    "urllib3": by_urllib3,
    "urllib": by_urllib,
    "http.client": by_hand,
}
WAITS_FOREVER = {"sdk-urllib"}
"""The SDK's client over urllib knows no timeout but of a minute or more."""
