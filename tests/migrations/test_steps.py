import copy
import json
import pickle
from itertools import pairwise

import pytest
import stripe
import yaml
from helpers.answers import documented, faultless
from helpers.invoices import full

from pytest_stripe_contract._support.json_objects import deep_copy, objects_at
from pytest_stripe_contract.contract.contract import Contract
from pytest_stripe_contract.errors import UnknownName
from pytest_stripe_contract.migrations import STEPS, NoStepBack, Removal, find_removals, upgrade
from pytest_stripe_contract.migrations.removed_properties import REMOVALS, removed_names
from pytest_stripe_contract.schemas import load_schema
from pytest_stripe_contract.stripe_api import resources as shipped
from pytest_stripe_contract.stripe_api import versions

LINES = [line.name for line in versions.LINES]
EARLIER_THAN_BASIL = LINES[: LINES.index("basil")]
STEP = {step.to: step for step in STEPS}

each_step = pytest.mark.parametrize("step", STEPS, ids=lambda step: step.to)

# Typed in basil and later, but recorded answers have it in few lines of an invoice: it moved.
MOVED_ALTHOUGH_TYPED = {("line_item", "basil"): {"subscription"}}


DISCOUNT = {
    "id": "di_1",
    "object": "discount",
    "checkout_session": None,
    "coupon": {"id": "half", "object": "coupon"},
    "invoice": None,
    "invoice_item": None,
    "subscription_item": None,
}


def schema_of(kind, line):
    """What a release line's schema says of an object."""
    schema = load_schema("invoice", line)
    return schema if kind == "invoice" else schema["$defs"][kind]


def finds(payload, version):
    """Everything that a contract has to say, as texts."""
    return [f"{each.kind}: {each}" for each in Contract(version).iter_findings(payload)]


def acacia(**properties):
    """The faultless invoice as acacia shows it, with some properties changed."""
    return upgrade(faultless(), "2023-10-16", "acacia") | properties


def with_item(**properties):
    """The same, with some properties of its one line item changed."""
    invoice = acacia()
    invoice["lines"]["data"][0] |= properties
    return invoice


def basil_item(**properties):
    """Its line item as basil shows it."""
    return upgrade(with_item(**properties), "acacia", "basil")["lines"]["data"][0]


def values_at(root, path):
    """The values at a path of a change: ``payments.data[].payment``."""
    here = [root]
    for step in path.split("."):
        here = [each[step.removesuffix("[]")] for each in here]
        here = [item for each in here for item in each] if step.endswith("[]") else here
    return here


# ---- The steps ----


def test_a_step_leads_to_every_release_line_from_the_one_before():
    ways = [(step.from_, step.to) for step in STEPS]
    assert ways[-len(LINES) + 1 :] == list(pairwise(LINES))
    assert [to for _, to in ways[:-1]] == [from_ for from_, _ in ways[1:]]


@each_step
def test_a_step_names_its_entries_in_the_changelog(step):
    assert step.changelog
    assert all(entry.startswith("https://docs.stripe.com/changelog/") for entry in step.changelog)


@pytest.mark.parametrize("line", LINES[LINES.index("2023-10-16") :])
def test_an_invoice_without_a_fault_has_none_in_any_later_line(line):
    assert finds(upgrade(faultless(), "2023-10-16", line), line) == []


def recorded_invoices():
    """Every invoice of every cassette that the package ships, with its version and its place."""
    for path in sorted(shipped.CASSETTES.rglob("*.yaml")):
        cassette = yaml.safe_load(path.read_text(encoding="utf-8"))
        for number, each in enumerate(cassette["interactions"]):
            payload = json.loads(each["response"]["body"]["string"])
            if payload.get("object") == "invoice":
                name = f"{path.relative_to(shipped.CASSETTES).with_suffix('')}-{number}"
                yield pytest.param(payload, cassette["metadata"]["api_version"], id=name)


