import contextlib
import copy
import json
import pickle
from datetime import UTC, datetime
from pathlib import Path

import pytest
from helpers import invoices as generated
from helpers.answers import documented
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pytest_stripe_contract.cassettes import load_shipped
from pytest_stripe_contract.contract.contract import Contract
from pytest_stripe_contract.contract.finding import ContractViolation
from pytest_stripe_contract.errors import InvalidOption, UnknownName
from pytest_stripe_contract.factories import InvoiceFactory, UnknownProperty, repair_invoice
from pytest_stripe_contract.factories import make_invoice as make
from pytest_stripe_contract.schemas import load_schema
from pytest_stripe_contract.stripe_api import versions

LINES = [line.name for line in versions.LINES]
OLD, NEW = "2023-10-16", "endive"
BEFORE_BASIL = [LINES[0], "acacia"]
STATUSES = ("draft", "open", "paid", "uncollectible", "void")
CREATED = 1_680_638_365
HOUR = 60 * 60
MONTH = 30 * 24 * HOUR

each_line = pytest.mark.parametrize("version", LINES)
old_and_new = pytest.mark.parametrize("version", [OLD, NEW])
each_status = pytest.mark.parametrize("status", STATUSES)
modest = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def made(version, /, **overrides):
    """An invoice of which the contract has nothing to say, strictly."""
    invoice = InvoiceFactory(version)(**overrides)
    assert [str(each) for each in Contract(version).iter_findings(invoice)] == []
    return invoice


def places(value, path=()):
    """The path of every value in a payload but the payload itself."""
    steps = value if isinstance(value, dict) else range(len(value)) if type(value) is list else ()
    for step in steps:
        yield (*path, step)
        yield from places(value[step], (*path, step))


def line_of(invoice):
    [line] = invoice["lines"]["data"]
    return line


def refused(version, /, **overrides):
    """The findings that an invoice is refused for."""
    with pytest.raises(ContractViolation) as raised:
        make(version, overrides)
    return [str(each) for each in raised.value.findings]


def unknown(version, /, **overrides):
    with pytest.raises(UnknownProperty) as raised:
        make(version, overrides)
    return str(raised.value)


def unit_price(line):
    price = line.get("price") or line["pricing"]
    return price.get("unit_amount"), price["unit_amount_decimal"]


def amounts(invoice):
    names = ("subtotal", "total", "amount_due", "amount_paid", "amount_remaining")
    return [invoice[name] for name in names]


# Defaults


@each_line
@each_status
def test_each_status_has_a_valid_invoice_in_each_version(version, status):
    invoice = made(version, status=status)
    is_paid, due = status == "paid", 1099
    assert invoice["status"] == status
    assert amounts(invoice) == [due, due, due, due * is_paid, due * (not is_paid)]
    assert (invoice["attempted"], invoice["attempt_count"]) == (is_paid, int(is_paid))
    assert (invoice["number"] is None) is (status == "draft")
    if "paid" in invoice:
        assert invoice["paid"] is is_paid
        assert (invoice["charge"], invoice["payment_intent"]) == (
            ("ch_3MtG0nLkdIwHu7ixAaUw3Cb4", "pi_3MtG0nLkdIwHu7ixAaUw3Cb4")
            if is_paid
            else (None, None)
        )


@each_status
def test_only_the_times_of_the_status_are_set(status):
    invoice = made(NEW, status=status)
    told = {name for name, time in invoice["status_transitions"].items() if time is not None}
    assert (
        told
        == {
            "draft": set(),
            "open": {"finalized_at"},
            "paid": {"finalized_at", "paid_at"},
            "uncollectible": {"finalized_at", "marked_uncollectible_at"},
            "void": {"finalized_at", "voided_at"},
        }[status]
    )
    finalized_at = None if status == "draft" else CREATED + HOUR
    assert invoice["effective_at"] == finalized_at
    assert invoice["status_transitions"]["finalized_at"] == finalized_at


@each_line
def test_the_default_is_the_shipped_invoice_without_its_balance(version):
    cycle = load_shipped("invoice_lifecycle", version).interactions
    for interaction in cycle[:2]:
        shown = interaction.response.json()
        balance = {"starting_balance": 0, "amount_due": 1099, "amount_remaining": 1099}
        assert made(version, status=shown["status"]) == shown | balance


def test_an_uncollectible_invoice_has_a_reason_since_endive():
    assert made(NEW, status="uncollectible")["status_details"] == {
        "uncollectible": {"reason": "user_forgiven"}
    }
    assert "status_details" not in made(NEW, status="void")
    assert "status_details" not in made("dahlia", status="uncollectible")


def test_the_default_status_is_open():
    assert made(OLD) == made(OLD, status="open")


def test_an_invoice_with_null_status_is_made_like_a_draft():
    assert made(NEW, status=None)["number"] is None


def test_a_version_of_a_newer_sdk_has_the_invoice_of_the_last_shipped_one(monkeypatch):
    newer = versions.ReleaseLine("foxtail", "2027-03-31.foxtail", "", "99")
    monkeypatch.setattr("pytest_stripe_contract.stripe_api.versions.newer_line", lambda: newer)
    monkeypatch.setattr(
        "pytest_stripe_contract.schemas.build.installed.installed_schema",
        lambda name, _: json.loads(json.dumps(load_schema(name, NEW))),
    )
    assert make(newer.first, {"amount_due": 4200}) == made(NEW, amount_due=4200)
    with pytest.raises(UnknownProperty, match=r"charge left the invoice in 2025-03-31\.basil"):
        make(newer.first, {"charge": "ch_1"})


def test_a_factory_of_an_unknown_version_is_refused():
    with pytest.raises(UnknownName, match="unknown API version '2019-01-01'"):
        InvoiceFactory("2019-01-01")


def test_the_same_overrides_give_equal_invoices_that_share_nothing():
    stripe_invoice = InvoiceFactory(OLD)
    lines = [{"amount": 5, "metadata": {"a": "b"}}]
    first, second = stripe_invoice(lines=lines), stripe_invoice(lines=lines)
    assert first == second
    first["lines"]["data"][0]["metadata"]["a"] = "changed"
    first["lines"]["data"][0]["price"]["metadata"]["a"] = "changed"
    assert second == stripe_invoice(lines=lines)
    assert lines == [{"amount": 5, "metadata": {"a": "b"}}]


