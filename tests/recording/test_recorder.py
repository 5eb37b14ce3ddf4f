"""Recording cassettes of one's own: from a server on loopback, through each client."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import time

import pytest
import yaml
from helpers.stripe_server import ACCOUNT, COOKIE

from pytest_stripe_contract.messages.models import Request
from pytest_stripe_contract.recording.recorder import Recorder
from pytest_stripe_contract.recording.upstream import ApiBase
from pytest_stripe_contract.scrubbing import Leak, Scrubber
from pytest_stripe_contract.stripe_api.resources import CASSETTES

WRITES_OFF = """
    @pytest.mark.stripe_replay
    def test_it(stripe_replay):
        assert write_off().status == "uncollectible"
        assert len(stripe_replay.calls) == 1
"""


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def interactions(path):
    return yaml.safe_load(path.read_text(encoding="utf-8"))["interactions"]


def test_a_cassette_is_recorded_by_one_option_and_then_plays_offline(run, server, cassette):
    run(WRITES_OFF, "--stripe-record=once").assert_outcomes(passed=1)
    assert len(server.requests) == 1

    run(WRITES_OFF).assert_outcomes(passed=1)

    assert len(server.requests) == 1
    [recorded] = interactions(cassette)
    assert recorded["request"]["uri"] == (
        "https://api.stripe.com/v1/invoices/in_1/mark_uncollectible"
    )


def test_without_a_cassette_the_failure_says_how_to_record_one(run):
    result = run(WRITES_OFF)

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*unknown cassette 'test_mine/test_it'*--stripe-record=once*"])


@pytest.mark.parametrize("client", ["sdk", "sdk-httpx-async", "aiohttp", "curl"])
def test_each_kind_of_client_is_recorded_and_then_played(client, run, server, cassette):
    body = f"""
    from helpers import senders

    @pytest.mark.stripe_replay
    def test_it(stripe_replay):
        assert senders.SENDERS["{client}"]("in_1")["status"] == "uncollectible"
        assert len(stripe_replay.calls) == 1
    """

    run(body, "--stripe-record=once").assert_outcomes(passed=1)
    first = cassette.read_bytes()
    run(body).assert_outcomes(passed=1)

    assert len(server.requests) == 1
    assert cassette.read_bytes() == first
    [recorded] = interactions(cassette)
    assert json.loads(recorded["response"]["body"]["string"])["id"] == "in_1"
    assert "Content-Encoding" not in recorded["response"]["headers"]


@pytest.mark.slow
@pytest.mark.parametrize("crowd", ["threads-session", "tasks-aiohttp"])
def test_all_requests_of_threads_and_tasks_are_recorded(crowd, run, server, cassette):
    body = f"""
    from helpers import senders

    @pytest.mark.stripe_replay
    def test_it():
        ids = [f"in_{{number}}" for number in range(8)]
        assert senders.CROWDS["{crowd}"](ids) == ids
    """

    run(body, "--stripe-record=once").assert_outcomes(passed=1)
    run(body).assert_outcomes(passed=1)

    assert len(server.requests) == 8
    assert len(interactions(cassette)) == 8


def test_an_event_loop_goes_on_while_an_answer_is_recorded(run, cassette):
    """The server runs in the loop that waits for it: else it would wait forever."""
    body = """
    import asyncio
    import json

    @pytest.fixture
    def stripe_api_base():
        return "http://127.0.0.1:PORT"

    async def answer(reader, writer):
        await reader.readuntil(b"\\r\\n\\r\\n")
        body = b'{"error": {"type": "api_error"}}'
        head = b"HTTP/1.1 500 Oops\\r\\nConnection: close\\r\\nContent-Length: %d\\r\\n\\r\\n"
        writer.write(head % len(body) + body)
        await writer.drain()
        writer.close()

    @pytest.mark.parametrize("client", ["httpx", "aiohttp"])
    @pytest.mark.stripe_replay
    def test_it(client):
        async def run():
            server = await asyncio.start_server(answer, "127.0.0.1", PORT)
            async with server:
                url = "https://api.stripe.com/v1/customers"
                if client == "httpx":
                    async with httpx.AsyncClient() as session:
                        assert (await session.post(url)).status_code == 500
                else:
                    import aiohttp
                    async with aiohttp.ClientSession() as session:
                        async with session.post(url) as response:
                            assert response.status == 500

        asyncio.run(run())
    """
    port = free_port()

    run(body.replace("PORT", str(port)), "--stripe-record=once").assert_outcomes(passed=2)

    assert len(list(cassette.parent.iterdir())) == 2


LEAKY = """
    def stripe_client():
        return stripe.StripeClient("sk_test_51NotARealKey", stripe_account=ACCOUNT)

    @pytest.mark.stripe_replay
    def test_it(stripe_replay):
        customer = stripe_client().v1.customers.create({
            "name": "Rosalind Testname", "email": "rosalind@company.io", "phone": "+4930901820",
            "address": {"line1": "Hidden Road 7", "city": "Berlin", "country": "DE"},
        })
        stripe_client().v1.invoices.mark_uncollectible("in_1")
        again = stripe_client().v1.customers.update(customer.id, {"email": "rosalind@company.io"})
        assert stripe_replay.calls[0].response.json()["email"] == again.email
