"""The marker stripe_variants: a test runs with every answer that Stripe may legally send."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from pytest_stripe_contract import stripe_api
from pytest_stripe_contract.stripe_api import InstalledSdk
from pytest_stripe_contract.stripe_api import resources as shipped

BILLING = """
    import stripe

    stripe.api_key = "sk_test_not_a_real_key"

    def write_off(invoice):
        return stripe.Invoice.mark_uncollectible(invoice)

    def greeting(invoice):
        return "Dear " + invoice.customer_name

    def first_line(invoice):
        return invoice.lines.data[0].description
"""
TEST = """
    import billing
    import pytest

    @pytest.mark.stripe_variants({options})
    @pytest.mark.stripe_replay({replay})
    def test_write_off():
        invoice = billing.write_off("in_1MtG0nLkdIwHu7ixAaUw3Cb4")
        {then}
"""
IN_2023 = "--stripe-api-version=2023-10-16"
HTTPX = """
    import httpx
    import pytest

    URL = "https://api.stripe.com/v1/invoices/in_1MtG0nLkdIwHu7ixAaUw3Cb4/mark_uncollectible"
    CLIENT = httpx.Client()
    KEY = {"Authorization": "Bearer sk_test_not_a_real_key"}

    @pytest.mark.stripe_variants
    @pytest.mark.stripe_replay("mark_uncollectible_open")
    def test_write_off():
        assert CLIENT.post(URL, headers=KEY).json()["status"] == "uncollectible"
"""


@pytest.fixture
def run(pytester):
    """Run the test above with options of its marker, and one line of code after the write-off."""
    pytester.makepyfile(billing=BILLING)

    def run(*args, options="", then="assert invoice", replay='"mark_uncollectible_open"'):
        pytester.makepyfile(test_bad_debt=TEST.format(options=options, then=then, replay=replay))
        return pytester.runpytest("-p", "no:randomly", *args)

    return run


def ids(result):
    """The variants of a run with -v, by their words in the tests' ids."""
    return re.findall(r"test_write_off\[(\S+)\](?: |$)", str(result.stdout), re.MULTILINE)


def test_code_that_takes_every_legal_answer_passes(run):
    result = run("-v")

    names = ids(result)
    result.assert_outcomes(passed=len(names))
    assert names[0] == "recorded"
    assert len(set(names)) == len(names) > 100
    assert {"customer_name=null", "customer_address=present", "customer=expanded"} < set(names)
    assert {"lines.data=empty", "lines.data=longer", "lines.has_more=true"} < set(names)
    assert {"undocumented_property=present", "lines.data[*].undocumented_property=present"} < {
        *names
    }
    assert {"properties=reversed", "customer=long", "auto_advance=absent"} < set(names)
    result.stdout.fnmatch_lines([f"stripe variants: {len(names) - 1} run, none broke the code"])


def test_closed_enums_take_their_other_values_and_open_ones_an_unheard_of(run):
    names = ids(run("-v", IN_2023, options='only=["enum", "open_enum"]'))

    assert {"collection_method=send_invoice", "billing_reason=subscription"} < set(names)
    assert "customer_tax_ids[*].type=unheard_of" in names
    assert "billing_reason=manual" not in names  # as it was recorded
    assert "billing_reason=upcoming" not in names  # of previews alone


def test_the_status_stays_what_the_endpoint_guarantees_and_the_id_what_was_asked(run):
    names = ids(run("-v", options='exclude="$.lines"'))

    assert [name for name in names if re.match(r"(status|id|object)=", name)] == []


def test_a_property_that_the_code_relies_on_fails_with_its_name_and_the_line_of_code(run):
    result = run(options='only="null"', then="billing.greeting(invoice)")

    result.stdout.fnmatch_lines(
        [
            "*- Stripe variant -*",
            "$.customer_name is null: the contract allows it",
            "stripe variants: * run, 1 broke the code",
            "  property         variants  broke at",
            '  $.customer_name  null      billing.py:9: return "Dear " + invoice.customer_name',
            "FAILED test_bad_debt.py::test_write_off[[]customer_name=null[]] - *",
        ]
    )