# Overrides


@old_and_new
def test_overrides_of_several_kinds_work_together(version):
    invoice = made(
        version,
        status="open",
        amount_due=4200,
        customer="cus_123",
        lines=[{"amount": 4000, "description": "Seats"}, {"description": "Support"}],
        automatic_tax__enabled=True,
    )
    assert invoice["customer"] == "cus_123"
    assert invoice["automatic_tax"]["enabled"] is True
    assert amounts(invoice) == [4200, 4200, 4200, 0, 4200]
    assert [(line["description"], line["amount"]) for line in invoice["lines"]["data"]] == [
        ("Seats", 4000),
        ("Support", 200),
    ]


def test_an_object_is_merged_into_the_one_before():
    nested = made(NEW, automatic_tax={"enabled": True}, metadata={"order__id": "7"})
    assert nested["automatic_tax"] == made(NEW)["automatic_tax"] | {"enabled": True}
    assert nested["metadata"] == {"order__id": "7"}
    both = made(NEW, metadata__b="2", metadata={"a": "1"})
    assert both["metadata"] == {"a": "1", "b": "2"}


def test_a_new_object_gets_its_required_properties():
    assert made(NEW, parent__subscription_details__subscription="sub_123")["parent"] == {
        "quote_details": None,
        "subscription_details": {"metadata": None, "subscription": "sub_123"},
        "type": "subscription_details",
    }
    [payment] = made(
        NEW,
        payments={
            "data": [
                {
                    "id": "inpay_1",
                    "amount_requested": 1099,
                    "created": CREATED,
                    "invoice": "in_1",
                    "is_default": True,
                    "livemode": False,
                    "currency": "usd",
                    "payment": {"payment_intent": "pi_1"},
                    "status": "open",
                    "status_transitions": {},
                }
            ],
            "has_more": False,
            "url": "/v1/invoices/payments",
        },
    )["payments"]["data"]
    assert payment["object"] == "invoice_payment"
    listed = made(NEW, payments={"has_more": False, "url": "/v1/invoices/payments"})
    assert listed["payments"]["data"] == []
    assert payment["payment"] == {"payment_intent": "pi_1", "type": "payment_intent"}
    assert payment["status_transitions"] == {"canceled_at": None, "paid_at": None}


def test_an_object_in_place_of_an_id_is_expanded():
    invoice = made(OLD, customer={"id": "cus_123", "email": "jenny.rosen@example.com"})
    assert invoice["customer"] == {
        "id": "cus_123",
        "object": "customer",
        "email": "jenny.rosen@example.com",
    }
    assert invoice["customer_email"] == "jenny.rosen@example.com"
    assert invoice["customer_name"] == "Jenny Rosen"
    partly = made(OLD, customer="cus_123", customer__email="jenny.rosen@example.com")
    assert partly == invoice
    own = made(OLD, customer=invoice["customer"], customer_email=None)
    assert own["customer_email"] is None


def test_the_object_property_chooses_among_several_types():
    card = {"id": "card_1", "object": "card"}
    assert made(OLD, default_source=card)["default_source"] == card
    assert refused(OLD, default_source={"id": "card_1"}) == [
        "$.default_source.object: missing; expected one of account, bank_account, card, source"
    ]


def test_a_list_is_replaced_or_changed_by_index():
    assert made(NEW, discounts=["di_1", "di_2"], discounts__1="di_3")["discounts"] == [
        "di_1",
        "di_3",
    ]
    fields = made(NEW, custom_fields__0={"name": "PO", "value": "7"}, custom_fields__0__value="8")
    assert fields["custom_fields"] == [{"name": "PO", "value": "8"}]
    assert unknown(NEW, lines__data__2__amount=1) == (
        "unknown index of lines.data: '2'; nearest: 0, 1"
    )
    assert unknown(NEW, discounts__first="di_1").startswith("unknown index of discounts: 'first'")


def test_objects_of_the_sdk_are_overrides_too():
    import stripe

    customer = stripe.Customer.construct_from(
        {"id": "cus_123", "object": "customer", "name": "Jenny Rosen"}, None
    )
    assert made(NEW, customer=customer)["customer"]["id"] == "cus_123"


def test_an_amount_of_5000_digits_is_refused():
    with pytest.raises(ContractViolation) as raised:
        make(NEW, {"amount_due": 10**5000})
    [finding] = raised.value.findings
    assert (
        str(finding) == "$.amount_due: expected an integer of 64 bits, got an integer of 16610 bits"
    )


def test_a_value_that_json_does_not_have_is_refused():
    now = datetime(2023, 4, 4, tzinfo=UTC)
    assert refused(NEW, created=now) == [
        "$.created: expected a value that JSON has, got datetime.datetime(2023, 4, 4, 0, 0,"
        " tzinfo=datetime.timezone.utc)"
    ]
    [inside] = refused(NEW, customer={"id": "cus_1", "created": [now]})
    assert inside.startswith("$.customer.created[0]: expected a value that JSON has, got datetime")
    assert refused(NEW, customer={"score": float("nan")}) == [
        "$.customer.score: expected a value that JSON has, got NaN"
    ]


# Dependent amounts


@old_and_new
@pytest.mark.parametrize("name", ["amount_due", "amount_remaining", "total", "subtotal"])
def test_one_amount_determines_all_of_them(version, name):
    invoice = made(version, **{name: 4200})
    line = line_of(invoice)
    assert amounts(invoice) == [4200, 4200, 4200, 0, 4200]
    assert line["amount"] == 4200
    assert unit_price(line)[1] == "4200"
    for each in ("subtotal_excluding_tax", "total_excluding_tax"):
        assert invoice.get(each, 4200) == 4200
    assert line.get("amount_excluding_tax", 4200) == line.get("subtotal", 4200) == 4200
    assert line.get("unit_amount_excluding_tax", "4200") == "4200"


