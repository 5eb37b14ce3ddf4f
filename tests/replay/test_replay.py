"""What passes, what fails, and what a user then reads: pytest, run from outside."""

from __future__ import annotations

import json
import pickle
import re

import pytest
import yaml

from pytest_stripe_contract.replay import ReplayMiss
from pytest_stripe_contract.stripe_api.resources import CASSETTES

HEAD = """
    import threading
    import httpx
    import pytest
    import stripe

    stripe.api_key = "sk_test_not_a_real_key"
    replayed = pytest.mark.stripe_replay("mark_uncollectible")

    def write_off(invoice_id="in_1"):
        try:
            return stripe.Invoice.mark_uncollectible(invoice_id)
        except stripe.StripeError:
            return None

    def post(invoice_id="in_1"):
        # as the SDK does, but without a Stripe-Version
        return httpx.post(
            f"https://api.stripe.com/v1/invoices/{invoice_id}/mark_uncollectible",
            headers={"Authorization": "Bearer sk_test_x"},
        )

    def swallow_everything(function, *args):
        try:
            return function(*args)
        except BaseException:
            return None
"""

RECORDED = (
    "mark_uncollectible, recording 1: POST https://api.stripe.com"
    "/v1/invoices/in_1MtG0nLkdIwHu7ixAaUw3Cb4/mark_uncollectible"
)
MARK = "https://api.stripe.com/v1/invoices/in_1/mark_uncollectible"

PLAYED_ALREADY = f"""\
no recording answers POST {MARK}
  cassette: mark_uncollectible
  closest:  {RECORDED}
  differs:  already played 1 of 1 times
  fix:      set times=2 (or times='any') if the code should send it again"""


@pytest.fixture
def run(pytester, monkeypatch):
    """Run pytest on a test file that begins with `HEAD`; its result, and its output as text.

    The output is without the lines that say from where in the file something was sent.
    No plugin is loaded but this one and those that are named: that saves a second a run.
    """
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("PYTEST_ADDOPTS", "-p pytest_stripe_contract.plugin")

    def run(body, *args):
        pytester.makepyfile(HEAD + body)
        result = pytester.runpytest(*args)
        return result, re.sub(r"\n(E +)? *from: .*", "", str(result.stdout))

    return run


@pytest.fixture
def own_cassette(pytester):
    """Write the shipped cassette under another name, its invoice changed by a function."""

    def write(name, change):
        document = yaml.safe_load((CASSETTES / "mark_uncollectible.yaml").read_text())
        body = document["interactions"][0]["response"]["body"]
        invoice = json.loads(body["string"])
        change(invoice)
        body["string"] = json.dumps(invoice)
        folder = pytester.mkdir("cassettes")
        (folder / f"{name}.yaml").write_text(yaml.safe_dump(document))

    return write


def test_a_miss_names_request_cassette_closest_recording_difference_and_fix(run):
    result, output = run("""
    @replayed
    def test_it():
        write_off()
        stripe.Invoice.void_invoice("in_1")
    """)

    result.assert_outcomes(failed=1)
    text = f"""\
no recording answers POST https://api.stripe.com/v1/invoices/in_1/void
  cassette: mark_uncollectible
  closest:  {RECORDED}
  differs:  path segment 4: sent "void", recorded "mark_uncollectible"
  fix:      no shipped cassette covers POST /v1/invoices/in_1/void; record it: \
stripe_replay without a name, then --stripe-record=once (docs/record.md)"""
    assert '>       stripe.Invoice.void_invoice("in_1")\n' in output
    raised = text.replace("\n", "\nE         ").replace("E           ", "E         ")
    assert f"E       pytest_stripe_contract.ReplayMiss: {raised}\n" in output
    assert f" Stripe replay ---------------------------------\n{text}\n" in output
    assert "urllib3" not in output, "the way through the HTTP library is of no use to a reader"


