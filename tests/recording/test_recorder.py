"""Recording cassettes of one's own: from a server on loopback, through each client."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
import stripe
import vcr
import yaml
from helpers import senders
from helpers.stripe_server import ACCOUNT, COOKIE, serve

from pytest_stripe_contract.messages.models import Request
from pytest_stripe_contract.recording.recorder import Recorder
from pytest_stripe_contract.recording.refusal import RecordingRefused
from pytest_stripe_contract.recording.upstream import ApiBase
from pytest_stripe_contract.scrubbing import Leak, Scrubber
from pytest_stripe_contract.stripe_api.resources import CASSETTES

HEAD = """
    import httpx
    import pytest
    import stripe
    from helpers.stripe_server import *

    stripe.api_key = "sk_test_51NotARealKey"

    def write_off(invoice_id="in_1"):
        return stripe.Invoice.mark_uncollectible(invoice_id)
"""

WRITES_OFF = """
    @pytest.mark.stripe_replay
    def test_it(stripe_replay):
        assert write_off().status == "uncollectible"
        assert len(stripe_replay.calls) == 1
"""


@pytest.fixture
def server():
    with serve() as server:
        yield server


@pytest.fixture
def run(pytester, monkeypatch, server):
    """Run pytest on a test file that begins with `HEAD`, against the server; its result."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("PYTEST_ADDOPTS", "-p pytest_stripe_contract.plugin")
    pytester.makeini(f"[pytest]\nstripe_api_base = {server.base}\n")

    monkeypatch.setattr(stripe, "max_network_retries", 0)
    tests = str(Path(__file__).parents[1])
    monkeypatch.setenv("PYTHONPATH", tests, prepend=os.pathsep)

    def run(body, *args):
        pytester.makepyfile(test_mine=HEAD + body)
        if "KeyboardInterrupt" in body:  # it would end this run too
            return pytester.runpytest_subprocess(*args)
        return pytester.runpytest(*args)

    return run


@pytest.fixture
def cassette(pytester):
    """The test's own cassette, as it was written."""
    return pytester.path / "cassettes" / "test_mine" / "test_it.yaml"


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def interactions(path):
    return yaml.safe_load(path.read_text(encoding="utf-8"))["interactions"]


def test_one_option_records_a_tests_own_cassette_which_then_plays_offline(run, server, cassette):
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


@pytest.mark.parametrize("client", senders.SENDERS)
def test_each_client_is_recorded_and_then_played(client, pytester, run, server, cassette):
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


@pytest.mark.parametrize("crowd", senders.CROWDS)
def test_what_threads_and_tasks_send_is_recorded_all_of_it(crowd, run, server, cassette):
    body = f"""
    from helpers import senders

    @pytest.mark.stripe_replay
    def test_it():
        ids = [f"in_{{number}}" for number in range(16)]
        assert senders.CROWDS["{crowd}"](ids) == ids
    """

    run(body, "--stripe-record=once").assert_outcomes(passed=1)
    run(body).assert_outcomes(passed=1)

    assert len(server.requests) == 16
    assert len(interactions(cassette)) == 16


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


def test_the_file_says_what_was_recorded_when_with_what_and_from_where(run, server, cassette):
    run(WRITES_OFF, "--stripe-record=once")

    metadata = yaml.safe_load(cassette.read_text())["metadata"]

    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", metadata.pop("recorded_at"))
    assert metadata.pop("recorded_by").startswith("pytest-stripe-contract ")
    assert metadata.pop("sdk").startswith("stripe ")
    assert metadata == {
        "api_version": "2026-10-28.endive",
        "provenance": "recorded",
        "api_base": server.base,
    }


def test_a_body_is_json_that_can_be_read_with_its_keys_in_order(run, cassette):
    run(WRITES_OFF, "--stripe-record=once")

    text = cassette.read_text()

    assert '\n          "id": "in_1",\n          "object": "invoice",\n' in text


def test_plain_vcr_plays_what_was_recorded(run, cassette):
    import requests

    run(WRITES_OFF, "--stripe-record=once")

    with vcr.use_cassette(str(cassette), record_mode="none"):
        answer = requests.post(
            "https://api.stripe.com/v1/invoices/in_1/mark_uncollectible", timeout=5
        )

    assert answer.json()["status"] == "uncollectible"


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