@old_and_new
def test_lines_determine_the_amounts(version):
    invoice = made(version, lines=[{"amount": 4200}, {"quantity": 2}, {"amount": -999}])
    assert amounts(invoice)[:3] == [5399, 5399, 5399]
    lines = invoice["lines"]
    assert [line["amount"] for line in lines["data"]] == [4200, 2198, -999]
    assert (lines["total_count"], lines["has_more"]) == (3, False)
    for place in ("id", "invoice_item"):
        assert len({line.get(place, line["id"]) for line in lines["data"]}) == 3
    assert {line.get("invoice", invoice["id"]) for line in lines["data"]} == {invoice["id"]}


def test_an_invoice_may_have_no_lines():
    assert amounts(made(NEW, lines=[])) == [0, 0, 0, 0, 0]


def test_the_line_without_amount_takes_the_rest():
    invoice = made(OLD, lines=[{"quantity": 3}, {"amount": 1200}], amount_due=4200)
    first, second = invoice["lines"]["data"]
    assert (first["amount"], unit_price(first)) == (3000, (1000, "1000"))
    assert (second["amount"], unit_price(second)) == (1200, (1200, "1200"))


@pytest.mark.parametrize(
    ("line", "amount", "price"),
    [
        ({"quantity": 3}, 3297, "1099"),
        ({"quantity": 3, "amount": 4200}, 4200, "1400"),
        ({"quantity": 3, "amount": 1000}, 1000, "333.333333333333"),
        ({"quantity": 3, "amount": -1000}, -1000, "-333.333333333333"),
        ({"quantity": 0}, 0, "1099"),
        ({"quantity": 0, "amount": 5}, 5, "1099"),
        ({"quantity": None, "amount": 5}, 5, "1099"),
        ({"quantity": None}, 1099, "1099"),
    ],
)
@old_and_new
def test_quantity_price_and_amount_of_a_line_agree(version, line, amount, price):
    made_line = line_of(made(version, lines=[line]))
    assert (made_line["amount"], unit_price(made_line)[1]) == (amount, price)
    if version == NEW:
        quantity = line["quantity"]
        assert made_line["quantity_decimal"] == (None if quantity is None else str(quantity))


def test_both_forms_of_a_unit_price_agree():
    half = line_of(made(OLD, lines=[{"quantity": 2, "price": {"unit_amount_decimal": "12.5"}}]))
    assert (half["amount"], unit_price(half)) == (25, (None, "12.5"))
    whole = line_of(made(OLD, lines=[{"quantity": 2, "price": {"unit_amount": 1250}}]))
    assert (whole["amount"], unit_price(whole)) == (2500, (1250, "1250"))
    new = line_of(made(NEW, lines__data__0__pricing__unit_amount_decimal="0.5"))
    assert (new["amount"], new["pricing"]["unit_amount_decimal"]) == (1, "0.5")
    back = line_of(made(NEW, lines__data__0__pricing__unit_amount_decimal="-0.5"))
    assert back["amount"] == -1


def test_an_overridden_price_stays_beside_an_overridden_amount():
    line = {"quantity": 2, "price": {"unit_amount": 1250}, "amount": 2000}
    assert unit_price(line_of(made(OLD, lines=[line]))) == (1250, "1250")


def test_a_line_may_have_no_price():
    line = line_of(made(OLD, lines=[{"price": None, "amount": 500, "quantity": 2}]))
    assert (line["price"], line["unit_amount_excluding_tax"]) == (None, "250")
    tiers = {"billing_scheme": "tiered", "unit_amount": None, "unit_amount_decimal": None}
    line = line_of(made(OLD, lines=[{"price": tiers, "amount": 500}]))
    assert unit_price(line) == (None, None)
    line = line_of(made(OLD, lines=[{"price": None, "amount": 500, "quantity": None}]))
    assert line["unit_amount_excluding_tax"] is None
    line = line_of(made(NEW, lines=[{"pricing": None, "quantity": 2}]))
    assert line["amount"] == 1099


def test_a_decimal_quantity_is_truncated_to_an_integer():
    line = line_of(made(NEW, lines=[{"quantity_decimal": "2.5"}]))
    assert (line["amount"], line["quantity"], unit_price(line)[1]) == (2748, 2, "1099")
    assert line_of(made(NEW, lines=[{"quantity": 3}]))["quantity_decimal"] == "3"


def test_the_subtotal_of_a_line_is_its_amount():
    assert line_of(made(NEW, lines=[{"subtotal": 700}]))["amount"] == 700


@old_and_new
def test_the_balance_is_the_difference_of_total_and_amount_due(version):
    def balance(**overrides):
        invoice = made(version, **overrides)
        return [
            invoice[name] for name in ("total", "starting_balance", "amount_due", "ending_balance")
        ]

    assert balance() == [1099, 0, 1099, 0]
    assert balance(starting_balance=-500) == [1099, -500, 599, 0]
    assert balance(starting_balance=-5000) == [1099, -5000, 0, -3901]
    assert balance(starting_balance=500) == [1099, 500, 1599, 0]
    assert balance(starting_balance=-500, amount_due=4200) == [4700, -500, 4200, 0]
    assert balance(total=30, amount_due=0, starting_balance=0) == [30, 0, 0, 30]
    assert balance(total=-700) == [-700, 0, 0, -700]
    assert balance(pre_payment_credit_notes_amount=99) == [1099, 0, 1000, 0]
    assert balance(status="draft", starting_balance=-500) == [1099, -500, 599, None]


@old_and_new
def test_a_paid_invoice_is_paid_in_full(version):
    for name in ("amount_due", "amount_paid", "total"):
        invoice = made(version, status="paid", **{name: 4200})
        assert amounts(invoice) == [4200, 4200, 4200, 4200, 0]


@old_and_new
def test_a_paid_invoice_with_nothing_due_has_no_charge(version):
    invoice = made(version, status="paid", amount_due=0)
    assert (invoice["attempted"], invoice["attempt_count"]) == (True, 0)
    assert invoice.get("charge") is invoice.get("payment_intent") is None
    given = dict.fromkeys(("amount_due", "amount_remaining"), 0)
    draft = make(version, given, made(version, status="draft"))
    paid = make(version, {"status": "paid"}, draft)
    assert (paid["attempted"], paid["attempt_count"]) == (True, 0)