def test_code_that_catches_stripe_errors_does_not_catch_a_miss(run):
    result, output = run("""
    @replayed
    def test_it():
        write_off()
        write_off()
    """)

    result.assert_outcomes(failed=1)
    assert PLAYED_ALREADY in output


def test_a_caught_miss_fails_the_test(run):
    result, output = run("""
    @replayed
    def test_it():
        write_off()
        swallow_everything(write_off)
    """)

    result.assert_outcomes(failed=1)
    assert "FAILED" in output
    assert "::test_it - Fai" in output
    assert PLAYED_ALREADY in output


def test_a_miss_in_a_thread_fails_the_test(run):
    result, output = run("""
    @replayed
    def test_it():
        write_off()
        thread = threading.Thread(target=swallow_everything, args=(write_off,))
        thread.start()
        thread.join()
    """)

    result.assert_outcomes(failed=1)
    assert PLAYED_ALREADY in output


@pytest.mark.parametrize("client", ["HTTPXClient", "AIOHTTPClient"])
def test_the_async_sdk_does_not_retry_a_miss(run, client):
    result, output = run(f"""
    import asyncio

    @replayed
    def test_it(monkeypatch, stripe_replay):
        async def main():
            used = stripe.{client}()
            used.sleep_async = None  # whoever calls it, fails
            client = stripe.StripeClient("sk_test_x", http_client=used, max_network_retries=5)
            try:
                await client.v1.invoices.mark_uncollectible_async("in_1")
                await client.v1.invoices.mark_uncollectible_async("in_1")
            finally:
                await used.close_async()

        swallow_everything(lambda: asyncio.run(main()))
        assert len(stripe_replay.misses) == 1
    """)

    result.assert_outcomes(failed=1)
    assert PLAYED_ALREADY in output


def test_a_recording_that_was_never_played_fails_the_test(run):
    result, output = run("""
    @replayed
    def test_it():
        pass
    """)

    result.assert_outcomes(failed=1)
    assert f"\nnever played: {RECORDED}\n" in output
    assert (
        f"never played: {RECORDED}\n"
        "  fix:      make the code send this request, or set allow_unplayed=True if it should not\n"
    ) in output


def test_a_recording_played_too_seldom_fails_the_test_and_names_times(run):
    result, output = run("""
    @pytest.mark.stripe_replay("mark_uncollectible", times=3)
    def test_it():
        write_off("in_1")
        write_off("in_2")
    """)

    result.assert_outcomes(failed=1)
    assert f"played 2 of 3 times: {RECORDED}\n" in output
    assert "send this request, or set times=2 if it should not\n" in output


@pytest.mark.parametrize(
    ("options", "plays", "outcome"),
    [
        ("times=3", 3, "passed"),
        ("times=3", 4, "failed"),
        ("times='any'", 1, "passed"),
        ("times='any'", 7, "passed"),
        ("times='any'", 0, "failed"),
        ("allow_unplayed=True", 0, "passed"),
        ("allow_unplayed=True", 1, "passed"),
        ("allow_unplayed=True, times=2", 3, "failed"),
    ],
)
def test_the_option_times_says_how_often_a_recording_is_played(run, options, plays, outcome):
    result, _ = run(f"""
    @pytest.mark.stripe_replay("mark_uncollectible", {options})
    def test_it():
        for number in range({plays}):
            write_off(f"in_{{number}}")
    """)

    result.assert_outcomes(**{outcome: 1})


def test_a_recording_for_any_number_of_plays_fails_the_test_if_never_played(run):
    _, output = run("""
    @pytest.mark.stripe_replay("mark_uncollectible", times="any")
    def test_it():
        pass
    """)

    assert f"never played: {RECORDED}\n" in output


def test_two_cassettes_for_one_request_are_played_in_their_order(run):
    result, _ = run("""
    @pytest.mark.stripe_replay("mark_uncollectible", "mark_uncollectible")
    def test_it(stripe_replay):
        write_off("in_1")
        write_off("in_2")
        assert [call.response.json()["id"] for call in stripe_replay.calls] == ["in_1", "in_2"]
    """)

    result.assert_outcomes(passed=1)


