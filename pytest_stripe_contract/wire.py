"""The far end of a connection that never leaves the process: bytes in, bytes out.

Clients run unchanged down to the socket: what they send is parsed here, and what they get
back they parse themselves, so that each shows a recorded answer just as it shows a real one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from http import client as http_client
from typing import Literal

import h11
import httpx

from .messages import Request, Response

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


Answer = Callable[[Request], Reply]
"""Takes a request as it was sent, API key and all."""
Fail = Callable[[str, Exception], BaseException]
"""Takes note of an error of the far end itself, at an origin; what to raise for it."""

_LONGEST_HEAD = 1 << 20
_BODILESS = (204, 304)
_WAITING = (h11.NEED_DATA, h11.PAUSED)
_FRAMING = (b"content-length", b"transfer-encoding")


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
                    sent += self._respond(self._head)
        return sent

    def _respond(self, head: h11.Request) -> bytes:
        target = head.target.decode("latin-1")
        url = target if "://" in target else f"{self._origin}{target}"
        headers = httpx.Headers(head.headers.raw_items())
        method = head.method.decode("ascii")
        reply = self._answer(Request(method, url, headers, bytes(self._body)))
        self._reply, self.failure, response = reply, reply.failure, reply.response
        if self._is_given_up:
            reply.gave_up()
        if response is None:
            self.is_over = True
            return b""
        sent = self._server.send(_head_of(response)) or b""
        if reply.is_cut:
            self.is_over = True
            return sent + response.body[: len(response.body) // 2]
        if method != "HEAD" and response.status not in _BODILESS:
            sent += self._server.send(h11.Data(data=response.body)) or b""
        sent += self._server.send(h11.EndOfMessage()) or b""
        if self._server.our_state is h11.DONE:
            self._server.start_next_cycle()
        return sent


def _head_of(response: Response) -> h11.Response:
    """The recorded head, framed by length: a recording does not keep the chunks of its body."""
    headers = [pair for pair in response.headers.raw if pair[0].lower() not in _FRAMING]
    headers.append((b"Content-Length", str(len(response.body)).encode()))
    reason = response.reason or http_client.responses.get(response.status, "")
    return h11.Response(
        status_code=response.status, headers=headers, reason=reason.encode("ascii", "replace")
    )
