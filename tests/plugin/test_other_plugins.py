"""Beside the plugins that tests of HTTP code have: each goes on working, alone and in a replay."""

from __future__ import annotations

import asyncio
import http.client
import json
import socket
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import Any

import aiohttp
import httpx
import pytest
import pytest_asyncio
import pytest_socket
import requests
import responses
import respx
import stripe
import vcr as vcrpy
import yaml
from helpers import patched_methods

from pytest_stripe_contract.stripe_api import resources as shipped

pytestmark = pytest.mark.peers

OTHER = "https://api.other.example/v1/things"
STRIPE = "https://api.stripe.com"
KEY = "sk_test_not_a_real_key"

OTHERS_CASSETTE = f"""
version: 1
interactions:
- request: {{method: GET, uri: '{OTHER}', body: null, headers: {{}}}}
  response:
    status: {{code: 200, message: OK}}
    headers: {{Content-Type: [application/json]}}
    body: {{string: '{{"by": "the peer"}}'}}
"""

replayed = pytest.mark.stripe_replay("mark_uncollectible")


def write_off(client: stripe.HTTPClient | None = None) -> None:
    """Mark an invoice as uncollectible, through the SDK, over requests unless said otherwise."""
    sdk = stripe.StripeClient(KEY, http_client=client or stripe.RequestsClient())
    assert sdk.v1.invoices.mark_uncollectible("in_1").status == "uncollectible"


async def write_off_async(client: stripe.HTTPClient) -> None:
    sdk = stripe.StripeClient(KEY, http_client=client)
    try:
        invoice = await sdk.v1.invoices.mark_uncollectible_async("in_1")
    finally:
        await client.close_async()
    assert invoice.status == "uncollectible"


alone_and_in_a_replay = pytest.mark.parametrize(
    "and_stripe",
    [
        pytest.param(lambda: None, id="alone"),
        pytest.param(write_off, id="in-a-replay", marks=replayed),
    ],
)


def by_httpx() -> str:
    return httpx.get(OTHER).json()["by"]


def by_httpx_async() -> str:
    async def get() -> str:
        async with httpx.AsyncClient() as client:
            return (await client.get(OTHER)).json()["by"]

    return asyncio.run(get())


def by_aiohttp() -> str:
    async def get() -> str:
        async with aiohttp.ClientSession() as session, session.get(OTHER) as response:
            return (await response.json())["by"]

    return asyncio.run(get())


def by_requests() -> str:
    return requests.get(OTHER, timeout=5).json()["by"]


@pytest.fixture
def only(monkeypatch):
    """Let runs of pytester load this plugin and those that are named: it saves seconds a run."""

    def load(*plugins: str) -> None:
        monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
        loaded = ("pytest_stripe_contract.plugin", *plugins)
        monkeypatch.setenv("PYTEST_ADDOPTS", " ".join(f"-p {name}" for name in loaded))

    return load


def test_the_other_plugins_are_installed(pytestconfig):
    peers = ("anyio", "asyncio", "pytest_httpx", "recording", "respx", "socket", "xdist")

    missing = [name for name in peers if not pytestconfig.pluginmanager.has_plugin(name)]

    assert missing == []


@alone_and_in_a_replay
def test_respx_answers(and_stripe, respx_mock):
    respx_mock.get(OTHER).respond(json={"by": "respx"})

    assert by_httpx() == "respx"
    and_stripe()
    assert by_httpx_async() == "respx"


@alone_and_in_a_replay
def test_pytest_httpx_answers(and_stripe, httpx_mock):
    httpx_mock.add_response(url=OTHER, json={"by": "pytest-httpx"}, is_reusable=True)

    assert by_httpx() == "pytest-httpx"
    and_stripe()
    assert by_httpx_async() == "pytest-httpx"