def test_a_miss_lists_each_query_and_form_field_that_differs(run):
    result, output = run("""
    import httpx

    @replayed
    def test_it():
        swallow_everything(lambda: httpx.post(
            "https://api.stripe.com/v1/invoices/in_1/mark_uncollectible?a=1&b[]=&b[]=2",
            data={"expand[]": "customer", "nope": ""},
            auth=("sk_test_x", ""),
        ))
        write_off()
    """)

    result.assert_outcomes(failed=1)
    assert (
        '  differs:  query a: sent "1", recorded nothing\n'
        '  differs:  query b[0]: sent "", recorded nothing\n'
        '  differs:  query b[1]: sent "2", recorded nothing\n'
        '  differs:  form expand[0]: sent "customer", recorded nothing\n'
        '  differs:  form nope: sent "", recorded nothing\n'
        "  fix:      send the recorded request, or name a cassette that holds this one; "
        "an expanded answer needs its own recording\n"
    ) in output
    assert f"the request POST {MARK}?a=1&b[]=&b[]=2 breaks the contract\n" in output
    assert "  $.params.nope: unknown parameter: Stripe documents expand\n" in output


def test_a_request_without_an_api_key_breaks_the_contract(run):
    result, output = run("""
    import httpx

    @replayed
    def test_it():
        assert httpx.post("https://api.stripe.com/v1/invoices/in_1/mark_uncollectible").json()
    """)

    result.assert_outcomes(failed=1)
    assert (
        f"the request POST {MARK} breaks the contract\n"
        "  $.headers.Authorization: missing; expected an API key, by Basic (as the user name) or "
        "Bearer\n"
    ) in output


def test_an_answer_that_breaks_the_contract_fails_the_test(run, own_cassette):
    own_cassette("mine", lambda invoice: invoice.update(status="uncolectible", amount_remaining=1))
    result, output = run("""
    @pytest.mark.stripe_replay("mine")
    def test_it():
        post("in_1MtG0nLkdIwHu7ixAaUw3Cb4")
    """)

    result.assert_outcomes(failed=1)
    assert (
        "in 2023-10-16 breaks the contract\n"
        "  $.status: expected one of draft, open, paid, uncollectible, void; "
        'got "uncolectible"\n'
        "  $.amount_remaining: expected amount_due - amount_paid = 599, got 1\n"
    ) in output


def test_the_summary_counts_drift_in_one_line(run):
    result, output = run("""
    @replayed
    def test_it():
        post()
    """)

    result.assert_outcomes(passed=1)
    assert (
        "\nstripe contract: 12 differences that are not errors (drift); -v lists them\n" in output
    )


def test_the_verbose_summary_lists_drift(run):
    _, output = run(
        """
    @replayed
    def test_it():
        post()
    """,
        "-v",
    )

    assert "\nstripe contract: 12 differences that are not errors (drift):\n" in output
    name = "test_the_verbose_summary_lists_drift.py::test_it"
    assert f"  {name}: $.closed: unknown property: Stripe does not document it\n" in output


@pytest.mark.parametrize(
    ("args", "marker"),
    [(["--stripe-strict"], ""), ([], ", strict=True"), (["-o", "stripe_strict=true"], "")],
)
def test_drift_fails_a_strict_test(run, args, marker):
    result, output = run(
        f"""
    @pytest.mark.stripe_replay("mark_uncollectible"{marker})
    def test_it():
        post()
    """,
        *args,
    )

    result.assert_outcomes(failed=1)
    assert "  $.closed: unknown property: Stripe does not document it\n" in output


