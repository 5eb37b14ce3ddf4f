"""Each client raises for a fault what it raises for the real failure."""

from __future__ import annotations

import socket
import ssl
import struct
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx
import pytest
import stripe
import trustme
from helpers.clients_with_timeout import CLIENTS, WAITS_FOREVER

from pytest_stripe_contract.errors import InvalidOption
from pytest_stripe_contract.faults import (
    connection_reset,
    dns_failure,
    not_json,
    slow,
    status,
    timeout,
    tls_failure,
    truncated_body,
)

STRIPE = "https://api.stripe.com"
each_client = pytest.mark.parametrize("client", CLIENTS)

HTML = "<html>Bad gateway</html>"
CONNECTION = socket.socket


def until_the_head_ends(connection):
    received = b""
    while b"\r\n\r\n" not in received and (data := connection.recv(65536)):
        received += data


def sends(answer: bytes):
    def behave(connection):
        connection.sendall(answer)

    return behave


def resets(connection):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def stays_silent(connection):
    connection.recv(1)  # until the client hangs up


@contextmanager
def server(behave: Callable[[socket.socket], None], tls=None) -> Iterator[str]:
    """A server on loopback that reads a request and then misbehaves; its address."""
    listening = socket.create_server(("127.0.0.1", 0))
    over = threading.Event()

    def run():
        while not over.is_set():
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            try:
                if tls is not None:
                    connection = tls.wrap_socket(connection, server_side=True)
                until_the_head_ends(connection)
                behave(connection)
            except OSError:
                pass  # the client has hung up first
            finally:
                connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        scheme = "https" if tls else "http"
        yield f"{scheme}://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        over.set()
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join()


def outcome(client: str, base: str, seconds: float = 5.0) -> object:
    """Return the types of the errors that a client raises, or its return value."""
    try:
        return CLIENTS[client](base, seconds)
    except Exception as error:  # noqa: BLE001 (whatever the client raises is what is asked)
        return [type(error), *_causes(error)]


def _causes(error):
    """Of the SDK's errors, for all that went wrong below is one of them."""
    while isinstance(error, stripe.StripeError) and error.__cause__ is not None:
        error = error.__cause__
        yield type(error)


@pytest.mark.slow
@each_client
def test_a_timeout_raises_what_the_real_one_does(client, stripe_replay, monkeypatch):
    with server(stays_silent) as base, monkeypatch.context() as patience:
        if client in WAITS_FOREVER:
            urlopen = urllib.request.OpenerDirector.open
            patience.setattr(
                urllib.request.OpenerDirector,
                "open",
                lambda self, request, data=None, _=None: urlopen(self, request, data, 0.2),
            )
        real = outcome(client, base, 0.2)

    with stripe_replay(timeout()):
        began = time.monotonic()
        assert outcome(client, STRIPE, 60) == real
        assert time.monotonic() - began < 5


@each_client
def test_a_connection_reset_raises_what_the_real_one_does(client, stripe_replay):
    with server(resets) as base:
        real = outcome(client, base)

    with stripe_replay(connection_reset()):
        assert outcome(client, STRIPE) == real


@each_client
def test_a_dns_failure_raises_what_the_real_one_does(client, stripe_replay, monkeypatch):
    def fail(*_args, **_options):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    with monkeypatch.context() as resolver:
        resolver.setattr(socket, "getaddrinfo", fail)
        real = outcome(client, STRIPE)

    with stripe_replay(dns_failure()):
        assert outcome(client, STRIPE) == real


@each_client
def test_a_tls_failure_raises_what_the_real_one_does(client, stripe_replay):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    with server(sends(b""), tls=context) as base:
        real = outcome(client, base)

    with stripe_replay(tls_failure()):
        assert outcome(client, STRIPE) == real


@each_client
def test_a_truncated_body_raises_what_the_real_one_does(client, stripe_replay):
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n"
    with server(sends(head + b'{"id": "in')) as base:
        real = outcome(client, base)

    with stripe_replay(truncated_body()) as replay:
        assert outcome(client, STRIPE) == real
    assert replay.calls[0].response is None


@each_client
@pytest.mark.parametrize("code", [502])
def test_a_page_instead_of_json_gives_what_the_real_one_does(client, code, stripe_replay):
    head = f"HTTP/1.1 {code} X\r\nContent-Type: text/html\r\nContent-Length: {len(HTML)}\r\n\r\n"
    with server(sends(f"{head}{HTML}".encode())) as base:
        real = outcome(client, base)

    with stripe_replay(not_json(HTML, code)):
        assert outcome(client, STRIPE) == real


@each_client
def test_a_slow_answer_times_out_and_answers_the_retry(client, stripe_replay, replays):
    if client in WAITS_FOREVER:
        pytest.skip("it has no timeout that could be set")
    with stripe_replay(timeout()):
        late = outcome(client, STRIPE)

    replay = replays(slow(30), "mark_uncollectible")
    replay.start()
    assert outcome(client, STRIPE, 20) == late
    assert "uncollectible" in str(outcome(client, STRIPE, 20))
    replay.stop()

    first, second = replay.calls
    assert (first.fault, first.response) == ("slow(30)", None)
    assert second.response.json()["status"] == "uncollectible"


