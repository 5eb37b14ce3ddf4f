import pytest

from pytest_stripe_contract.contract import invoice_rules as rules


def told(invoice):
    return [
        (each.kind, each.rule, ".".join(map(str, each.path)), each.expected, each.actual)
        for each in rules.differences(invoice)
    ]


def test_amount_remaining_is_what_is_due_less_what_is_paid():
    assert told({"amount_due": 599, "amount_paid": 0, "amount_remaining": 600}) == [
        (
            "violation",
            "amount_remaining",
            "amount_remaining",
            "amount_due - amount_paid = 599",
            600,
        )
    ]
    assert told({"amount_due": 599, "amount_paid": 99, "amount_remaining": 500}) == []


@pytest.mark.parametrize(
    "elsewhere", ["amount_overpaid", "amount_paid_off_stripe", "paid_out_of_band"]
)
def test_amounts_paid_otherwise_leave_amount_remaining_open(elsewhere):
    amounts = {"amount_due": 599, "amount_paid": 700, "amount_remaining": 0}
    assert told({**amounts, elsewhere: 101}) == []
    assert [rule for _, rule, *_ in told({**amounts, elsewhere: 0})] == ["amount_remaining"]


@pytest.mark.parametrize(
    ("name", "value"),
    [("ending_balance", 0), ("hosted_invoice_url", "https://…"), ("invoice_pdf", "https://…")],
)
def test_some_properties_are_null_in_a_draft_and_known_once_finalized(name, value):
    expected = "null while status is draft"
    assert told({"status": "draft", name: value}) == [
        ("violation", "null_until_finalized", name, expected, value)
    ]
    assert told({"status": "draft", name: None}) == []
    assert told({"status": "open", name: value}) == []
    expected = "a value once status is open"
    assert told({"status": "open", name: None}) == [("drift", "finalized", name, expected, None)]
    assert told({"status": "open"}) == []


def test_an_invoice_that_is_charged_automatically_has_no_due_date():
    expected = "null while collection_method is charge_automatically"
    assert told({"collection_method": "charge_automatically", "due_date": 1}) == [
        ("violation", "due_date", "due_date", expected, 1)
    ]
    assert told({"collection_method": "charge_automatically", "due_date": None}) == []
    assert told({"collection_method": "send_invoice", "due_date": 1}) == []


def test_an_invoice_that_is_sent_has_no_next_payment_attempt():
    expected = "null while collection_method is send_invoice"
    assert told({"collection_method": "send_invoice", "next_payment_attempt": 1}) == [
        ("violation", "next_payment_attempt", "next_payment_attempt", expected, 1)
    ]
    assert told({"collection_method": "send_invoice", "next_payment_attempt": None}) == []
    assert told({"collection_method": "charge_automatically", "next_payment_attempt": 1}) == []


def test_the_lines_of_an_invoice_are_at_its_own_address():
    lines = {"url": "/v1/invoices/in_1/lines"}
    assert told({"id": "in_1", "lines": lines}) == []
    assert told({"id": "in_2", "lines": lines}) == [
        ("violation", "lines_url", "lines.url", "/v1/invoices/in_2/lines", lines["url"])
    ]


def test_the_lines_of_a_preview_may_be_anywhere():
    lines = {"url": "/v1/invoices/upcoming/lines?customer=cus_1"}
    assert told({"id": "upcoming_in_1", "lines": lines}) == []
    assert told({"lines": lines}) == []


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
def test_each_status_has_been_since_some_time(status, names):
    never = dict.fromkeys(("finalized_at", "marked_uncollectible_at", "paid_at", "voided_at"))
    expected = f"unix seconds once status is {status}"
    assert told({"status": status, "status_transitions": never}) == [
        ("drift", "status_since", f"status_transitions.{name}", expected, None) for name in names
    ]
    known = dict.fromkeys(never, 1680638365)
    assert told({"status": status, "status_transitions": known}) == []


def test_only_a_finalized_invoice_has_to_have_a_number():
    expected = "a value once status is void"
    assert told({"status": "void", "number": None}) == [
        ("drift", "finalized", "number", expected, None)
    ]
    assert told({"status": "draft", "number": None}) == []


OPERANDS = [
    {"amount_due": 1, "amount_paid": 0, "amount_remaining": 2},
    {"status": "draft", "ending_balance": 1},
    {"collection_method": "charge_automatically", "due_date": 1},
    {"collection_method": "send_invoice", "next_payment_attempt": 1},
    {"id": "in_1", "lines": {"url": "/"}},
    {"status": "void", "status_transitions": {"voided_at": None}},
    {"status": "void", "number": None},
]


@pytest.mark.parametrize("wrong", [[], {}, ["text"], 1.5, True])
@pytest.mark.parametrize("operands", OPERANDS, ids=lambda operands: [*operands][-1])
def test_operands_of_a_wrong_type_are_the_schemas_business(operands, wrong):
    assert len(told(operands)) == 1
    for name in operands:
        assert told({**operands, name: wrong}) == []
        assert told({other: operands[other] for other in operands if other != name}) == []