@replayed
@pytest.mark.httpx_mock(should_mock=lambda request: request.url.host != "api.stripe.com")
def test_pytest_httpx_can_leave_stripe_to_the_replay(httpx_mock):
    httpx_mock.add_response(url=OTHER, json={"by": "pytest-httpx"})

    assert by_httpx() == "pytest-httpx"
    write_off(stripe.HTTPXClient(allow_sync_methods=True))


@alone_and_in_a_replay
@responses.activate
def test_responses_answers(and_stripe):
    responses.add("GET", OTHER, json={"by": "responses"})
    responses.add_passthru(STRIPE)

    assert by_requests() == "responses"
    and_stripe()
    assert by_requests() == "responses"


@pytest.fixture
def vcr_cassette_dir(tmp_path: Path) -> str:
    """pytest-recording's: where its cassettes are."""
    (tmp_path / "other.yaml").write_text(OTHERS_CASSETTE)
    return str(tmp_path)


@pytest.fixture
def vcr_config() -> dict[str, Any]:
    """pytest-recording's: VCR.py is not to answer Stripe."""
    return {"ignore_hosts": ["api.stripe.com"], "allow_playback_repeats": True}


@alone_and_in_a_replay
@pytest.mark.vcr
@pytest.mark.default_cassette("other.yaml")
@pytest.mark.parametrize("get", [by_httpx, by_aiohttp])
def test_pytest_recording_plays(and_stripe, get, vcr):
    assert get() == "the peer"
    and_stripe()
    assert get() == "the peer"
    assert vcr.play_count == 2


@alone_and_in_a_replay
@pytest.mark.block_network
def test_pytest_recording_blocks_the_network(and_stripe):
    and_stripe()
    with pytest.raises(RuntimeError), socket.socket() as sock:
        sock.connect(("192.0.2.1", 443))


@alone_and_in_a_replay
def test_pytest_socket_disables_sockets(and_stripe, socket_disabled):
    and_stripe()
    with pytest.warns(match="socket"), pytest.raises(pytest_socket.SocketBlockedError):
        socket.socket()


each_async_client = pytest.mark.parametrize("client", [stripe.HTTPXClient, stripe.AIOHTTPClient])


@pytest_asyncio.fixture
async def answer_of_a_fixture() -> str:
    await asyncio.sleep(0)
    return "an async fixture"


@pytest.mark.asyncio
async def test_pytest_asyncio_runs_tests(answer_of_a_fixture):
    assert answer_of_a_fixture == "an async fixture"


@pytest.mark.asyncio
@replayed
@each_async_client
async def test_pytest_asyncio_runs_replays(client, answer_of_a_fixture, stripe_replay):
    await write_off_async(client())
    assert len(stripe_replay.calls) == 1


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> str:
    """anyio's: the event loops that its tests run in."""
    return request.param


@pytest.mark.anyio
async def test_anyio_runs_tests(anyio_backend_name):
    assert anyio_backend_name in ("asyncio", "trio")


@pytest.mark.anyio
@replayed
async def test_anyio_runs_replays(stripe_replay):
    await write_off_async(stripe.HTTPXClient())
    assert len(stripe_replay.calls) == 1


Mock = AbstractContextManager[Any]
Client = Callable[[], str]


def mock_of_respx(_folder: Path) -> Mock:
    router = respx.mock(assert_all_called=False)
    router.get(OTHER).respond(json={"by": "the peer"})
    router.route(host="api.stripe.com").pass_through()
    return router


def mock_of_responses(_folder: Path) -> Mock:
    mock = responses.RequestsMock(assert_all_requests_are_fired=False)
    mock.add("GET", OTHER, json={"by": "the peer"})
    mock.add_passthru(STRIPE)
    return mock


def mock_of_vcr(folder: Path) -> Mock:
    (folder / "other.yaml").write_text(OTHERS_CASSETTE)
    player = vcrpy.VCR(record_mode="none", ignore_hosts=["api.stripe.com"])
    return player.use_cassette(str(folder / "other.yaml"), allow_playback_repeats=True)