@each_client
def test_a_client_with_a_long_timeout_gets_the_slow_answer_at_once(client, stripe_replay):
    began = time.monotonic()

    with stripe_replay(slow(30), "mark_uncollectible") as replay:
        assert "uncollectible" in str(outcome(client, STRIPE, 40))

    assert time.monotonic() - began < 5
    [call] = replay.calls
    assert call.fault == "slow(30)"
    assert call.response.status == 200


@pytest.mark.parametrize(
    ("code", "error"),
    [
        (400, stripe.InvalidRequestError),
        (401, stripe.AuthenticationError),
        (402, stripe.CardError),
        (403, stripe.PermissionError),
        (404, stripe.InvalidRequestError),
        (429, stripe.RateLimitError),
        (409, stripe.APIError),
        (500, stripe.APIError),
        (503, stripe.APIError),
    ],
)
def test_a_status_raises_the_sdks_error_for_it(code, error, stripe_replay):
    with stripe_replay(status(code)):
        assert outcome("sdk-requests", STRIPE)[0] is error


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: status(200), "status=200: expected an HTTP status from 400 to 599"),
        (lambda: status(600), "status=600: expected an HTTP status from 400 to 599"),
        (lambda: status("500"), "status='500': expected an HTTP status from 400 to 599"),
        (lambda: status(code=True), "status=True: expected an HTTP status from 400 to 599"),
        (lambda: not_json(status=99), "status=99: expected an HTTP status from 200 to 599"),
        (lambda: not_json(5), "not_json=5: expected a text"),
        (lambda: slow(0), "slow=0: expected seconds, more than 0"),
        (lambda: slow("1"), "slow='1': expected seconds, more than 0"),
        (lambda: slow(float("nan")), "slow=nan: expected seconds, more than 0"),
    ],
)
def test_a_fault_with_an_invalid_argument_is_refused(make, text):
    with pytest.raises(InvalidOption) as caught:
        make()

    assert str(caught.value) == text


def test_a_fault_before_a_cassette_answers_first(pytester):
    pytester.makepyfile("""
    import pytest
    import stripe
    from pytest_stripe_contract.faults import timeout

    stripe.api_key = "sk_test_x"

    @pytest.mark.stripe_replay(timeout(), "mark_uncollectible")
    def test_it(stripe_replay):
        assert stripe.Invoice.mark_uncollectible("in_1").status == "uncollectible"
        first, second = stripe_replay.calls
        assert (first.fault, first.response) == ("timeout()", None)
        assert second.fault is None
        assert first.request.idempotency_key == second.request.idempotency_key
        assert first.slept == 0
        assert 0.5 <= second.slept <= 1
    """)

    began = time.monotonic()
    pytester.runpytest().assert_outcomes(passed=1)
    assert time.monotonic() - began < 5


def test_a_fault_that_is_never_played_fails_the_test(pytester):
    pytester.makepyfile("""
    import pytest
    from pytest_stripe_contract.faults import timeout

    @pytest.mark.stripe_replay("mark_uncollectible", timeout(), allow_unplayed=False)
    def test_it(stripe_replay):
        import httpx
        url = "https://api.stripe.com/v1/invoices/in_1/mark_uncollectible"
        httpx.post(url, headers={"Authorization": "Bearer sk_test_x"})
    """)

    result = pytester.runpytest()

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["never played: timeout(): POST https://api.stripe.com/*"])


def test_faults_answer_the_request_of_the_recording_after_them(stripe_replay):
    invoice = f"{STRIPE}/v1/invoices/in_1MtG0nLkdIwHu7ixAaUw3Cb4"
    key = {"Authorization": "Bearer sk_test_x"}

    with stripe_replay("mark_uncollectible", timeout(), "invoice_lifecycle", status(503)):
        assert httpx.post(f"{invoice}/mark_uncollectible", headers=key).status_code == 200
        with pytest.raises(httpx.ReadTimeout):
            httpx.get(invoice, headers=key)
        assert httpx.get(invoice, headers=key).json()["status"] == "open"
        assert httpx.post(f"{invoice}/mark_uncollectible", headers=key).status_code == 200
        assert httpx.get(invoice, headers=key).json()["status"] == "uncollectible"
        assert httpx.get(invoice, headers=key).status_code == 503


@pytest.mark.parametrize("client", ["sdk-httpx-async", "sdk-aiohttp"])
def test_the_async_sdks_back_off_is_counted_without_sleep(client, stripe_replay):
    import asyncio

    kinds = {"sdk-httpx-async": stripe.HTTPXClient, "sdk-aiohttp": stripe.AIOHTTPClient}

    async def send():
        used = kinds[client]()
        sdk = stripe.StripeClient("sk_test_x", http_client=used, max_network_retries=2)
        try:
            return await sdk.v1.invoices.mark_uncollectible_async("in_1")
        finally:
            await used.close_async()

    began = time.monotonic()
    with stripe_replay(status(500), timeout(), "mark_uncollectible") as replay:
        asyncio.run(send())

    assert time.monotonic() - began < 2
    first, second, third = [call.slept for call in replay.calls]
    assert first == 0
    assert 0.5 <= second <= 1
    assert 0.5 <= third <= 2


