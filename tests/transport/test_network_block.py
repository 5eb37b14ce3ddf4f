"""While the network is blocked, no code can leave the machine or resolve a name.

The addresses are of TEST-NET-1 (RFC 5737) and the names end in ``.invalid`` (RFC 6761): if
the block fails, they lead nowhere.
"""

from __future__ import annotations

import _socket
import asyncio
import pickle
import socket
import ssl
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pycurl
import pytest
import stripe
import trio
import uvloop

from pytest_stripe_contract.errors import NetworkBlocked
from pytest_stripe_contract.transport import network_block

FAR = "192.0.2.1"
NAME = "stripe.invalid"


@pytest.fixture
def refused() -> Iterator[list[NetworkBlocked]]:
    """What was refused, while a block is up."""
    errors: list[NetworkBlocked] = []
    network_block.block(errors.append)
    yield errors
    network_block.unblock(errors.append)


def is_blocked() -> bool:
    """Whether a block is up, told by a call that needs no network."""
    try:
        socket.getaddrinfo(FAR, 443, flags=socket.AI_NUMERICHOST)
    except NetworkBlocked:
        return True
    return False


@pytest.mark.parametrize(
    "host",
    [
        None,
        "",
        b"",
        "localhost",
        b"localhost",
        bytearray(b"localhost"),
        "LocalHost",
        "localhost.",
        "api.localhost",
        "127.0.0.1",
        b"127.0.0.1",
        "127.255.0.3",
        "::1",
        "[::1]",
        "::1%lo",
        "0:0:0:0:0:0:0:1",
        "0.0.0.0",  # noqa: S104 (nothing is bound)
        "::",
        "::ffff:127.0.0.1",
        "::ffff:0.0.0.0",
    ],
)
def test_hosts_of_this_machine_are_loopback(host):
    assert network_block.is_loopback(host)


@pytest.mark.parametrize(
    "host",
    [
        "api.stripe.com",
        b"api.stripe.com",
        bytearray(b"api.stripe.com"),
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "evil-localhost",
        "evillocalhost.",
        "127.0.0.1%evil.example",
        "localhost%.evil.example",
        "%evil.example",
        "::1%.evil.example",
        "127.0.0.1@evil.example",
        "8.8.8.8",
        "10.0.0.1",
        "169.254.169.254",
        "128.0.0.1",
        "134744072",
        "255.255.255.255",
        "<broadcast>",
        "2001:4860:4860::8888",
        "[2001:4860:4860::8888]",
        "fe80::1%eth0",
        "::2",
        "::ffff:8.8.8.8",
        "::ffff:10.0.0.1",
        b"\xff",
        7,
    ],
)
def test_other_hosts_are_not_loopback(host):
    assert not network_block.is_loopback(host)


def _stream() -> socket.socket:
    return socket.socket(socket.AF_INET, socket.SOCK_STREAM)


def _stream6() -> socket.socket:
    return socket.socket(socket.AF_INET6, socket.SOCK_STREAM)


def _datagram() -> socket.socket:
    return socket.socket(socket.AF_INET, socket.SOCK_DGRAM)


def _tls() -> socket.socket:
    return ssl.create_default_context().wrap_socket(_stream(), server_hostname=NAME)


SENDS = {
    "connect": (_stream, lambda sock, host: sock.connect((host, 443))),
    "connect_ex": (_stream, lambda sock, host: sock.connect_ex((host, 443))),
    "connect-tls": (_tls, lambda sock, host: sock.connect((host, 443))),
    "connect-ipv6": (_stream6, lambda sock, host: sock.connect((host, 443, 0, 0))),
    "connect-udp": (_datagram, lambda sock, host: sock.connect((host, 53))),
    "sendto": (_datagram, lambda sock, host: sock.sendto(b"?", (host, 53))),
    "sendto-flags": (_datagram, lambda sock, host: sock.sendto(b"?", 0, (host, 53))),
    "sendmsg": (_datagram, lambda sock, host: sock.sendmsg([b"?"], [], 0, (host, 53))),
}
LOOKUPS = {
    "create_connection": lambda host: socket.create_connection((host, 443), timeout=1),
    "getaddrinfo": lambda host: socket.getaddrinfo(host, 443),
    "gethostbyname": socket.gethostbyname,
    "gethostbyname_ex": socket.gethostbyname_ex,
    "gethostbyaddr": socket.gethostbyaddr,
    "getfqdn": socket.getfqdn,
}