def test_empty_lists_break_code_that_takes_the_first_item(run):
    result = run(options='only="empty"', then="billing.first_line(invoice)")

    result.stdout.fnmatch_lines(["  $.lines.data *empty *billing.py:12: return invoice.lines*"])


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ('only="null"', r".+=null"),
        ('only="$.customer_tax_ids"', r"customer_tax_ids(\[\*\])?[.=].+"),
        ('only="$.lines.data[0].price"', r"lines\.data\[\*\]\.price[.=].+"),
        ('only=["has_more", "order"]', r"lines.has_more=true|properties=reversed"),
        ('only="customer_name=null"', "customer_name=null"),
        ('only="lines.has_more"', "lines.has_more=true"),
        (
            'only="$.lines", exclude=["$.lines.data", "undocumented"]',
            r"lines\.(has_more|total_count).*",
        ),
        ('only="value", exclude="$.lines"', r"(?!lines).+=other"),
    ],
)
def test_only_and_exclude_take_kinds_and_json_paths(run, options, expected):
    recorded, *names = ids(run("-v", IN_2023, options=options))

    assert recorded == "recorded"
    assert names
    assert [name for name in names if not re.fullmatch(expected, name)] == []


def test_what_is_excluded_is_the_rest(run):
    names, nulls, others = (
        ids(run("-v", "--collect-only", "-q", options=options))
        for options in ("", 'only="null"', 'exclude="null"')
    )

    assert sorted(names) == sorted({*nulls, *others})


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ('only="nul"', "unknown kind or place of a variation '$.nul'; nearest: "),
        ('exclude="$.custommer"', "nearest: $.customer, "),
        ("only=[]", "only=[]: expected kinds of variation or JSON paths, as strings"),
        ("only=3", "only=3: expected kinds of variation or JSON paths, as strings"),
        ("only=[3]", "only=[3]: expected kinds of variation or JSON paths, as strings"),
        ("pairs=2", "pairs=2: expected True or False"),
        ("pair=True", "unknown option of stripe_variants 'pair'; nearest: pairs, "),
        ('"null"', "unknown option of stripe_variants 'null'; nearest: "),
    ],
)
def test_a_marker_that_nobody_understands_is_an_error_before_any_test_runs(run, options, text):
    result = run(options=options)

    result.assert_outcomes(errors=1)
    assert text in str(result.stdout)


def test_an_unknown_cassette_is_told_once_at_the_setup(run):
    result = run(replay='"mark_uncollectable"')

    result.assert_outcomes(errors=1)
    assert "unknown cassette 'mark_uncollectable'" in str(result.stdout)


def test_the_marker_needs_the_one_that_names_the_cassettes(pytester):
    pytester.makepyfile("""
        import pytest

        @pytest.mark.stripe_variants
        def test_it(): pass
    """)

    result = pytester.runpytest()

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*expected a test with the marker stripe_replay, which names *"])


@pytest.mark.parametrize(
    "test",
    [
        """
        class TestIt(unittest.TestCase):
            @pytest.mark.stripe_variants
            @pytest.mark.stripe_replay("mark_uncollectible")
            def test_it(self): pass
        """,
        """
        @pytest.mark.stripe_replay("mark_uncollectible")
        @pytest.mark.parametrize("x", [pytest.param(1, marks=pytest.mark.stripe_variants)])
        def test_it(x): pass
        """,
    ],
    ids=["unittest", "param"],
)
def test_a_test_that_cannot_be_repeated_says_so(pytester, test):
    pytester.makepyfile(f"import pytest\nimport unittest\n{test}".replace("\n        ", "\n"))

    result = pytester.runpytest()

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*expected a test function that pytest can repeat*"])


