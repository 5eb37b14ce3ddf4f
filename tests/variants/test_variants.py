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

    @pytest.mark.stripe_variants(only=["customer_name=null", "$.charge"])
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


@pytest.mark.slow
def test_code_that_handles_every_legal_answer_passes(run):
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


def test_closed_enums_get_their_other_values_and_open_ones_a_new_value(run):
    names = ids(run("-v", IN_2023, options='only=["enum", "open_enum"]'))

    assert {"collection_method=send_invoice", "billing_reason=subscription"} < set(names)
    assert "customer_tax_ids[*].type=unheard_of" in names
    assert "billing_reason=manual" not in names  # as it was recorded
    assert "billing_reason=upcoming" not in names  # of previews alone


def test_the_id_and_the_status_that_the_endpoint_sets_do_not_vary(run):
    names = ids(run("-v", options='exclude="$.lines"'))

    assert [name for name in names if re.match(r"(status|id|object)=", name)] == []


def test_the_summary_names_the_property_and_the_line_of_code_that_broke(run):
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


@pytest.mark.slow
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


def test_exclude_selects_the_complement_of_only(run):
    names, nulls, others = (
        ids(run("-v", "--collect-only", "-q", options=options))
        for options in ("", 'only="null"', 'exclude="null"')
    )

    assert sorted(names) == sorted({*nulls, *others})


@pytest.mark.slow
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
def test_an_invalid_option_of_the_marker_is_an_error(run, options, text):
    result = run(options=options)

    result.assert_outcomes(errors=1)
    assert text in str(result.stdout)


def test_an_unknown_cassette_is_one_error(run):
    result = run(replay='"mark_uncollectable"')

    result.assert_outcomes(errors=1)
    assert "unknown cassette 'mark_uncollectable'" in str(result.stdout)


def test_the_marker_needs_a_test_with_stripe_replay(pytester):
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
def test_a_test_that_cannot_be_parametrized_is_an_error(pytester, test):
    pytester.makepyfile(f"import pytest\nimport unittest\n{test}".replace("\n        ", "\n"))

    result = pytester.runpytest()

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*expected a test function that pytest can repeat*"])


def test_a_place_of_other_answers_selects_nothing(run):
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


def test_the_marker_of_a_module_ignores_tests_without_replays(pytester):
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


@pytest.mark.slow
@pytest.mark.parametrize("how", ["skip", "xfail"])
def test_skipped_and_xfailed_tests_are_not_in_the_summary(run, how):
    result = run(options='only="null"', then=f"pytest.{how}('not now')")

    assert result.ret == 0
    result.stdout.no_fnmatch_line("stripe variants:*")


def test_a_list_of_line_items_with_more_has_an_empty_next_page(run):
    then = "assert [line.id for line in invoice.lines.auto_paging_iter()]"

    result = run("-v", options='only="has_more"', then=then)

    assert ids(result) == ["recorded", "lines.has_more=true"]
    result.assert_outcomes(passed=2)


def test_a_page_of_invoices_with_more_has_an_empty_next_page(pytester):
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


def test_pairs_add_runs_in_which_many_properties_change(run):
    options = 'pairs=True, only=["null", "empty"]'

    result = run("-v", options=options, then="assert invoice.customer_name or invoice.customer")

    assert [name for name in ids(result) if name.startswith("pairs-")]
    result.stdout.fnmatch_lines(["  pairs-* * at once  test_bad_debt.py:8: assert *"])
    result.stdout.fnmatch_lines(["$.customer_name is null*", "$.customer is null*"])


def test_the_summary_omits_pairs_that_a_single_change_explains(run):
    result = run(options='pairs=True, only=["null", "empty"]', then="billing.greeting(invoice)")

    table = str(result.stdout).partition("broke at")[2].partition("=====")[0]
    assert "customer_name" in table
    assert "pairs-" not in table


def test_off_runs_only_the_recorded_answer(run):
    result = run("-v", "--stripe-variants=off", then="billing.greeting(invoice)")

    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["test_bad_debt.py::test_write_off PASSED*"])
    result.stdout.no_fnmatch_line("stripe variants:*")


@pytest.mark.slow
def test_the_seed_of_a_sample_repeats_it(run):
    first = run("-v", "--stripe-variants=20")
    seed = re.search(r"20 run \(sampled with seed (\d+)\)", str(first.stdout))[1]

    again, other = run("-v", f"--stripe-variants=20:{seed}"), run("-v", "--stripe-variants=20:x")

    assert ids(again) == ids(first)
    assert len(ids(first)) == 21
    assert ids(other) != ids(first)