@pytest.mark.parametrize(("invoice", "version"), [*recorded_invoices()])
def test_a_shipped_invoice_has_no_violation_and_no_more_drift_in_any_later_line(invoice, version):
    before = {each.path for each in Contract(version).iter_findings(invoice)}
    for line in LINES[LINES.index(versions.resolve(version).name) :]:
        for finding in Contract(line).iter_findings(upgrade(invoice, version, line)):
            assert finding.kind == "drift"
            assert finding.path in before


def test_undocumented_properties_of_the_documented_invoice_stay():
    upgraded = upgrade(documented(), "2023-10-16", "endive")
    assert upgraded["closed"] is upgraded["forgiven"] is True


@pytest.mark.parametrize("to", ["2024-04-10", "endive"])
def test_upgrade_leaves_its_argument_unchanged(to):
    invoice = upgrade(faultless(), "2023-10-16", "2024-06-20")
    before = deep_copy(invoice)
    upgrade(invoice, "2024-06-20", to)
    assert invoice == before


def test_the_properties_come_in_the_order_of_stripe():
    names = list(upgrade(faultless(), "2023-10-16", "endive"))
    assert names == ["id", "object", *sorted(names[2:])]


def test_a_step_adds_missing_properties_of_earlier_lines():
    old = upgrade(faultless(), "2023-10-16", "dahlia")
    del old["customer_account"], old["issuer"], old["lines"]["data"][0]["subtotal"]
    assert upgrade(old, "dahlia", "endive") == upgrade(faultless(), "2023-10-16", "endive")


def test_a_step_does_not_add_properties_that_an_earlier_line_removed():
    after = upgrade(faultless(), "2023-10-16", "endive")
    [item] = after["lines"]["data"]
    gone = ("invoice", "line_item")
    names = {kind: {name for line in LINES for name in removed_names(kind, line)} for kind in gone}
    assert names["invoice"].isdisjoint(after)
    assert names["line_item"].isdisjoint(item)


# ---- What basil moved ----


def test_a_subscription_becomes_the_parent():
    details = {"metadata": {"tier": "gold"}}
    before = acacia(
        subscription="sub_1", subscription_details=details, subscription_proration_date=7
    )
    after = upgrade(before, "acacia", "basil")
    assert after["parent"] == {
        "quote_details": None,
        "subscription_details": {
            "metadata": {"tier": "gold"},
            "subscription": "sub_1",
            "subscription_proration_date": 7,
        },
        "type": "subscription_details",
    }
    assert after.keys().isdisjoint(
        {"subscription", "subscription_details", "subscription_proration_date", "quote"}
    )


def test_an_expanded_subscription_stays_expanded():
    subscription = {"id": "sub_1", "object": "subscription", "status": "active"}
    after = upgrade(acacia(subscription=subscription), "acacia", "basil")
    assert after["parent"]["subscription_details"]["subscription"] == subscription
    assert finds(after, "basil") == []


def test_a_quote_becomes_the_parent_by_its_id():
    after = upgrade(acacia(quote={"id": "qt_1", "object": "quote"}), "acacia", "basil")
    assert after["parent"] == {
        "quote_details": {"quote": "qt_1"},
        "subscription_details": None,
        "type": "quote_details",
    }


def test_an_invoice_of_a_quote_for_a_subscription_names_both():
    parent = upgrade(acacia(quote="qt_1", subscription="sub_1"), "acacia", "basil")["parent"]
    assert parent["quote_details"] == {"quote": "qt_1"}
    assert parent["subscription_details"]["subscription"] == "sub_1"
    assert parent["type"] == "subscription_details"


def test_an_invoice_of_its_own_has_no_parent_and_no_payments():
    after = upgrade(acacia(), "acacia", "basil")
    assert after["parent"] is None
    assert "payments" not in after
    assert after["amount_overpaid"] == 0
    assert after["total_taxes"] == []


PAID = {
    "amount_due": 599,
    "amount_paid": 599,
    "amount_remaining": 0,
    "id": "in_1MtG0nLkdIwHu7ixAaUw3Cb4",
    "status": "paid",
    "status_transitions": {
        "finalized_at": 10,
        "marked_uncollectible_at": None,
        "paid_at": 20,
        "voided_at": None,
    },
}


