import pytest

from pytest_stripe_contract.contract import invoice_rules as rules


def findings(invoice):
    return [
        (each.kind, each.rule, ".".join(map(str, each.path)), each.expected, each.actual)
        for each in rules.differences(invoice)
    ]


def test_amount_remaining_is_amount_due_less_amount_paid():
    assert findings({"amount_due": 599, "amount_paid": 0, "amount_remaining": 600}) == [
        (
            "violation",
            "amount_remaining",
            "amount_remaining",
            "amount_due - amount_paid = 599",
            600,
        )
    ]
    assert findings({"amount_due": 599, "amount_paid": 99, "amount_remaining": 500}) == []


@pytest.mark.parametrize(
    "elsewhere", ["amount_overpaid", "amount_paid_off_stripe", "paid_out_of_band"]
)
def test_amount_remaining_is_not_checked_after_payments_elsewhere(elsewhere):
    amounts = {"amount_due": 599, "amount_paid": 700, "amount_remaining": 0}
    assert findings({**amounts, elsewhere: 101}) == []
    assert [rule for _, rule, *_ in findings({**amounts, elsewhere: 0})] == ["amount_remaining"]


@pytest.mark.parametrize(
    ("name", "value"),
    [("ending_balance", 0), ("hosted_invoice_url", "https://…"), ("invoice_pdf", "https://…")],
)
def test_properties_of_finalization_are_null_in_a_draft_and_set_later(name, value):
    expected = "null while status is draft"
    assert findings({"status": "draft", name: value}) == [
        ("violation", "null_until_finalized", name, expected, value)
    ]
    assert findings({"status": "draft", name: None}) == []
    assert findings({"status": "open", name: value}) == []
    expected = "a value once status is open"
    assert findings({"status": "open", name: None}) == [
        ("drift", "finalized", name, expected, None)
    ]
    assert findings({"status": "open"}) == []


def test_an_invoice_charged_automatically_has_no_due_date():
    expected = "null while collection_method is charge_automatically"
    assert findings({"collection_method": "charge_automatically", "due_date": 1}) == [
        ("violation", "due_date", "due_date", expected, 1)
    ]
    assert findings({"collection_method": "charge_automatically", "due_date": None}) == []
    assert findings({"collection_method": "send_invoice", "due_date": 1}) == []


def test_an_invoice_that_is_sent_has_no_next_payment_attempt():
    expected = "null while collection_method is send_invoice"
    assert findings({"collection_method": "send_invoice", "next_payment_attempt": 1}) == [
        ("violation", "next_payment_attempt", "next_payment_attempt", expected, 1)
    ]
    assert findings({"collection_method": "send_invoice", "next_payment_attempt": None}) == []
    assert findings({"collection_method": "charge_automatically", "next_payment_attempt": 1}) == []


def test_the_url_of_lines_has_the_invoices_id():
    lines = {"url": "/v1/invoices/in_1/lines"}
    assert findings({"id": "in_1", "lines": lines}) == []
    assert findings({"id": "in_2", "lines": lines}) == [
        ("violation", "lines_url", "lines.url", "/v1/invoices/in_2/lines", lines["url"])
    ]


def test_the_url_of_a_previews_lines_is_not_checked():
    lines = {"url": "/v1/invoices/upcoming/lines?customer=cus_1"}
    assert findings({"id": "upcoming_in_1", "lines": lines}) == []
    assert findings({"lines": lines}) == []


@pytest.mark.parametrize(
    ("status", "names"),
    [
        ("draft", []),
        ("open", ["finalized_at"]),
        ("paid", ["finalized_at", "paid_at"]),
        ("uncollectible", ["finalized_at", "marked_uncollectible_at"]),
        ("void", ["finalized_at", "voided_at"]),
    ],
)
def test_a_status_without_its_time_is_drift(status, names):
    never = dict.fromkeys(("finalized_at", "marked_uncollectible_at", "paid_at", "voided_at"))
    expected = f"unix seconds once status is {status}"
    assert findings({"status": status, "status_transitions": never}) == [
        ("drift", "status_since", f"status_transitions.{name}", expected, None) for name in names
    ]
    known = dict.fromkeys(never, 1680638365)
    assert findings({"status": status, "status_transitions": known}) == []


def test_a_finalized_invoice_without_number_is_drift():
    expected = "a value once status is void"
    assert findings({"status": "void", "number": None}) == [
        ("drift", "finalized", "number", expected, None)
    ]
    assert findings({"status": "draft", "number": None}) == []


OPERANDS = [
    {"amount_due": 1, "amount_paid": 0, "amount_remaining": 2},
    {"status": "draft", "ending_balance": 1},
    {"collection_method": "charge_automatically", "due_date": 1},
    {"collection_method": "send_invoice", "next_payment_attempt": 1},
    {"id": "in_1", "lines": {"url": "/"}},
    {"status": "void", "status_transitions": {"voided_at": None}},
    {"status": "void", "number": None},
]


@pytest.mark.parametrize("operands", OPERANDS, ids=lambda operands: [*operands][-1])
def test_operands_that_are_absent_or_of_a_wrong_type_are_ignored(operands):
    assert len(findings(operands)) == 1
    for name in operands:
        assert findings({other: operands[other] for other in operands if other != name}) == []
        for wrong in ([], {}, ["text"], 1.5, True):
            assert findings({**operands, name: wrong}) == []