def _collected(run, *args):
    return ids(run("--collect-only", "-q", *args))


def test_a_sample_larger_than_the_number_of_variants_has_all(run):
    assert _collected(run, "--stripe-variants=9999") == _collected(run)


@pytest.mark.slow
def test_the_summary_counts_the_variants_of_all_workers(run, pytester):
    pytester.makeini("[pytest]\nstripe_variants = 2")
    options = 'only=["customer_name=null", "customer_email=null"]'

    result = run("-n2", then="billing.greeting(invoice)", options=options)

    summary = r"stripe variants: 2 run \(sampled with seed \d+\), 1 broke the code"
    assert re.search(summary, str(result.stdout))


@pytest.mark.parametrize("word", ["of", "0", "-1", "all:1", "²", "sensitive"])
def test_an_invalid_value_of_the_command_line_option_is_a_usage_error(run, word):
    result = run(f"--stripe-variants={word}")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"*--stripe-variants='{word}': expected all, off, sensitivity*"])


def test_each_version_of_a_rehearsal_has_the_variants_of_its_contract(run):
    names = _collected(run, "--stripe-api-version=2024-06-20,basil")

    assert "2024-06-20-charge=present" in names
    assert "2025-03-31.basil-charge=present" not in names
    assert "2025-03-31.basil-customer_name=null" in names


def test_variants_combine_with_parameters_of_the_test(pytester):
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