def test_a_part_of_an_open_invoice_may_be_paid():
    assert amounts(made(NEW, amount_paid=99))[2:] == [1099, 99, 1000]
    assert amounts(made(NEW, amount_due=500, amount_remaining=100))[2:] == [500, 400, 100]
    assert amounts(made(NEW, amount_paid=99, amount_remaining=1))[2:] == [100, 99, 1]


def test_a_surplus_payment_is_overpaid_since_basil():
    invoice = made("basil", amount_due=1000, amount_paid=1200)
    assert (invoice["amount_overpaid"], invoice["amount_remaining"]) == (200, 0)
    invoice = made("basil", amount_due=1000, amount_paid=1200, amount_overpaid=150)
    assert (invoice["amount_overpaid"], invoice["amount_remaining"]) == (150, 0)
    assert refused("acacia", amount_due=1000, amount_paid=1200) == [
        "$.amount_paid: expected at most amount_due = 1000, got 1200"
    ]


@pytest.mark.parametrize("version", BEFORE_BASIL)
def test_an_invoice_paid_out_of_band_has_no_charge(version):
    invoice = made(version, paid_out_of_band=True)
    assert (invoice["status"], invoice["paid"]) == ("paid", True)
    assert (invoice["charge"], invoice["payment_intent"]) == (None, None)
    assert (invoice["amount_paid"], invoice["amount_remaining"]) == (0, 1099)


@pytest.mark.parametrize("version", BEFORE_BASIL)
def test_paid_determines_the_status(version):
    assert made(version, paid=True) == made(version, status="paid")
    assert made(version, paid=False) == made(version, status="open")


def test_an_incomplete_list_of_lines_does_not_determine_the_total():
    invoice = made(NEW, lines={"has_more": True}, total=9000)
    assert (amounts(invoice)[:3], line_of(invoice)["amount"]) == ([9000, 9000, 9000], 1099)
    assert invoice["lines"]["total_count"] == 2
    assert made(NEW, lines__total_count=40)["lines"]["has_more"] is True
    assert made(NEW, lines__total_count=1)["lines"]["has_more"] is False
    rest = make(NEW, {"lines": [{"amount": 5}]}, invoice | {"lines": {**invoice["lines"]}})
    assert rest["lines"]["has_more"] is False
    assert amounts(rest)[:3] == [5, 5, 5]


# Dependent taxes, discounts and shipping


def exclusive(amount, **more):
    return {
        "amount": amount,
        "tax_behavior": "exclusive",
        "taxability_reason": "standard_rated",
        **more,
    }


def test_exclusive_taxes_are_added_to_the_total():
    invoice = made(NEW, total_taxes=[exclusive(190), exclusive(10, tax_behavior="inclusive")])
    assert amounts(invoice)[:3] == [1099, 1289, 1289]
    assert (invoice["subtotal_excluding_tax"], invoice["total_excluding_tax"]) == (1089, 1089)
    assert line_of(invoice)["taxes"] == invoice["total_taxes"]
    assert invoice["total_taxes"][0]["type"] == "tax_rate_details"


@pytest.mark.parametrize("version", BEFORE_BASIL)
def test_tax_alone_stands_for_one_exclusive_rate_until_basil(version):
    invoice = made(version, tax=190, amount_due=1190)
    assert amounts(invoice)[:3] == [1000, 1190, 1190]
    [amount] = invoice["total_tax_amounts"]
    assert (amount["amount"], amount["inclusive"]) == (190, False)
    assert amount["tax_rate"] == "txr_1MtG0nLkdIwHu7ixAaUw3Cb4"
    assert line_of(invoice)["tax_amounts"] == [amount]
    assert made(version, tax=None)["total_tax_amounts"] == []
    assert made(version, tax=0)["total"] == 1099


def test_the_taxes_of_lines_add_up():
    rate = {"tax_rate_details": {"tax_rate": "txr_1"}, "taxable_amount": 1000}
    invoice = made(
        NEW,
        lines=[
            {"amount": 1000, "taxes": [exclusive(190, **rate)]},
            {"amount": 1000, "taxes": [exclusive(190, **rate)]},
            {"amount": 1000, "taxes": [exclusive(70)]},
        ],
    )
    assert [(tax["amount"], tax["taxable_amount"]) for tax in invoice["total_taxes"]] == [
        (380, 2000),
        (70, None),
    ]
    assert amounts(invoice)[:2] == [3000, 3450]


def test_an_inclusive_tax_is_subtracted_from_the_amounts_without_tax():
    tax = {"amount": 160, "inclusive": True, "tax_rate": "txr_1"}
    invoice = made(OLD, lines=[{"amount": 1000, "quantity": 2, "tax_amounts": [tax]}])
    line = line_of(invoice)
    assert (line["amount_excluding_tax"], line["unit_amount_excluding_tax"]) == (840, "420")
    assert (invoice["tax"], invoice["total"], invoice["total_excluding_tax"]) == (160, 1000, 840)
    total = made(OLD, total_tax_amounts=[tax], tax=160)
    assert line_of(total)["tax_amounts"] == total["total_tax_amounts"]
    own = made(OLD, total_tax_amounts=[tax], lines=[{"tax_amounts": []}])
    assert line_of(own)["tax_amounts"] == []


@pytest.mark.parametrize("version", [OLD, "acacia", NEW])
def test_discounts_are_subtracted_from_the_total(version):
    invoice = made(version, total_discount_amounts=[{"amount": 99, "discount": "di_1"}])
    assert amounts(invoice)[:3] == [1099, 1000, 1000]
    assert invoice["discounts"] == ["di_1"]
    line = line_of(invoice)
    assert line["discount_amounts"] == [{"amount": 99, "discount": "di_1"}]
    credit = {"amount": 99, "discount": "di_1", "type": "discount"}
    assert invoice.get("total_pretax_credit_amounts", [credit]) == [credit]
    assert line.get("pretax_credit_amounts", [credit]) == [credit]
    by_line = made(
        version,
        lines=[
            {"discount_amounts": [{"amount": 9, "discount": "di_1"}]},
            {"discount_amounts": [{"amount": 90, "discount": "di_1"}]},
        ],
    )
    assert by_line["total_discount_amounts"] == [{"amount": 99, "discount": "di_1"}]
    assert by_line.get("total_pretax_credit_amounts", [credit]) == [credit]


