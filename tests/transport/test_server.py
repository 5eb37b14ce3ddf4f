"""The server's side of a connection reads any request that a client may send."""

from __future__ import annotations

import http.client
import json

import httptools
import httpx
import pytest
import requests
import yaml
from helpers import senders

from pytest_stripe_contract.messages.models import Response
from pytest_stripe_contract.transport.server import Reply, ServerConnection

CUSTOMER = "https://api.stripe.com/v1/customers/in_1"


def server(response, seen=None):
    def answer(request):
        if seen is not None:
            seen.append(request)
        return Reply(response)

    return ServerConnection("https://api.stripe.com", answer, lambda _origin, error: error)


def ok(body=b"{}", status=200, **headers):
    return Response(status, httpx.Headers(headers), body)


def test_a_request_is_answered_once_it_is_whole():
    seen = []
    connection = server(ok(), seen)

    assert connection.receive(b"POST /a?b=c HTTP/1.1\r\nHost: x\r\nContent-") == b""
    assert connection.receive(b"Length: 3\r\n\r\nx=") == b""
    assert connection.receive(b"1").startswith(b"HTTP/1.1 200 OK\r\n")
    [request] = seen
    assert request.url == "https://api.stripe.com/a?b=c"
    assert request.body == b"x=1"


def test_one_connection_carries_several_requests():
    connection = server(ok())
    request = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"

    assert connection.receive(request) == connection.receive(request)


def test_a_client_that_expects_100_continue_gets_it_before_its_body():
    connection = server(ok())
    head = b"POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n"

    assert connection.receive(head).startswith(b"HTTP/1.1 100 ")
    assert connection.receive(b"x").startswith(b"HTTP/1.1 200 OK\r\n")


def test_a_chunked_body_is_joined():
    seen = []
    connection = server(ok(), seen)

    connection.receive(
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"2\r\na=\r\n1\r\n1\r\n0\r\n\r\n"
    )

    assert seen[0].body == b"a=1"


HOST = b"Host: x\r\n"
GET = b"GET / HTTP/1.1\r\n" + HOST


@pytest.mark.parametrize("step", [1, 7, 1000])
def test_requests_are_read_however_the_bytes_arrive(step):
    seen = []
    connection = server(ok(), seen)
    sent = (
        b"HEAD /a HTTP/1.1\r\n" + HOST + b"X-Blank:\r\nX-Wide:   a b   \r\n"
        b"X-Name: Jenny Ros\xe9n\r\n\r\n"
        b"POST /b HTTP/1.1\r\n" + HOST + b"Content-Length: 3\r\n\r\na=1"
        b"POST /c HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n"
        b"2\r\na=\r\n1\r\n2\r\n0\r\nX-Trailer: x\r\n\r\n" + GET + b"Upgrade: h2c\r\n"
        b"Connection: upgrade\r\n\r\n" + GET + b"\r\n"
    )

    parts = [sent[at : at + step] for at in range(0, len(sent), step)]
    received = b"".join(map(connection.receive, parts))

    assert received.count(b"HTTP/1.1 200 OK\r\n") == len(seen) == 5
    assert [request.method for request in seen] == ["HEAD", "POST", "POST", "GET", "GET"]
    assert [request.body for request in seen] == [b"", b"a=1", b"a=2", b"", b""]
    assert seen[0].headers.raw == [
        (b"Host", b"x"),
        (b"X-Blank", b""),
        (b"X-Wide", b"a b"),
        (b"X-Name", b"Jenny Ros\xe9n"),
    ]
    assert "X-Trailer" not in seen[2].headers


@pytest.mark.parametrize(
    "sent",
    [
        b"\x16\x03\x01\x02\x00\x01\x00",
        b"get / HTTP/1.1\r\n" + HOST + b"\r\n",
        b"GET / HTTP/1.1\nHost: x\n\n",
        GET + b"Content-Length: x\r\n\r\n",
        GET + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        GET + b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
    ],
    ids=lambda sent: repr(sent[-40:]),
)
def test_a_malformed_request_is_an_error_at_its_origin(sent):
    errors = []

    def fail(origin, error):
        errors.append((origin, error))
        return RuntimeError("not answered")

    connection = ServerConnection("https://api.stripe.com", None, fail)

    with pytest.raises(RuntimeError, match="not answered"):
        connection.receive(sent)
    [(origin, error)] = errors
    assert origin == "https://api.stripe.com"
    assert isinstance(error, httptools.HttpParserError)


@pytest.mark.parametrize(
    "response",
    [
        Response(200, httpx.Headers([("X-Broken", "a\nb")]), b"{}"),
        Response(200, httpx.Headers([(":status", "200")]), b"{}"),
        Response(200, httpx.Headers(), b"{}", "O\rK"),
    ],
    ids=["value", "name", "reason"],
)
def test_a_head_that_http_cannot_carry_is_an_error(response):
    with pytest.raises(ValueError, match="illegal header: "):
        server(response).receive(GET + b"\r\n")


