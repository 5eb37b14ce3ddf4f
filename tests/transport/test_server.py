"""The far end of a connection, in what only some requests show."""

from __future__ import annotations

import http.client
import json

import httpx
import pytest
import requests
import yaml
from helpers import senders

from pytest_stripe_contract.messages.models import Response
from pytest_stripe_contract.transport.server import Reply, ServerSide

CUSTOMER = "https://api.stripe.com/v1/customers/in_1"


def server(response, seen=None):
    def answer(request):
        if seen is not None:
            seen.append(request)
        return Reply(response)

    return ServerSide("https://api.stripe.com", answer, lambda _origin, error: error)


def ok(body=b"{}", status=200, **headers):
    return Response(status, httpx.Headers(headers), body)


def test_a_request_is_answered_once_it_is_whole():
    seen = []
    far_end = server(ok(), seen)

    assert far_end.receive(b"POST /a?b=c HTTP/1.1\r\nHost: x\r\nContent-") == b""
    assert far_end.receive(b"Length: 3\r\n\r\nx=") == b""
    assert far_end.receive(b"1").startswith(b"HTTP/1.1 200 OK\r\n")
    [request] = seen
    assert request.url == "https://api.stripe.com/a?b=c"
    assert request.body == b"x=1"


def test_one_connection_carries_several_requests():
    far_end = server(ok())
    request = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"

    assert far_end.receive(request) == far_end.receive(request)


def test_a_client_that_waits_to_be_told_to_go_on_is_told():
    far_end = server(ok())
    head = b"POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n"

    assert far_end.receive(head).startswith(b"HTTP/1.1 100 ")
    assert far_end.receive(b"x").startswith(b"HTTP/1.1 200 OK\r\n")


def test_a_request_sent_in_chunks_is_put_together():
    seen = []
    far_end = server(ok(), seen)

    far_end.receive(
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"2\r\na=\r\n1\r\n1\r\n0\r\n\r\n"
    )

    assert seen[0].body == b"a=1"


HOST = b"Host: x\r\n"
GET = b"GET / HTTP/1.1\r\n" + HOST


def told(far_end, sent, seen):
    """What a connection carries back, and what was read from it, or what went wrong."""
    try:
        received = b"".join(map(far_end.receive, sent))
    except Exception as error:  # noqa: BLE001 (whatever it is, both raise it)
        return type(error), str(error)
    return received, [(r.method, r.url, r.headers.raw, r.body) for r in seen], far_end.is_over