def test_strict_of_the_command_line_goes_before_the_marker_and_the_marker_before_the_ini_file(run):
    source = """
    @pytest.mark.stripe_replay("mark_uncollectible", strict=False)
    def test_it():
        write_off()
    """
    run(source, "-o", "stripe_strict=true")[0].assert_outcomes(passed=1)
    run(source, "--stripe-strict")[0].assert_outcomes(failed=1)


def test_the_fixture_opens_a_replay_for_a_part_of_a_test(run):
    result, _ = run("""
    def test_it(stripe_replay):
        with stripe_replay("mark_uncollectible", times=2) as replay:
            write_off("in_1")
            write_off("in_2")
        assert len(replay.calls) == 2
        assert stripe_replay.calls == []
    """)

    result.assert_outcomes(passed=1)


def test_a_with_block_that_leaves_a_recording_unplayed_fails_at_its_end(run):
    result, output = run("""
    def test_it(stripe_replay):
        with stripe_replay("mark_uncollectible"):
            pass
        assert False, "not reached"
    """)

    result.assert_outcomes(failed=1)
    assert f"ReplayFailure: never played: {RECORDED}\n" in output
    assert "not reached" not in output.split("ReplayFailure")[1]


def test_the_failure_of_a_with_block_fails_the_test_even_if_it_is_caught(run):
    result, output = run("""
    def test_it(stripe_replay):
        def part():
            with stripe_replay("mark_uncollectible"):
                pass
        swallow_everything(part)
    """)

    result.assert_outcomes(failed=1)
    assert f"never played: {RECORDED}\n" in output


def test_an_inner_replay_answers_before_the_outer_one(run):
    result, _ = run("""
    @replayed
    def test_it(stripe_replay):
        with stripe_replay("mark_uncollectible") as inner:
            write_off("in_1")
            write_off("in_2")
        assert [call.response.json()["id"] for call in inner.calls] == ["in_1"]
        assert [call.response.json()["id"] for call in stripe_replay.calls] == ["in_2"]
    """)

    result.assert_outcomes(passed=1)


def test_requests_of_fixtures_are_replayed(run):
    result, _ = run("""
    @pytest.fixture(scope="module")
    def written_off():
        return write_off()

    @replayed
    def test_it(written_off):
        assert written_off.status == "uncollectible"
    """)

    result.assert_outcomes(passed=1)


def test_a_miss_while_fixtures_are_torn_down_is_an_error(run):
    result, output = run("""
    @pytest.fixture
    def late():
        yield
        swallow_everything(write_off, "in_1")

    @replayed
    def test_it(late):
        write_off("in_1")
    """)

    result.assert_outcomes(passed=1, errors=1)
    assert PLAYED_ALREADY in output


def test_a_class_and_a_module_can_be_marked(run):
    result, _ = run("""
    import unittest

    @replayed
    class TestIt:
        def test_plain(self):
            assert write_off().status == "uncollectible"

        @pytest.mark.stripe_replay("mark_uncollectible", times=2)
        def test_nearest(self):
            write_off(), write_off()

    @replayed
    class TestCase(unittest.TestCase):
        def test_unittest(self):
            self.assertEqual(write_off().status, "uncollectible")

        @pytest.mark.stripe_replay("mark_uncollectible")
        def test_unplayed(self):
            pass
    """)

    result.assert_outcomes(passed=3, failed=1)


@pytest.mark.parametrize(
    ("mode", "options"),
    [
        (
            "asyncio",
            ["-p", "pytest_asyncio.plugin", "-o", "asyncio_default_fixture_loop_scope=function"],
        ),
        ("anyio", ["-p", "anyio.pytest_plugin"]),
    ],
)
def test_async_tests_are_replayed(run, mode, options):
    backend = "@pytest.fixture\n    def anyio_backend(): return 'asyncio'"
    result, _ = run(
        f"""
    {backend}

    @replayed
    @pytest.mark.{mode}
    async def test_it(stripe_replay):
        invoice = await stripe.Invoice.mark_uncollectible_async("in_1")
        assert invoice.status == "uncollectible"
        assert len(stripe_replay.calls) == 1

    @replayed
    @pytest.mark.{mode}
    async def test_miss():
        await stripe.Invoice.mark_uncollectible_async("in_1")
        await stripe.Invoice.mark_uncollectible_async("in_1")
    """,
        *options,
    )

    result.assert_outcomes(passed=1, failed=1)