@pytest.mark.parametrize("body", [b"{}", b""])
def test_a_truncated_answer_ends_in_the_middle_of_its_body(body):
    reply = Reply(ok(body), is_truncated=True)
    connection = ServerConnection("https://api.stripe.com", lambda _: reply, None)

    received = connection.receive(GET + b"\r\n")

    assert received.endswith(b"\r\n\r\n" + body[:1])
    assert connection.is_closed
    assert connection.receive(GET + b"\r\n") == b""


def test_a_request_through_a_forwarding_proxy_names_its_own_origin():
    seen = []

    server(ok(), seen).receive(b"GET http://other.example/a HTTP/1.1\r\nHost: x\r\n\r\n")

    assert seen[0].url == "http://other.example/a"


@pytest.mark.parametrize(
    ("method", "response"), [("HEAD", ok()), ("POST", ok(status=204)), ("GET", ok(status=304))]
)
def test_no_body_is_sent_where_http_has_none(method, response):
    sent = server(response).receive(f"{method} / HTTP/1.1\r\nHost: x\r\n\r\n".encode())

    assert sent.endswith(b"\r\n\r\n")


def test_recorded_framing_is_replaced_by_the_length_of_the_body():
    response = ok(b"{}", **{"Transfer-Encoding": "chunked", "Content-Length": "9", "X-A": "b"})

    sent = server(response).receive(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")

    assert sent == b"HTTP/1.1 200 OK\r\nX-A: b\r\nContent-Length: 2\r\n\r\n{}"


@pytest.mark.parametrize(
    ("response", "line"),
    [
        (Response(402, httpx.Headers(), b"", "No Money"), b"HTTP/1.1 402 No Money\r\n"),
        (Response(402, httpx.Headers(), b""), b"HTTP/1.1 402 Payment Required\r\n"),
        (Response(299, httpx.Headers(), b"", "é"), b"HTTP/1.1 299 ?\r\n"),
        (Response(299, httpx.Headers(), b""), b"HTTP/1.1 299 \r\n"),
    ],
)
def test_the_reason_is_the_recorded_one_or_the_usual_one(response, line):
    assert server(response).receive(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").startswith(line)


def test_writing_no_bytes_does_not_close_the_connection():
    connection = server(ok())
    request = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
    answer = connection.receive(request)

    assert connection.receive(b"") == b""
    assert connection.receive(request) == answer


@pytest.mark.parametrize(
    "sent", [GET + b"Connection: close\r\n\r\n", b"GET / HTTP/1.0\r\n" + HOST + b"\r\n"]
)
def test_the_connection_closes_if_the_client_does_not_keep_it_alive(sent):
    connection = server(ok(Connection="keep-alive"))

    received = connection.receive(sent)

    assert received.endswith(b"\r\nConnection: close\r\n\r\n{}")
    assert b"keep-alive" not in received
    assert connection.is_closed
    assert connection.receive(GET + b"\r\n") == b""


def test_a_recorded_connection_header_is_sent_as_it_is():
    received = server(ok(Connection="close")).receive(GET + b"\r\n")

    assert b"\r\nConnection: close\r\n" in received


def test_requests_behind_one_that_closes_the_connection_are_not_answered():
    seen = []
    reply = Reply(ok(), is_truncated=True)
    connection = ServerConnection("https://x", lambda sent: (seen.append(sent), reply)[1], None)

    connection.receive((GET + b"\r\n") * 2)

    assert len(seen) == 1


@pytest.fixture
def get_customer(tmp_path):
    """A cassette whose request is a GET, and its body compressed."""
    import gzip

    body = gzip.compress(json.dumps({"id": "in_1", "object": "customer"}).encode())
    headers = {"Content-Encoding": ["gzip"], "Content-Type": ["application/json"]}
    path = tmp_path / "get.yaml"
    path.write_text(
        yaml.safe_dump(
            {
                "interactions": [
                    {
                        "request": {"method": "GET", "uri": CUSTOMER, "headers": {}},
                        "response": {
                            "status": {"code": 200, "message": "OK"},
                            "headers": headers,
                            "body": {"string": body},
                        },
                    }
                ]
            }
        )
    )
    return str(path)


def test_clients_decompress_a_compressed_body_themselves(get_customer, stripe_replay):
    with stripe_replay(get_customer, times=2) as replay:
        assert httpx.get(CUSTOMER).json()["id"] == "in_1"
        assert requests.get(CUSTOMER, timeout=5).json()["id"] == "in_1"
    assert replay.calls[0].response.json()["id"] == "in_1"


def test_a_plain_http_client_connection_carries_several_requests(stripe_replay):
    with stripe_replay("mark_uncollectible", times=2):
        connection = http.client.HTTPSConnection("api.stripe.com")
        for number in range(2):
            path = f"/v1/invoices/in_{number}/mark_uncollectible"
            connection.request("POST", path, headers=senders.BASIC)
            response = connection.getresponse()
            assert json.load(response)["id"] == f"in_{number}"
            assert response.getheader("Content-Type") == "application/json"
        connection.close()


def test_a_replay_socket_accepts_what_clients_do_to_sockets(stripe_replay):
    with stripe_replay("mark_uncollectible", allow_unplayed=True):
        connection = http.client.HTTPSConnection("api.stripe.com")
        connection.connect()
        connection.sock.settimeout(1)
        connection.sock.setsockopt(6, 1, 1)
        connection.sock.shutdown(2)
        connection.close()