def test_nothing_secret_or_personal_reaches_the_disk(run, server, cassette):
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


def test_what_was_scrubbed_still_answers_the_real_request(run, server):
    run(LEAKY, "--stripe-record=once").assert_outcomes(passed=1)
    before = len(server.requests)

    run(LEAKY).assert_outcomes(passed=1)

    assert len(server.requests) == before


def test_recording_again_changes_nothing_but_the_time(run, cassette):
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


@pytest.mark.parametrize(
    "key", ["sk_live_51NotARealKey", "rk_live_51NotARealKey", "sk_org_live_51NotARealKey"]
)
@pytest.mark.parametrize("how", ["bearer", "basic"])
def test_a_key_of_live_mode_is_refused_before_anything_is_sent(run, server, cassette, key, how):
    auth = (
        f'auth=("{key}", "")' if how == "basic" else f'headers={{"Authorization": "Bearer {key}"}}'
    )
    result = run(
        f"""
    @pytest.mark.stripe_replay
    def test_it():
        try:
            httpx.post("https://api.stripe.com/v1/invoices/in_1/mark_uncollectible", {auth})
        except BaseException:
            pass
    """,
        "--stripe-record=all",
    )

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*it has a live-mode API key; nothing was sent*"])
    assert "51NotARealKey" not in str(result.stdout).replace(auth, "")
    assert server.requests == []
    assert not cassette.exists()


def test_an_answer_of_live_mode_is_never_written(run, server, cassette):
    server.change = {"livemode": True}

    result = run(WRITES_OFF, "--stripe-record=once")

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*the answer has livemode: true; nothing is written*"])
    assert not cassette.exists()


def test_a_recording_that_breaks_the_contract_is_not_written(run, server, cassette):
    server.change = {"amount_due": "599"}

    result = run(WRITES_OFF, "--stripe-record=once")

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*$.amount_due: expected integer, got *"])
    assert not cassette.exists()


@pytest.mark.parametrize(
    "body",
    [
        WRITES_OFF + "        assert False\n",
        WRITES_OFF + "        pytest.skip()\n",
        WRITES_OFF + "        raise KeyboardInterrupt\n",
        WRITES_OFF.replace("(stripe_replay)", "(stripe_replay, broken)")
        + """
    @pytest.fixture
    def broken():
        yield
        raise RuntimeError
    """,
        WRITES_OFF.replace("@pytest", "@pytest.mark.xfail\n    @pytest", 1)
        + "        assert False\n",
    ],
    ids=["failed", "skipped", "ctrl-c", "teardown", "xfail"],
)
@pytest.mark.parametrize("mode", ["once", "all", "rewrite", "new_episodes"])
def test_unless_the_test_passed_the_file_stays_as_it_was(run, cassette, body, mode):
    if mode != "once":
        run(WRITES_OFF, "--stripe-record=once")
        before = cassette.read_bytes()

    run(body, f"--stripe-record={mode}")

    if mode == "once":
        assert not cassette.exists()
    else:
        assert cassette.read_bytes() == before


def test_a_disk_that_is_full_leaves_the_file_as_it_was_and_fails_the_test(
    run, cassette, monkeypatch
):
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
    ("mode", "sent"),
    [("new_episodes", ["in_2"]), ("all", ["in_1", "in_2"]), ("rewrite", ["in_1", "in_2"])],
)
def test_what_each_mode_sends_and_keeps(run, server, cassette, mode, sent):
    run(WRITES_OFF, "--stripe-record=once")
    del server.requests[:]

    run(TWO, f"--stripe-record={mode}").assert_outcomes(passed=1)

    assert [path.split("/")[3] for _, path, _, _ in server.requests] == sent
    assert ids(cassette) == ["in_1", "in_2"]


@pytest.mark.parametrize(
    ("mode", "kept"),
    [("new_episodes", ["in_1", "in_2"]), ("all", ["in_1", "in_2"]), ("rewrite", ["in_2"])],
)
def test_what_becomes_of_recordings_that_are_not_sent_again(run, cassette, mode, kept):
    run(WRITES_OFF, "--stripe-record=once")

    run(OTHER, f"--stripe-record={mode}").assert_outcomes(passed=1)

    assert ids(cassette) == kept


