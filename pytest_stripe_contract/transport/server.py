"""The server's side of a connection that stays in the process: bytes in, bytes out.

Clients run unchanged down to the socket. Their requests are parsed here, and they parse the
answers themselves, so that each shows a recorded answer just as it shows a real one.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from http import client as http_client
from typing import Literal

import httpx
from httptools import HttpParserUpgrade, HttpRequestParser

from ..messages import Request, Response

Failure = Literal["timeout", "reset", "dns", "tls"]
"""A failed connection: no answer in time, a reset, a host without an address, or a certificate
that cannot be verified."""


@dataclass(frozen=True, slots=True)
class Reply:
    """The server's reaction to a request: an answer, or a ``failure`` instead of one.

    The answer arrives after ``delay`` virtual seconds. If ``is_truncated``, half of its body is
    sent before the connection closes. ``on_give_up`` is called if the client stops waiting
    before the answer arrives.
    """

    response: Response | None
    failure: Failure | None = None
    delay: float = 0.0
    is_truncated: bool = False
    on_give_up: Callable[[], None] = lambda: None


Answer = Callable[[Request], Reply]
"""Takes a request as it was sent, with its API key."""
Fail = Callable[[str, Exception], BaseException]
"""Takes an origin and an error of the server itself; returns the exception to raise."""

_BODILESS = (204, 304)
_FRAMING = (b"content-length", b"transfer-encoding")
_HEAD_LINE = re.compile(rb"(?:HTTP/1.1 \d{3} |[!#$%&'*+.^_`|~0-9A-Za-z-]+: )[^\r\n\0]*")
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


class ServerConnection:
    """Answers the requests that arrive on one connection to ``origin`` (scheme://host:port).

    ``may_block`` says that an answer comes from the network, because it is recorded: event loops
    then wait for it in a thread. ``failure`` is that of the last reply, which each client shows
    in its own way; ``is_closed`` says that the server sends nothing more.
    """

    def __init__(self, origin: str, answer: Answer, fail: Fail, *, may_block: bool = False) -> None:
        self.may_block = may_block
        self.failure: Failure | None = None
        self.is_closed = False
        self._reply = Reply(None)
        self._is_given_up = False
        self._answer = answer
        self._fail = fail
        self._origin = origin
        self._requests = _RequestReader(origin)

    def receive(self, data: bytes) -> bytes:
        """Return the bytes that the server sends back; none until a request is complete.

        Raises an ``OSError`` for a failed connection.
        """
        if self.is_closed:
            return b""
        try:
            sent = b"".join(map(self._respond, self._requests.read(data)))
        except OSError:
            raise
        except Exception as error:
            raise self._fail(self._origin, error) from error
        return sent + _CONTINUE if self._requests.expects_continue() else sent

    def give_up(self) -> None:
        """Note that the client stopped waiting for an answer, even one that is still to come."""
        self._is_given_up = True
        self._reply.on_give_up()

    def times_out(self, timeout: float | None) -> bool:
        """Tell if the answer is too late for a client's timeout in seconds (None: no timeout)."""
        if timeout is None or self._reply.delay <= timeout:
            return self.failure == "timeout"
        self.give_up()
        return True

    def _respond(self, received: tuple[Request, bool]) -> bytes:
        request, keeps_alive = received
        if self.is_closed:
            return b""
        reply = self._answer(request)
        self._reply, self.failure = reply, reply.failure
        if self._is_given_up:
            reply.on_give_up()
        self.is_closed = reply.response is None or reply.is_truncated or not keeps_alive
        if reply.response is None:
            return b""
        body = reply.response.body
        head = _head(reply.response, closes=not keeps_alive)
        if reply.is_truncated:
            return head + body[: len(body) // 2]
        is_bodiless = request.method == "HEAD" or reply.response.status in _BODILESS
        return head if is_bodiless else head + body


class _RequestReader:
    """Requests from the bytes of a connection; the ``on_`` methods are called by httptools."""

    def __init__(self, origin: str) -> None:
        self._origin = origin
        self._parser = HttpRequestParser(self)
        self._complete: list[tuple[Request, bool]] = []
        self._expects_continue = False

    def read(self, data: bytes) -> list[tuple[Request, bool]]:
        """Return the requests that are complete now, and if each keeps the connection alive.

        Raises ``httptools.HttpParserError`` if the bytes are not HTTP.
        """
        self._complete = []
        while data:
            try:
                self._parser.feed_data(data)
                break
            except HttpParserUpgrade as upgrade:  # not granted: more requests may follow
                data = data[upgrade.args[0] :]
        return self._complete

    def expects_continue(self) -> bool:
        """Tell once if a client waits for ``100 Continue`` before it sends a body."""
        expects, self._expects_continue = self._expects_continue, False
        return expects

    def on_message_begin(self) -> None:
        self._target = b""
        self._headers: list[tuple[bytes, bytes]] = []
        self._body = b""

    def on_url(self, part: bytes) -> None:
        self._target += part

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers.append((name, value.rstrip(b" \t")))

    def on_headers_complete(self) -> None:
        self._head = httpx.Headers(self._headers)
        self._expects_continue = self._head.get("Expect", "").lower() == "100-continue"

    def on_body(self, part: bytes) -> None:
        self._body += part

    def on_message_complete(self) -> None:
        self._expects_continue = False
        url = self._target.decode("latin-1")
        if "://" not in url:
            url = f"{self._origin}{url}"
        method = self._parser.get_method().decode("ascii")
        request = Request(method, url, self._head, self._body)
        self._complete.append((request, self._parser.should_keep_alive()))


def _head(response: Response, *, closes: bool) -> bytes:
    """Return status line and headers, with a length: a recorded body is not chunked any more.

    Raises ``ValueError`` for a header that HTTP cannot carry.
    """
    dropped = (*_FRAMING, b"connection") if closes else _FRAMING
    headers = [pair for pair in response.headers.raw if pair[0].lower() not in dropped]
    headers.append((b"Content-Length", b"%d" % len(response.body)))
    if closes:
        headers.append((b"Connection", b"close"))
    reason = response.reason or http_client.responses.get(response.status, "")
    lines = [b"HTTP/1.1 %d %s" % (response.status, reason.encode("ascii", "replace"))]
    lines += [b"%s: %s" % pair for pair in headers]
    for line in lines:
        if not _HEAD_LINE.fullmatch(line):
            raise ValueError(f"illegal header: {line.decode('latin-1')!r}")
    return b"\r\n".join((*lines, b"", b""))


Connect = Callable[[str, str, int], ServerConnection | None]
"""Takes scheme, host and port; returns the server's side, or None for a real connection."""
