"""The far end of a connection that never leaves the process: bytes in, bytes out.

Clients run unchanged down to the socket: what they send is parsed here, and what they get
back they parse themselves, so that each shows a recorded answer just as it shows a real one.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from http import client as http_client
from typing import Literal

import h11
import httpx

from ..messages import Request, Response

Failure = Literal["timeout", "reset", "dns", "tls"]
"""What happens to a connection: no answer in time, a reset, a host that has no address, or a
certificate that cannot be verified."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What the far end does with a request: an answer, or a ``failure`` instead of one.

    The answer arrives after ``delay`` virtual seconds; with ``is_cut`` only half of its body.
    """

    response: Response | None
    failure: Failure | None = None
    delay: float = 0.0
    is_cut: bool = False
    gave_up: Callable[[], None] = lambda: None
    """Is called if the client's patience ends before the answer arrives."""


Fields = list[tuple[bytes, bytes]]
Answer = Callable[[Request], Reply]
"""Takes a request as it was sent, API key and all."""
Fail = Callable[[str, Exception], BaseException]
"""Takes note of an error of the far end itself, at an origin; what to raise for it."""

_LONGEST_HEAD = 1 << 20
_BODILESS = (204, 304)
_WAITING = (h11.NEED_DATA, h11.PAUSED)
_FRAMING = (b"content-length", b"transfer-encoding")

# What nearly every message is like is read and written here, in a fifth of the time that h11
# takes for it; whatever is not surely so is h11's.
_NAME = rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_VALUE = rb"(?:[!-~](?:[ -~]*[!-~])?)?"
_PLAIN_HEAD = re.compile(
    rb"([A-Z]+) ([!-~]+) HTTP/1\.1\r\n((?:%s: *%s *\r\n)+)\r\n" % (_NAME, _VALUE)
)
_PLAIN_FIELD = re.compile(rb"(%s): *(%s) *\r\n" % (_NAME, _VALUE))
_PLAIN_LINE = re.compile(rb"%s: %s\r\n" % (_NAME, _VALUE))
_HEAD_END = re.compile(rb"\n\r?\n")
_PLAIN_REASON = re.compile(rb"[ -~]*")
_LONGEST_PLAIN = 1 << 16
"""Bytes of a body that may arrive after its head."""
_NOT_PLAIN = frozenset((b"transfer-encoding", b"expect", b"upgrade"))