@pytest.mark.parametrize("mode", ["none", "once"])
def test_a_cassette_that_is_there_is_only_played(run, server, cassette, mode):
    run(WRITES_OFF, "--stripe-record=once")
    before = cassette.read_bytes()
    del server.requests[:]

    result = run(TWO, f"--stripe-record={mode}")

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*no recording answers POST *in_2/mark_uncollectible*"])
    result.stdout.fnmatch_lines(["*--stripe-record=new_episodes*"])
    assert server.requests == []
    assert cassette.read_bytes() == before


def test_ci_in_the_environment_changes_nothing(run, server, monkeypatch):
    monkeypatch.setenv("CI", "true")

    run(WRITES_OFF, "--stripe-record=once").assert_outcomes(passed=1)

    assert len(server.requests) == 1


def test_the_marker_says_how_to_record_and_the_command_line_goes_before_it(run, server):
    marked = WRITES_OFF.replace("stripe_replay\n", 'stripe_replay(record="once")\n', 1)

    run(marked, "--stripe-record=none").assert_outcomes(errors=1)
    run(marked).assert_outcomes(passed=1)

    assert len(server.requests) == 1


def test_the_ini_file_says_how_to_record(run, pytester, server, cassette):
    pytester.makeini(f"[pytest]\nstripe_record = once\nstripe_api_base = {server.base}\n")

    run(WRITES_OFF).assert_outcomes(passed=1)

    assert cassette.exists()


@pytest.mark.parametrize("where", ["ini", "marker", "option", "call"])
def test_an_unknown_mode_lists_those_that_there_are(run, pytester, where):
    body, args = WRITES_OFF, []
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
    else:
        args = ["--stripe-record=onse"]

    result = run(body, *args)

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


@pytest.mark.parametrize("mode", ["once", "new_episodes", "all", "rewrite"])
def test_a_cassette_that_the_package_ships_is_never_recorded(run, server, mode, pytester):
    body = WRITES_OFF.replace("stripe_replay\n", 'stripe_replay("mark_uncollectible")\n', 1)
    shipped = (CASSETTES / "mark_uncollectible.yaml").read_bytes()

    run(body, f"--stripe-record={mode}").assert_outcomes(passed=1)

    assert server.requests == []
    assert (CASSETTES / "mark_uncollectible.yaml").read_bytes() == shipped
    assert not (pytester.path / "cassettes").exists()


def test_beside_a_shipped_one_ones_own_is_recorded(run, server, pytester):
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


def test_a_rehearsal_in_several_versions_plays_the_same_cassette(run):
    body = """
    @pytest.mark.parametrize("value", [1])
    @pytest.mark.stripe_api_versions("2026-09-30.endive", "2026-10-28.endive")
    @pytest.mark.stripe_replay
    def test_it(value):
        write_off()
    """

    run(body, "--stripe-record=once").assert_outcomes(passed=1)
    run(body).assert_outcomes(passed=2)


def test_nobody_records_and_rehearses_at_once(run):
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


def test_one_test_records_a_cassette_once(run, pytester):
    result = run("""
    def test_it(stripe_replay):
        for _ in range(2):
            with stripe_replay("mine", record="once"):
                write_off()
    """)

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*expected a cassette that this test does not record already*"])
    assert not (pytester.path / "cassettes").exists()