MOCKS: dict[str, tuple[Callable[[Path], Mock], list[Client]]] = {
    "respx": (mock_of_respx, [by_httpx, by_httpx_async]),
    "responses": (mock_of_responses, [by_requests]),
    "vcrpy": (mock_of_vcr, [by_httpx, by_httpx_async, by_requests, by_aiohttp]),
}


@pytest.fixture(params=MOCKS)
def mock_and_clients(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Mock, list[Client]]:
    """A mock of another host, and the clients that it answers."""
    make, clients = MOCKS[request.param]
    return make(tmp_path), clients


@pytest.mark.parametrize("begins", ["before", "after"])
def test_a_mock_may_begin_and_end_before_or_after_a_replay(begins, mock_and_clients, stripe_replay):
    mock, clients = mock_and_clients
    replay = stripe_replay("mark_uncollectible", times="any")
    before = patched_methods.snapshot()
    with ExitStack() as last_in_first_out:
        in_order = [mock, replay] if begins == "before" else [replay, mock]
        for each in reversed(in_order):  # what begins first also ends first
            last_in_first_out.push(each)
        for each in in_order:
            each.__enter__()
        assert [get() for get in clients] == ["the peer"] * len(clients)
        write_off()
        write_off(stripe.HTTPXClient(allow_sync_methods=True))
        asyncio.run(write_off_async(stripe.HTTPXClient()))
        asyncio.run(write_off_async(stripe.AIOHTTPClient()))

    assert len(replay.calls) == 4
    assert patched_methods.changes(before) == set()


def test_clients_are_patched_during_a_replay_only(stripe_replay):
    with stripe_replay("mark_uncollectible", allow_unplayed=True):
        pass  # now every library is imported
    before = patched_methods.snapshot()

    with stripe_replay("mark_uncollectible", allow_unplayed=True):
        during = patched_methods.changes(before)

    assert {"HTTPConnection.connect", "TCPConnector.connect", "socket.connect"} <= during
    assert patched_methods.changes(before) == set()


def test_a_patch_that_others_make_during_a_replay_stays(stripe_replay):
    def theirs(_connection: http.client.HTTPConnection) -> None:
        """Connect to nothing."""

    original = http.client.HTTPConnection.connect
    with stripe_replay("mark_uncollectible", allow_unplayed=True):
        http.client.HTTPConnection.connect = theirs
    stayed = http.client.HTTPConnection.connect
    http.client.HTTPConnection.connect = original

    assert stayed is theirs


BETWEEN = """
    import aiohttp
    import httpx
    import pytest
    from helpers import patched_methods
    import stripe

    AT_FIRST = patched_methods.snapshot()

    def write_off():
        stripe.StripeClient("sk_test_x").v1.invoices.mark_uncollectible("in_1")

    def test_before():
        assert not patched_methods.changes(AT_FIRST)

    @pytest.mark.stripe_replay("mark_uncollectible")
    def test_replay():
        assert patched_methods.changes(AT_FIRST)
        write_off()

    def test_between(stripe_contract):
        assert not patched_methods.changes(AT_FIRST)

    def test_block(stripe_replay):
        assert not patched_methods.changes(AT_FIRST)
        with stripe_replay("mark_uncollectible"):
            write_off()
        assert not patched_methods.changes(AT_FIRST)

    @pytest.mark.stripe_replay("mark_uncollectible")
    def test_that_fails():
        write_off()
        write_off()

    def test_after():
        assert not patched_methods.changes(AT_FIRST)
"""


@pytest.mark.slow
def test_tests_without_a_replay_run_with_unpatched_clients(pytester, monkeypatch, only):
    only()
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[1]))
    pytester.makepyfile(BETWEEN)

    result = pytester.runpytest_subprocess()

    result.assert_outcomes(passed=5, failed=1)