def test_a_place_that_only_other_answers_have_selects_nothing_and_is_no_error(run):
    result = run("-v", options='only="$.error.message", exclude="$.status_details"')

    assert ids(result) == ["recorded"]
    result.assert_outcomes(passed=1)


def test_two_markers_on_one_test_are_an_error(pytester, run):
    marks = "@pytest.mark.stripe_variants(only='null')\n    @pytest.mark.stripe_variants("
    text = TEST.format(options="", then="pass", replay='"mark_uncollectible"')
    pytester.makepyfile(test_bad_debt=text.replace("@pytest.mark.stripe_variants(", marks))

    result = pytester.runpytest()

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*'two markers': expected one marker with all options"])


def test_the_marker_of_a_module_is_for_its_replays_alone(pytester):
    pytester.makepyfile("""
        import pytest
        import stripe

        stripe.api_key = "sk_test_not_a_real_key"
        pytestmark = pytest.mark.stripe_variants(only="has_more")

        def test_without_a_replay(): pass

        @pytest.mark.stripe_replay("mark_uncollectible")
        def test_with_one():
            stripe.Invoice.mark_uncollectible("in_1")
    """)

    pytester.runpytest().assert_outcomes(passed=3)


@pytest.mark.parametrize("how", ["skip", "xfail"])
def test_a_test_that_is_skipped_or_is_to_fail_says_nothing_of_its_variants(run, how):
    result = run(options='only="null"', then=f"pytest.{how}('not now')")

    assert result.ret == 0
    result.stdout.no_fnmatch_line("stripe variants:*")


def test_a_list_that_goes_on_has_a_next_page_without_anything(run):
    then = "assert [line.id for line in invoice.lines.auto_paging_iter()]"

    result = run("-v", options='only="has_more"', then=then)

    assert ids(result) == ["recorded", "lines.has_more=true"]
    result.assert_outcomes(passed=2)


def test_a_page_of_invoices_that_goes_on_has_a_next_page_too(pytester):
    cassette = yaml.safe_load((shipped.CASSETTES / "mark_uncollectible_open.yaml").read_text())
    [interaction] = cassette["interactions"]
    invoice = interaction["response"]["body"]["string"]
    page = f'{{"object": "list", "data": [{invoice}], "has_more": false, "url": "/v1/invoices"}}'
    interaction["request"] |= {"method": "GET", "uri": "https://api.stripe.com/v1/invoices"}
    interaction["response"]["body"]["string"] = page
    pytester.mkdir("cassettes").joinpath("page.yaml").write_text(yaml.safe_dump(cassette))
    pytester.makepyfile("""
        import pytest
        import stripe

        stripe.api_key = "sk_test_not_a_real_key"

        @pytest.mark.stripe_variants(only=["has_more", "longer", "$.data[*].customer_name"])
        @pytest.mark.stripe_replay("page")
        def test_write_off():
            for invoice in stripe.Invoice.list().auto_paging_iter():
                assert invoice.customer_name
    """)

    result = pytester.runpytest("-v", "--stripe-api-version=2023-10-16", "-p", "no:randomly")

    assert {"has_more=true", "data=longer", "data[*].customer_name=null"} < set(ids(result))
    result.stdout.fnmatch_lines(["  $.data[[]*[]].customer_name  null *"])
    assert result.parseoutcomes()["failed"] == 1


def test_pairs_are_runs_of_their_own_in_which_many_properties_change(run):
    result = run(
        "-v", options="pairs=True", then="assert invoice.customer_name or invoice.customer"
    )

    pairs = [name for name in ids(result) if name.startswith("pairs-")]
    assert len(pairs) > 10
    result.stdout.fnmatch_lines(["  pairs-* * at once  test_bad_debt.py:8: assert *"])
    result.stdout.fnmatch_lines(["$.customer_name is null*", "$.customer is null*"])