def test_credits_of_the_customer_are_subtracted_from_the_total():
    credit = {"amount": 100, "type": "credit_balance_transaction"}
    invoice = made(
        NEW,
        total_pretax_credit_amounts=[credit],
        total_discount_amounts=[{"amount": 99, "discount": "di_1"}],
    )
    assert invoice["total"] == 900
    assert line_of(invoice)["pretax_credit_amounts"] == [credit]


def test_several_lines_get_no_share_of_a_tax():
    invoice = made(NEW, total_taxes=[exclusive(190)], lines=[{}, {}])
    assert [line["taxes"] for line in invoice["lines"]["data"]] == [[], []]
    assert invoice["total"] == 2388


def test_shipping_is_added_to_the_total():
    shipping = {"amount_subtotal": 300, "amount_tax": 0, "amount_total": 300}
    invoice = made(NEW, shipping_cost=shipping)
    assert (invoice["amount_shipping"], invoice["total"]) == (300, 1399)
    assert made(NEW, amount_shipping=300)["total"] == 1399


# Dependent times, collection and ids


def times(invoice):
    """Each time of an invoice, by its distance from when it was created."""
    found = {
        ".".join(map(str, path)): at
        for path in places(invoice)
        if isinstance(at := at_path(invoice, path), int) and at > 1_000_000
    }
    created = found.pop("created")
    return {name: at - created for name, at in found.items() if "price" not in name}


def at_path(value, path):
    for step in path:
        value = value[step]
    return value


@each_status
@old_and_new
def test_all_times_move_with_an_overridden_one(version, status):
    before = made(version, status=status)
    after = made(version, status=status, created=1_800_000_000)
    assert after["created"] == 1_800_000_000
    assert times(after) == times(before)
    if status == "void":
        assert made(version, status_transitions__voided_at=1_800_000_000)["created"] < 1_800_000_000


def test_each_of_several_overridden_times_moves_the_later_ones():
    invoice = made(
        NEW,
        status="void",
        created=1_800_000_000,
        status_transitions__finalized_at=1_800_000_100,
    )
    transitions = invoice["status_transitions"]
    assert transitions["voided_at"] - transitions["finalized_at"] == 24 * HOUR
    assert invoice["effective_at"] == 1_800_000_100
    soon = made(NEW, created=1_800_000_000, status_transitions={"voided_at": 1_800_000_100})
    assert soon["status"] == "void"
    assert soon["status_transitions"]["finalized_at"] == 1_800_000_100
    own = made(NEW, created=1_800_000_000, effective_at=5)
    assert own["effective_at"] == 5


def test_a_time_of_another_status_is_kept():
    invoice = made(NEW, status="paid", status_transitions__marked_uncollectible_at=CREATED)
    assert invoice["status"] == "paid"
    assert invoice["status_transitions"]["finalized_at"] == CREATED


def test_an_invoice_that_is_sent_has_a_due_date():
    sent = made(NEW, collection_method="send_invoice")
    assert sent["due_date"] == CREATED + MONTH
    assert made(NEW, due_date=CREATED + MONTH) == sent
    assert made(NEW, collection_method="send_invoice", due_date=None)["due_date"] is None
    back = make(NEW, {"collection_method": "charge_automatically"}, sent)
    assert back == made(NEW)
    tried = make(NEW, {"next_payment_attempt": CREATED}, sent)
    assert (tried["collection_method"], tried["due_date"]) == ("charge_automatically", None)


def test_a_draft_that_advances_has_the_time_of_finalization():
    draft = made(NEW, status="draft", auto_advance=True)
    assert draft["automatically_finalizes_at"] == CREATED + HOUR
    assert draft["next_payment_attempt"] == CREATED + HOUR
    sent = made(NEW, status="draft", auto_advance=True, collection_method="send_invoice")
    assert sent["automatically_finalizes_at"] == CREATED + HOUR
    assert sent["next_payment_attempt"] is None
    assert made(NEW, auto_advance=True)["automatically_finalizes_at"] is None
    opened = make(NEW, {"status": "open"}, draft)
    assert opened["automatically_finalizes_at"] is None
    assert opened["status_transitions"]["finalized_at"] == CREATED + HOUR
    assert opened["hosted_invoice_url"] == made(NEW)["hosted_invoice_url"]


def test_a_counted_attempt_is_attempted():
    assert made(NEW, attempt_count=2)["attempted"] is True
    assert made(NEW, attempt_count=0)["attempted"] is False
    assert made(NEW, attempt_count=2, attempted=False)["attempted"] is False


@old_and_new
def test_the_id_is_in_all_that_refers_to_the_invoice(version):
    invoice = made(version, id="in_123", status="paid")
    assert invoice["lines"]["url"] == "/v1/invoices/in_123/lines"
    assert line_of(invoice).get("invoice", "in_123") == "in_123"
    assert "/test_in_123" in invoice["hosted_invoice_url"]
    assert "/test_in_123/" in invoice["invoice_pdf"]
    assert invoice.get("charge", "ch_123") == "ch_123"
    assert "1MtG0nLkdIwHu7ixAaUw3Cb4" not in json.dumps(invoice)
    drafted = made(version, id="in_123", status="draft")
    assert "1MtG0nLkdIwHu7ixAaUw3Cb4" not in json.dumps(drafted)


@old_and_new
def test_currency_and_mode_of_the_lines_are_those_of_the_invoice(version):
    invoice = made(version, currency="eur", livemode=True)
    text = json.dumps(invoice)
    assert '"usd"' not in text
    assert '"livemode": false' not in text
    assert "/live_in_" in invoice["hosted_invoice_url"]
    by_line = made(version, lines=[{"currency": "eur"}, {"currency": "eur"}])
    assert by_line["currency"] == "eur"
    assert made(version, lines=[{"currency": "eur"}, {}]) == by_line


# Refusals