@pytest.mark.parametrize(
    "sent",
    [
        [GET + b"\r\n"],
        [GET + b"\r\n", GET + b"\r\n"],
        [GET + b"\r\n" + GET + b"\r\n"],
        [b"HEAD /a HTTP/1.1\r\n" + HOST + b"X-Blank:\r\nX-Wide:   a b   \r\n\r\n"],
        [b"GET / HTTP/1.1\nHost: x\n\n"],
        [b"GET / HTTP/1.0\r\n\r\n"],
        [GET + b"Connection: close\r\n\r\n"],
        [GET + b"Connection: keep-alive\r\n\r\n"],
        [GET + "X-Name: Jenny Rosén\r\n\r\n".encode("latin-1")],
        [GET + b"Content-Length: x\r\n\r\n"],
        [GET + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab"],
        [GET + b"Host: y\r\n\r\n"],
        [b"GET / HTTP/1.1\r\nX: y\r\n\r\n"],
        [b"GET / HTTP/1.1\r\n\r\n"],
        [b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 3\r\n\r\n", b"a", b"=1"],
        [b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 99999\r\n\r\n", b"a" * 99_999],
        [b"\x16\x03\x01\x02\x00\x01\x00"],
        [b"get / HTTP/1.1\r\n" + HOST + b"\r\n"],
        [b"GET /" + b"a" * (1 << 20)],
    ],
    ids=lambda sent: repr(sent[0][:60]),
)
@pytest.mark.parametrize(
    "response",
    [
        ok(b"{}", reason="x"),
        ok(b"{}", connection="close"),
        ok(b"", 204),
        Response(200, httpx.Headers([(b"X-Name", "Jenny Rosén".encode("latin-1"))]), b"{}"),
        Response(200, httpx.Headers([("X-Broken", "a\nb")]), b"{}"),
        Response(200, httpx.Headers(), b"{}", "Très bien"),
        Response(200, httpx.Headers(), b"{}", "O\nK"),
        Response(999, httpx.Headers(), b"{}"),
    ],
    ids=repr,
)
def test_what_is_plain_is_read_and_written_as_h11_does(sent, response):
    seen, seen_by_h11 = [], []
    ours, by_h11 = server(response, seen), server(response, seen_by_h11)
    by_h11._is_plain = False

    assert told(ours, sent, seen) == told(by_h11, sent, seen_by_h11)


@pytest.mark.parametrize("body", [b"{}", b""])
@pytest.mark.parametrize("header", [{}, {"connection": "close"}])
def test_an_answer_that_breaks_off_does_so_in_the_middle_of_its_body(body, header):
    reply = Reply(ok(body, **header), is_cut=True)
    far_end = ServerSide("https://api.stripe.com", lambda _: reply, None)

    received = far_end.receive(GET + b"\r\n")

    assert received.endswith(b"\r\n\r\n" + body[:1])
    assert far_end.is_over
    assert far_end.receive(GET + b"\r\n") == b""


def test_a_request_through_a_forwarding_proxy_names_its_own_origin():
    seen = []

    server(ok(), seen).receive(b"GET http://other.example/a HTTP/1.1\r\nHost: x\r\n\r\n")

    assert seen[0].url == "http://other.example/a"


@pytest.mark.parametrize(
    ("method", "response"), [("HEAD", ok()), ("POST", ok(status=204)), ("GET", ok(status=304))]
)
def test_answers_that_have_no_body_send_none(method, response):
    sent = server(response).receive(f"{method} / HTTP/1.1\r\nHost: x\r\n\r\n".encode())

    assert sent.endswith(b"\r\n\r\n")


def test_recorded_framing_gives_way_to_the_length_of_the_body():
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


def test_to_write_nothing_does_not_end_the_connection():
    far_end = server(ok())
    request = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
    answer = far_end.receive(request)

    assert far_end.receive(b"") == b""
    assert far_end.receive(request) == answer


def test_a_client_that_asks_to_close_is_obeyed():
    far_end = server(ok())

    sent = far_end.receive(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")

    assert b"\r\nConnection: close\r\n" in sent


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


def test_clients_unpack_a_compressed_body_themselves(get_customer, stripe_replay):
    with stripe_replay(get_customer, times=2) as replay:
        assert httpx.get(CUSTOMER).json()["id"] == "in_1"
        assert requests.get(CUSTOMER, timeout=5).json()["id"] == "in_1"
    assert replay.calls[0].response.json()["id"] == "in_1"


def test_a_connection_by_hand_carries_several_requests(stripe_replay):
    with stripe_replay("mark_uncollectible", times=2):
        connection = http.client.HTTPSConnection("api.stripe.com")
        for number in range(2):
            path = f"/v1/invoices/in_{number}/mark_uncollectible"
            connection.request("POST", path, headers=senders.BASIC)
            response = connection.getresponse()
            assert json.load(response)["id"] == f"in_{number}"
            assert response.getheader("Content-Type") == "application/json"
        connection.close()


def test_a_socket_of_ours_takes_what_clients_do_to_sockets(stripe_replay):
    with stripe_replay("mark_uncollectible", allow_unplayed=True):
        connection = http.client.HTTPSConnection("api.stripe.com")
        connection.connect()
        connection.sock.settimeout(1)
        connection.sock.setsockopt(6, 1, 1)
        connection.sock.shutdown(2)
        connection.close()