def test_a_charge_becomes_the_payment_of_the_invoice():
    after = upgrade(acacia(charge="ch_1", **PAID), "acacia", "basil")
    assert after["payments"] == {
        "object": "list",
        "data": [
            {
                "id": "inpay_1MtG0nLkdIwHu7ixAaUw3Cb4",
                "object": "invoice_payment",
                "amount_paid": 599,
                "amount_requested": 599,
                "created": 10,
                "currency": "usd",
                "invoice": "in_1MtG0nLkdIwHu7ixAaUw3Cb4",
                "is_default": True,
                "livemode": False,
                "payment": {"charge": "ch_1", "type": "charge"},
                "status": "paid",
                "status_transitions": {"canceled_at": None, "paid_at": 20},
            }
        ],
        "has_more": False,
        "url": "/v1/invoices/payments",
    }
    assert finds(after, "basil") == []


def test_a_payment_intent_is_the_payment_and_its_charge_is_not_lost():
    after = upgrade(acacia(charge="ch_1", payment_intent="pi_1", **PAID), "acacia", "basil")
    [payment] = values_at(after, "payments.data[].payment")
    assert payment == {"charge": "ch_1", "payment_intent": "pi_1", "type": "payment_intent"}


def test_an_expanded_payment_intent_stays_expanded():
    intent = {"id": "pi_1", "object": "payment_intent", "latest_charge": "ch_1"}
    after = upgrade(acacia(payment_intent=intent, **PAID), "acacia", "basil")
    assert values_at(after, "payments.data[].payment") == [
        {"payment_intent": intent, "type": "payment_intent"}
    ]
    assert finds(after, "basil") == []


@pytest.mark.parametrize(
    ("properties", "status", "canceled_at"),
    [
        ({"status": "open"}, "open", None),
        ({"status": "uncollectible"}, "open", None),
        ({"status": "void"}, "canceled", 30),
        ({"status": "paid", "paid_out_of_band": True}, "canceled", 20),
    ],
)
def test_a_payment_that_did_not_come_is_open_or_canceled(properties, status, canceled_at):
    times = PAID["status_transitions"] | {"voided_at": 30}
    before = acacia(payment_intent="pi_1", **properties) | {"status_transitions": times}
    [payment] = values_at(upgrade(before, "acacia", "basil"), "payments.data[]")
    assert payment["status"] == status
    assert payment["amount_paid"] is None
    assert payment["status_transitions"] == {"canceled_at": canceled_at, "paid_at": None}


def test_an_amount_paid_out_of_band_counts_as_paid():
    before = acacia(status="paid", paid=True, paid_out_of_band=True)
    assert (before["amount_paid"], before["amount_remaining"]) == (0, 599)
    after = upgrade(before, "acacia", "basil")
    assert (after["amount_paid"], after["amount_remaining"]) == (599, 0)


TAX = {
    "amount": 100,
    "inclusive": False,
    "tax_rate": "txr_1",
    "taxability_reason": None,
    "taxable_amount": 1099,
}
BASIL_TAX = {
    "amount": 100,
    "tax_behavior": "exclusive",
    "tax_rate_details": {"tax_rate": "txr_1"},
    "taxability_reason": "not_available",
    "taxable_amount": 1099,
    "type": "tax_rate_details",
}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({}, {}),
        ({"inclusive": True}, {"tax_behavior": "inclusive"}),
        ({"taxability_reason": "standard_rated"}, {"taxability_reason": "standard_rated"}),
        ({"tax_rate": {"id": "txr_1", "object": "tax_rate"}}, {}),
    ],
)
def test_tax_amounts_become_taxes(before, after):
    invoice = upgrade(acacia(tax=100, total_tax_amounts=[TAX | before]), "acacia", "basil")
    assert invoice["total_taxes"] == [BASIL_TAX | after]
    assert basil_item(tax_amounts=[TAX | before])["taxes"] == [BASIL_TAX | after]