@pytest.mark.parametrize(
    ("overrides", "finding"),
    [
        ({"amount_due": "4200"}, '$.amount_due: expected integer, got "4200" (string)'),
        ({"amount_due": -3}, "$.amount_due: expected at least 0, got -3"),
        ({"currency": "EUR"}, '$.currency: expected three lower-case letters, got "EUR"'),
        ({"lines": 5}, "$.lines: expected object, got 5 (integer)"),
        ({"lines": [5]}, "$.lines.data[0]: expected object, got 5 (integer)"),
        (
            {"lines": [{"amount": "5"}]},
            '$.lines.data[0].amount: expected integer, got "5" (string)',
        ),
        ({"lines__data": 5}, "$.lines.data: expected array, got 5 (integer)"),
        ({"amount_due": {"a": 1}}, "$.amount_due: expected integer, got an object of 1 property"),
        (
            {"default_tax_rates": {}},
            "$.default_tax_rates: expected array, got an object of 0 properties",
        ),
        (
            {"status_transitions": None},
            "$.status_transitions: expected object, got null",
        ),
        (
            {"status": "draft", "hosted_invoice_url": "https://invoice.stripe.com"},
            "$.hosted_invoice_url: expected null while status is draft,"
            ' got "https://invoice.stripe.com"',
        ),
        (
            {"due_date": 1, "collection_method": "charge_automatically"},
            "$.due_date: expected null while collection_method is charge_automatically, got 1",
        ),
        (
            {"amount_due": 3, "amount_paid": 1, "amount_remaining": 1},
            "$.amount_remaining: expected amount_due - amount_paid = 2, got 1",
        ),
        (
            {"status": "paid", "amount_remaining": 7},
            "$.amount_remaining: expected 0 while status is paid, got 7",
        ),
        (
            {"lines": [{"amount": 1000}], "subtotal": 5000},
            "$.subtotal: expected the sum of its lines = 1000, got 5000",
        ),
        (
            {"lines": [{"amount": 1000}], "total": 5000},
            "$.total: expected subtotal less discounts, plus taxes and shipping = 1000; got 5000",
        ),
        (
            {"lines": [{"amount": 1000}], "amount_due": 5000},
            "$.amount_due: expected 1000 for this total and balance, got 5000",
        ),
        (
            {"total": 500, "amount_remaining": 700, "pre_payment_credit_notes_amount": 100},
            "$.amount_remaining: expected 400 for this total and balance, got 700",
        ),
        (
            {"status": "paid", "total": 500, "amount_paid": 700},
            "$.amount_paid: expected 500 for this total and balance, got 700",
        ),
        (
            {"lines": [{"currency": "eur"}, {"currency": "usd"}]},
            '$.lines.data[0].currency: expected the invoice\'s usd, got "eur"',
        ),
        (
            {"shipping_cost": {"amount_subtotal": 3, "amount_tax": 0}},
            "$.shipping_cost.amount_total: missing; documented as integer",
        ),
    ],
)
@old_and_new
def test_a_contradiction_is_refused_at_the_override(version, overrides, finding):
    assert refused(version, **overrides)[0] == finding


def test_paid_and_tax_may_contradict_until_basil():
    assert refused(OLD, paid=True, status="open") == [
        "$.paid: expected false while status is open, got true"
    ]
    tax = {"amount": 100, "inclusive": False, "tax_rate": "txr_1"}
    assert refused(OLD, total_tax_amounts=[tax], tax=190) == [
        "$.tax: expected the sum of total_tax_amounts = 100, got 190"
    ]


def test_a_refusal_names_invoice_and_version():
    with pytest.raises(ContractViolation) as raised:
        make("basil", {"id": "in_123", "amount_due": -1})
    assert str(raised.value) == (
        "invoice in_123 breaks API version 2025-03-31.basil: 1 violation, 0 drift\n"
        "  violation  $.amount_due: expected at least 0, got -1\n"
        "  see https://docs.stripe.com/api/invoices/object"
    )
    with pytest.raises(ContractViolation, match=r"^invoice breaks API version 2023-10-16"):
        make(OLD, {"id": 5})
    with pytest.raises(ContractViolation, match=r"see https://docs\.stripe\.com/api/invoice-line"):
        make(OLD, {"lines": [{"amount": "5"}]})


def test_a_new_value_of_an_open_enum_is_accepted():
    assert make(NEW, {"billing_reason": "something_new"})["billing_reason"] == "something_new"
    assert refused(OLD, billing_reason="something_new")


def test_the_docs_quote_the_refusals():
    page = (Path(__file__).parents[2] / "docs" / "invoices.md").read_text(encoding="utf-8")
    with pytest.raises(ContractViolation) as raised:
        make(OLD, {"due_date": 1_700_000_000, "collection_method": "charge_automatically"})
    assert f"```text\n{raised.value}\n```\n" in page
    texts = [unknown(OLD, amount_du=1), unknown("basil", charge="ch_1")]
    assert f"```text\n{texts[0]}\n{texts[1]}\n```\n" in page


def test_an_unknown_status_is_refused_in_every_version():
    for version in (OLD, NEW):
        with pytest.raises(UnknownName) as raised:
            make(version, {"status": "opne"})
        assert str(raised.value) == (
            "unknown status of an invoice 'opne'; nearest: open, paid, void"
        )


@pytest.mark.parametrize(
    ("version", "overrides", "text"),
    [
        (
            OLD,
            {"amount_du": 1},
            "unknown property of the invoice in API version 2023-10-16: 'amount_du'; "
            "nearest: amount_due, amount_paid, account_country",
        ),
        (
            OLD,
            {"lines": [{"amout": 1}]},
            "unknown property of lines.data[0] in API version 2023-10-16: 'amout'; "
            "nearest: amount, tax_amounts, discount_amounts",
        ),
        (
            NEW,
            {"automatic_tax__enabeld": True},
            "unknown property of automatic_tax in API version 2026-09-30.endive: 'enabeld'; "
            "nearest: enabled, liability, disabled_reason",
        ),
        (
            NEW,
            {"subscription": "sub_1"},
            "unknown property of the invoice in API version 2026-09-30.endive: 'subscription'; "
            "subscription left the invoice in 2025-03-31.basil. "
            "Its value is now at parent.subscription_details.subscription.",
        ),
        (
            NEW,
            {"lines__data__0__price__unit_amount": 1},
            "unknown property of lines.data[0] in API version 2026-09-30.endive: 'price'; "
            "price left the line item in 2025-03-31.basil. "
            "Its value is now at pricing.price_details.price (its id alone).",
        ),
        (
            NEW,
            {"total_pretax_credit_amounts": [{"margin": "m_1"}]},
            "unknown property of total_pretax_credit_amounts[0] in API version"
            " 2026-09-30.endive: 'margin'; it was removed in 2025-03-31.basil",
        ),
        (
            "2024-06-20",
            {"parent": {}},
            "unknown property of the invoice in API version 2024-06-20: 'parent'; "
            "it was added in 2025-03-31.basil",
        ),
        (
            "2024-06-20",
            {"lines": [{"quantity_decimal": "1"}]},
            "unknown property of lines.data[0] in API version 2024-06-20: 'quantity_decimal'; "
            "it was added in 2026-03-25.dahlia",
        ),
    ],
)
def test_an_unknown_property_names_the_nearest_or_its_history(version, overrides, text):
    assert unknown(version, **overrides) == text