@pytest.mark.parametrize(
    ("marker", "text"),
    [
        (
            '"mark_uncolectible"',
            "unknown cassette 'mark_uncolectible'; pytest --stripe-record=once records it ",
        ),
        (
            '"mark_uncollectible", time=2',
            "unknown option of stripe_replay 'time'; nearest: times, ",
        ),
        ('"mark_uncollectible", strict="no"', "strict='no': expected True or False"),
        ('"mark_uncollectible", allow_unplayed=1', "allow_unplayed=1: expected True or False"),
        (
            '["mark_uncollectible"]',
            "stripe_replay=['mark_uncollectible']: expected names of casset",
        ),
        ('"mark_uncollectible", times=0', 'times=0: expected a whole number from 1, or "any"'),
        (
            '"mark_uncollectible", times=True',
            'times=True: expected a whole number from 1, or "any"',
        ),
        (
            '"mark_uncollectible", api_version="2023-10-61"',
            "unknown API version '2023-10-61'; nearest: 2023-10-16",
        ),
        ('"mark_uncollectible", record="onse"', "unknown record mode 'onse'; nearest: "),
    ],
)
def test_a_wrong_marker_is_an_error_at_setup(run, marker, text):
    result, output = run(f"""
    @pytest.mark.stripe_replay({marker})
    def test_it():
        pass
    """)

    result.assert_outcomes(errors=1)
    assert f"\n{text}" in output
    assert "Traceback" not in output


def test_the_report_of_a_failed_test_has_the_problems_of_its_replay(run):
    result, output = run("""
    @replayed
    def test_it():
        assert swallow_everything(stripe.Invoice.void_invoice, "in_1") is not None
    """)

    result.assert_outcomes(failed=1)
    assert "assert None is not None" in output
    assert 'differs:  path segment 4: sent "void", recorded "mark_uncollectible"\n' in output


def test_tests_without_the_marker_may_open_connections(run):
    result, _ = run("""
    import socket

    @replayed
    def test_replayed():
        write_off()

    def test_other(stripe_contract, stripe_api_version):
        assert stripe_api_version == "2023-10-16"
        with socket.create_server(("127.0.0.1", 0)) as server:
            socket.create_connection(server.getsockname()).close()
    """)

    result.assert_outcomes(passed=2)


def test_an_empty_cassette_answers_no_request(run, pytester):
    (pytester.mkdir("cassettes") / "empty.yaml").write_text("interactions: []")
    result, output = run("""
    @pytest.mark.stripe_replay("empty")
    def test_it():
        write_off()
    """)

    result.assert_outcomes(failed=1)
    assert (
        f"no recording answers POST {MARK}\n"
        "  cassette: empty\n"
        "  fix:      send the recorded request, or record this one too: "
        "--stripe-record=new_episodes\n"
    ) in output


def test_an_unknown_version_on_the_command_line_is_a_usage_error(run):
    result, _ = run(
        """
    def test_it():
        pass
    """,
        "--stripe-api-version=2023-10-61",
    )

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "ERROR: unknown API version '2023-10-61'; nearest: 2023-10-16" in str(result.stderr)


def test_a_miss_in_a_with_block_is_in_the_report(run):
    result, output = run("""
    def test_it(stripe_replay):
        with stripe_replay("mark_uncollectible"):
            write_off()
            write_off()
    """)

    result.assert_outcomes(failed=1)
    assert " Stripe replay ---------------------------------\n" + PLAYED_ALREADY in output