"""


def test_a_cassette_holds_no_secret_and_no_personal_data(run, server, cassette):
    run(LEAKY, "--stripe-record=once").assert_outcomes(passed=1)

    text = cassette.read_text()

    sent = [json.dumps(headers) for _, _, headers, _ in server.requests]
    assert "sk_test_51NotARealKey" in sent[0]
    for secret in ("51NotARealKey", "Rosalind", "rosalind", "company.io", "4930901820"):
        assert secret not in text
    for secret in ("Hidden", "Berlin", ACCOUNT, COOKIE, "bm90IGEgcmVhbCBzZWNyZXQ5OTk"):
        assert secret not in text
    assert "X-Stripe-Client" not in text
    assert "DE" in text


def test_a_scrubbed_recording_answers_the_real_request(run, server):
    run(LEAKY, "--stripe-record=once").assert_outcomes(passed=1)
    before = len(server.requests)

    run(LEAKY).assert_outcomes(passed=1)

    assert len(server.requests) == before


def test_a_second_recording_differs_only_in_its_times(run, cassette):
    def recorded():
        run(WRITES_OFF, "--stripe-record=rewrite").assert_outcomes(passed=1)
        return re.sub("recorded_at: .*|- req_.*|- .* GMT", "", cassette.read_text())

    assert recorded() == recorded()


def test_the_fixture_stripe_scrub_adds_rules_and_keeps_fields(run, server, cassette):
    server.change = {"customer_name": "Rosalind Testname", "footer": "internal note"}
    rules = """
    @pytest.fixture
    def stripe_scrub():
        return {"customer_name": False, "footer": "***"}
    """

    run(rules + WRITES_OFF, "--stripe-record=once").assert_outcomes(passed=1)

    assert "Rosalind Testname" in cassette.read_text()
    assert "internal note" not in cassette.read_text()


def test_a_scrub_rule_of_a_wrong_kind_is_refused(run):
    rules = """
    @pytest.fixture
    def stripe_scrub():
        return {"customer_name": 3}
    """

    result = run(rules + WRITES_OFF, "--stripe-record=once")

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*customer_name*=3: expected True, *"])


def test_a_recording_that_breaks_the_contract_is_not_written(run, server, cassette):
    server.change = {"amount_due": "599"}

    result = run(WRITES_OFF, "--stripe-record=once")

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*$.amount_due: expected integer, got *"])
    assert not cassette.exists()


@pytest.mark.parametrize(
    ("mode", "body"),
    [
        pytest.param("once", WRITES_OFF + "        assert False\n", id="once-failed"),
        pytest.param("all", WRITES_OFF + "        pytest.skip()\n", id="all-skipped"),
        pytest.param("rewrite", WRITES_OFF + "        raise KeyboardInterrupt\n", id="ctrl-c"),
        pytest.param(
            "new_episodes",
            WRITES_OFF.replace("(stripe_replay)", "(stripe_replay, broken)")
            + """
        write_off("in_2")

    @pytest.fixture
    def broken():
        yield
        raise RuntimeError
    """,
            id="new_episodes-teardown",
        ),
        pytest.param(
            "rewrite",
            WRITES_OFF.replace("@pytest", "@pytest.mark.xfail\n    @pytest", 1)
            + "        assert False\n",
            id="rewrite-xfail",
        ),
    ],
)
@pytest.mark.slow
def test_a_test_that_did_not_pass_leaves_the_file_as_it_was(run, cassette, mode, body):
    if mode != "once":
        run(WRITES_OFF, "--stripe-record=once")
    before = cassette.read_bytes() if mode != "once" else None

    run(body, f"--stripe-record={mode}")

    assert (cassette.read_bytes() if cassette.exists() else None) == before


def test_a_full_disk_leaves_the_file_as_it_was_and_fails_the_test(run, cassette, monkeypatch):
    run(WRITES_OFF, "--stripe-record=once")
    before = cassette.read_bytes()

    def full(_descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    result = run(WRITES_OFF, "--stripe-record=rewrite")

    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*test_it.yaml: not written: *No space left on device*"])
    assert cassette.read_bytes() == before


TWO = """
    @pytest.mark.stripe_replay
    def test_it(stripe_replay):
        write_off("in_1")
        write_off("in_2")