def test_the_error_for_an_unknown_property_survives_pickle():
    with pytest.raises(UnknownProperty) as raised:
        make(OLD, {"amount_du": 1})
    error = pickle.loads(pickle.dumps(raised.value))
    assert str(error) == str(raised.value)
    assert (error.name, "amount_due" in error.known) == ("amount_du", True)


# Changes of a recorded answer


def test_a_recorded_answer_can_be_changed():
    answer = documented()
    changed = make(OLD, {"customer": "cus_123"}, answer)
    assert changed == answer | {"customer": "cus_123"}
    assert answer == documented()
    assert make(OLD, {}, answer) == answer


def test_a_recorded_answer_keeps_what_is_not_overridden():
    changed = make(OLD, {"amount_due": 4200}, documented())
    assert (changed["starting_balance"], changed["total"]) == (-500, 4700)
    assert (changed["ending_balance"], changed["closed"]) == (None, True)
    assert line_of(changed)["amount"] == 4700


def test_a_violation_of_the_recorded_answer_is_not_refused():
    answer = documented() | {"account_country": 5}
    assert make(OLD, {"customer": "cus_123"}, answer)["account_country"] == 5
    with pytest.raises(ContractViolation) as raised:
        make(OLD, {"amount_due": "4200"}, answer)
    assert [each.path for each in raised.value.findings] == ["$.amount_due"]


def test_a_recorded_invoice_changes_its_status():
    paid = make(OLD, {"status": "paid"}, documented())
    assert amounts(paid)[2:] == [599, 599, 0]
    assert paid["status_transitions"]["marked_uncollectible_at"] is None
    again = make(OLD, {"status": "open"}, paid)
    assert amounts(again)[2:] == [599, 0, 599]
    assert (again["charge"], again["paid"]) == (None, False)


def test_a_recorded_invoice_keeps_its_unusual_amounts():
    minimum = made(NEW, total=30, amount_due=0, starting_balance=0)
    assert make(NEW, {"description": "Coffee"}, minimum)["amount_due"] == 0
    discounted = made(NEW, total=1000) | {"subtotal": 900, "total": 900, "amount_due": 900}
    discounted["amount_remaining"] = 900
    changed = make(NEW, {"lines__data__0__amount": 2000}, discounted)
    assert amounts(changed)[:3] == [1900, 1900, 1900]


def test_new_lines_of_a_recorded_invoice_are_like_its_last():
    item = {"amount": 5, "taxes": [exclusive(1)], "discounts": ["di_1"]}
    recorded = made(NEW, lines=[item], id="in_123")
    changed = make(NEW, {"lines__data__1__amount": 7}, recorded)
    first, second = changed["lines"]["data"]
    assert (first["amount"], first["taxes"]) == (5, recorded["lines"]["data"][0]["taxes"])
    assert (second["amount"], second["taxes"], second["invoice"]) == (7, [], "in_123")
    assert changed["total_taxes"] == recorded["total_taxes"]
    assert changed["amount_due"] == 13
    empty = made(NEW, lines=[])
    empty |= {"id": "in_123", "currency": "eur", "livemode": True}
    line = line_of(make(NEW, {"lines": [{}]}, empty))
    assert line == line_of(make(NEW, {"lines__data__0__amount": 1099}, empty))
    assert [line[name] for name in ("invoice", "currency", "livemode")] == ["in_123", "eur", True]
    short = make(NEW, {"lines": [{}, {}]}, made(NEW, lines=[{"id": "il_1"}]))
    assert [line["id"] for line in short["lines"]["data"]] == ["il_1", "il_1001"]


def test_an_incomplete_recorded_invoice_can_be_changed():
    partial = made(OLD)
    del partial["lines"]["data"][0]["price"]["unit_amount_decimal"]
    line = line_of(make(OLD, {"amount_due": 4200}, partial))
    assert (line["amount"], line["price"]["unit_amount"]) == (4200, 1099)
    odd = made(NEW) | {"lines": {"object": "list", "data": [None], "has_more": False, "url": "/"}}
    with pytest.raises(ContractViolation):
        make(NEW, {"lines": [{}, {}]}, odd)


def test_another_object_cannot_be_changed():
    with pytest.raises(InvalidOption, match="expected an answer that is an invoice to change"):
        make(OLD, {"customer": "cus_123"}, {"error": {"type": "api_error"}})


# Repairs of a changed invoice


def repaired(version, before, **changes):
    invoice = copy.deepcopy(before) | changes
    repair_invoice(invoice, before)
    assert list(Contract(version).iter_findings(invoice)) == []
    return invoice


@pytest.mark.parametrize("version", [LINES[0], NEW])
def test_a_repaired_invoice_has_nulls_where_its_status_or_collection_asks_for_them(version):
    opened = made(version)
    assert repaired(version, opened, due_date=CREATED) == opened
    draft = repaired(version, made(version, status="draft"), hosted_invoice_url="https://…")
    assert draft["hosted_invoice_url"] is None


@old_and_new
def test_a_repaired_invoice_keeps_what_finalization_gave_it(version):
    opened = made(version)
    assert repaired(version, opened, number=None, invoice_pdf=None) == opened
    absent = made(version)
    del absent["hosted_invoice_url"]
    assert repaired(version, absent, hosted_invoice_url=None) == absent


