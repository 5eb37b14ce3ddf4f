"""Which version answers, and what a rehearsal of another one shows."""

from __future__ import annotations

import json

import pytest
import yaml

from pytest_stripe_contract.cassettes import list_shipped, load_shipped
from pytest_stripe_contract.migrations import upgrade
from pytest_stripe_contract.stripe_api import resources as shipped
from pytest_stripe_contract.stripe_api import versions

HEAD = """
    import httpx
    import pytest
    import stripe

    KEY = "sk_test_not_a_real_key"
    stripe.api_key = KEY
    replayed = pytest.mark.stripe_replay("mark_uncollectible")
    ID = "in_1MtG0nLkdIwHu7ixAaUw3Cb4"

    def write_off(version=None, invoice_id=ID):
        named = {"Stripe-Version": version} if version else {}
        return httpx.post(
            f"https://api.stripe.com/v1/invoices/{invoice_id}/mark_uncollectible",
            headers={"Authorization": f"Bearer {KEY}", **named},
        )
"""


@pytest.fixture
def run(pytester, monkeypatch):
    """Run pytest on a test file that begins with `HEAD`; its result, and its output as text."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("PYTEST_ADDOPTS", "-p pytest_stripe_contract.plugin")

    def run(body, *args):
        pytester.makepyfile(HEAD + body)
        result = pytester.runpytest(*args)
        return result, str(result.stdout)

    return run


OF_EACH_LINE = [name for name in list_shipped() if "." not in name]
"""The shipped cassettes with a file in each release line; error cassettes have one file."""


def test_lines_are_in_order_and_each_has_every_shipped_cassette_and_schema():
    assert [line.since for line in versions.LINES] == sorted(line.since for line in versions.LINES)
    for line in versions.LINES:
        for name in OF_EACH_LINE:
            assert versions.resolve(load_shipped(name, line.name).api_version) == line
        for kind in ("invoice", "error"):
            assert (shipped.SCHEMAS / kind / f"{line.name}.json").is_file()


@pytest.mark.parametrize("name", ["2020-08-27", "basil", "endive"])
def test_a_request_is_answered_in_the_version_that_it_names(run, name):
    line = versions.resolve(name)
    result, _ = run(f"""
    from pytest_stripe_contract import Contract

    @replayed
    def test_it(stripe_replay):
        response = write_off("{line.first}")
        assert response.headers["Stripe-Version"] == "{line.first}"
        assert Contract("{line.first}").is_valid(response)
        assert ("charge" in response.json()) == ("{line.first}" < "2025-03-31")
    """)

    result.assert_outcomes(passed=1)


def test_a_later_version_of_a_line_is_echoed(run):
    result, _ = run("""
    @replayed
    def test_it():
        assert write_off("2025-05-28.basil").headers["Stripe-Version"] == "2025-05-28.basil"
    """)

    result.assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("args", "fixture", "version"),
    [
        ([], "", "2023-10-16"),
        (["-o", "stripe_api_version=2024-06-20"], "", "2024-06-20"),
        (["-o", "stripe_api_version=2024-06-20"], "return '2024-04-10'", "2024-04-10"),
        (["-o", "stripe_api_version=basil"], "", "2025-03-31.basil"),
    ],
)
def test_a_request_without_a_version_is_answered_in_stripe_api_version(run, args, fixture, version):
    override = f"@pytest.fixture\n    def stripe_api_version(): {fixture}" if fixture else ""
    result, _ = run(
        f"""
    {override}

    @replayed
    def test_it(stripe_contract, stripe_api_version):
        assert write_off().headers["Stripe-Version"] == "{version}"
        assert stripe_contract.api_version == "{version}" == stripe_api_version
    """,
        *args,
    )

    result.assert_outcomes(passed=1)


def test_the_marker_goes_before_the_ini_and_the_command_line_before_the_marker(run):
    body = """
    @pytest.mark.stripe_replay("mark_uncollectible", api_version="2024-06-20")
    def test_it(stripe_api_version):
        print(stripe_api_version, write_off().headers["Stripe-Version"])
    """
    ini = ["-s", "-o", "stripe_api_version=2024-04-10"]

    assert "2024-06-20 2024-06-20" in run(body, *ini)[1]
    told = run(body, *ini, "--stripe-api-version=2025-05-28.basil")[1]
    assert "2025-05-28.basil 2025-05-28.basil" in told


def test_a_request_that_names_another_version_than_the_marker_breaks_the_contract(run):
    result, output = run("""
    @pytest.mark.stripe_replay("mark_uncollectible", api_version="2024-06-20")
    def test_it():
        assert write_off("2023-10-16").headers["Stripe-Version"] == "2024-06-20"

    @pytest.mark.stripe_replay("mark_uncollectible", api_version="basil")
    def test_any_version_of_a_named_line_will_do():
        write_off("2025-05-28.basil")

    @pytest.mark.stripe_replay("mark_uncollectible", api_version="basil")
    def test_none_of_another_line_will():
        write_off("2025-03-31.preview")
    """)

    result.assert_outcomes(passed=1, failed=2)
    assert (
        "  $.headers.Stripe-Version: expected API version 2024-06-20, which the marker names; "
        'got "2023-10-16"\n'
    ) in output


def test_a_rehearsal_answers_in_its_version_whatever_the_request_names(run):
    result, _ = run(
        """
    @pytest.mark.stripe_replay("mark_uncollectible", api_version="2024-06-20")
    def test_it():
        assert write_off("2023-10-16").headers["Stripe-Version"] == "2025-03-31.basil"
    """,
        "--stripe-api-version=basil",
    )

    result.assert_outcomes(passed=1)


def test_a_request_in_an_unknown_version_is_a_miss_that_lists_known_ones(run):
    result, output = run("""
    @replayed
    def test_it():
        write_off("2025-03-31.preview")
    """)

    result.assert_outcomes(failed=1)
    assert (
        "  differs:  it cannot be shown in API version 2025-03-31.preview: unknown API version "
        "'2025-03-31.preview'; nearest: 2025-03-31.basil, "
    ) in output
    assert "  fix:      name another version by api_version, or record it under this one" in output


def test_a_list_of_versions_runs_each_replay_test_once_in_each(run):
    result, output = run(
        """
    @replayed
    def test_marked():
        write_off()

    def test_called(stripe_replay, stripe_api_version):
        with stripe_replay("mark_uncollectible"):
            assert write_off().headers["Stripe-Version"] == stripe_api_version

    def test_other():
        pass
    """,
        "-v",
        "--stripe-api-version=2024-06-20, basil",
    )

    result.assert_outcomes(passed=5)
    for test in ("test_marked", "test_called"):
        for version in ("2024-06-20", "2025-03-31.basil"):
            assert f"::{test}[{version}] PASSED" in output
    assert "::test_other PASSED" in output


def test_the_marker_stripe_api_versions_runs_one_test_in_each_version(run):
    result, output = run(
        """
    @replayed
    @pytest.mark.stripe_api_versions("2024-06-20", "basil")
    @pytest.mark.parametrize("number", [1, 2])
    def test_it(number, stripe_api_version):
        assert write_off().headers["Stripe-Version"] == stripe_api_version
    """,
        "-v",
    )

    result.assert_outcomes(passed=4)
    assert "::test_it[2025-03-31.basil-1] PASSED" in output or "[1-2025-03-31.basil]" in output


def test_a_marker_with_an_unknown_version_is_an_error_at_collection(run):
    result, output = run("""
    @replayed
    @pytest.mark.stripe_api_versions("basli")
    def test_it():
        pass
    """)

    result.assert_outcomes(errors=1)
    assert "unknown API version 'basli'; nearest: 2025-03-31.basil, " in output


CHARGE = """
    @replayed
    def test_charge():
        invoice = stripe.Invoice.mark_uncollectible(ID)
        assert invoice.charge is None

    @replayed
    def test_paid():
        assert write_off().json()["paid"] is False

    @replayed
    def test_subscription():
        assert write_off().json().get("quote", 0) is None

    @replayed
    def test_status():
        assert write_off().json()["status"] == "uncollectible"
