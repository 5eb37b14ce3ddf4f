"""One cassette serves every client, and what a client kept open does not lead out."""

from __future__ import annotations

import asyncio
import http.client
import http.server
import json
import socket
import threading
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import aiohttp
import httpx
import pytest
import requests
import yaml
from aiohttp.client_proto import ResponseHandler
from helpers import senders
from helpers.senders import CROWDS, LAYERS, SENDERS

from pytest_stripe_contract.replay import ReplayMiss
from pytest_stripe_contract.transport._monkeypatch import is_installed
from pytest_stripe_contract.transport.clients._aiohttp import ReplayTransport
from pytest_stripe_contract.transport.server import ServerConnection

SHIPPED = Path(__file__).parents[2] / "cassettes" / "mark_uncollectible.yaml"

DOCUMENTED_ID = "in_1MtG0nLkdIwHu7ixAaUw3Cb4"

each_sender = pytest.mark.parametrize("send", SENDERS.values(), ids=SENDERS)
each_layer = pytest.mark.parametrize("send", LAYERS.values(), ids=LAYERS)


@each_sender
@pytest.mark.stripe_replay("mark_uncollectible")
@pytest.mark.stripe_api_versions("2023-10-16")  # the SDK sends its own
def test_every_client_gets_the_documented_payload(send, stripe_replay):
    recorded = yaml.safe_load(SHIPPED.read_text())["interactions"][0]["response"]

    answer = send("in_1MtG0nLkdIwHu7ixAaUw3Cb4")

    assert answer["status"] == "uncollectible"
    [call] = stripe_replay.calls
    assert call.request.method == "POST"
    assert call.request.url == senders.url("in_1MtG0nLkdIwHu7ixAaUw3Cb4")
    assert call.request.path == "/v1/invoices/in_1MtG0nLkdIwHu7ixAaUw3Cb4/mark_uncollectible"
    assert call.request.params == {}
    assert call.request.api_key == "sk_test_***"
    assert senders.KEY not in repr(call)
    assert call.response.status == 200
    assert call.response.headers["request-id"] == "req_MtG0nLkdIwHu7i"
    assert call.response.json() == json.loads(recorded["body"]["string"])


@each_layer
@pytest.mark.stripe_replay("mark_uncollectible")
def test_any_invoice_id_is_answered_with_that_id(send):
    answer = send("in_another")

    assert answer["id"] == "in_another"
    assert answer["lines"]["url"] == "/v1/invoices/in_another/lines"


@pytest.mark.slow
@pytest.mark.stripe_replay("mark_uncollectible", times=200)
@pytest.mark.parametrize("crowd", CROWDS.values(), ids=CROWDS)
def test_two_hundred_requests_at_once_each_get_their_own_answer(crowd, stripe_replay):
    ids = [f"in_{number}" for number in range(200)]

    assert crowd(ids) == ids

    sent = sorted(call.request.path for call in stripe_replay.calls)
    assert sent == sorted(f"/v1/invoices/{each}/mark_uncollectible" for each in ids)