def test_each_thread_counts_its_own_back_off(stripe_replay):
    from concurrent.futures import ThreadPoolExecutor

    faults = [timeout() for _ in range(8)]
    client = stripe.StripeClient("sk_test_x", max_network_retries=8)
    sequence = (*faults, "mark_uncollectible")
    with stripe_replay(*sequence, times=4) as replay, ThreadPoolExecutor(4) as pool:
        list(pool.map(client.v1.invoices.mark_uncollectible, ["in_1"] * 4))

    slept: dict[str, list[float]] = {}
    for call in replay.calls:
        slept.setdefault(call.request.idempotency_key, []).append(call.slept)
    assert len(slept) == 4
    assert all(first == 0 and all(rest) for first, *rest in slept.values())


def test_after_the_replay_the_sdk_sleeps_again(stripe_replay):
    client = stripe.RequestsClient()
    with stripe_replay(timeout()):
        assert client._sleep_time_seconds(1) == 0
        assert outcome("sdk-requests", STRIPE)[0] is stripe.APIConnectionError

    assert client._sleep_time_seconds(1) >= 0.5


@pytest.mark.slow
def test_an_sdk_imported_during_a_replay_does_not_sleep(pytester):
    pytester.makepyfile("""
    import pytest
    from pytest_stripe_contract.faults import timeout

    @pytest.mark.stripe_replay(timeout(), timeout(), "mark_uncollectible")
    def test_it(stripe_replay):
        import sys

        assert "stripe" not in sys.modules
        import httpx
        with pytest.raises(httpx.ReadTimeout):
            url = "https://api.stripe.com/v1/invoices/in_1/mark_uncollectible"
            key = {"Authorization": "Bearer sk_test_x", "Idempotency-Key": "a"}
            httpx.post(url, headers=key)
        import stripe

        client = stripe.StripeClient("sk_test_x", max_network_retries=1)
        client.v1.invoices.mark_uncollectible("in_1", options={"idempotency_key": "a"})
        assert [call.slept > 0 for call in stripe_replay.calls] == [False, False, True]
    """)

    pytester.runpytest_subprocess().assert_outcomes(passed=1)


def test_an_sdk_without_the_back_off_method_is_not_patched(monkeypatch):
    import types

    from pytest_stripe_contract.transport.clients import sdk_backoff

    monkeypatch.setitem(sys.modules, "stripe._http_client", types.ModuleType("other"))

    assert list(sdk_backoff.patches(lambda *_: None)) == []


def test_urllib3_1_raises_its_connection_error_for_a_dns_failure(stripe_replay, monkeypatch):
    import requests
    import urllib3

    monkeypatch.delattr(urllib3.exceptions, "NameResolutionError")

    with stripe_replay(dns_failure()):
        assert outcome("requests", STRIPE) == [requests.ConnectionError]


def test_a_slow_answer_needs_no_cassette(stripe_replay):
    url = f"{STRIPE}/v1/invoices/in_1/mark_uncollectible"
    key = {"Authorization": "Bearer sk_test_x", "Idempotency-Key": "a"}

    with stripe_replay(slow(30), slow(1)) as replay:
        with pytest.raises(httpx.ReadTimeout):
            httpx.post(url, headers=key)
        assert httpx.post(url, headers=key).json()["status"] == "uncollectible"

    assert [call.fault for call in replay.calls] == ["slow(30)", "slow(1)"]


def test_a_slow_failure_fails(stripe_replay):
    url = f"{STRIPE}/v1/invoices/in_1/mark_uncollectible"
    key = {"Authorization": "Bearer sk_test_x", "Idempotency-Key": "a"}

    with stripe_replay(slow(1), status(503), slow(1), timeout(), "mark_uncollectible") as replay:
        assert httpx.post(url, headers=key).status_code == 503
        with pytest.raises(httpx.ReadTimeout):
            httpx.post(url, headers=key)
        assert httpx.post(url, headers=key).status_code == 200

    assert [call.fault for call in replay.calls] == [
        "slow(1), status(503)",
        "slow(1), timeout()",
        None,
    ]


def test_the_repr_of_a_fault_is_its_call():
    assert repr(slow(3)) == str(slow(3)) == "slow(3)"


def test_a_fault_that_is_not_called_is_refused(stripe_replay):
    with pytest.raises(InvalidOption, match=r"'timeout': expected timeout\(\): a fault is called"):
        stripe_replay(timeout, "mark_uncollectible")


def test_times_any_before_a_fault_is_refused(stripe_replay):
    with pytest.raises(InvalidOption, match="another recording answers the same request after it"):
        stripe_replay("mark_uncollectible", timeout(), times="any")