def test_the_cassette_folder_can_be_named(run, pytester):
    folder = pytester.mkdir("recordings")
    (folder / "empty.yaml").write_text("interactions: []")
    result, _ = run(
        """
    @pytest.mark.stripe_replay("empty")
    def test_it():
        pass
    """,
        "-o",
        "stripe_cassette_dir=recordings",
    )

    result.assert_outcomes(passed=1)


def test_a_miss_survives_pickle():
    miss = ReplayMiss("GET https://x/", ["a", "b"], "c", ["d: e"], "f")

    again = pickle.loads(pickle.dumps(miss))

    assert str(again) == str(miss)
    assert again.differences == ("d: e",)


def test_the_package_has_its_public_names():
    import pytest_stripe_contract

    for name in pytest_stripe_contract.__all__:
        assert name in dir(pytest_stripe_contract)
        assert getattr(pytest_stripe_contract, name) is not None
    with pytest.raises(AttributeError, match="has no attribute 'nope'"):
        _ = pytest_stripe_contract.nope


def test_a_miss_names_the_line_of_user_code_that_sent_the_request(pytester, monkeypatch):
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    pytester.makepyfile(
        billing="""
        import stripe

        def write_off(invoice_id):
            return stripe.Invoice.mark_uncollectible(invoice_id)
        """,
        test_it="""
        import billing
        import pytest
        import stripe

        stripe.api_key = "sk_test_x"

        @pytest.mark.stripe_replay("mark_uncollectible")
        def test_it():
            billing.write_off("in_1")
            try:
                billing.write_off("in_1")
            except BaseException:
                pass
        """,
    )

    result = pytester.runpytest("-p", "pytest_stripe_contract.plugin")

    result.assert_outcomes(failed=1)
    assert "\n  from:     billing.py:4, in write_off\n" in str(result.stdout)


@pytest.mark.parametrize(
    ("body", "outcome"),
    [
        ("pytest.skip('not now')", "skipped"),
        ("pytest.importorskip('no_such_module')", "skipped"),
        ("pytest.xfail('known')", "xfailed"),
    ],
)
def test_a_test_that_ends_early_need_not_play_its_recordings(run, body, outcome):
    result, _ = run(f"""
    @replayed
    def test_it():
        {body}
    """)

    result.assert_outcomes(**{outcome: 1})


def test_an_xfail_test_with_a_miss_is_xfailed(run):
    result, _ = run("""
    @replayed
    @pytest.mark.xfail
    def test_it():
        write_off()
        write_off()
    """)

    result.assert_outcomes(xfailed=1)


def test_a_test_that_its_fixture_skips_is_skipped(run):
    result, _ = run("""
    @pytest.fixture
    def database():
        pytest.skip("none here")

    @replayed
    def test_it(database):
        write_off()
    """)

    result.assert_outcomes(skipped=1)


def test_equal_findings_of_many_calls_are_reported_once(run):
    _, output = run("""
    @pytest.mark.stripe_replay("mark_uncollectible", times=5, strict=True)
    def test_it():
        for number in range(5):
            post(f"in_{number}")
    """)

    assert (
        "the answer 200 to POST https://api.stripe.com/v1/invoices/in_0/mark_uncollectible, "
        "in 2023-10-16 differs from the contract (drift; strict) "
        "(and 4 more like it)\n"
    ) in output
    assert output.count("$.closed: unknown property: Stripe does not document it\n") == 1


def test_the_summary_counts_drift_of_the_fixture_stripe_contract(run):
    result, output = run("""
    def test_it(stripe_contract):
        stripe_contract.validate({"error": {"type": "api_error", "nope": 1}})
    """)

    result.assert_outcomes(passed=1)
    assert "\nstripe contract: 1 difference that is not an error (drift); -v lists them\n" in output


def test_a_very_quiet_run_has_no_summary(run):
    _, output = run(
        """
    @replayed
    def test_it():
        post()
    """,
        "-qq",
    )

    assert "drift" not in output