def test_a_tax_rate_without_an_amount_becomes_a_tax_of_0():
    rates = [{"id": "txr_1", "inclusive": False}, {"id": "txr_2", "inclusive": True}]
    taxes = basil_item(tax_amounts=[TAX], tax_rates=rates)["taxes"]
    assert taxes == [
        BASIL_TAX,
        BASIL_TAX
        | {
            "amount": 0,
            "tax_behavior": "inclusive",
            "tax_rate_details": {"tax_rate": "txr_2"},
            "taxable_amount": None,
        },
    ]


@pytest.mark.parametrize("discounts", [[], ["di_2"]])
def test_the_one_discount_joins_the_discounts(discounts):
    after = upgrade(acacia(discount=DISCOUNT, discounts=discounts), "acacia", "basil")
    assert after["discounts"] == [*discounts, DISCOUNT]


def test_a_discount_is_not_added_to_the_discounts_twice():
    before = acacia(discount=DISCOUNT, discounts=["di_1"])
    assert upgrade(before, "acacia", "basil")["discounts"] == ["di_1"]


def test_the_parent_of_a_line_item_can_be_an_invoice_item():
    item = basil_item()
    assert item["parent"] == {
        "invoice_item_details": {
            "invoice_item": "ii_1MtG0nLkdIwHu7ixDqfiUgg8",
            "proration": False,
            "proration_details": {"credited_items": None},
            "subscription": None,
        },
        "subscription_item_details": None,
        "type": "invoice_item_details",
    }
    assert item["pricing"] == {
        "price_details": {
            "price": "price_1Mr89PLkdIwHu7ixf5QhiWm2",
            "product": "prod_NcMtLgctyqlJDC",
        },
        "type": "price_details",
        "unit_amount_decimal": "1099",
    }
    assert item.keys().isdisjoint(removed_names("line_item", "basil"))


def test_a_proration_keeps_its_invoice_item_beside_the_subscription_item():
    credited = {"credited_items": {"invoice": "in_1", "invoice_line_items": ["il_1"]}}
    item = basil_item(
        invoice_item={"id": "ii_1", "object": "invoiceitem"},
        proration=True,
        proration_details=credited,
        subscription={"id": "sub_1", "object": "subscription"},
        subscription_item="si_1",
    )
    assert item["parent"] == {
        "invoice_item_details": None,
        "subscription_item_details": {
            "invoice_item": "ii_1",
            "proration": True,
            "proration_details": credited,
            "subscription": "sub_1",
            "subscription_item": "si_1",
        },
        "type": "subscription_item_details",
    }


def test_a_line_item_without_a_parent_keeps_its_subscription():
    item = basil_item(invoice_item=None, subscription="sub_1")
    assert item["parent"] is None
    assert item["subscription"] == "sub_1"


@pytest.mark.parametrize(
    ("properties", "pricing"),
    [
        ({"price": None}, None),
        (
            {
                "price": None,
                "plan": {"id": "gold", "product": {"id": "prod_1"}, "amount_decimal": "5"},
            },
            {
                "price_details": {"price": "gold", "product": "prod_1"},
                "type": "price_details",
                "unit_amount_decimal": "5",
            },
        ),
        (
            {"price": None, "plan": {"id": "gold", "product": None, "amount_decimal": "5"}},
            {"type": "price_details", "unit_amount_decimal": "5"},
        ),
    ],
)
def test_a_plan_is_as_good_as_a_price_and_a_line_item_may_have_neither(properties, pricing):
    assert basil_item(**properties)["pricing"] == pricing


def test_a_preview_gets_an_id():
    before = acacia(billing_reason="upcoming")
    del before["id"]
    assert upgrade(before, "acacia", "basil")["id"] == "upcoming_in_1680638365"


@pytest.mark.parametrize(("enabled", "provider"), [(True, "stripe"), (False, None)])
def test_the_tax_provider_before_basil_is_stripe(enabled, provider):
    tax = {"enabled": enabled, "liability": None, "status": None}
    after = upgrade(acacia(automatic_tax=tax), "acacia", "basil")
    assert after["automatic_tax"]["provider"] == provider