"""

HINT = """\
charge left the invoice in 2025-03-31.basil.
Its value is now at payments.data[].payment.charge (ask for it with expand=["payments"]).
"""


@pytest.mark.slow
def test_a_rehearsal_of_all_versions_reports_where_properties_moved(run):
    result, output = run(CHARGE, "--stripe-api-version=all")

    later = sum(line.since >= "2025-03-31" for line in versions.LINES)
    earlier = len(versions.LINES) - later
    result.assert_outcomes(passed=4 * earlier + later, failed=3 * later)
    assert output.count(HINT) == later
    assert "- Stripe API version -" in output
    rows = [line.split() for line in output.partition("stripe rehearsal:\n")[2].splitlines()]
    assert rows[0] == [
        "API",
        "version",
        "passed",
        "failed",
        "properties",
        "that",
        "failures",
        "name",
    ]
    assert ["2024-06-20", "4", "0"] in rows
    assert ["2025-03-31.basil", "1", "3"] in [row[:3] for row in rows]
    basil = next(row for row in rows if row[:1] == ["2025-03-31.basil"])
    assert sorted(name.strip(",") for name in basil[3:]) == ["charge", "paid", "quote"]


def test_a_rehearsal_of_one_version_keeps_the_ids_of_tests(run):
    result, output = run(CHARGE, "--stripe-api-version=2025-03-31.basil", "-v")

    result.assert_outcomes(passed=1, failed=3)
    assert "::test_status PASSED" in output
    assert "\n  2025-03-31.basil       1       3  " in output


def test_a_failure_that_names_no_moved_property_gets_no_hint(run):
    _, output = run(
        """
    @replayed
    def test_it():
        assert write_off().json()["status"] == "paid"
    """,
        "--stripe-api-version=basil",
    )

    assert "left the invoice" not in output


@pytest.fixture
def own_cassette(pytester):
    """A cassette of one's own, recorded under 2023-10-16 unless the change says otherwise."""

    def write(change=lambda _invoice: None, **metadata):
        path = shipped.CASSETTES / "mark_uncollectible.yaml"
        document = yaml.safe_load(path.read_text())
        document["metadata"] |= metadata
        response = document["interactions"][0]["response"]
        if (version := metadata.get("api_version", "2023-10-16")) is None:
            del response["headers"]["Stripe-Version"]
        else:
            response["headers"]["Stripe-Version"] = [version]
        invoice = json.loads(response["body"]["string"])
        change(invoice)
        response["body"]["string"] = json.dumps(invoice)
        folder = pytester.mkdir("cassettes")
        (folder / "mine.yaml").write_text(yaml.safe_dump(document))

    return write


