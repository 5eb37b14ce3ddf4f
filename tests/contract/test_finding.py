import pickle

import pytest

from pytest_stripe_contract._support.json_path import ABSENT, Foreign, json_path, json_type, show
from pytest_stripe_contract.contract.finding import ContractViolation, Finding
from pytest_stripe_contract.errors import StripeContractError

DOCS = "https://docs.stripe.com/api/invoices/object"


def finding(rule, path, expected, actual, kind="violation"):
    return Finding(kind, rule, path, expected, actual, DOCS)


@pytest.mark.parametrize(
    ("rule", "path", "expected", "actual", "text"),
    [
        (
            "type",
            "$.lines.data[0].amount",
            "integer",
            "1099",
            '$.lines.data[0].amount: expected integer, got "1099" (string)',
        ),
        (
            "enum",
            "$.status",
            "one of draft, open, paid, uncollectible, void",
            "uncolectible",
            '$.status: expected one of draft, open, paid, uncollectible, void; got "uncolectible"',
        ),
        (
            "amount_remaining",
            "$.amount_remaining",
            "amount_due - amount_paid = 599",
            600,
            "$.amount_remaining: expected amount_due - amount_paid = 599, got 600",
        ),
        ("type", "$.paid", "boolean", 1.5, "$.paid: expected boolean, got 1.5 (number)"),
        ("type", "$.paid", "boolean", None, "$.paid: expected boolean, got null"),
        ("type", "$.paid", "boolean", [1], "$.paid: expected boolean, got an array of 1 item"),
        (
            "type",
            "$.paid",
            "boolean",
            Foreign("date", "datetime.date(2023, 4, 4)"),
            "$.paid: expected boolean, got datetime.date(2023, 4, 4) (date)",
        ),
        (
            "additionalProperties",
            "$.closed",
            "no undocumented property",
            True,
            "$.closed: unknown property: Stripe does not document it",
        ),
        (
            "required",
            "$.effective_at",
            "integer or null",
            ABSENT,
            "$.effective_at: missing; documented as integer or null",
        ),
    ],
)
def test_a_finding_has_a_text_of_path_expected_and_actual(rule, path, expected, actual, text):
    assert str(finding(rule, path, expected, actual)) == text


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("Zoë", '"Zoë"'),
        ("two\nlines", '"two\\nlines"'),
        ("\ud800", '"\\ud800"'),
        ("\u202egnp", '"\\u202egnp"'),
        ("a" * 500, f'"{"a" * 80}…" (a string of 500 characters)'),
        ({}, "an object of 0 properties"),
        ({"id": "in_1"}, "an object of 1 property"),
        ([1, 2], "an array of 2 items"),
        pytest.param(10**5000, "an integer of 16610 bits", id="huge"),
        (2**70, "1180591620717411303424"),
        (True, "true"),
        (float("nan"), "NaN"),
        ({1}, "{1}"),
    ],
)
def test_a_value_is_shown_short_and_on_one_printable_line(value, shown):
    assert show(value) == shown


def test_a_long_string_of_a_wrong_type_is_called_a_string_only_once():
    text = str(finding("type", "$.created", "integer", "a" * 100))
    assert text.endswith('…" (a string of 100 characters)')


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (None, "null"),
        (True, "boolean"),
        (1, "integer"),
        (1.5, "number"),
        ("", "string"),
        ([], "array"),
        ({}, "object"),
        (Foreign("date", "datetime.date(2023, 4, 4)"), "date"),
        (1j, "complex"),
    ],
)
def test_types_have_the_names_of_json_schema(value, name):
    assert json_type(value) == name


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ((), "$"),
        (("lines", "data", 0, "amount"), "$.lines.data[0].amount"),
        (("metadata", "odd key"), "$.metadata['odd key']"),
        (("metadata", "it's"), "$.metadata['it\\'s']"),
        (("metadata", 'a"b\\c'), "$.metadata['a\"b\\\\c']"),
        (("metadata", "é"), "$.metadata['é']"),
        (("metadata", "\n\ud800"), "$.metadata['\\n\\ud800']"),
        (("metadata", ""), "$.metadata['']"),
        (("metadata", "0"), "$.metadata['0']"),
    ],
)
def test_paths_are_json_paths_of_rfc_9535(path, text):
    assert json_path(path) == text


def test_a_violation_lists_the_payload_the_findings_and_the_pages():
    broken = finding("type", "$.paid", "boolean", "no")
    drift = finding("additionalProperties", "$.closed", "no undocumented property", 1, "drift")
    error = ContractViolation("invoice in_1", "2023-10-16", [broken, drift, drift])
    assert str(error).splitlines() == [
        "invoice in_1 breaks API version 2023-10-16: 1 violation, 2 drift",
        '  violation  $.paid: expected boolean, got "no" (string)',
        "  drift      $.closed: unknown property: Stripe does not document it",
        "  drift      $.closed: unknown property: Stripe does not document it",
        f"  see {DOCS}",
    ]


def test_drift_alone_is_named_drift():
    drift = finding("additionalProperties", "$.closed", "no undocumented property", 1, "drift")
    head = str(ContractViolation("invoice in_1", "2023-10-16", [drift])).splitlines()[0]
    assert head == "invoice in_1 drifts from API version 2023-10-16: 0 violations, 1 drift"


def test_a_violation_survives_pickle_and_is_an_assertion_error():
    absent = finding("required", "$.id", "string", ABSENT)
    error = ContractViolation("invoice", "2023-10-16", [absent])
    copy = pickle.loads(pickle.dumps(error))
    assert isinstance(copy, AssertionError)
    assert isinstance(copy, StripeContractError)
    assert (copy.subject, copy.api_version, copy.findings) == ("invoice", "2023-10-16", (absent,))
    assert copy.findings[0].actual is ABSENT
    assert repr(ABSENT) == "ABSENT"