@pytest.mark.parametrize("way", SENDS)
def test_a_socket_cannot_reach_an_address(way, refused):
    kind, send = SENDS[way]
    far = "2001:db8::1" if kind is _stream6 else FAR

    with kind() as sock, pytest.raises(NetworkBlocked, match="while a replay is active"):
        send(sock, far)

    assert [error.target.rpartition(":")[0] for error in refused] == [far]


@pytest.mark.parametrize("way", SENDS)
@pytest.mark.parametrize("name", [NAME, "bücher.invalid"], ids=repr)
def test_a_socket_cannot_resolve_a_name(way, name, refused):
    """A name that was asked for would raise ``socket.gaierror``."""
    kind, send = SENDS[way]

    with kind() as sock, pytest.raises(NetworkBlocked):
        send(sock, name)

    assert len(refused) == 1


@pytest.mark.parametrize("way", ["connect", "connect_ex", "sendto", "sendmsg"])
def test_a_raw_c_socket_cannot_reach_an_address(way, refused):
    """As extension modules have them: nothing but the audit hook sees those."""
    kind, send = SENDS[way]
    with kind() as template:
        sock = _socket.socket(template.family, template.type)
    try:
        with pytest.raises(NetworkBlocked):
            send(sock, FAR)
    finally:
        sock.close()

    assert len(refused) == 1


@pytest.mark.parametrize("look_up", LOOKUPS.values(), ids=LOOKUPS)
@pytest.mark.parametrize("name", [NAME, FAR])
def test_a_name_cannot_be_looked_up(look_up, name, refused):
    with pytest.raises(NetworkBlocked):
        look_up(name)

    assert [error.target for error in refused] == [name]


def test_the_name_of_an_address_cannot_be_looked_up(refused):
    with pytest.raises(NetworkBlocked):
        socket.getnameinfo((FAR, 443), 0)

    assert [error.target for error in refused] == [f"{FAR}:443"]


def test_loopback_can_be_reached(refused):
    with socket.create_server(("localhost", 0)) as server:
        port = server.getsockname()[1]
        for host in ("localhost", "127.0.0.1", b"127.0.0.1"):
            with socket.create_connection((host, port), timeout=5):
                server.accept()[0].close()
    with _datagram() as receiver, _datagram() as sender:
        receiver.bind(("127.0.0.1", 0))
        sender.sendto(b"to", receiver.getsockname())
        sender.sendmsg([b"msg"], [], 0, receiver.getsockname())
        assert {receiver.recv(3), receiver.recv(3)} == {b"to", b"msg"}
    assert refused == []