MODULE_WIDE = """
    import httpcore
    import httpx
    import pytest
    import requests
    import responses
    import respx
    import stripe

    OTHER = "https://api.other.example/v1/things"

    @pytest.fixture(scope="module", autouse=True)
    def respx_for_all():
        with respx.mock(assert_all_called=False) as router:
            router.get(OTHER).respond(json={"by": "respx"})
            router.route(host="api.stripe.com").pass_through()
            yield

    @pytest.fixture(scope="module", autouse=True)
    def responses_for_all():
        with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
            mock.add("GET", OTHER, json={"by": "responses"})
            mock.add_passthru("https://api.stripe.com")
            yield

    def answers():
        by = [httpx.get(OTHER).json()["by"], requests.get(OTHER).json()["by"]]
        return by == ["respx", "responses"]

    @pytest.mark.stripe_replay("mark_uncollectible", times=2)
    @pytest.mark.parametrize("run", range(2))
    def test_replay(run):
        assert answers()
        for client in (stripe.RequestsClient(), stripe.HTTPXClient(allow_sync_methods=True)):
            sdk = stripe.StripeClient("sk_test_x", http_client=client)
            sdk.v1.invoices.mark_uncollectible("in_1")
        assert answers()

    def test_no_replay():
        assert answers()
"""
AFTERWARDS = """
    import httpcore
    import requests

    def test_clients_are_their_own_again():
        methods = [
            httpcore.ConnectionPool.handle_request,
            httpcore.AsyncConnectionPool.handle_async_request,
            requests.adapters.HTTPAdapter.send,
        ]
        assert {method.__module__.partition(".")[0] for method in methods} == {
            "httpcore",
            "requests",
        }
"""


@pytest.mark.slow
def test_mocks_of_a_module_answer_in_all_its_tests_and_leave_clients_unpatched(pytester, only):
    only("respx.plugin")
    pytester.makepyfile(test_1_module_wide=MODULE_WIDE, test_2_afterwards=AFTERWARDS)

    pytester.runpytest_subprocess().assert_outcomes(passed=4)


SOCKETLESS = """
    import socket

    import pytest
    import pytest_socket
    import stripe

    @pytest.mark.stripe_replay("mark_uncollectible")
    @pytest.mark.parametrize("client", ["RequestsClient", "UrllibClient", "HTTPXClient"])
    def test_replay(client):
        options = {"allow_sync_methods": True} if client == "HTTPXClient" else {}
        http_client = getattr(stripe, client)(**options)
        sdk = stripe.StripeClient("sk_test_x", http_client=http_client)
        assert sdk.v1.invoices.mark_uncollectible("in_1").id == "in_1"

    @pytest.mark.filterwarnings("ignore:A test tried")
    def test_no_replay():
        with pytest.raises(pytest_socket.SocketBlockedError):
            socket.socket()
"""


@pytest.mark.slow
def test_a_replay_works_where_sockets_are_disabled(pytester, only):
    only("pytest_socket")
    pytester.makepyfile(SOCKETLESS)

    result = pytester.runpytest_subprocess("--disable-socket")

    result.assert_outcomes(passed=4)


def test_a_replay_works_where_only_some_hosts_are_allowed(pytester, only):
    only("pytest_socket")
    pytester.makepyfile(SOCKETLESS)

    result = pytester.runpytest_subprocess("--allow-hosts=127.0.0.1", "-k", "test_replay")

    result.assert_outcomes(passed=3)