def test_a_miss_of_another_host_names_only_the_host(run):
    _, output = run("""
    @replayed
    def test_it():
        httpx.get("https://other.example/v1/things?a=b")
    """)

    assert (
        f"  closest:  {RECORDED}\n"
        "  differs:  host: sent other.example, recorded api.stripe.com\n"
        "  fix:      mock this host, or name a cassette that holds this request\n"
    ) in output


def test_a_wrong_strict_in_the_ini_file_is_a_usage_error(run):
    result, _ = run(
        """
    def test_it():
        pass
    """,
        "-o",
        "stripe_strict=maybe",
    )

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "stripe_strict" in str(result.stderr)


@pytest.mark.parametrize("call", ["stripe_replay()", "stripe_replay(3)", "stripe_replay('x')"])
def test_a_wrong_call_of_the_fixture_fails_without_frames_of_this_package(run, call):
    result, output = run(f"""
    def test_it(stripe_replay):
        with {call}:
            pass
    """)

    result.assert_outcomes(failed=1)
    assert "def find(" not in output
    assert "def __call__(" not in output
    assert (
        "the name of a cassette" in output or "names of cassettes" in output or "unknown" in output
    )


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"headers": {":status": ["200"]}}, "ValueError: illegal header: ':status: 200'"),
        ({"headers": {"A": ["b\nc"]}}, "ValueError: illegal header: 'A: b\\nc'"),
    ],
)
def test_a_recording_that_http_cannot_carry_fails_the_test(run, pytester, change, text):
    document = yaml.safe_load((CASSETTES / "mark_uncollectible.yaml").read_text())
    document["interactions"][0]["response"] |= change
    (pytester.mkdir("cassettes") / "mine.yaml").write_text(yaml.safe_dump(document))
    result, output = run("""
    @pytest.mark.stripe_replay("mine", api_version="2023-10-16")
    def test_it():
        swallow_everything(post, "in_1MtG0nLkdIwHu7ixAaUw3Cb4")
    """)

    result.assert_outcomes(failed=1)
    assert "no recording answers a request to https://api.stripe.com\n" in output
    assert f"  differs:  {text}" in output
    assert (
        "  fix:      correct the recording or the request: HTTP cannot carry one of them" in output
    )


def test_a_marker_on_a_doctest_fails_it(run, pytester):
    pytester.makeconftest("""
        import pytest

        def pytest_itemcollected(item):
            item.add_marker(pytest.mark.stripe_replay("mark_uncollectible"))
    """)
    pytester.maketxtfile(test_page=">>> 1 + 1\n2\n")
    result, output = run("")

    result.assert_outcomes(failed=1)
    assert "stripe_replay: mark test functions only, and before" in output


def test_the_short_summary_has_five_problems_and_counts_the_others(run):
    _, output = run("""
    @replayed
    def test_it():
        for number in range(9):
            swallow_everything(post, f"in_{number}")
    """)

    assert "in_5/mark_uncollectible; and 3 more" in output


def test_a_blocked_connection_is_reported_with_its_fix(run):
    _, output = run("""
    import socket

    @replayed
    def test_it():
        write_off()
        swallow_everything(socket.create_connection, ("192.0.2.1", 80))
    """)

    assert (
        "\nconnection to 192.0.2.1 blocked: only loopback is allowed while a replay is active\n"
        "  fix:      mock it, serve it from loopback, or do it where no replay is active\n"
    ) in output


