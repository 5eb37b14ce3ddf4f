"""A server on loopback that answers as Stripe does, for what is recorded."""

from __future__ import annotations

import contextlib
import gzip
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

from helpers.answers import faultless

from pytest_stripe_contract.errors import UnknownName
from pytest_stripe_contract.migrations import upgrade
from pytest_stripe_contract.stripe_api.versions import resolve

ACCOUNT = "acct_1NotARealAccount"
COOKIE = "__stripe_orig_props=not-for-a-cassette"
HOSTED = f"https://invoice.stripe.com/i/{ACCOUNT}/test_bm90IGEgcmVhbCBzZWNyZXQ5OTk"


class StripeServer(ThreadingHTTPServer):
    """Keeps what it was sent; ``answer`` may be set to change what it sends."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.requests: list[tuple[str, str, dict[str, str], bytes]] = []
        self.change: dict[str, Any] = {}
        self.headers: dict[str, str] = {}
        self.status = 200
        self.delay = 0.0
        self.body: bytes | None = None

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: StripeServer

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        time.sleep(self.server.delay)
        self.server.requests.append((self.command, self.path, dict(self.headers), body))
        version = self.headers.get("Stripe-Version", "2023-10-16")
        payload = self._payload(version, dict(parse_qsl(body.decode(), keep_blank_values=True)))
        sent = json.dumps(payload).encode() if self.server.body is None else self.server.body
        headers = {
            "Content-Type": "application/json",
            "Request-Id": f"req_{len(self.server.requests):014}",
            "Stripe-Version": version,
            "Set-Cookie": COOKIE,
        } | self.server.headers
        if key := self.headers.get("Idempotency-Key"):
            headers["Idempotency-Key"] = key
        if "gzip" in self.headers.get("Accept-Encoding", ""):
            sent = gzip.compress(sent)
            headers["Content-Encoding"] = "gzip"
        self.send_response(self.server.status)
        for name, value in headers.items():
            if value:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(sent)))
        self.end_headers()
        with contextlib.suppress(OSError):  # a client that has hung up
            self.wfile.write(sent)

    def _payload(self, version: str, form: dict[str, str]) -> dict[str, Any]:
        parts = self.path.partition("?")[0].split("/")
        if parts[2] == "customers":
            made = {"id": "cus_NotARealOne1", "object": "customer", "livemode": False}
            return made | form | self.server.change
        invoice = upgrade(faultless(), "2023-10-16", _line(version))
        invoice["lines"]["url"] = f"/v1/invoices/{parts[3]}/lines"
        return invoice | {"id": parts[3], "hosted_invoice_url": HOSTED} | self.server.change

    def log_message(self, *_: Any) -> None:
        """Nothing: a test's output is its own."""


def _line(version: str) -> str:
    try:
        return resolve(version).name
    except UnknownName:
        return "endive"


@contextmanager
def serve() -> Iterator[StripeServer]:
    server = StripeServer()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