def test_properties_of_the_next_line_keep_their_values():
    there = {"parent": {"type": "quote_details"}, "total_taxes": None, "amount_overpaid": 5}
    after = upgrade(acacia(subscription="sub_1", **there), "acacia", "basil")
    assert {name: after[name] for name in there} == there


# ---- The other lines ----


@pytest.mark.parametrize(
    ("rendering", "after"),
    [
        (None, {"amount_tax_display": "exclude_tax", "pdf": None}),
        (
            {"amount_tax_display": None, "pdf": {"page_size": "a4"}},
            {"amount_tax_display": "exclude_tax", "pdf": {"page_size": "a4"}},
        ),
        ({"amount_tax_display": "x", "pdf": None}, {"amount_tax_display": "x", "pdf": None}),
    ],
)
def test_rendering_options_become_rendering(rendering, after):
    options = {"amount_tax_display": "exclude_tax"}
    before = faultless() | {"rendering_options": options, "rendering": rendering}
    upgraded = upgrade(before, "2023-10-16", "2024-04-10")
    assert upgraded["rendering"] == after
    assert "rendering_options" not in upgraded
    back = upgrade(upgraded, "2024-04-10", "2023-10-16")
    assert back["rendering_options"] == {"amount_tax_display": after["amount_tax_display"]}


def test_no_discounts_are_an_empty_array_and_line_items_name_their_invoice():
    before = faultless() | {"discounts": None}
    before["lines"]["data"][0] |= {"discounts": None}
    after = upgrade(before, "2023-10-16", "2024-04-10")
    [item] = after["lines"]["data"]
    assert after["discounts"] == item["discounts"] == []
    assert item["invoice"] == after["id"]


def test_discounts_are_pre_tax_credits():
    before = faultless() | {"total_discount_amounts": [{"amount": 5, "discount": "di_1"}]}
    before["lines"]["data"][0]["discount_amounts"] = [{"amount": 3, "discount": "di_2"}]
    after = upgrade(before, "2023-10-16", "acacia")
    credit = {"amount": 5, "discount": "di_1", "type": "discount"}
    assert after["total_pretax_credit_amounts"] == [credit]
    [item] = after["lines"]["data"]
    assert item["pretax_credit_amounts"] == [{"amount": 3, "discount": "di_2", "type": "discount"}]


def test_the_coupon_of_a_discount_becomes_its_source():
    [discount] = upgrade(acacia(discounts=[DISCOUNT]), "acacia", "clover")["discounts"]
    assert "coupon" not in discount
    assert discount["source"] == {"coupon": DISCOUNT["coupon"], "type": "coupon"}
    assert discount["customer_account"] is None


@pytest.mark.parametrize(("quantity", "decimal"), [(3, "3"), (None, None)])
def test_a_line_item_gets_its_subtotal_and_decimal_quantity(quantity, decimal):
    [item] = upgrade(with_item(quantity=quantity), "acacia", "dahlia")["lines"]["data"]
    assert item["subtotal"] == item["amount"] == 1099
    assert item["quantity_decimal"] == decimal


def test_an_uncollectible_invoice_has_status_details_without_a_reason_and_no_other_has_them():
    uncollectible = upgrade(acacia(), "acacia", "endive")
    assert uncollectible["status_details"] == {"uncollectible": {"reason": None}}
    assert "status_details" not in upgrade(acacia(status="open"), "acacia", "endive")


# ---- The years before ----