@pytest.mark.slow
def test_a_variation_applies_to_every_answer_of_a_replay(pytester):
    pytester.makepyfile("""
        import pytest
        import stripe

        stripe.api_key = "sk_test_not_a_real_key"
        ID = "in_1MtG0nLkdIwHu7ixAaUw3Cb4"

        @pytest.mark.stripe_variants(only=["$.customer_name", "$.lines", "enum"])
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


def test_errors_have_variants(pytester):
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

    where = "test_errors_have_variants.py:11: assert caught.value.*"
    result.stdout.fnmatch_lines([f"  $.error.message  absent    {where}"])


def test_variants_are_of_the_installed_sdks_version_by_default(pytester):
    pytester.makepyfile(HTTPX)

    result = pytester.runpytest("-v")

    assert "charge=present" not in ids(result)
    result.assert_outcomes(passed=len(ids(result)))


def test_variants_fail_if_the_code_requests_another_version(pytester):
    pytester.makepyfile(HTTPX.replace('_key"}', '_key", "Stripe-Version": "2025-03-31.basil"}'))

    result = pytester.runpytest()

    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        [
            "*differs:  it cannot be shown in API version 2025-03-31.basil: its variants were *",
            "*fix:      write stripe_replay(*, api_version='2025-03-31.basil'): the code re*",
            "stripe variants: * run, none broke the code",
            "  test_*.py::test_write_off: it cannot be shown in API version 2025-03-31.basil: *",
        ]
    )


def test_the_marker_of_the_replay_sets_the_version_of_the_variants(pytester):
    test = HTTPX.replace('_key"}', '_key", "Stripe-Version": "2025-03-31.basil"}')
    pytester.makepyfile(test.replace('_open")', '_open", api_version="2025-03-31.basil")'))

    result = pytester.runpytest("-v")

    assert "charge=present" not in ids(result)
    result.assert_outcomes(passed=len(ids(result)))


def test_the_summary_names_tests_that_fail_on_the_recorded_answer(run):
    result = run(then="assert False", options='only="$.customer"')

    result.stdout.fnmatch_lines(
        [
            "stripe variants: * run, none broke the code",
            "  test_bad_debt.py::test_write_off fails on the recorded answer too: fix that first",
        ]
    )


def test_undocumented_values_of_a_variant_pass_even_strictly(run):
    result = run("--stripe-strict", options='only=["undocumented", "open_enum"]')

    assert result.ret == 0
    result.stdout.no_fnmatch_line("*drift*")


def test_a_miss_that_the_code_catches_fails_the_variant(run):
    then = "\n        try: billing.write_off('in_2')\n        except Exception: pass"

    code = f"if invoice.lines.has_more:{then}".replace("\n", "\n    ")

    result = run(then=code, options='only="$.lines.has_more"')

    result.assert_outcomes(failed=1, passed=1)
    result.stdout.fnmatch_lines(["  $.lines.has_more  true *"])


def test_an_unplayed_recording_fails_the_variant(run):
    result = run(
        options='only="$.customer_name", exclude="value"',
        then="invoice.customer_name and billing.write_off(invoice.id)",
        replay='"mark_uncollectible_open", times=2',
    )

    result.assert_outcomes(failed=1, passed=1)
    result.stdout.fnmatch_lines(["  $.customer_name  null      played 1 of 2 times: mark_*"])


def test_an_answer_that_is_not_json_has_no_variants(pytester):
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
def test_variants_are_of_the_recorded_version_without_an_sdk_version(pytester, monkeypatch, sdk):
    installed = InstalledSdk("16.0b1", sdk, Path()) if sdk else None
    monkeypatch.setattr(stripe_api, "installed_sdk", lambda: installed)
    pytester.makepyfile(HTTPX)

    result = pytester.runpytest("-v")

    assert "charge=present" in ids(result)
    result.assert_outcomes(passed=len(ids(result)))


def test_a_variant_that_fails_in_two_phases_counts_once(pytester):
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


def test_a_test_with_its_own_recorded_cassette_has_variants(pytester):
    pytester.makepyfile(test_own=HTTPX.replace('("mark_uncollectible_open")', ""))
    folder = pytester.mkdir("cassettes") / "test_own"
    folder.mkdir()
    source = shipped.CASSETTES / "mark_uncollectible_open.yaml"
    (folder / "test_write_off.yaml").write_text(source.read_text())

    result = pytester.runpytest("-v", "--stripe-unused")

    assert set(ids(result)) == {"recorded", "customer_name=null"}
    assert result.ret == 0


SENSITIVE = "assert invoice.amount_due == 599 and invoice.customer_name"


def test_a_sensitivity_run_lists_noticed_changes_and_passes(run, pytester):
    only = ["$.account_country", "$.amount_due", "$.customer_name", "$.total"]

    result = run(
        "--stripe-variants=sensitivity:depends.txt", then=SENSITIVE, options=f"only={only}"
    )

    assert result.ret == 0
    outcomes = result.parseoutcomes()
    assert outcomes["passed"] == 1
    assert outcomes["unnoticed"] > 1
    lines = (pytester.path / "depends.txt").read_text().splitlines()
    noticed = [re.split(r"\s{2,}", line)[1:] for line in lines if line.startswith("noticed")]
    assert ["$.customer_name", "null"] in noticed
    assert ["$.amount_due", "other"] in noticed
    assert ["$.total", "other"] in noticed  # what is due follows from it
    assert outcomes["noticed"] == len(noticed)
    assert "unnoticed  $.account_country" in {re.sub(r"  +", "  ", line)[:28] for line in lines}
    result.stdout.fnmatch_lines(["stripe sensitivity: * properties changed, the tests notice *"])


@pytest.mark.parametrize("word", ["sensitivity:", "sensitivity:nowhere/list.txt", "sensitivity:."])
def test_a_sensitivity_file_that_cannot_be_written_is_a_usage_error(run, word):
    result = run(f"--stripe-variants={word}")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*expected sensitivity:FILE, with a file in a folder that *"])


def test_a_quiet_sensitivity_run_writes_its_list(run, pytester):
    run("--stripe-variants=sensitivity:list.txt", "-qq", options='only="null"')

    assert "unnoticed  $.customer_name" in (pytester.path / "list.txt").read_text()


def test_a_sensitivity_run_fails_if_the_recorded_case_fails(run):
    result = run("--stripe-variants=sensitivity", then="assert False", options='only="$.customer"')

    assert result.ret == 1
    assert result.parseoutcomes()["failed"] == 1
    result.stdout.fnmatch_lines(["stripe sensitivity: 0 properties changed, the tests notice 0"])


def test_a_sensitivity_run_counts_errors_in_fixtures_as_noticed(pytester):
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


def test_a_sensitivity_run_fails_if_the_code_requests_another_version(pytester):
    pytester.makepyfile(HTTPX.replace('_key"}', '_key", "Stripe-Version": "2025-03-31.basil"}'))

    result = pytester.runpytest("--stripe-variants=sensitivity")

    assert result.ret == 1
    assert "noticed" not in result.parseoutcomes()


@pytest.mark.parametrize("code", ["conftest", "lazily"])
def test_the_sdk_may_be_imported_in_conftest_or_inside_the_test(pytester, code):
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