def test_pairs_that_a_single_change_explains_are_not_in_the_table(run):
    result = run(options="pairs=True", then="billing.greeting(invoice)")

    table = str(result.stdout).partition("broke at")[2].partition("=====")[0]
    assert "customer_name" in table
    assert "pairs-" not in table


def test_variants_can_be_switched_off(run):
    result = run("-v", "--stripe-variants=off", then="billing.greeting(invoice)")

    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["test_bad_debt.py::test_write_off PASSED*"])
    result.stdout.no_fnmatch_line("stripe variants:*")


def test_a_sample_prints_its_seed_by_which_it_is_drawn_again(run):
    first = run("-v", "--stripe-variants=20")
    seed = re.search(r"20 run \(sampled with seed (\d+)\)", str(first.stdout))[1]

    again, other = run("-v", f"--stripe-variants=20:{seed}"), run("-v", "--stripe-variants=20:x")

    assert ids(again) == ids(first)
    assert len(ids(first)) == 21
    assert ids(other) != ids(first)


def _collected(run, *args):
    return ids(run("--collect-only", "-q", *args))


def test_a_sample_larger_than_there_are_variants_is_all_of_them(run):
    assert _collected(run, "--stripe-variants=9999") == _collected(run)


@pytest.mark.parametrize(
    ("setting", "summary"),
    [("1", r"1 run \(sampled with seed \d+\), "), ("all", "2 run, 1 broke ")],
)
def test_the_summary_counts_the_variants_of_all_workers(run, pytester, setting, summary):
    pytester.makeini(f"[pytest]\nstripe_variants = {setting}")
    options = 'only=["customer_name=null", "customer_email=null"]'

    result = run("-n2", then="billing.greeting(invoice)", options=options)

    assert re.search(f"stripe variants: {summary}", str(result.stdout))


@pytest.mark.parametrize("word", ["of", "0", "-1", "all:1", "²", "sensitive"])
def test_a_word_that_the_option_does_not_take_is_a_usage_error(run, word):
    result = run(f"--stripe-variants={word}")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"*--stripe-variants='{word}': expected all, off, sensitivity*"])


def test_each_version_of_a_rehearsal_has_the_variants_of_its_own_contract(run):
    names = _collected(run, "--stripe-api-version=2024-06-20,basil")

    assert "2024-06-20-charge=present" in names
    assert "2025-03-31.basil-charge=present" not in names
    assert "2025-03-31.basil-customer_name=null" in names


def test_parameters_of_ones_own_stand_beside_them(pytester):
    pytester.makepyfile(
        billing=BILLING,
        test_bad_debt="""
        import billing
        import pytest

        @pytest.mark.parametrize("currency", ["usd", "eur"])
        @pytest.mark.stripe_variants(only="has_more")
        @pytest.mark.stripe_replay("mark_uncollectible_open")
        def test_write_off(currency):
            assert billing.write_off("in_1")
        """,
    )

    result = pytester.runpytest("-v", "-p", "no:randomly")

    cases = ("recorded", "lines.has_more=true")
    assert set(ids(result)) == {
        f"{case}-{currency}" for case in cases for currency in ("usd", "eur")
    }


def test_the_same_change_holds_in_every_answer_of_a_replay(pytester):
    pytester.makepyfile("""
        import pytest
        import stripe

        stripe.api_key = "sk_test_not_a_real_key"
        ID = "in_1MtG0nLkdIwHu7ixAaUw3Cb4"

        @pytest.mark.stripe_variants
        @pytest.mark.stripe_replay("invoice_lifecycle")
        def test_write_off():
            before = stripe.Invoice.retrieve(ID)
            marked = stripe.Invoice.mark_uncollectible(ID)
            after = stripe.Invoice.retrieve(ID)
            assert before.customer_name == marked.customer_name == after.customer_name
            assert (before.status, after.status) == ("open", "uncollectible")
    """)

    result = pytester.runpytest()

    result.assert_outcomes(passed=result.parseoutcomes()["passed"])
    result.stdout.fnmatch_lines(["stripe variants: * run, none broke the code"])