"""
OTHER = """
    @pytest.mark.stripe_replay
    def test_it(stripe_replay):
        write_off("in_2")
"""


def ids(path):
    return [json.loads(each["response"]["body"]["string"])["id"] for each in interactions(path)]


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        (("new_episodes", TWO), (["in_2"], ["in_1", "in_2"])),
        (("all", TWO), (["in_1", "in_2"], ["in_1", "in_2"])),
        (("all", OTHER), (["in_2"], ["in_1", "in_2"])),
        (("rewrite", OTHER), (["in_2"], ["in_2"])),
    ],
    ids=["new_episodes", "all", "all-other", "rewrite"],
)
def test_a_mode_decides_which_requests_are_sent_and_which_recordings_stay(
    run, server, cassette, second, expected
):
    run(WRITES_OFF, "--stripe-record=once")
    del server.requests[:]
    mode, body = second

    run(body, f"--stripe-record={mode}").assert_outcomes(passed=1)

    sent = [path.split("/")[3] for _, path, _, _ in server.requests]
    assert (sent, ids(cassette)) == expected


def test_mode_once_only_plays_a_cassette_that_exists(run, server, cassette):
    run(WRITES_OFF, "--stripe-record=once")
    before = cassette.read_bytes()
    del server.requests[:]

    result = run(TWO, "--stripe-record=once")

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*no recording answers POST *in_2/mark_uncollectible*"])
    result.stdout.fnmatch_lines(["*--stripe-record=new_episodes*"])
    assert server.requests == []
    assert cassette.read_bytes() == before


def test_ci_in_the_environment_does_not_change_the_mode(run, server, monkeypatch):
    monkeypatch.setenv("CI", "true")

    run(WRITES_OFF, "--stripe-record=once").assert_outcomes(passed=1)

    assert len(server.requests) == 1


def test_the_command_line_goes_before_the_marker(run, server):
    marked = WRITES_OFF.replace("stripe_replay\n", 'stripe_replay(record="once")\n', 1)

    run(marked, "--stripe-record=none").assert_outcomes(errors=1)
    run(marked).assert_outcomes(passed=1)

    assert len(server.requests) == 1


def test_the_ini_file_sets_the_mode(run, pytester, server, cassette):
    pytester.makeini(f"[pytest]\nstripe_record = once\nstripe_api_base = {server.base}\n")

    run(WRITES_OFF).assert_outcomes(passed=1)

    assert cassette.exists()


@pytest.mark.parametrize("where", ["ini", "marker", "call"])
def test_an_unknown_mode_is_an_error_that_lists_the_modes(run, pytester, where):
    body = WRITES_OFF
    if where == "ini":
        pytester.makeini("[pytest]\nstripe_record = onse\n")
    elif where == "marker":
        body = body.replace("stripe_replay\n", 'stripe_replay(record="onse")\n', 1)
    elif where == "call":
        body = """
    def test_it(stripe_replay):
        with stripe_replay("mine", record="onse"):
            pass
    """

    result = run(body)

    output = str(result.stdout) + str(result.stderr)
    assert result.ret != 0
    assert re.search(r"once.*new_episodes", output)


def test_a_name_in_the_marker_names_the_file(run, pytester):
    body = WRITES_OFF.replace("stripe_replay\n", 'stripe_replay("write_off")\n', 1)

    run(body, "--stripe-record=once").assert_outcomes(passed=1)
    run(body).assert_outcomes(passed=1)

    assert (pytester.path / "cassettes" / "write_off.yaml").is_file()


def test_a_path_in_the_marker_is_beside_the_test_file(run, pytester):
    body = WRITES_OFF.replace("stripe_replay\n", 'stripe_replay("data/mine.yaml")\n', 1)

    run(body, "--stripe-record=once").assert_outcomes(passed=1)
    run(body).assert_outcomes(passed=1)

    assert (pytester.path / "data" / "mine.yaml").is_file()


def test_a_path_that_ends_in_json_is_not_recorded(run):
    body = WRITES_OFF.replace("stripe_replay\n", 'stripe_replay("mine.json")\n', 1)

    result = run(body, "--stripe-record=once")

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*record='mine.json': expected a cassette in YAML*"])


@pytest.mark.parametrize("mode", ["once", "rewrite"])
def test_a_cassette_that_the_package_ships_is_never_recorded(run, server, mode, pytester):
    body = WRITES_OFF.replace("stripe_replay\n", 'stripe_replay("mark_uncollectible")\n', 1)
    shipped = (CASSETTES / "mark_uncollectible.yaml").read_bytes()

    run(body, f"--stripe-record={mode}").assert_outcomes(passed=1)

    assert server.requests == []
    assert (CASSETTES / "mark_uncollectible.yaml").read_bytes() == shipped
    assert not (pytester.path / "cassettes").exists()


def test_an_own_cassette_beside_a_shipped_one_is_recorded(run, server, pytester):
    body = """
    @pytest.mark.stripe_replay("mark_uncollectible", "mine")
    def test_it():
        write_off()
        stripe.Customer.create(description="new")
    """

    run(body, "--stripe-record=once").assert_outcomes(passed=1)
    run(body).assert_outcomes(passed=1)

    assert len(server.requests) == 1
    assert len(interactions(pytester.path / "cassettes" / "mine.yaml")) == 1


def test_names_of_tests_become_names_of_files(run, pytester):
    run(
        """
    class TestGroup:
        @pytest.mark.parametrize("value", ["a/b:c", "d"])
        @pytest.mark.stripe_replay
        def test_it(self, value):
            write_off()
    """,
        "--stripe-record=once",
    ).assert_outcomes(passed=2)

    names = sorted(path.name for path in (pytester.path / "cassettes" / "test_mine").iterdir())
    assert names == ["TestGroup.test_it[a-b-c].yaml", "TestGroup.test_it[d].yaml"]


def test_a_test_in_several_api_versions_has_one_cassette(run):
    body = """
    @pytest.mark.parametrize("value", [1])
    @pytest.mark.stripe_api_versions("2026-09-30.endive", "2026-10-28.endive")
    @pytest.mark.stripe_replay
    def test_it(value):
        write_off()
    """

    run(body, "--stripe-record=once").assert_outcomes(passed=1)
    run(body).assert_outcomes(passed=2)


def test_recording_and_a_rehearsal_at_once_are_a_usage_error(run):
    result = run(WRITES_OFF, "--stripe-record=once", "--stripe-api-version=2024-06-20")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*--stripe-api-version='2024-06-20': expected none while record*"])


def test_a_part_of_a_test_is_recorded_by_a_with_block(run, pytester, server):
    body = """
    def test_it(stripe_replay):
        with stripe_replay("mine", record="once") as replay:
            write_off()
        assert len(replay.calls) == 1
    """

    run(body).assert_outcomes(passed=1)
    run(body).assert_outcomes(passed=1)

    assert len(server.requests) == 1
    assert (pytester.path / "cassettes" / "mine.yaml").is_file()


def test_a_cassette_that_one_test_records_twice_is_refused(run, pytester):
    result = run("""
    def test_it(stripe_replay):
        for _ in range(2):
            with stripe_replay("mine", record="once"):
                write_off()
    """)

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*expected a cassette that this test does not record already*"])
    assert not (pytester.path / "cassettes").exists()


def test_a_test_that_sends_nothing_to_record_fails(run):
    result = run(
        """
    @pytest.mark.stripe_replay
    def test_it():
        pass
    """,
        "--stripe-record=once",
    )

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*nothing was recorded for test_it: the code sent no request*"])


def test_other_hosts_are_not_recorded(run, cassette):
    result = run(
        """
    @pytest.mark.stripe_replay
    def test_it():
        write_off()
        httpx.get("https://api.example.com/x")
    """,
        "--stripe-record=once",
    )

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*no recording answers GET https://api.example.com/x*"])
    assert not cassette.exists()


def test_requests_to_a_stand_in_are_recorded_as_requests_to_stripe(run, server, cassette):
    body = """
    @pytest.mark.stripe_replay
    def test_it(stripe_api_base):
        client = stripe.StripeClient("sk_test_x", base_addresses={"api": stripe_api_base})
        client.v1.invoices.mark_uncollectible("in_1")
    """

    run(body, "--stripe-record=once").assert_outcomes(passed=1)
    run(body).assert_outcomes(passed=1)

    assert len(server.requests) == 1
    [recorded] = interactions(cassette)
    assert recorded["request"]["uri"].startswith("https://api.stripe.com/")


def test_an_answer_without_an_api_version_is_recorded_and_reported_as_drift(run, server):
    server.headers = {"Stripe-Version": ""}

    result = run(WRITES_OFF, "--stripe-record=once", "-v")

    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["*$.headers.Stripe-Version: missing; expected an API version*"])


def test_an_answer_in_a_version_that_has_no_contract_is_not_recorded(run, server, cassette):
    server.headers = {"Stripe-Version": "2099-01-01.zebra"}

    result = run(WRITES_OFF, "--stripe-record=once")

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*Stripe-Version: expected an API version that has a contract*"])
    assert not cassette.exists()


@pytest.mark.slow
def test_workers_that_record_one_cassette_lose_no_recording(run, pytester):
    run(
        """
    @pytest.mark.parametrize("number", range(6))
    @pytest.mark.stripe_replay("shared", allow_unplayed=True)
    def test_it(number):
        write_off(f"in_{number}")
    """,
        "-pxdist",
        "-n2",
        "--stripe-record=new_episodes",
    ).assert_outcomes(passed=6)

    shared = pytester.path / "cassettes" / "shared.yaml"
    assert sorted(ids(shared)) == sorted(f"in_{number}" for number in range(6))
    assert list(shared.parent.iterdir()) == [shared]


@pytest.fixture(scope="module")
def localstripe(tmp_path_factory):
    """Start localstripe in a process and return its address."""
    port, tmp_path = free_port(), tmp_path_factory.mktemp("localstripe")
    command = [sys.executable, "-m", "localstripe", "--port", str(port), "--from-scratch"]
    log = (tmp_path / "log").open("wb")
    process = subprocess.Popen(command, stdout=log, stderr=log, cwd=tmp_path)
    until = time.monotonic() + 30
    while time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            break
        except OSError:
            time.sleep(0.05)
    yield f"http://127.0.0.1:{port}"
    process.terminate()
    process.wait()
    log.close()


def test_answers_of_localstripe_that_keep_the_contract_are_recorded(
    run, pytester, localstripe, cassette
):
    pytester.makeini(f"[pytest]\nstripe_api_base = {localstripe}\n")
    body = """
    @pytest.mark.stripe_replay
    def test_it(stripe_replay):
        customer = stripe.Customer.create(name="Rosalind Testname", email="r@company.io")
        again = stripe.Customer.retrieve(customer.id)
        assert again.id == customer.id
        assert again.email == customer.email
        with pytest.raises(stripe.InvalidRequestError):
            stripe.Customer.retrieve("cus_nope")
        assert len(stripe_replay.calls) == 3
    """

    run(body, "--stripe-record=once").assert_outcomes(passed=1)
    pytester.makeini("[pytest]")
    run(body).assert_outcomes(passed=1)

    text = cassette.read_text()
    assert "Rosalind" not in text
    assert "company.io" not in text
    metadata = yaml.safe_load(text)["metadata"]
    assert metadata["api_base"] == localstripe
    assert "api_version" not in metadata


def test_answers_of_localstripe_that_break_the_contract_are_not_written(
    run, pytester, localstripe, cassette
):
    pytester.makeini(f"[pytest]\nstripe_api_base = {localstripe}\n")

    result = run(
        """
    @pytest.mark.stripe_replay
    def test_it():
        customer = stripe.Customer.create()
        plan = dict(id="gold", amount="599", currency="usd", interval="month", name="Gold")
        key = ("sk_test_x", "")
        for path, form in [
            ("plans", plan),
            ("subscriptions", {"customer": customer.id, "items[0][plan]": "gold"}),
            ("invoiceitems", {"customer": customer.id, "amount": "599", "currency": "usd"}),
            ("invoices", {"customer": customer.id}),
        ]:
            httpx.post(f"https://api.stripe.com/v1/{path}", data=form, auth=key)
    """,
        "--stripe-record=once",
    )

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*the answer * to POST https://api.stripe.com/v1/* breaks *"])
    assert not cassette.exists()


def test_a_run_without_new_episodes_does_not_write_the_file(run, cassette):
    run(WRITES_OFF, "--stripe-record=once")
    before = cassette.stat()

    result = run(WRITES_OFF, "--stripe-record=new_episodes")

    result.assert_outcomes(passed=1)
    assert cassette.stat().st_mtime_ns == before.st_mtime_ns
    result.stdout.no_fnmatch_line("*stripe record*")


def test_a_name_that_is_no_text_is_refused(run):
    body = WRITES_OFF.replace("stripe_replay\n", "stripe_replay(3)\n", 1)

    result = run(body, "--stripe-record=once")

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*stripe_replay=3: expected names of cassettes*"])


def test_a_document_with_a_leak_is_not_written(run, cassette, monkeypatch):
    from pytest_stripe_contract.recording import recorder as record

    monkeypatch.setattr(record, "leaks", lambda _: [Leak("$.here", "API key")])

    result = run(WRITES_OFF, "--stripe-record=once")

    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*not written: API key at $.here; see stripe_scrub*"])
    assert not cassette.exists()


def test_the_back_off_of_the_sdk_is_real_while_it_records(run, server):
    server.status, server.body = 500, b'{"error": {"type": "api_error"}}'

    run(
        """
    @pytest.mark.stripe_replay
    def test_it(stripe_replay):
        client = stripe.StripeClient("sk_test_x", max_network_retries=1)
        with pytest.raises(stripe.APIError):
            client.v1.invoices.mark_uncollectible("in_1")
        assert [call.slept for call in stripe_replay.calls] == [0, 0]
    """,
        "--stripe-record=once",
    ).assert_outcomes(passed=1)

    assert len(server.requests) == 2


@pytest.mark.parametrize(
    "body",
    [
        WRITES_OFF.replace("(stripe_replay)", "(stripe_replay, subtests)")
        + """
        with subtests.test("one"):
            assert False
    """,
        """
    import unittest

    class TestIt(unittest.TestCase):
        @pytest.mark.stripe_replay
        def test_it(self):
            write_off()
            with self.subTest("one"):
                assert False
    """,
    ],
    ids=["pytest", "unittest"],
)
def test_a_failed_subtest_leaves_nothing_written(run, pytester, body):
    run(body, "--stripe-record=once")

    assert not (pytester.path / "cassettes").exists()


def test_a_test_that_fails_when_it_is_run_again_writes_nothing(run, pytester, cassette):
    pytester.makeconftest("""
    from _pytest.runner import runtestprotocol

    def pytest_runtest_protocol(item, nextitem):
        for _ in range(2):
            item._initrequest()
            for report in runtestprotocol(item, nextitem=nextitem, log=False):
                item.ihook.pytest_runtest_logreport(report=report)
        return True
    """)

    run(
        """
    runs = []

    @pytest.fixture
    def broken(stripe_replay):
        runs.append(1)
        if len(runs) == 2:
            write_off()
            raise RuntimeError
        yield
        raise RuntimeError

    @pytest.mark.stripe_replay
    def test_it(broken):
        write_off()
    """,
        "--stripe-record=once",
    )

    assert not cassette.exists()


def test_a_refused_request_in_a_teardown_fails_the_test(run, server, cassette):
    result = run(
        """
    @pytest.fixture
    def leaving(stripe_api_base):
        yield
        try:
            httpx.get("https://api.stripe.com/v1/customers/x?live=sk_live_xyzxyzxyz")
        except BaseException:
            pass

    @pytest.mark.stripe_replay
    def test_it(leaving):
        write_off()
    """,
        "--stripe-record=once",
    )

    result.assert_outcomes(passed=1, errors=1)
    assert "live=sk_live_***" in str(result.stdout)
    assert not cassette.exists()


@pytest.mark.slow
@pytest.mark.parametrize("client", ["aiohttp", "httpx"])
def test_an_answer_that_the_client_did_not_wait_for_is_not_recorded(run, server, cassette, client):
    server.delay = 0.3
    result = run(
        f"""
    import asyncio
    import aiohttp

    URL = "https://api.stripe.com/v1/customers/x"

    async def by_aiohttp():
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=0.1)) as session:
            await session.get(URL)
        await asyncio.sleep(0.6)

    async def by_httpx():
        async with httpx.AsyncClient() as session:
            await asyncio.wait_for(session.get(URL), 0.1)

    async def run():
        try:
            await by_{client}()
        except TimeoutError:
            await asyncio.sleep(0.6)

    @pytest.mark.stripe_replay
    def test_it(stripe_replay):
        asyncio.run(run())
        assert [call.response for call in stripe_replay.calls] == [None]
    """,
        "--stripe-record=once",
    )

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*the client gave up before Stripe answered*"])
    assert not cassette.exists()


def test_faults_in_a_sequence_that_records_are_refused(run):
    result = run("""
    from pytest_stripe_contract.faults import timeout

    @pytest.mark.stripe_replay(timeout(), "mine", record="once")
    def test_it():
        write_off()
    """)

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*record='once': expected none, as the sequence has faults*"])


def test_new_episodes_keep_the_metadata_of_the_file(run, pytester, cassette):
    run(WRITES_OFF, "--stripe-record=once")
    document = yaml.safe_load(cassette.read_text())
    old = {"recorded_at": "2020-01-01T00:00:00Z"}
    cassette.write_text(yaml.safe_dump({**document, "metadata": old}))

    run(TWO, "--stripe-record=new_episodes").assert_outcomes(passed=1)

    document = yaml.safe_load(cassette.read_text())
    assert document["metadata"] == old
    assert document["interactions"][1]["recorded_at"] > "2026"


def test_a_wrong_mode_in_a_marker_fails_only_its_own_test(run):
    result = run("""
    @pytest.mark.stripe_replay("mark_uncollectible", record="onse")
    def test_wrong():
        write_off()

    @pytest.mark.stripe_replay("mark_uncollectible")
    def test_right():
        write_off()
    """)

    result.assert_outcomes(passed=1, errors=1)


def test_an_answer_that_arrives_after_the_end_is_not_kept(server, tmp_path):
    recorder = Recorder(tmp_path / "late.yaml", "once", ApiBase(server.base), Scrubber())
    recorder.close()

    _, response = recorder.ask(Request("GET", "https://api.stripe.com/v1/customers/x"))

    recorder.close()
    assert response.status == 200
    assert not recorder.save()


def test_faults_go_with_a_cassette_that_exists(run):
    run(WRITES_OFF, "--stripe-record=once")

    run(
        """
    from pytest_stripe_contract.faults import status

    @pytest.mark.stripe_replay(status(429), "test_mine/test_it", record="once")
    def test_it():
        with pytest.raises(stripe.RateLimitError):
            write_off()
        assert write_off().status == "uncollectible"
    """
    ).assert_outcomes(passed=1)


def test_a_replay_that_is_never_entered_fails(run, server):
    result = run("""
    def test_it(stripe_replay):
        stripe_replay("mark_uncollectible", allow_unplayed=True)
    """)

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*never entered: stripe_replay('mark_uncollectible')*"])


def test_two_markers_on_one_test_are_refused(run):
    result = run("""
    @pytest.mark.stripe_replay("mark_uncollectible")
    @pytest.mark.stripe_replay("mark_uncollectible.not_open")
    def test_it():
        write_off()
    """)

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*expected one marker with all names in order*"])


def test_the_end_of_the_run_lists_the_files_that_were_written(run):
    result = run(WRITES_OFF, "--stripe-record=once")

    result.stdout.fnmatch_lines(["*stripe record: cassettes/test_mine/test_it.yaml*"])