def test_answers_without_a_contract_are_played(run, pytester):
    document = yaml.safe_load((CASSETTES / "mark_uncollectible.yaml").read_text())
    [interaction] = document["interactions"]
    pages = [("/v1/customers/cus_1", "<html>"), ("/v1/balance", '{"object": "balance"}')]
    document["interactions"] = [
        {
            "request": {"method": "GET", "uri": f"https://api.stripe.com{path}"},
            "response": interaction["response"] | {"body": {"string": body}},
        }
        for path, body in pages
    ]
    (pytester.mkdir("cassettes") / "mine.yaml").write_text(yaml.safe_dump(document))
    result, _ = run("""
    @pytest.mark.stripe_replay("mine")
    def test_it():
        for path in ("/v1/customers/cus_1", "/v1/balance"):
            assert httpx.get(f"https://api.stripe.com{path}").status_code == 200
    """)

    result.assert_outcomes(passed=1)


def test_the_option_invoice_replaces_properties_of_the_invoice(run):
    result, _ = run("""
    @pytest.mark.stripe_replay(
        "mark_uncollectible_open", invoice={"customer": "cus_123", "amount_due": 4200}
    )
    def test_it(stripe_contract):
        invoice = write_off("in_9")
        assert (invoice.id, invoice.customer) == ("in_9", "cus_123")
        assert invoice.status == "uncollectible"
        assert (invoice.amount_due, invoice.amount_remaining) == (4200, 4200)
        stripe_contract.validate(invoice)
    """)

    result.assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("invoice", "text"),
    [
        ('{"amount_due": "4200"}', "$.amount_due: expected integer"),
        ('{"custmer": "cus_1"}', "customer"),
        ("3", "invoice=3: expected a dict of the invoice's properties"),
    ],
)
def test_an_invoice_that_stripe_never_sends_is_an_error_at_setup(run, invoice, text):
    result, output = run(f"""
    @pytest.mark.stripe_replay("mark_uncollectible_open", invoice={invoice})
    def test_it():
        write_off()
    """)

    result.assert_outcomes(errors=1)
    assert text in output
    assert "Traceback" not in output


def test_an_invoice_property_that_the_version_of_the_request_lacks_is_a_miss(run):
    result, output = run("""
    @pytest.mark.stripe_replay("mark_uncollectible_open", invoice={"charge": "ch_1"})
    def test_it():
        swallow_everything(stripe.Invoice.mark_uncollectible, "in_1")
    """)

    result.assert_outcomes(failed=1)
    assert "no recording answers POST" in output
    assert "charge" in output


def test_the_option_invoice_leaves_other_objects_as_they_are(run):
    result, _ = run("""
    @pytest.mark.stripe_replay("mark_uncollectible.not_open", invoice={"customer": "cus_123"})
    def test_it():
        assert swallow_everything(write_off) is None
    """)

    result.assert_outcomes(passed=1)


def test_the_fixture_stripe_invoice_makes_invoices_of_the_version_of_the_test(run):
    result, _ = run(
        """
    def test_it(stripe_invoice, stripe_contract):
        invoice = stripe_invoice(status="open", amount_due=4200)
        stripe_contract.validate(invoice)
        assert "parent" in invoice
    """,
        "--stripe-api-version=basil",
    )

    result.assert_outcomes(passed=1)


def test_the_option_invoice_leaves_html_as_it_is(run, pytester):
    document = yaml.safe_load((CASSETTES / "mark_uncollectible.yaml").read_text())
    document["interactions"][0]["response"]["body"]["string"] = "<html>"
    (pytester.mkdir("cassettes") / "mine.yaml").write_text(yaml.safe_dump(document))
    result, output = run("""
    @pytest.mark.stripe_replay("mine", invoice={"customer": "cus_123"})
    def test_it():
        post("in_1MtG0nLkdIwHu7ixAaUw3Cb4")
    """)

    result.assert_outcomes(failed=1)
    assert "$: expected JSON" in output


def test_an_unplayed_recording_of_ones_own_may_be_recorded_anew(run, own_cassette):
    own_cassette("mine", lambda _: None)
    result, output = run("""
    @pytest.mark.stripe_replay("mine")
    def test_it():
        pass
    """)

    result.assert_outcomes(failed=1)
    assert "if it should not, or record anew (--stripe-record=rewrite)\n" in output