def test_errors_have_variants_too(pytester):
    pytester.makepyfile("""
        import pytest
        import stripe

        stripe.api_key = "sk_test_not_a_real_key"

        @pytest.mark.stripe_variants
        @pytest.mark.stripe_replay("mark_uncollectible.not_open")
        def test_write_off():
            with pytest.raises(stripe.InvalidRequestError) as caught:
                stripe.Invoice.mark_uncollectible("in_1")
            assert caught.value.user_message.startswith("You")
    """)

    result = pytester.runpytest("-p", "no:randomly")

    where = "test_errors_have_variants_too.py:11: assert caught.value.*"
    result.stdout.fnmatch_lines([f"  $.error.message  absent    {where}"])


def test_code_that_names_no_version_gets_variants_of_the_version_that_the_sdk_sends(pytester):
    pytester.makepyfile(HTTPX)

    result = pytester.runpytest("-v")

    assert "charge=present" not in ids(result)
    result.assert_outcomes(passed=len(ids(result)))


def test_variants_of_another_version_than_the_code_asks_for_fail_with_what_to_say(pytester):
    pytester.makepyfile(HTTPX.replace('_key"}', '_key", "Stripe-Version": "2025-03-31.basil"}'))

    result = pytester.runpytest()

    outcomes = result.parseoutcomes()
    assert outcomes["failed"] > 100
    assert outcomes["passed"] == 1
    result.stdout.fnmatch_lines(
        [
            "*differs:  it cannot be shown in API version 2025-03-31.basil: its variants were *",
            "*fix:      write stripe_replay(*, api_version='2025-03-31.basil'): the code re*",
            "stripe variants: * run, none broke the code",
            "  test_*.py::test_write_off: it cannot be shown in API version 2025-03-31.basil: *",
        ]
    )


def test_what_the_code_asks_for_can_be_said(pytester):
    test = HTTPX.replace('_key"}', '_key", "Stripe-Version": "2025-03-31.basil"}')
    pytester.makepyfile(test.replace('_open")', '_open", api_version="2025-03-31.basil")'))

    result = pytester.runpytest("-v")

    assert "charge=present" not in ids(result)
    result.assert_outcomes(passed=len(ids(result)))


def test_what_fails_on_the_recorded_answer_is_told_as_that(run):
    result = run(then="assert False")

    result.stdout.fnmatch_lines(
        [
            "stripe variants: * run, none broke the code",
            "  test_bad_debt.py::test_write_off fails on the recorded answer too: fix that first",
        ]
    )


def test_undocumented_properties_that_are_meant_are_not_told_of(run):
    result = run("--stripe-strict", options='only=["undocumented", "open_enum"]')

    assert result.ret == 0
    result.stdout.no_fnmatch_line("*drift*")


def test_what_the_code_swallows_still_fails_its_variant(run):
    then = "\n        try: billing.write_off('in_2')\n        except Exception: pass"

    result = run(then=f"if invoice.lines.has_more:{then}".replace("\n", "\n    "))

    result.assert_outcomes(failed=1, passed=result.parseoutcomes()["passed"])
    result.stdout.fnmatch_lines(["  $.lines.has_more  true *"])


def test_a_request_that_a_variant_keeps_the_code_from_sending_is_told(run):
    result = run(
        options='only="$.customer_name", exclude="value"',
        then="invoice.customer_name and billing.write_off(invoice.id)",
        replay='"mark_uncollectible_open", times=2',
    )

    result.assert_outcomes(failed=1, passed=1)
    result.stdout.fnmatch_lines(["  $.customer_name  null      played 1 of 2 times: mark_*"])