PLAYING = """
    import httpx
    import pytest
    import requests
    import stripe

    @pytest.fixture(scope="module")
    def vcr_config():
        return {"ignore_hosts": ["api.stripe.com"]}

    def write_off():
        sdk = stripe.StripeClient("sk_test_x")
        assert sdk.v1.invoices.mark_uncollectible("in_1").id == "in_1"

    @pytest.mark.vcr
    def test_cassette():
        assert httpx.get("https://api.other.example/v1/things").json() == {"by": "the peer"}

    @pytest.mark.stripe_replay("mark_uncollectible")
    def test_replay():
        write_off()

    @pytest.mark.vcr
    @pytest.mark.stripe_replay("mark_uncollectible")
    @pytest.mark.parametrize("get", [httpx.get, requests.get], ids=["httpx", "requests"])
    def test_both(get):
        assert get("https://api.other.example/v1/things").json() == {"by": "the peer"}
        write_off()

    @pytest.mark.vcr
    def test_replay_in_a_cassette(stripe_replay):
        with stripe_replay("mark_uncollectible"):
            assert httpx.get("https://api.other.example/v1/things").json() == {"by": "the peer"}
            write_off()
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("other", "folder"), [("vcr", "cassettes/test_playing"), ("recording", "cassettes")]
)
def test_plugins_for_vcrpy_play_beside_replays(other, folder, pytester, monkeypatch):
    """One at a time: pytest-recording refuses to run where pytest-vcr is."""
    monkeypatch.setenv(
        "PYTEST_ADDOPTS", f"-p no:{other} -o asyncio_default_fixture_loop_scope=function"
    )
    pytester.makepyfile(test_playing=PLAYING)
    cassettes = pytester.path / folder
    cassettes.mkdir(parents=True)
    for test in ("cassette", "both[httpx]", "both[requests]", "replay_in_a_cassette"):
        (cassettes / f"test_{test}.yaml").write_text(OTHERS_CASSETTE)

    result = pytester.runpytest_subprocess()

    result.assert_outcomes(passed=5)


REPORTED = """
    import threading

    import pytest
    import stripe

    stripe.api_key = "sk_test_x"
    replayed = pytest.mark.stripe_replay("mark_uncollectible")

    def write_off(invoice_id="in_1"):
        stripe.Invoice.mark_uncollectible(invoice_id)

    @replayed
    def test_miss():
        write_off()
        write_off()

    @replayed
    def test_swallowed_miss():
        def twice():
            try:
                write_off()
                write_off()
            except BaseException:
                pass

        thread = threading.Thread(target=twice)
        thread.start()
        thread.join()

    @replayed
    def test_unplayed():
        pass

    @pytest.mark.stripe_replay("broken")
    def test_violation():
        write_off("in_1MtG0nLkdIwHu7ixAaUw3Cb4")

    @pytest.mark.stripe_replay("mark_uncollectible", strict=True)
    def test_drift_that_fails():
        write_off()

    @replayed
    @pytest.mark.parametrize("run", range(3))
    def test_drift(run):
        write_off()

    @replayed
    @pytest.mark.stripe_api_versions("2023-10-16", "basil")
    def test_rehearsal():
        charge = "charge" in stripe.Invoice.mark_uncollectible("in_1")
        assert charge

    @replayed
    def test_of_its_own():
        assert "one" == "other"

    @pytest.mark.stripe_replay("misspelled")
    def test_unknown_cassette():
        pass
"""


@pytest.mark.slow
def test_a_run_on_two_workers_reports_what_a_run_on_one_reports(pytester, monkeypatch, only):
    only("xdist.plugin")
    document = yaml.safe_load((shipped.CASSETTES / "mark_uncollectible.yaml").read_text())
    body = document["interactions"][0]["response"]["body"]
    body["string"] = json.dumps(json.loads(body["string"]) | {"status": "uncolectible"})
    pytester.mkdir("cassettes").joinpath("broken.yaml").write_text(yaml.safe_dump(document))
    pytester.makepyfile(REPORTED)
    monkeypatch.setenv("COLUMNS", "250")

    def report(*options: str) -> Counter[str]:
        result = pytester.runpytest_subprocess("-v", "-rfE", *options)
        result.assert_outcomes(passed=4, failed=7, errors=1)
        start = result.outlines.index(next(x for x in result.outlines if "= ERRORS =" in x))
        return Counter(line for line in result.outlines[start:] if not _of_the_run(line))

    alone = report()

    assert report("-n", "2") == alone
    summaries = [line for line in alone if line.startswith("stripe contract: ")]
    assert len(summaries) == 1


def _of_the_run(line: str) -> bool:
    """Whether a line says how long a run took, or which worker ran a test."""
    return line.startswith(("[gw", "=", "replay = <", "request = <"))