@pytest.mark.parametrize("mode", ["once", "new_episodes"])
def test_a_test_that_sends_nothing_records_nothing_and_says_so(run, mode):
    result = run(
        """
    @pytest.mark.stripe_replay
    def test_it():
        pass
    """,
        f"--stripe-record={mode}",
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


@pytest.mark.parametrize("client", senders.SENDERS)
def test_a_server_that_is_down_is_to_each_client_what_it_would_be(run, pytester, client, cassette):
    pytester.makeini("[pytest]\nstripe_api_base = http://127.0.0.1:9\n")

    result = run(
        f"""
    from helpers import senders

    @pytest.mark.stripe_replay
    def test_it():
        with pytest.raises(Exception) as caught:
            senders.SENDERS["{client}"]("in_1")
        print(type(caught.value))
    """,
        "--stripe-record=once",
    )

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*see that http://127.0.0.1:9 can be reached, and record again*"])
    assert not cassette.exists()


def test_code_that_is_told_of_the_stand_in_records_and_plays_the_same(run, server, cassette):
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


@pytest.mark.parametrize("base", ["127.0.0.1:1", "ftp://127.0.0.1"])
def test_an_address_that_is_none_is_refused(run, pytester, base):
    pytester.makeini(f"[pytest]\nstripe_api_base = {base}\n")

    result = run(WRITES_OFF, "--stripe-record=once")

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*stripe_api_base=*expected an address such as http*"])


def test_an_answer_that_names_no_version_is_recorded_and_told_of(run, server):
    server.headers = {"Stripe-Version": ""}

    result = run(WRITES_OFF, "--stripe-record=once", "-v")

    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["*$.headers.Stripe-Version: expected an API version*"])


def test_an_answer_in_a_version_that_has_no_contract_is_not_recorded(run, server, cassette):
    server.headers = {"Stripe-Version": "2099-01-01.zebra"}

    result = run(WRITES_OFF, "--stripe-record=once")

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*Stripe-Version: expected an API version that has a contract*"])
    assert not cassette.exists()


@pytest.mark.parametrize("body", [b"<html>Bad gateway</html>", b"\xff\xfe"])
def test_an_answer_that_is_no_json_is_kept_as_it_is(run, server, cassette, body):
    server.status, server.body = 502, body
    test = """
    @pytest.mark.stripe_replay
    def test_it():
        assert httpx.get("https://api.stripe.com/v1/customers/x").content == CONTENT
    """.replace("CONTENT", repr(body))

    run(test, "--stripe-record=once").assert_outcomes(passed=1)
    run(test).assert_outcomes(passed=1)


def test_the_end_of_the_run_says_what_was_written(run):
    result = run(WRITES_OFF, "--stripe-record=once")

    result.stdout.fnmatch_lines(["*stripe record: cassettes/test_mine/test_it.yaml*"])


def test_several_workers_that_record_one_cassette_keep_all_of_it(run, pytester):
    run(
        """
    @pytest.mark.parametrize("number", range(12))
    @pytest.mark.stripe_replay("shared", allow_unplayed=True)
    def test_it(number):
        write_off(f"in_{number}")
    """,
        "-pxdist",
        "-n2",
        "--stripe-record=new_episodes",
    ).assert_outcomes(passed=12)

    shared = pytester.path / "cassettes" / "shared.yaml"
    assert sorted(ids(shared)) == sorted(f"in_{number}" for number in range(12))
    assert list(shared.parent.iterdir()) == [shared]


def test_the_refusal_survives_a_pickle():
    import pickle

    error = RecordingRefused("GET https://x", "a reason", "an advice", "test_x.py:3, in test_it")
    elsewhere = RecordingRefused("GET https://x", "a reason", "an advice")

    assert str(pickle.loads(pickle.dumps(error))) == str(error)
    assert "from:     test_x.py:3" in str(error)
    assert "from:" not in str(pickle.loads(pickle.dumps(elsewhere)))


@pytest.fixture
def localstripe(tmp_path):
    """A stand-in that somebody else wrote, in a process of its own; its address."""
    port = free_port()
    command = [sys.executable, "-m", "localstripe", "--port", str(port), "--from-scratch"]
    log = (tmp_path / "log").open("wb")
    process = subprocess.Popen(command, stdout=log, stderr=log, cwd=tmp_path)
    until = time.monotonic() + 30
    while time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            break
        except OSError:
            time.sleep(0.1)
    yield f"http://127.0.0.1:{port}"
    process.terminate()
    process.wait()
    log.close()


def test_localstripe_is_recorded_where_it_keeps_the_contract(run, pytester, localstripe, cassette):
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