@pytest.mark.parametrize("encode", [str, lambda path: str(path).encode()], ids=["str", "bytes"])
def test_unix_sockets_can_be_reached(encode, refused, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # the path of a socket must be short
    path = encode(Path("api.stripe.com"))
    with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as client:
        server.bind(path)
        server.listen()
        client.connect(path)
    assert refused == []


def test_threads_are_blocked(refused):
    with ThreadPoolExecutor(4) as pool:
        attempts = [pool.submit(socket.getaddrinfo, NAME, 443) for _ in range(20)]
        errors = [attempt.exception() for attempt in attempts]

    assert all(isinstance(error, NetworkBlocked) for error in errors)
    assert len(refused) == 20


async def _create_connection(host: str) -> None:
    await asyncio.get_running_loop().create_connection(asyncio.Protocol, host, 443)


async def _open_connection(host: str) -> None:
    await asyncio.open_connection(host, 443)


async def _datagram_endpoint(host: str) -> None:
    loop = asyncio.get_running_loop()
    await loop.create_datagram_endpoint(asyncio.DatagramProtocol, remote_addr=(host, 53))


async def _getaddrinfo(host: str) -> None:
    await asyncio.get_running_loop().getaddrinfo(host, 443)


async def _sock_connect(host: str) -> None:
    with _stream() as sock:
        sock.settimeout(0)
        await asyncio.get_running_loop().sock_connect(sock, (host, 443))


@pytest.mark.parametrize("host", [FAR, NAME])
@pytest.mark.parametrize(
    "send", [_create_connection, _open_connection, _datagram_endpoint, _getaddrinfo, _sock_connect]
)
def test_asyncio_is_blocked(send, host, refused):
    with pytest.raises(NetworkBlocked):
        asyncio.run(send(host))

    assert len(refused) == 1


def test_a_datagram_of_asyncio_is_blocked(refused):
    async def send() -> None:
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(
            asyncio.DatagramProtocol, local_addr=("127.0.0.1", 0)
        )
        try:
            transport.sendto(b"?", (FAR, 53))  # the loop logs the error, and goes on
        finally:
            transport.close()

    asyncio.run(send())

    assert [error.target for error in refused] == [f"{FAR}:53"]


@pytest.mark.parametrize("host", [FAR, NAME])
def test_trio_is_blocked(host, refused):
    async def connect() -> None:
        with trio.socket.socket() as sock:
            await sock.connect((host, 443))

    with pytest.raises(NetworkBlocked):
        trio.run(connect)

    assert len(refused) == 1


def test_nested_blocks_end_with_the_last_one_in_any_order():
    for first, second in ((0, 1), (1, 0)):
        listeners = [[].append, [].append]
        network_block.block(listeners[0])
        network_block.block(listeners[1])
        assert is_blocked()
        network_block.unblock(listeners[first])
        assert is_blocked()
        network_block.unblock(listeners[second])
        assert not is_blocked()


def test_the_innermost_listener_gets_the_error(refused):
    inner: list[NetworkBlocked] = []
    network_block.block(inner.append)
    try:
        assert is_blocked()
    finally:
        network_block.unblock(inner.append)
    assert is_blocked()

    assert len(inner) == 1
    assert len(refused) == 1


def test_the_block_outlives_a_replay_that_is_entered_again(stripe_replay):
    with stripe_replay("mark_uncollectible", allow_unplayed=True) as replay:
        with replay:
            pass
        still_up = is_blocked()
        replay.blocked_attempts.clear()

    assert still_up


def test_blocks_of_many_threads_restore_the_sockets():
    before = dict(vars(socket.socket))
    seen: list[bool] = []

    def hold() -> None:
        listener = [].append
        for _ in range(200):
            network_block.block(listener)
            seen.append(is_blocked())
            network_block.unblock(listener)

    threads = [threading.Thread(target=hold) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert all(seen)
    assert len(seen) == 800
    assert not is_blocked()
    assert dict(vars(socket.socket)) == before


def test_sockets_are_restored_after_the_block():
    before = dict(vars(socket.socket))
    network_block.block(print)
    during = dict(vars(socket.socket))
    network_block.unblock(print)

    assert during != before
    assert dict(vars(socket.socket)) == before


def test_the_error_is_no_oserror_and_survives_pickle(refused):
    """Clients take an ``OSError`` for a network that may come back."""
    with pytest.raises(RuntimeError) as caught:
        socket.getaddrinfo(NAME, 443)

    error = pickle.loads(pickle.dumps(caught.value))
    assert not isinstance(error, OSError)
    assert error.target == NAME
    assert str(error) == str(caught.value)
    assert refused == [caught.value]


ADVICE = "use requests, httpx, aiohttp, urllib3 or urllib in this test: pycurl cannot be replayed"


@pytest.mark.parametrize("handle", ["Curl", "CurlMulti"])
def test_pycurl_is_blocked_with_advice(handle, stripe_replay):
    with stripe_replay("mark_uncollectible", allow_unplayed=True) as replay:
        with pytest.raises(NetworkBlocked, match=ADVICE):
            getattr(pycurl, handle)()
        assert [str(error).endswith(ADVICE) for error in replay.blocked_attempts] == [True]
        replay.blocked_attempts.clear()
    getattr(pycurl, handle)().close()


def mark_uncollectible(http_client):
    client = stripe.StripeClient("sk_test_x", http_client=http_client)
    client.v1.invoices.mark_uncollectible("in_1")


@pytest.mark.parametrize("made", ["before", "in"])
def test_the_sdks_pycurl_client_is_blocked(made, stripe_replay):
    clients = [stripe.PycurlClient()] if made == "before" else []
    with stripe_replay("mark_uncollectible", allow_unplayed=True) as replay:
        with pytest.raises(NetworkBlocked, match=ADVICE):
            mark_uncollectible(clients.pop() if clients else stripe.PycurlClient())
        assert len(replay.blocked_attempts) == 1
        replay.blocked_attempts.clear()


SWALLOWING = """
    import asyncio
    import socket
    import threading

    import pycurl
    import pytest


    def resolve():
        try:
            socket.getaddrinfo("stripe.invalid", 443)
        except BaseException:
            pass

    @pytest.fixture
    def resolving_at_setup(stripe_replay):
        resolve()

    @pytest.fixture
    def resolving_at_teardown(stripe_replay):
        yield
        resolve()

    pytestmark = pytest.mark.stripe_replay("mark_uncollectible", allow_unplayed=True)

    def test_in_the_test():
        resolve()

    def test_in_a_thread():
        thread = threading.Thread(target=resolve)
        thread.start()
        thread.join()

    def test_in_an_event_loop():
        async def connect():
            try:
                await asyncio.open_connection("stripe.invalid", 443)
            except Exception:
                pass

        asyncio.run(connect())

    def test_by_pycurl():
        try:
            pycurl.Curl()
        except Exception:
            pass

    def test_during_setup(resolving_at_setup):
        pass

    def test_during_teardown(resolving_at_teardown):
        pass

    def test_not_at_all():
        pass
"""


@pytest.mark.slow
def test_a_blocked_connection_fails_the_test_even_if_the_code_catches_it(pytester, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    pytester.makepyfile(test_swallowing=SWALLOWING)

    result = pytester.runpytest_subprocess("-rfE")

    result.assert_outcomes(failed=5, errors=1, passed=2)
    result.stdout.fnmatch_lines_random(
        [
            "FAILED *::test_in_the_test - *connection to stripe.invalid* blocked: *",
            "FAILED *::test_in_a_thread - *connection to stripe.invalid* blocked: *",
            "FAILED *::test_in_an_event_loop - *connection to stripe.invalid* blocked: *",
            "FAILED *::test_by_pycurl - *connection to a host (by pycurl) blocked: *",
            "FAILED *::test_during_setup - *connection to stripe.invalid* blocked: *",
            "ERROR *::test_during_teardown - *connection to stripe.invalid* blocked: *",
        ]
    )


async def sock_connect(loop, host):
    with socket.socket() as plain:
        await loop.sock_connect(plain, (host, 9))


UVLOOP_WAYS_OUT = {
    "create_connection": lambda loop, host: loop.create_connection(asyncio.Protocol, host, 9),
    "keyword": lambda loop, host: loop.create_connection(asyncio.Protocol, host=host, port=9),
    "getaddrinfo": lambda loop, host: loop.getaddrinfo(host, 9),
    "sock_connect": sock_connect,
    "datagram": lambda loop, host: loop.create_datagram_endpoint(
        asyncio.DatagramProtocol, remote_addr=(host, 9)
    ),
}


@pytest.mark.parametrize("way", UVLOOP_WAYS_OUT.values(), ids=UVLOOP_WAYS_OUT)
@pytest.mark.parametrize("host", ["192.0.2.1", "stripe.invalid"])
def test_uvloop_is_blocked(way, host, refused):
    async def main():
        await way(asyncio.get_running_loop(), host)

    with (
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
        pytest.raises(NetworkBlocked),
    ):
        runner.run(main())

    assert len(refused) == 1


def test_uvloop_can_reach_loopback(refused):
    async def main():
        server = await asyncio.start_server(lambda _reader, writer: writer.close(), "127.0.0.1", 0)
        async with server:
            address = server.sockets[0].getsockname()
            reader, writer = await asyncio.open_connection(*address)
            assert await reader.read() == b""
            writer.close()
        transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
            asyncio.DatagramProtocol, local_addr=("127.0.0.1", 0)
        )
        transport.close()

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main())

    assert refused == []


def test_a_missing_uvloop_is_not_patched(monkeypatch):
    monkeypatch.setattr(
        "pytest_stripe_contract.transport.network_block.is_installed", lambda _name: False
    )
    listener = [].append

    network_block.block(listener)
    try:
        assert "getaddrinfo" not in vars(uvloop.Loop) or (
            vars(uvloop.Loop)["getaddrinfo"].__module__ != network_block.__name__
        )
    finally:
        network_block.unblock(listener)