def test_an_invoice_of_2020_gets_the_later_properties():
    tax_rate = {"id": "txr_1", "object": "tax_rate"}
    before = {
        "id": "in_1",
        "object": "invoice",
        "collection_method": None,
        "default_source": {"id": "btcrcv_1", "object": "bitcoin_receiver"},
        "discount": {"id": None, "object": "discount", "start": 5},
        "due_date": 9,
        "last_finalization_error": {"source": {"id": "aliacc_1", "object": "alipay_account"}},
        "lines": {"data": [{"amount": 7, "price": {"unit_amount_decimal": "7"}}]},
        "status": "deleted",
        "status_transitions": {"finalized_at": 8},
        "subtotal": 7,
        "total": 8,
        "total_tax_amounts": [{"amount": 1, "tax_rate": tax_rate}],
    }
    after = deep_copy(before)
    for step in STEPS[:4]:
        step.apply(after)
    assert after["collection_method"] == "send_invoice"
    assert after["default_source"] == "btcrcv_1"
    assert after["discount"]["id"] == "di_5"
    assert after["last_finalization_error"] == {}
    assert after["status"] is None
    assert after["effective_at"] == 8
    assert after["total_excluding_tax"] is after["subtotal_excluding_tax"] is None
    assert after["issuer"] == {"type": "self"}
    [item] = after["lines"]["data"]
    assert item["amount_excluding_tax"] == 7
    assert item["unit_amount_excluding_tax"] == "7"
    assert item["invoice"] == "in_1"


def test_values_of_an_invoice_of_2020_stay():
    card = {"id": "card_1", "object": "card"}
    before = {
        "id": "in_1",
        "object": "invoice",
        "collection_method": "charge_automatically",
        "default_source": card,
        "discount": {"id": "di_1", "object": "discount"},
        "last_finalization_error": {"source": card, "type": "card_error"},
        "paid_out_of_band": True,
        "status": "paid",
        "total": 8,
        "total_excluding_tax": 7,
    }
    after = deep_copy(before)
    for step in STEPS[:4]:
        step.apply(after)
    discount = after["discount"]
    assert {name: after[name] for name in before} == before | {"discount": discount}
    assert discount["id"] == "di_1"


# ---- Back ----


@pytest.mark.parametrize(
    ("from_", "to"), [("acacia", "2023-10-16"), ("dahlia", "basil"), ("endive", "basil")]
)
def test_steps_back_undo_the_steps_forward(from_, to):
    invoice = upgrade(upgrade(faultless(), "2023-10-16", from_), from_, to)
    assert finds(invoice, to) == []
    assert upgrade(upgrade(invoice, to, from_), from_, to) == invoice


@pytest.mark.parametrize("line", EARLIER_THAN_BASIL)
def test_there_is_no_way_back_from_basil(line):
    with pytest.raises(NoStepBack) as raised:
        upgrade(upgrade(faultless(), "2023-10-16", "clover"), "clover", line)
    assert str(raised.value) == (
        "no step back from basil to acacia: application_fee_amount is not known from an answer "
        "in basil, nor are transfer_data, paid_out_of_band and, of a line item, more of price "
        "than its id"
    )


def discounted(coupon):
    """Properties of an invoice of clover that has a discount with such a coupon."""
    discount = {name: value for name, value in DISCOUNT.items() if name != "coupon"}
    return {"discounts": [discount | {"source": {"coupon": coupon, "type": "coupon"}}]}


@pytest.mark.parametrize(
    ("from_", "to", "changed", "text"),
    [
        (
            "endive",
            "dahlia",
            {"status_details": {"uncollectible": {"reason": "user_forgiven"}}},
            "no step back from endive to dahlia: status_details has a value that would be lost",
        ),
        (
            "endive",
            "clover",
            {"amount_paid_off_stripe": 5},
            "no step back from dahlia to clover: amount_paid_off_stripe has a value that would be "
            "lost",
        ),
        (
            "clover",
            "basil",
            {"customer_account": "acct_1"},
            "no step back from clover to basil: customer_account has a value that would be lost",
        ),
        (
            "clover",
            "basil",
            discounted("half"),
            "no step back from clover to basil: discounts[].coupon is a whole coupon, and "
            "source.coupon is only its id",
        ),
        (
            "2024-06-20",
            "2024-04-10",
            {"automatically_finalizes_at": 5},
            "no step back from 2024-06-20 to 2024-04-10: automatically_finalizes_at has a value "
            "that would be lost",
        ),
    ],
)
def test_a_step_back_that_would_lose_a_value_raises_no_step_back(from_, to, changed, text):
    invoice = upgrade(faultless(), "2023-10-16", from_) | changed
    with pytest.raises(NoStepBack) as raised:
        upgrade(invoice, from_, to)
    assert str(raised.value) == text
    again = pickle.loads(pickle.dumps(raised.value))
    assert (str(again), again.property) == (text, raised.value.property)