class ServerSide:
    """Answers the requests that arrive on one connection to ``origin`` (scheme://host:port).

    ``waits`` says that an answer may take its time, as a recorded one comes from the network:
    event loops then get it by a thread. ``failure`` is that of the last reply, for each client
    to feel in its own way; ``is_over`` says that nothing more will come.
    """

    def __init__(self, origin: str, answer: Answer, fail: Fail, *, waits: bool = False) -> None:
        self.waits = waits
        self.failure: Failure | None = None
        self.is_over = False
        self._reply = Reply(None)
        self._is_given_up = False
        self._origin = origin
        self._answer = answer
        self._fail = fail
        self._head: h11.Request
        self._body: bytearray
        self._pending = b""
        self._is_plain = True

    @cached_property
    def _server(self) -> h11.Connection:
        """Made when it is needed: pools ask for a far end only to know whether there is one."""
        return h11.Connection(h11.SERVER, max_incomplete_event_size=_LONGEST_HEAD)

    def receive(self, data: bytes) -> bytes:
        """What the server sends back once a request is whole; until then nothing.

        An ``OSError`` is what happens to the connection, such as a reset.
        """
        if not data:
            return b""  # a client may write nothing; to h11 that would be the end
        try:
            return self._receive(data)
        except OSError:
            raise
        except Exception as error:
            raise self._fail(self._origin, error) from error

    def give_up(self) -> None:
        """The client does not wait for an answer any longer, also if it is still to come."""
        self._is_given_up = True
        self._reply.gave_up()

    def is_late(self, patience: float | None) -> bool:
        """Whether a client that waits so many seconds (None: as long as it takes) gives up."""
        if patience is None or self._reply.delay <= patience:
            return self.failure == "timeout"
        self.give_up()
        return True

    def _receive(self, data: bytes) -> bytes:
        if not self._is_plain or self.is_over:
            return self._receive_by_h11(data)
        data, self._pending = self._pending + data, b""
        self._is_plain, request = _plain_request(data)
        if not self._is_plain:
            return self._receive_by_h11(data)
        if request is None:
            self._pending = data
            return b""
        response = self._ask(*request)
        if response is None:
            return b""
        method = request[0]
        if (head := _plain_head(response)) is not None:
            return head + self._body_of(method, response)
        self._is_plain = False  # h11 takes over, and what is answered is not asked again
        self._server.receive_data(data)
        while not isinstance(self._server.next_event(), h11.EndOfMessage):
            pass
        return self._send_by_h11(method, response)

    def _body_of(self, method: bytes, response: Response) -> bytes:
        if self._reply.is_cut:
            self.is_over = True
            return response.body[: len(response.body) // 2]
        is_bodiless = method == b"HEAD" or response.status in _BODILESS
        return b"" if is_bodiless else response.body

    def _receive_by_h11(self, data: bytes) -> bytes:
        self._server.receive_data(data)
        sent = b""
        while not self.is_over and (event := self._server.next_event()) not in _WAITING:
            match event:
                case h11.Request():
                    self._head, self._body = event, bytearray()
                    if self._server.they_are_waiting_for_100_continue:
                        proceed = h11.InformationalResponse(status_code=100, headers=[])
                        sent += self._server.send(proceed) or b""
                case h11.Data():
                    self._body += event.data
                case _:  # the end of the message: a client sends nothing else
                    head = self._head
                    headers = head.headers.raw_items()
                    response = self._ask(head.method, head.target, headers, bytes(self._body))
                    if response is not None:
                        sent += self._send_by_h11(head.method, response)
        return sent

    def _ask(self, method: bytes, target: bytes, headers: Fields, body: bytes) -> Response | None:
        """What is answered; None if nothing is, ever."""
        url = target.decode("latin-1")
        if "://" not in url:
            url = f"{self._origin}{url}"
        request = Request(method.decode("ascii"), url, httpx.Headers(headers), body)
        reply = self._answer(request)
        self._reply, self.failure = reply, reply.failure
        if self._is_given_up:
            reply.gave_up()
        self.is_over = reply.response is None
        return reply.response

    def _send_by_h11(self, method: bytes, response: Response) -> bytes:
        reason, headers = _head_of(response)
        head = h11.Response(status_code=response.status, headers=headers, reason=reason)
        sent = self._server.send(head) or b""
        if body := self._body_of(method, response):
            sent += body if self.is_over else self._server.send(h11.Data(data=body)) or b""
        if self.is_over:
            return sent
        sent += self._server.send(h11.EndOfMessage()) or b""
        if self._server.our_state is h11.DONE:
            self._server.start_next_cycle()
        return sent


def _plain_request(data: bytes) -> tuple[bool, tuple[bytes, bytes, Fields, bytes] | None]:
    """Whether what arrived is plain so far, and the request once it is whole."""
    match = _PLAIN_HEAD.match(data)
    if match is None:
        is_short = len(data) <= _LONGEST_HEAD
        return is_short and data[:1].isupper() and not _HEAD_END.search(data), None
    method, target, fields = match.groups()
    headers = _PLAIN_FIELD.findall(fields)
    length = _plain_length(headers)
    missing = -1 if length is None else match.end() + length - len(data)
    if method == b"CONNECT" or not 0 <= missing < _LONGEST_PLAIN:
        return False, None
    return True, None if missing else (method, target, headers, data[match.end() :])


def _plain_length(headers: Fields) -> int | None:
    """How long the body of a request is; None if that, or anything else, is not plain."""
    fields = {name.lower(): value for name, value in headers}
    length = fields.get(b"content-length", b"0")
    is_plain = (
        len(fields) == len(headers)
        and b"host" in fields
        and _NOT_PLAIN.isdisjoint(fields)
        and fields.get(b"connection", b"keep-alive").lower() == b"keep-alive"
        and length.isdigit()
        and len(length) < 10  # noqa: PLR2004 (digits)
    )
    return int(length) if is_plain else None


def _head_of(response: Response) -> tuple[bytes, Fields]:
    """Reason and headers, framed by length: a recording does not keep the chunks of its body."""
    headers = [pair for pair in response.headers.raw if pair[0].lower() not in _FRAMING]
    headers.append((b"Content-Length", b"%d" % len(response.body)))
    reason = response.reason or http_client.responses.get(response.status, "")
    return reason.encode("ascii", "replace"), headers


def _plain_head(response: Response) -> bytes | None:
    """The head as h11 would send it; None if it is not plain."""
    reason, headers = _head_of(response)
    lines = [_plain_line(name, value) for name, value in headers]
    is_final = 200 <= response.status < 600  # noqa: PLR2004 (what is no answer is h11's)
    if not is_final or not all(lines) or not _PLAIN_REASON.fullmatch(reason):
        return None
    return b"".join((b"HTTP/1.1 %d %s\r\n" % (response.status, reason), *lines, b"\r\n"))


@lru_cache(maxsize=1024)
def _plain_line(name: bytes, value: bytes) -> bytes:
    """A header as it is sent; empty if it is one that h11 is to look at."""
    line = b"%s: %s\r\n" % (name, value)
    is_plain = name.lower() != b"connection" and _PLAIN_LINE.fullmatch(line)
    return line if is_plain else b""