def test_a_cassette_of_ones_own_is_converted_to_the_version_of_the_request(run, own_cassette):
    own_cassette()
    result, _ = run(
        """
    @pytest.mark.stripe_replay("mine")
    def test_it(stripe_contract):
        response = write_off()
        assert response.headers["Stripe-Version"] == "2025-03-31.basil"
        assert "charge" not in response.json()
        assert "parent" in response.json()
        assert stripe_contract.is_valid(response)
    """,
        "--stripe-api-version=basil",
    )

    result.assert_outcomes(passed=1)


def test_a_cassette_of_ones_own_is_played_as_recorded_without_a_version(run, own_cassette):
    own_cassette(api_version="2024-06-20")
    result, _ = run("""
    @pytest.mark.stripe_replay("mine")
    def test_it():
        assert write_off().headers["Stripe-Version"] == "2024-06-20"
    """)

    result.assert_outcomes(passed=1)


def test_a_cassette_of_an_unknown_version_is_an_error_at_setup(run, own_cassette):
    own_cassette(api_version="2018-11-08")
    result, output = run("""
    @pytest.mark.stripe_replay("mine")
    def test_it():
        write_off()
    """)

    result.assert_outcomes(errors=1)
    assert "mine.yaml: unknown API version '2018-11-08'; nearest: " in output


def test_an_html_answer_is_the_same_in_every_version(run, pytester):
    folder = pytester.mkdir("cassettes")
    document = yaml.safe_load((shipped.CASSETTES / "mark_uncollectible.yaml").read_text())
    document["interactions"][0]["response"]["body"]["string"] = "<html>"
    (folder / "mine.yaml").write_text(yaml.safe_dump(document))
    result, output = run(
        """
    @pytest.mark.stripe_replay("mine")
    def test_it():
        assert write_off().text == "<html>"
    """,
        "--stripe-api-version=basil",
    )

    result.assert_outcomes(failed=1)
    assert '  $: expected JSON (line 1 column 1: Expecting value), got "<html>"\n' in output


@pytest.mark.parametrize("name", OF_EACH_LINE)
def test_a_shipped_cassette_keeps_the_contract_of_every_release_line(name):
    from pytest_stripe_contract import Contract

    kinds = {"drift"} if name == "mark_uncollectible" else set()  # as Stripe's page has it
    for line in versions.LINES:
        for interaction in load_shipped(name, line.name).interactions:
            findings = Contract(line.first).iter_findings(interaction.response)
            assert {finding.kind for finding in findings} == kinds


def test_an_unknown_version_beside_all_is_a_usage_error(run):
    result, _ = run("def test_it(): pass", "--stripe-api-version=all,foo")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "unknown API version 'foo'" in str(result.stderr)


PAYMENTS = """
    def expanded(expand):
        return httpx.post(
            f"https://api.stripe.com/v1/invoices/{ID}/mark_uncollectible",
            headers={"Authorization": f"Bearer {KEY}"},
            data={"expand[]": expand},
        ).json()
"""