def test_the_error_names_the_place_in_a_line_item():
    invoice = upgrade(faultless(), "2023-10-16", "dahlia")
    invoice["lines"]["data"][0]["quantity_decimal"] = "1.5"
    with pytest.raises(NoStepBack, match=r"lines\.data\[\]\.quantity_decimal has a value"):
        upgrade(invoice, "dahlia", "clover")


def test_an_expanded_coupon_is_the_one_that_basil_showed():
    changed = discounted(DISCOUNT["coupon"])
    invoice = upgrade(faultless(), "2023-10-16", "clover") | changed
    assert upgrade(invoice, "clover", "basil")["discounts"] == [DISCOUNT]


# ---- upgrade ----


def test_an_upgrade_within_a_line_is_a_copy():
    invoice = faultless()
    upgraded = upgrade(invoice, "2025-05-28.basil", "basil")
    assert upgraded == invoice
    assert upgraded is not invoice
    assert upgraded["lines"]["data"][0] is not invoice["lines"]["data"][0]


def test_versions_go_by_their_dates_and_their_lines():
    by_line = upgrade(faultless(), "2023-10-16", "basil")
    assert upgrade(faultless(), "2023-10-16", "2025-05-28.basil") == by_line
    with pytest.raises(UnknownName, match="2031-01-01"):
        upgrade(faultless(), "2023-10-16", "2031-01-01.basil")


def test_only_the_invoices_of_a_list_are_upgraded():
    deleted = {"id": "in_2", "object": "invoice", "deleted": True}
    listed = {"object": "list", "data": [faultless(), deleted, 5], "url": "/v1/invoices"}
    upgraded = upgrade(listed, "2023-10-16", "clover")
    assert upgraded == {
        **listed,
        "data": [upgrade(faultless(), "2023-10-16", "clover"), deleted, 5],
    }


@pytest.mark.parametrize(
    "payload",
    [
        {"id": "in_1", "object": "invoice", "deleted": True},
        {"error": {"type": "invalid_request_error", "charge": "ch_1"}},
        {"object": "customer", "id": "cus_1", "discount": None},
        {"object": "list", "data": [{"object": "charge", "paid": True}]},
        {"object": "list", "data": None, "url": "/v1/invoices"},
        [1, {"charge": None}],
        None,
    ],
)
def test_other_payloads_are_returned_unchanged(payload):
    assert upgrade(copy.deepcopy(payload), "2023-10-16", "endive") == payload


def test_text_and_objects_of_the_sdk_are_upgraded_too():
    upgraded = upgrade(faultless(), "2023-10-16", "basil")
    assert upgrade(json.dumps(faultless()), "2023-10-16", "basil") == upgraded
    sent = stripe.Invoice.construct_from(faultless(), "sk_test_x")
    assert upgrade(sent, "2023-10-16", "basil") == upgraded


def test_depth_and_circles_are_no_obstacle():
    deep = last = {}
    for _ in range(5000):
        last["x"] = last = {}
    invoice = faultless() | {"metadata": deep}
    invoice["customer"] = {"id": "cus_1", "object": "customer", "latest_invoice": invoice}
    upgraded = upgrade(invoice, "2023-10-16", "endive")
    assert upgraded["customer"]["latest_invoice"] is upgraded
    assert upgraded["metadata"]["x"]["x"] is not deep["x"]["x"]


def test_a_value_in_two_places_stays_one_value():
    shared = {"a": []}
    copy_ = deep_copy({"x": shared, "y": [shared]})
    assert copy_["x"] is copy_["y"][0] is not shared
    assert copy_["x"]["a"] is not shared["a"]


# ---- The table ----


@each_step
@pytest.mark.parametrize("kind", ["invoice", "line_item", "discount"])
def test_the_table_has_just_the_properties_that_the_schemas_lose(kind, step):
    before = schema_of(kind, step.from_)["properties"].keys()
    after = schema_of(kind, step.to)["properties"].keys()
    expected = (before - after) | MOVED_ALTHOUGH_TYPED.get((kind, step.to), set())
    assert set(removed_names(kind, step.to)) == expected