@each_layer
@pytest.mark.stripe_replay("mark_uncollectible")
def test_a_proxy_in_the_environment_is_not_used(send, monkeypatch):
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://proxy.example:3128")
    monkeypatch.setattr("urllib.request._opener", None)  # it would know no other environment

    assert send("in_1")["id"] == "in_1"


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    requests = 0


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_POST(self) -> None:
        self.server.requests += 1
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = json.dumps({"id": "from the server", "object": "invoice"}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Quietly."""


@pytest.fixture
def server() -> Iterator[_Server]:
    with _Server(("127.0.0.1", 0), _Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def base(server: _Server) -> str:
    return f"http://127.0.0.1:{server.server_port}"


@pytest.fixture
def cassette_of_server(base: str, tmp_path: Path) -> str:
    document = yaml.safe_load(SHIPPED.read_text())
    document["interactions"][0]["request"]["uri"] = senders.url(DOCUMENTED_ID, base)
    path = tmp_path / "server.yaml"
    path.write_text(yaml.safe_dump(document))
    return str(path)


@each_layer
def test_loopback_stays_open_in_a_replay(send, base, server, stripe_replay):
    with stripe_replay("mark_uncollectible", allow_unplayed=True):
        assert send("in_1", base)["id"] == "from the server"
    assert server.requests == 1


@each_layer
def test_a_recorded_loopback_server_is_replayed(
    send, base, server, cassette_of_server, stripe_replay
):
    with stripe_replay(cassette_of_server):
        assert send(DOCUMENTED_ID, base)["status"] == "uncollectible"
    assert server.requests == 0


def _session_post(base: str) -> Iterator[str]:
    with requests.Session() as session:
        while True:
            yield session.post(
                senders.url(DOCUMENTED_ID, base), auth=("sk_test_x", ""), timeout=5
            ).json()["id"]


def _httpx_post(base: str) -> Iterator[str]:
    with httpx.Client() as client:
        while True:
            yield client.post(senders.url(DOCUMENTED_ID, base), headers=senders.BEARER).json()["id"]


@pytest.mark.parametrize("keeps_open", [_session_post, _httpx_post])
def test_a_connection_open_before_the_replay_is_not_used_in_it(
    keeps_open, base, server, cassette_of_server, stripe_replay
):
    posts = keeps_open(base)
    assert next(posts) == "from the server"
    with stripe_replay(cassette_of_server):
        assert next(posts) == DOCUMENTED_ID
    assert next(posts) == "from the server"
    assert server.requests == 2
    posts.close()


@pytest.mark.stripe_replay("mark_uncollectible")
def test_aiohttp_may_send_a_request_in_parts(stripe_replay):
    async def nothing():
        yield b""

    async def main():
        async with (
            aiohttp.ClientSession(headers=senders.BEARER) as session,
            session.post(senders.url("in_1"), data=nothing()) as response,
        ):
            return await response.json()

    assert asyncio.run(main())["id"] == "in_1"


def test_a_replay_transport_can_be_aborted_and_then_closed():
    async def main():
        loop = asyncio.get_running_loop()
        protocol = ResponseHandler(loop)
        server = ServerConnection("https://api.stripe.com", None, None)
        transport = ReplayTransport(server, protocol, None, None)
        protocol.connection_made(transport)
        transport.abort()
        transport.close()
        await asyncio.sleep(0)
        return protocol.is_connected(), transport.is_closing()

    assert asyncio.run(main()) == (False, True)


def test_a_failed_start_removes_all_patches(stripe_replay, monkeypatch):
    def fail(connect):
        raise OSError("a library of another version")

    monkeypatch.setattr("pytest_stripe_contract.transport.clients._aiohttp.patches", fail)
    replay = stripe_replay("mark_uncollectible", allow_unplayed=True)

    with pytest.raises(OSError, match="another version"):
        replay.start()

    assert "putrequest" not in vars(http.client.HTTPSConnection)
    assert http.client.HTTPConnection.putrequest.__module__ == "http.client"


def test_a_library_that_is_not_installed_is_not_patched(stripe_replay, monkeypatch):
    monkeypatch.setattr(
        "pytest_stripe_contract.transport.clients.is_installed", lambda name: name != "aiohttp"
    )

    with stripe_replay("mark_uncollectible"):
        assert "connect" not in vars(aiohttp.TCPConnector)
        assert senders.by_httpx("in_1")["id"] == "in_1"


def test_a_library_is_searched_again_after_the_path_changed(tmp_path, monkeypatch):
    assert not is_installed("late_library")

    (tmp_path / "late_library.py").touch()
    monkeypatch.syspath_prepend(tmp_path)

    assert is_installed("late_library")


def test_a_patch_of_others_between_two_replays_stays(stripe_replay, monkeypatch):
    with stripe_replay("mark_uncollectible"):
        senders.by_hand("in_1")
    connected = []
    real = http.client.HTTPSConnection.connect

    def connect(self):
        connected.append(self.host)
        real(self)

    monkeypatch.setattr(http.client.HTTPSConnection, "connect", connect)
    with stripe_replay("mark_uncollectible"):
        senders.by_hand("in_1")
    assert http.client.HTTPSConnection.connect is connect
    with pytest.raises(ConnectionError):
        unreachable().connect()

    assert connected == ["127.0.0.1"]


def unreachable():
    """A connection to loopback, where nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return http.client.HTTPSConnection("127.0.0.1", taken.getsockname()[1])


@pytest.mark.parametrize("get", [requests.get, httpx.get], ids=["requests", "httpx"])
def test_a_proxy_on_loopback_does_not_lead_out(get, base, server, stripe_replay, monkeypatch):
    monkeypatch.setenv("http_proxy", base)

    with stripe_replay("mark_uncollectible", allow_unplayed=True) as replay:
        with pytest.raises(ReplayMiss):
            get("http://far.example/x", timeout=5)
        assert [miss.request for miss in replay.misses] == ["GET http://far.example/x"]
        replay.misses.clear()

    assert server.requests == 0


def test_a_proxy_on_loopback_can_lead_to_loopback(base, server, stripe_replay, monkeypatch):
    monkeypatch.setenv("http_proxy", base)

    with stripe_replay("mark_uncollectible", allow_unplayed=True):
        assert requests.post(f"{base}/x", timeout=5).json()["id"] == "from the server"

    assert server.requests == 1


def test_a_library_that_cannot_be_imported_is_not_patched(stripe_replay, monkeypatch):
    def fail(name, package=None):
        if name == "._aiohttp":
            raise ImportError("built for another library")
        return import_module(name, package)

    monkeypatch.setattr("pytest_stripe_contract.transport.clients.import_module", fail)

    with stripe_replay("mark_uncollectible"):
        assert "connect" not in vars(aiohttp.TCPConnector)
        assert senders.by_httpx("in_1")["id"] == "in_1"


def test_an_http_client_connection_ends_with_its_replay(stripe_replay):
    connection = http.client.HTTPSConnection("api.stripe.com")
    with stripe_replay("mark_uncollectible", allow_unplayed=True):
        connection.connect()

    with pytest.raises(ConnectionError, match="the replay that answered on this connection is"):
        connection.request("GET", "/v1/balance")
    connection.close()