def test_a_repaired_invoice_has_nothing_of_a_draft_a_preview_or_another_status():
    opened = made(NEW)
    assert repaired(NEW, opened, automatically_finalizes_at=CREATED) == opened
    assert repaired(NEW, opened, billing_reason="upcoming") == opened
    details = {"uncollectible": {"reason": "user_forgiven"}}
    assert repaired(NEW, opened, status_details=details) == opened
    forgiven = made(NEW, status="uncollectible")
    assert repaired(NEW, forgiven, next_payment_attempt=CREATED) == forgiven


def test_a_repaired_line_without_invoice_stays_without():
    before = made(OLD)
    line_of(before)["invoice"] = None
    assert repaired(OLD, before) == before


def test_the_lines_of_a_repaired_invoice_have_its_id_and_their_prices_its_currency():
    before = made(NEW, id="in_123")
    changed = copy.deepcopy(before)
    line = line_of(changed)
    price = {"id": "price_1", "currency": "eur", "unit_amount": 1, "unit_amount_decimal": "1"}
    line["invoice"] = "in_other"
    line["pricing"]["price_details"]["price"] = price
    repair_invoice(changed, before)
    assert line["invoice"] == "in_123"
    assert price == {
        "id": "price_1",
        "currency": "usd",
        "unit_amount": 1099,
        "unit_amount_decimal": "1099",
    }


# Properties


money = st.integers(0, 10**7)
texts = st.text(max_size=20)
ids = st.from_regex(r"[a-z]{2,4}_[A-Za-z0-9]{1,24}", fullmatch=True)
quantities = st.integers(1, 500)
odd_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | texts
    | st.sampled_from(["usd", "open", "draft", "1099", -1, 2**80, object()]),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(texts | st.just("0"), inner, max_size=4)
    ),
    max_leaves=8,
)
item = st.fixed_dictionaries(
    {},
    optional={
        "amount": st.integers(-(10**6), 10**7),
        "quantity": quantities,
        "description": st.none() | texts,
        "metadata": st.dictionaries(texts, texts, max_size=2),
        "discountable": st.booleans(),
    },
)
one_amount = st.sampled_from(["amount_due", "total", "subtotal", "starting_balance"]).flatmap(
    lambda name: st.fixed_dictionaries({name: money})
)
several_lines = st.fixed_dictionaries({"lines": st.lists(item, max_size=4)})
details = st.fixed_dictionaries(
    {},
    optional={
        "status": st.sampled_from(STATUSES),
        "id": ids,
        "customer": ids | st.fixed_dictionaries({"id": ids, "email": texts}),
        "currency": st.sampled_from(["usd", "eur", "jpy"]),
        "livemode": st.booleans(),
        "created": st.integers(0, 4 * 10**9),
        "metadata": st.dictionaries(texts, texts, max_size=2),
        "metadata__order": texts,
        "description": st.none() | texts,
        "automatic_tax__enabled": st.booleans(),
        "automatic_tax": st.fixed_dictionaries({"status": st.sampled_from(["complete", None])}),
        "auto_advance": st.booleans(),
        "attempt_count": st.integers(0, 9),
        "collection_method": st.sampled_from(["charge_automatically", "send_invoice"]),
        "account_tax_ids": st.none() | st.lists(ids, max_size=2),
        "custom_fields": st.lists(st.fixed_dictionaries({"name": texts, "value": texts})),
        "discounts": st.lists(ids, max_size=2),
        "total_discount_amounts": st.lists(
            st.fixed_dictionaries({"amount": st.just(0), "discount": ids}), max_size=2
        ),
    },
)
good_overrides = st.builds(
    lambda *parts: {name: value for part in parts for name, value in part.items()},
    details,
    one_amount | several_lines | st.just({}),
)


def holds(value, override):
    """Whether an override is in a value: of an object what it names, of lines what each does."""
    if isinstance(override, dict):
        steps = {name: int(name) if isinstance(value, list) else name for name in override}
        return all(holds(value[steps[name]], inner) for name, inner in override.items())
    if isinstance(override, list) and isinstance(value, list):
        return len(value) == len(override) and all(map(holds, value, override))
    return value == override


def says(invoice, name, override):
    here = invoice
    for step in name.split("__"):
        here = here[int(step) if isinstance(here, list) else step]
    return holds(here["data"] if name == "lines" else here, override)


@given(st.sampled_from(LINES), good_overrides)
@modest
def test_legal_overrides_hold_and_the_invoice_is_valid(version, overrides):
    invoice = made(version, **overrides)
    assert all(says(invoice, name, override) for name, override in overrides.items())
    assert make(version, {}, invoice) == invoice
    assert make(version, overrides, invoice) == invoice
    assert json.loads(json.dumps(invoice)) == invoice


@pytest.mark.slow
@given(st.data(), st.sampled_from(LINES), st.integers(0, 10**6))
@modest
def test_any_override_holds_or_is_refused(data, version, seed):
    full = generated.full(version, seed)
    known = list(places(full))
    base = data.draw(st.none() | generated.of_line(version))
    before = copy.deepcopy(base)
    overrides = {
        "__".join(map(str, path)): data.draw(odd_values | st.just(at_path(full, path)))
        for path in data.draw(st.lists(st.sampled_from(known), max_size=4))
    }
    invoice = None
    with contextlib.suppress(UnknownName, ContractViolation):
        invoice = make(version, overrides, base)
        assert make(version, overrides, base) == invoice
    if invoice is not None and base is None:
        assert Contract(version).is_valid(invoice)
    if invoice is not None and len(overrides) == 1:
        [(name, override)] = overrides.items()
        assert says(invoice, name, override)
    assert base == before


@given(
    st.sampled_from(LINES).flatmap(lambda line: st.tuples(st.just(line), generated.of_line(line)))
)
@modest
def test_any_recorded_invoice_takes_another_id_and_customer(recorded):
    version, base = recorded
    if "id" in base:
        invoice = make(version, {"id": "in_123", "customer": "cus_123"}, base)
        assert Contract(version).is_valid(invoice)
        assert invoice["lines"]["url"] == "/v1/invoices/in_123/lines"