def test_a_body_that_is_no_json_has_no_variants(pytester):
    pytester.mkdir("cassettes").joinpath("pdf.yaml").write_text("""
metadata: {api_version: '2023-10-16'}
interactions:
- request: {method: GET, uri: 'https://api.stripe.com/v1/pdf', body: '', headers: {}}
  response: {status: {code: 200, message: OK}, headers: {}, body: {string: '%PDF'}}
""")
    test = HTTPX.replace("mark_uncollectible_open", "pdf").replace(
        '.post(URL, headers=KEY).json()["status"] == "uncollectible"',
        '.get("https://api.stripe.com/v1/pdf").text == "%PDF"',
    )
    pytester.makepyfile(test)

    result = pytester.runpytest("-v")

    assert ids(result) == ["recorded"]
    result.assert_outcomes(passed=1)


@pytest.mark.parametrize("sdk", [None, "2026-03-25.preview"])
def test_without_a_version_of_the_sdk_that_has_a_contract_variants_are_of_the_recorded_version(
    pytester, monkeypatch, sdk
):
    installed = InstalledSdk("16.0b1", sdk, Path()) if sdk else None
    monkeypatch.setattr(stripe_api, "installed_sdk", lambda: installed)
    pytester.makepyfile(HTTPX)

    result = pytester.runpytest("-v")

    assert "charge=present" in ids(result)
    result.assert_outcomes(passed=len(ids(result)))


def test_a_variant_that_fails_twice_counts_once_and_where_it_failed_first(pytester):
    pytester.makeconftest("""
        import sys
        import types

        ghost = types.ModuleType("ghost")  # of a file that is not there
        ghost.__file__ = "/nowhere/ghost.py"
        sys.modules["ghost"] = ghost
    """)
    pytester.makepyfile("""
        import pytest
        import stripe

        stripe.api_key = "sk_test_not_a_real_key"
        pytestmark = [
            pytest.mark.stripe_replay("mark_uncollectible_open"),
            pytest.mark.stripe_variants(only="customer_name=null"),
        ]

        @pytest.fixture
        def invoice():
            invoice = stripe.Invoice.mark_uncollectible("in_1MtG0nLkdIwHu7ixAaUw3Cb4")
            yield invoice
            assert invoice.customer_name, "later"

        def test_it(invoice):
            assert invoice.customer_name

        def test_another(invoice):
            assert invoice
    """)

    result = pytester.runpytest("-p", "no:randomly")

    result.assert_outcomes(passed=3, failed=1, errors=2)
    result.stdout.fnmatch_lines(
        [
            "stripe variants: 2 run, 2 broke the code",
            "  property         variants  broke at * test",
            "  $.customer_name  null      test_*.py:14: assert invoice.cust* *::test_another",
            "  $.customer_name  null      test_*.py:17: assert invoice.cust* *::test_it",
        ]
    )


def test_recording_has_no_variants(pytester, run):
    result = run("--stripe-record=once", "-v")

    assert ids(result) == []


def test_a_test_that_makes_its_own_cassette_has_variants_of_that(pytester):
    pytester.makepyfile(test_own=HTTPX.replace('("mark_uncollectible_open")', ""))
    folder = pytester.mkdir("cassettes") / "test_own"
    folder.mkdir()
    source = shipped.CASSETTES / "mark_uncollectible_open.yaml"
    (folder / "test_write_off.yaml").write_text(source.read_text())

    result = pytester.runpytest("-v", "--stripe-unused")

    assert len(ids(result)) > 100
    assert result.ret == 0


SENSITIVE = "assert invoice.amount_due == 599 and invoice.customer_name"


