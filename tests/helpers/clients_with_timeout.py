"""Each HTTP client, sending one request with a timeout."""

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
"""Takes the API's address and a timeout in seconds; returns the answer or raises."""


def sdk(http_client: Callable[[float], stripe.HTTPClient]) -> Send:
    def send(base: str, seconds: float) -> object:
        used = http_client(seconds)
        client = stripe.StripeClient(KEY, http_client=used, base_addresses={"api": base})
        try:
            return client.v1.invoices.mark_uncollectible("in_1").status
        finally:
            used.close()

    return send


def sdk_async(http_client: Callable[[float], stripe.HTTPClient]) -> Send:
    async def send(base: str, seconds: float) -> object:
        used = http_client(seconds)
        client = stripe.StripeClient(KEY, http_client=used, base_addresses={"api": base})
        try:
            return (await client.v1.invoices.mark_uncollectible_async("in_1")).status
        finally:
            await used.close_async()

    return lambda base, seconds: asyncio.run(send(base, seconds))


def by_httpx(base: str, seconds: float) -> object:
    answer = httpx.post(url("in_1", base), headers=BEARER, timeout=seconds)
    return answer.status_code, answer.json()["status"]


def by_httpx_async(base: str, seconds: float) -> object:
    async def send() -> object:
        async with httpx.AsyncClient(timeout=seconds) as client:
            answer = await client.post(url("in_1", base), headers=BEARER)
            return answer.status_code, answer.json()["status"]

    return asyncio.run(send())


def by_requests(base: str, seconds: float) -> object:
    answer = requests.post(url("in_1", base), auth=(KEY, ""), timeout=seconds)
    return answer.status_code, answer.json()["status"]


def by_aiohttp(timeout: Callable[[float], aiohttp.ClientTimeout]) -> Send:
    async def send(base: str, seconds: float) -> object:
        async with (
            aiohttp.ClientSession(timeout=timeout(seconds)) as session,
            session.post(url("in_1", base), headers=BEARER) as answer,
        ):
            return answer.status, (await answer.json())["status"]

    return lambda base, seconds: asyncio.run(send(base, seconds))


def by_urllib3(base: str, seconds: float) -> object:
    with urllib3.PoolManager(retries=False) as pool:
        address = url("in_1", base)
        answer = pool.request("POST", address, headers=BEARER, timeout=seconds)
        return answer.status, answer.json()["status"]


def by_urllib(base: str, seconds: float) -> object:
    request = urllib.request.Request(url("in_1", base), method="POST", headers=BASIC)
    try:
        with urllib.request.urlopen(request, timeout=seconds) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.status, error.read()


def by_hand(base: str, seconds: float) -> object:
    parts = urlsplit(base)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.netloc, timeout=seconds)
    try:
        connection.request("POST", urlsplit(url("in_1")).path, headers=BASIC)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


CLIENTS: dict[str, Send] = {
    "sdk-requests": sdk(lambda seconds: stripe.RequestsClient(timeout=seconds)),
    "sdk-urllib": sdk(lambda _: stripe.UrllibClient()),
    "sdk-httpx": sdk(lambda seconds: stripe.HTTPXClient(timeout=seconds, allow_sync_methods=True)),
    "sdk-httpx-async": sdk_async(lambda seconds: stripe.HTTPXClient(timeout=seconds)),
    "sdk-aiohttp": sdk_async(lambda seconds: stripe.AIOHTTPClient(timeout=seconds)),
    "httpx": by_httpx,
    "httpx-async": by_httpx_async,
    "requests": by_requests,
    "aiohttp": by_aiohttp(lambda seconds: aiohttp.ClientTimeout(total=seconds)),
    "aiohttp-sock-read": by_aiohttp(lambda seconds: aiohttp.ClientTimeout(sock_read=seconds)),
    "urllib3": by_urllib3,
    "urllib": by_urllib,
    "http.client": by_hand,
}
WAITS_FOREVER = {"sdk-urllib"}
"""The SDK's client over urllib knows no timeout but of a minute or more."""