def test_what_localstripe_sends_and_stripe_never_would_is_not_written(
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


def test_new_episodes_that_bring_nothing_new_leave_the_file_alone(run, cassette):
    run(WRITES_OFF, "--stripe-record=once")
    before = cassette.stat()

    result = run(WRITES_OFF, "--stripe-record=new_episodes")

    result.assert_outcomes(passed=1)
    assert cassette.stat().st_mtime_ns == before.st_mtime_ns
    result.stdout.no_fnmatch_line("*stripe record*")


@pytest.mark.parametrize("mode", ["once", "none"])
def test_a_name_that_is_none_is_refused_in_every_mode(run, mode):
    body = WRITES_OFF.replace("stripe_replay\n", "stripe_replay(3)\n", 1)

    result = run(body, f"--stripe-record={mode}")

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*stripe_replay=3: expected names of cassettes*"])


def test_what_no_scrubbing_takes_away_is_not_written(run, cassette, monkeypatch):
    from pytest_stripe_contract.recording import recorder as record

    monkeypatch.setattr(record, "leaks", lambda _: [Leak("$.here", "API key")])

    result = run(WRITES_OFF, "--stripe-record=once")

    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*not written: API key at $.here; see stripe_scrub*"])
    assert not cassette.exists()


def test_the_sdk_sleeps_while_it_records_as_stripe_itself_is_asked(run, server):
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


@pytest.mark.parametrize("client", ["httpx", "requests", "aiohttp"])
def test_an_answer_that_does_not_come_is_to_each_client_what_it_would_be(
    run, server, monkeypatch, client
):
    from pytest_stripe_contract.recording import upstream

    monkeypatch.setattr(upstream, "TIMEOUT", 0.2)
    server.delay = 1

    result = run(
        f"""
    from helpers import senders

    @pytest.mark.stripe_replay
    def test_it():
        with pytest.raises(Exception) as caught:
            senders.SENDERS["{client}"]("in_1")
        print("met", type(caught.value).__name__)
    """,
        "--stripe-record=once",
        "-s",
    )

    result.assert_outcomes(failed=1)
    met = {"httpx": "ReadTimeout", "requests": "ConnectionError", "aiohttp": "TimeoutError"}
    result.stdout.fnmatch_lines([f"*met {met[client]}*"])
    result.stdout.fnmatch_lines(["*reason:   ReadTimeout at http://127.0.0.1:*: *"])


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
def test_a_subtest_that_fails_keeps_its_test_from_being_written(run, pytester, body):
    run(body, "--stripe-record=once")

    assert not (pytester.path / "cassettes").exists()


def test_a_test_that_is_run_again_is_judged_anew(run, pytester, cassette):
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


@pytest.mark.parametrize(
    "headers",
    [
        '{"Authorization": "Basic c2tfbGl2ZV94eTo"}',
        '{"Authorization": "Basic OnNrX2xpdmVfeHk="}',
        '{"X-Key": "sk%5Flive%5Fxy"}',
        '{"Authorization": "Bearer pk_live_xy"}',
        '{"Authorization": "sk_live_xy"}',
    ],
)
def test_a_live_key_is_known_however_it_is_written(run, server, headers):
    result = run(
        f"""
    @pytest.mark.stripe_replay
    def test_it():
        httpx.post("https://api.stripe.com/v1/customers", headers={headers})
    """,
        "--stripe-record=once",
    )

    result.assert_outcomes(failed=1)
    assert server.requests == []


def test_a_live_key_in_a_packed_body_is_known(run, server):
    result = run(
        """
    import gzip

    @pytest.mark.stripe_replay
    def test_it():
        httpx.post("https://api.stripe.com/v1/customers", content=gzip.compress(b"sk_live_xyz"))
    """,
        "--stripe-record=once",
    )

    result.assert_outcomes(failed=1)
    assert server.requests == []


@pytest.mark.parametrize("key", ["whatever", "tok_1"])
def test_stripe_itself_is_sent_no_key_that_is_not_one_of_test_mode(run, pytester, key):
    pytester.makeini("[pytest]")

    result = run(
        f"""
    @pytest.mark.stripe_replay
    def test_it():
        httpx.get("https://api.stripe.com/v1/x", headers={{"Authorization": "Bearer {key}"}})
    """,
        "--stripe-record=once",
    )

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*not a recognised test-mode API key; nothing was*"])


@pytest.mark.parametrize(
    "body",
    [
        b'{"livemode": true, "livemode": true}',
        b'\xef\xbb\xbf{"livemode":true}',
        '{"livemode": true}'.encode("utf-16"),
        b'{"note": "{\\"livemode\\": true}"}',
    ],
)
def test_an_answer_of_live_mode_is_known_though_it_is_no_sound_json(run, server, cassette, body):
    server.body = body

    result = run(
        """
    @pytest.mark.stripe_replay
    def test_it():
        httpx.get("https://api.stripe.com/v1/customers/x")
    """,
        "--stripe-record=once",
    )

    result.assert_outcomes(failed=1)
    assert not cassette.exists()


def test_a_request_of_a_teardown_that_fails_is_told_of(run, server, cassette):
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


@pytest.mark.parametrize("client", ["aiohttp", "httpx"])
def test_what_the_client_gave_up_waiting_for_is_not_recorded(run, server, cassette, client):
    server.delay = 0.5
    result = run(
        f"""
    import asyncio
    import aiohttp

    URL = "https://api.stripe.com/v1/customers/x"

    async def by_aiohttp():
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=0.1)) as session:
            await session.get(URL)
        await asyncio.sleep(1)

    async def by_httpx():
        async with httpx.AsyncClient() as session:
            await asyncio.wait_for(session.get(URL), 0.1)

    async def run():
        try:
            await by_{client}()
        except TimeoutError:
            await asyncio.sleep(1)

    @pytest.mark.stripe_replay
    def test_it(stripe_replay):
        asyncio.run(run())
        assert [call.response for call in stripe_replay.calls] == [None]
    """,
        "--stripe-record=once",
    )

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*the client gave up before Stripe had answered*"])
    assert not cassette.exists()


def test_faults_are_not_mixed_with_what_is_recorded(run):
    result = run("""
    from pytest_stripe_contract.faults import timeout

    @pytest.mark.stripe_replay(timeout(), "mine", record="once")
    def test_it():
        write_off()
    """)

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*record='once': expected none, as there are faults*"])


def test_what_was_there_before_keeps_what_its_file_says(run, pytester, cassette):
    run(WRITES_OFF, "--stripe-record=once")
    document = yaml.safe_load(cassette.read_text())
    old = {"recorded_at": "2020-01-01T00:00:00Z"}
    cassette.write_text(yaml.safe_dump({**document, "metadata": old}))

    run(TWO, "--stripe-record=new_episodes").assert_outcomes(passed=1)

    document = yaml.safe_load(cassette.read_text())
    assert document["metadata"] == old
    assert document["interactions"][1]["recorded_at"] > "2026"


def test_a_replay_that_is_made_and_never_entered_fails(run, server):
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
    result.stdout.fnmatch_lines(["*expected one, with all the names in a row*"])


def test_a_wrong_mode_in_one_marker_leaves_the_other_tests_alone(run):
    result = run("""
    @pytest.mark.stripe_replay("mark_uncollectible", record="onse")
    def test_wrong():
        write_off()

    @pytest.mark.stripe_replay("mark_uncollectible")
    def test_right():
        write_off()
    """)

    result.assert_outcomes(passed=1, errors=1)


def test_what_arrives_once_the_replay_is_over_is_not_kept(server, tmp_path):
    recorder = Recorder(tmp_path / "late.yaml", "once", ApiBase(server.base), Scrubber())
    recorder.close()

    _, response = recorder.ask(Request("GET", "https://api.stripe.com/v1/customers/x"))

    recorder.close()
    assert response.status == 200
    assert not recorder.save()


def test_a_body_that_is_not_packed_as_it_says_is_kept_as_it_is(server, tmp_path):
    server.headers, server.body = {"Content-Encoding": "gzip"}, b"[]"
    recorder = Recorder(tmp_path / "odd.yaml", "once", ApiBase(server.base), Scrubber())

    recorder.ask(Request("GET", "https://api.stripe.com/v1/customers/x"))

    assert recorder.save()
    recorder.close()
    [recorded] = interactions(tmp_path / "odd.yaml")
    assert recorded["response"]["body"]["string"] == "[]"


def test_faults_go_with_a_cassette_that_is_there(run):
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