def test_a_sensitivity_run_tells_what_the_tests_notice_and_fails_for_none_of_it(run, pytester):
    result = run("--stripe-variants=sensitivity:depends.txt", then=SENSITIVE)

    assert result.ret == 0
    outcomes = result.parseoutcomes()
    assert outcomes["passed"] == 1
    assert outcomes["unnoticed"] > 100
    lines = (pytester.path / "depends.txt").read_text().splitlines()
    noticed = [re.split(r"\s{2,}", line)[1:] for line in lines if line.startswith("noticed")]
    assert ["$.customer_name", "null"] in noticed
    assert ["$.amount_due", "other"] in noticed
    assert ["$.total", "other"] in noticed  # what is due follows from it
    assert len(noticed) < 12
    assert outcomes["noticed"] == len(noticed)
    assert "unnoticed  $.account_country" in {re.sub(r"  +", "  ", line)[:28] for line in lines}
    result.stdout.fnmatch_lines(["stripe sensitivity: * properties changed, the tests notice *"])


@pytest.mark.parametrize("word", ["sensitivity:", "sensitivity:nowhere/list.txt", "sensitivity:."])
def test_a_list_that_cannot_be_written_is_told_before_the_run(run, word):
    result = run(f"--stripe-variants={word}")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*expected sensitivity:FILE, with a file in a folder that *"])


def test_a_sensitivity_run_writes_its_list_however_quiet_it_is(run, pytester):
    run("--stripe-variants=sensitivity:list.txt", "-qq", options='only="null"')

    assert "unnoticed  $.customer_name" in (pytester.path / "list.txt").read_text()


def test_in_a_sensitivity_run_what_fails_as_recorded_still_fails(run):
    result = run("--stripe-variants=sensitivity", then="assert False")

    assert result.ret == 1
    assert result.parseoutcomes()["failed"] == 1
    result.stdout.fnmatch_lines(["stripe sensitivity: 0 properties changed, the tests notice 0"])


def test_in_a_sensitivity_run_fixtures_notice_too(pytester):
    pytester.makepyfile("""
        import pytest
        import stripe

        stripe.api_key = "sk_test_not_a_real_key"

        @pytest.fixture
        def invoice():
            invoice = stripe.Invoice.mark_uncollectible("in_1MtG0nLkdIwHu7ixAaUw3Cb4")
            invoice.customer_name.upper()
            yield invoice
            invoice.customer_email.upper()

        @pytest.mark.stripe_variants(
            only=["$.customer_name", "$.customer_email"], exclude="value"
        )
        @pytest.mark.stripe_replay("mark_uncollectible_open")
        def test_write_off(invoice):
            pass
    """)

    result = pytester.runpytest("-v", "--stripe-variants=sensitivity", "--junitxml=out.xml")

    assert result.ret == 0
    result.stdout.fnmatch_lines(["  noticed  $.customer_email  null"])
    result.stdout.fnmatch_lines(["  noticed  $.customer_name   null"])


def test_a_sensitivity_run_of_another_version_fails_as_ever(pytester):
    pytester.makepyfile(HTTPX.replace('_key"}', '_key", "Stripe-Version": "2025-03-31.basil"}'))

    result = pytester.runpytest("--stripe-variants=sensitivity")

    assert result.ret == 1
    assert "noticed" not in result.parseoutcomes()


@pytest.mark.parametrize("code", ["conftest", "lazily"])
def test_the_sdk_is_found_where_the_code_has_it(pytester, code):
    body = "stripe.Invoice.mark_uncollectible('in_1MtG0nLkdIwHu7ixAaUw3Cb4')"
    marks = '@pytest.mark.stripe_variants(only="has_more")\n'
    marks += '@pytest.mark.stripe_replay("mark_uncollectible")\n'
    if code == "conftest":
        fixture = f"@pytest.fixture\ndef invoice(): return {body}\n"
        pytester.makeconftest(
            f"import pytest\nimport stripe\nstripe.api_key = 'sk_test_x'\n{fixture}"
        )
        pytester.makepyfile(f"import pytest\n{marks}def test_it(invoice): assert invoice")
    else:
        own = f"import stripe\n    stripe.api_key = 'sk_test_x'\n    assert {body}"
        pytester.makepyfile(f"import pytest\n{marks}def test_it():\n    {own}")

    result = pytester.runpytest()

    result.assert_outcomes(passed=2)