def knows(schema, defs, steps):
    """Whether a schema has a place at a path."""
    if "$ref" in schema:
        return knows(defs[schema["$ref"].removeprefix("#/$defs/")], defs, steps)
    if not steps or schema.get("additionalProperties") is True:
        return True
    if "anyOf" in schema:
        return any(knows(branch, defs, steps) for branch in schema["anyOf"])
    if steps[0] == "[]":
        return "items" in schema and knows(schema["items"], defs, steps[1:])
    inner = schema.get("properties", {}).get(steps[0])
    return inner is not None and knows(inner, defs, steps[1:])


@pytest.mark.parametrize(
    "change", REMOVALS, ids=lambda change: f"{change.object}.{change.property}"
)
def test_now_at_is_a_path_of_the_later_line(change):
    line = versions.resolve(change.version).name
    steps = (change.now_at or "").replace("[]", ".[]").split(".")
    defs = load_schema("invoice", line)["$defs"]
    assert change.now_at is None or knows(schema_of(change.object, line), defs, steps)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("charge", "ch_1"),
        ("payment_intent", "pi_1"),
        ("quote", "qt_1"),
        ("subscription", "sub_1"),
        ("discount", DISCOUNT),
    ],
)
def test_a_value_moves_to_the_path_in_the_table(name, value):
    [change] = [each for each in REMOVALS if (each.object, each.property) == ("invoice", name)]
    after = upgrade(acacia(**{name: value}), "acacia", "basil")
    assert value in values_at(after, change.now_at)


def test_each_value_of_a_line_item_moves_to_the_path_in_the_table():
    [before, *_] = full("acacia")["lines"]["data"]
    [after, *_] = upgrade(full("acacia"), "acacia", "basil")["lines"]["data"]
    for change in REMOVALS:
        if change.object == "line_item" and change.now_at and change.property in before:
            assert values_at(after, change.now_at)
            assert change.property not in after
    assert next(objects_at(after, "pricing.price_details"))["price"] == before["price"]["id"]


def test_a_removal_has_the_new_path_of_the_value():
    [change] = find_removals("charge", "2023-10-16", "endive")
    assert change == Removal(
        "charge",
        "invoice",
        "2025-03-31.basil",
        "payments.data[].payment.charge",
        'ask for it with expand=["payments"]',
    )
    assert str(change) == (
        "charge left the invoice in 2025-03-31.basil.\n"
        'Its value is now at payments.data[].payment.charge (ask for it with expand=["payments"]).'
    )


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (
            "quote",
            "quote left the invoice in 2025-03-31.basil.\n"
            "Its value is now at parent.quote_details.quote.",
        ),
        (
            "paid",
            "paid left the invoice in 2025-03-31.basil.\n"
            'No property has its value (status is "paid" instead).',
        ),
        (
            "proration",
            "proration left the line item in 2025-03-31.basil.\n"
            "Its value is now at parent.subscription_item_details.proration "
            "(or at parent.invoice_item_details.proration: parent.type says which).",
        ),
        (
            "coupon",
            "coupon left the discount in 2025-09-30.clover.\n"
            "Its value is now at source.coupon "
            '(ask for all of it with expand=["discounts.source.coupon"]).',
        ),
    ],
)
def test_the_text_of_a_removal(name, text):
    assert [str(change) for change in find_removals(name, "acacia", "endive")] == [text]


def test_changes_are_those_on_the_way_from_one_version_to_a_later_one():
    kinds = [
        change.object for change in find_removals("subscription", "acacia", "2025-05-28.basil")
    ]
    assert kinds == ["invoice", "line_item"]
    assert find_removals("subscription", "basil", "endive") == []
    assert find_removals("subscription", "2023-10-16", "acacia") == []
    assert find_removals("subscription", "endive", "2023-10-16") == []
    assert find_removals("nothing", "2023-10-16", "endive") == []