@pytest.mark.parametrize(("name", "charges"), [("mine", ["ch_1"]), ("mark_uncollectible_open", [])])
def test_payments_are_in_the_answer_only_if_the_request_expands_them(
    run, own_cassette, name, charges
):
    own_cassette(lambda invoice: invoice.update(charge="ch_1"))
    result, _ = run(
        f"""{PAYMENTS}
    @pytest.mark.stripe_replay("{name}")
    def test_expanded():
        payments = expanded("payments")["payments"]
        assert [each["payment"]["charge"] for each in payments["data"]] == {charges}

    @pytest.mark.stripe_replay("{name}")
    def test_not_expanded():
        assert "payments" not in write_off().json()
    """,
        "--stripe-api-version=basil",
    )

    result.assert_outcomes(passed=2)


def test_payments_cannot_be_expanded_before_there_were_any(run):
    result, output = run(f"""{PAYMENTS}
    @replayed
    def test_it():
        expanded("payments")
    """)

    result.assert_outcomes(failed=1)
    assert "payments cannot be expanded before 2025-03-31.basil" in output


def test_expanding_payments_that_were_not_recorded_is_a_miss(run, own_cassette):
    own_cassette(
        lambda invoice: invoice.update(upgrade(invoice, "2023-10-16", "basil")),
        api_version="2025-03-31.basil",
    )
    result, output = run(f"""{PAYMENTS}
    @pytest.mark.stripe_replay("mine")
    def test_it():
        expanded("payments")
    """)

    result.assert_outcomes(failed=1)
    assert 'it was recorded without expand=["payments"]' in output


def test_a_cassette_without_a_version_is_played_as_recorded_but_not_in_a_rehearsal(
    run, own_cassette
):
    own_cassette(api_version=None)
    body = """
    @pytest.mark.stripe_replay("mine")
    def test_it():
        assert "charge" in write_off("2025-03-31.basil").json()
    """
    result, _ = run(body)
    result.assert_outcomes(passed=1)

    result, output = run(body, "--stripe-api-version=basil")
    result.assert_outcomes(failed=1)
    assert "the cassette names no API version (api_version of its metadata)" in output


def test_an_object_that_no_migration_knows_stays_in_its_version(run, own_cassette):
    own_cassette(lambda invoice: invoice.update(object="customer"))
    _, output = run(
        """
    @pytest.mark.stripe_replay("mine")
    def test_it():
        print("answered in", write_off().headers["Stripe-Version"])
    """,
        "--stripe-api-version=basil",
    )

    assert "answered in 2023-10-16" in output


@pytest.mark.parametrize(
    ("versions_of_marker", "runs"), [('"all"', len(versions.LINES)), ('"basil", "basil"', 1)]
)
def test_the_marker_stripe_api_versions_takes_all_and_drops_duplicates(
    run, versions_of_marker, runs
):
    result, _ = run(f"""
    @replayed
    @pytest.mark.stripe_api_versions({versions_of_marker})
    def test_it():
        write_off()
    """)

    result.assert_outcomes(passed=runs)


@pytest.mark.parametrize("arguments", ["", '["basil"]'])
def test_a_marker_stripe_api_versions_without_versions_is_an_error(run, arguments):
    result, output = run(f"""
    @replayed
    @pytest.mark.stripe_api_versions({arguments})
    def test_it():
        pass
    """)

    result.assert_outcomes(errors=1)
    assert "expected versions, or 'all'" in output


@pytest.mark.parametrize(
    "statement",
    [
        'assert "charge" in invoice',
        'assert getattr(invoice, "charge", 0) is None',
        'assert hasattr(invoice, "charge")',
        'assert invoice.get("charge", 0) is None',
        "stripe.Invoice.construct_from(invoice, KEY).charge",
        "helper(invoice)",
    ],
)
def test_a_hint_names_a_moved_property_for_each_way_to_read_it(run, statement):
    _, output = run(
        f"""
    def helper(invoice):
        try:
            return invoice["charge"]
        except KeyError as error:
            raise RuntimeError("no such thing") from error

    @replayed
    def test_it():
        invoice = write_off().json()
        {statement}
    """,
        "--stripe-api-version=basil",
    )

    assert HINT in output


def test_a_missing_attribute_of_another_class_gets_no_hint(run):
    _, output = run(
        """
    class Order:
        pass

    @replayed
    def test_it():
        write_off()
        Order().charge
    """,
        "--stripe-api-version=basil",
    )

    assert "left the invoice" not in output
