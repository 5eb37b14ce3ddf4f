"""Strategies for Hypothesis, as tests of billing code use them."""

from __future__ import annotations

import subprocess
import sys

import pytest
import stripe
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st

from pytest_stripe_contract import ContractViolation, UnknownName, cassettes, schemas, versions
from pytest_stripe_contract.contract import Contract
from pytest_stripe_contract.events import EventFactory
from pytest_stripe_contract.findings import ABSENT
from pytest_stripe_contract.invoices import make
from pytest_stripe_contract.invoices.statuses import STATUSES
from pytest_stripe_contract.steps.shapes import copied
from pytest_stripe_contract.strategies import errors, events, invoices, line_items, signed
from pytest_stripe_contract.strategies.bounds import bound
from pytest_stripe_contract.strategies.changes import Sweep
from pytest_stripe_contract.strategies.kept import keep
from pytest_stripe_contract.strategies.of_invoices import base
from pytest_stripe_contract.strategies.places import LINE, places
from pytest_stripe_contract.strategies.previous import attributes
from pytest_stripe_contract.strategies.spots import spots

LINES = [line.name for line in versions.LINES]
SECRET = "whsec_test_not_a_real_secret"

each_line = pytest.mark.parametrize("line", LINES)
repeatable = {"derandomize": True, "database": None, "deadline": None}
few = settings(max_examples=15, **repeatable)
some = settings(max_examples=60, **repeatable)
searching = settings(max_examples=1500, phases=[Phase.generate, Phase.shrink], **repeatable)


def documented(line=versions.DEFAULT):
    """The answer of the shipped cassette that has no drift."""
    return cassettes.shipped_in("mark_uncollectible_open", line).interactions[0].response.json()


def found(strategy, condition=lambda _: True):
    return find(strategy, condition, settings=searching)


def findings(line, payload):
    return [str(each) for each in Contract(line, strict=True).iter_findings(payload)]


@each_line
def test_every_invoice_keeps_the_contract_without_drift(line):
    @few
    @given(invoices(api_version=line))
    def run(invoice):
        assert findings(line, invoice) == []

    run()


@each_line
def test_every_event_keeps_the_contract_without_drift(line):
    @few
    @given(events(api_version=line))
    def run(event):
        assert findings(line, event) == []

    run()


@each_line
def test_every_error_keeps_the_contract_without_drift(line):
    @few
    @given(errors(api_version=line))
    def run(error):
        assert findings(line, error) == []
        assert None not in error["error"].values()
        assert "code" in error["error"] or "doc_url" not in error["error"]

    run()


@each_line
def test_every_line_item_is_one_that_an_invoice_may_have(line):
    @few
    @given(line_items(api_version=line))
    def run(item):
        invoice = documented(line)
        invoice["lines"]["data"] = [item]
        assert findings(line, invoice) == []

    run()


@each_line
def test_the_simplest_values_are_what_ships(line):
    invoice = documented(line)
    not_open = cassettes.shipped_in("mark_uncollectible.not_open", line).interactions[0]

    assert found(invoices(api_version=line)) == invoice
    assert found(line_items(api_version=line)) == invoice["lines"]["data"][0]
    assert found(errors(api_version=line)) == not_open.response.json()
    event = EventFactory(line)("invoice.marked_uncollectible").json()
    assert found(events(api_version=line)) == event


@pytest.mark.parametrize("status", STATUSES)
def test_the_simplest_invoice_in_a_status_is_the_documented_one_in_it(status):
    opened = cassettes.shipped_in("invoice_lifecycle", versions.DEFAULT).interactions[0]

    expected = make(versions.DEFAULT, {"status": status}, opened.response.json())
    assert found(invoices(status=status)) == expected


def change(path, value):
    """The documented invoice with one property changed."""
    invoice = documented()
    here = invoice
    for step in path[:-1]:
        here = here[step]
    if value is ABSENT:
        del here[path[-1]]
    else:
        here[path[-1]] = value
    return invoice


@pytest.mark.parametrize(
    ("condition", "path", "value"),
    [
        (lambda i: i["customer"] is None, ["customer"], None),
        (
            lambda i: isinstance(i["customer"], dict),
            ["customer"],
            {"id": "cus_NeZw0zvTyquTfF", "object": "customer"},
        ),
        (lambda i: "auto_advance" not in i, ["auto_advance"], ABSENT),
        (lambda i: i["account_country"] is None, ["account_country"], None),
        (lambda i: i["customer_tax_exempt"] == "exempt", ["customer_tax_exempt"], "exempt"),
        (
            lambda i: i["lines"]["data"] and i["lines"]["data"][0]["description"] is None,
            ["lines", "data", 0, "description"],
            None,
        ),
        (lambda i: i["metadata"], ["metadata"], {"order_id": "order_id"}),
    ],
    ids=["null", "expanded", "absent", "null-text", "enum", "line", "metadata"],
)
def test_a_test_that_fails_for_one_property_shrinks_to_the_documented_invoice_but_for_it(
    condition, path, value
):
    shrunk = found(invoices(), condition)

    if path == ["metadata"]:
        assert len(shrunk["metadata"]) == 1
        value = shrunk["metadata"]
    assert shrunk == change(path, value)


def test_what_follows_from_the_property_is_all_that_changes_beside_it():
    paid = found(invoices(), lambda invoice: invoice["status"] == "paid")
    large = found(invoices(), lambda invoice: invoice["total"] > 5000)

    assert paid == base(versions.DEFAULT, "paid", ())
    assert large == make(versions.DEFAULT, {"total": 5001}, documented())


def values_at(value, path):
    if not path:
        return [value]
    if isinstance(value, list):
        return [each for item in value for each in values_at(item, path[1:])]
    if not isinstance(value, dict) or path[0] not in value:
        return []
    return values_at(value[path[0]], path[1:])


@each_line
def test_every_property_of_the_schema_is_reached_with_null_and_with_a_value(line):
    """What no change sets follows from what is said of the invoice: the next test draws that."""
    drawn = {spot.place.path: spot for spot in spots("invoice", line, expands=True)}
    check = Contract(line, strict=True)
    start = {each: base(line, each, ()) for each in ("uncollectible", "draft")}
    for place in places("invoice", line):
        if place.path not in drawn:
            has_one_value = all("const" in each or set(each) == {"type"} for each in place.branches)
            assert bound(place) != "free" or place.name == "type" or has_one_value, place
            continue
        spot = drawn[place.path]
        values = [spot.full, *([None] if place.is_nullable else [])]
        for value in [each for each in values if each is not ABSENT]:
            for before in start.values():
                invoice = copied(before)
                spot.put(invoice, value)
                reached = values_at(invoice, place.path)
                assert (value is None) is (reached[0] is None), (place.path, value)
                keep(invoice, before)
                assert check.is_valid(invoice), (place.path, value)


def test_what_no_change_sets_has_different_values_too():
    seen = {}

    @settings(max_examples=400, **repeatable)
    @given(invoices())
    def run(invoice):
        for place in places("invoice", versions.DEFAULT):
            if place.path[0] != "lines" and bound(place) == "fixed":
                seen.setdefault(place.path, set()).update(map(repr, values_at(invoice, place.path)))

    run()

    assert {path for path, values in seen.items() if len(values) == 1} <= {
        ("object",),
        *(path for path in seen if path[-1] in ("livemode", "object", "type")),
        *(path for path in seen if path[-1].startswith("amount") and len(path) > 1),
        *(path for path in seen if path[-1] == "inclusive"),
    }
    assert len(seen["status",]) == len(STATUSES)
    assert {"None"} < seen["status_transitions", "paid_at"]
    assert {"None"} < seen["ending_balance",]


@pytest.mark.parametrize("line", ["2020-08-27", versions.DEFAULT, "endive"])
def test_amounts_add_up(line):
    taxes = "total_taxes" if "total_taxes" in documented(line) else "total_tax_amounts"

    @some
    @given(invoices(api_version=line))
    def run(invoice):
        lines = invoice["lines"]
        amounts = sum(item["amount"] for item in lines["data"])
        inclusive = ("inclusive", True), ("tax_behavior", "inclusive")
        added = sum(
            each["amount"]
            for each in invoice[taxes] or ()
            if not any(each.get(name) == value for name, value in inclusive)
        )
        discounts = sum(each["amount"] for each in invoice.get("total_discount_amounts") or ())
        shipping = invoice.get("amount_shipping", 0)
        if not lines["has_more"]:
            assert invoice["subtotal"] == amounts
            assert invoice["total"] == amounts + added + shipping - discounts
        assert lines["total_count"] == len(lines["data"]) + lines["has_more"]
        ids = [item["id"] for item in lines["data"]]
        assert len({*ids}) == len(ids)
        assert {item["currency"] for item in lines["data"]} <= {invoice["currency"]}

    run()


EXTREMES = {
    "a long id": lambda invoice: len(invoice["id"]) > 200,
    "many lines": lambda invoice: len(invoice["lines"]["data"]) > 20,
    "no lines": lambda invoice: invoice["lines"]["data"] == [],
    "more lines": lambda invoice: invoice["lines"]["has_more"],
    "text of any script": lambda invoice: not (invoice["description"] or "").isascii(),
    "more than a float holds": lambda invoice: invoice["total"] > 2**53,
    "less than a float holds": lambda invoice: invoice["total"] < -(2**53),
    "nearly 64 bits": lambda invoice: any(type(e) is int and e > 2**62 for e in invoice.values()),
    "partly paid": lambda invoice: 0 < invoice["amount_paid"] < invoice["amount_due"],
    "live": lambda invoice: invoice["livemode"],
    "an expanded customer": lambda invoice: isinstance(invoice["customer"], dict),
}


def test_extremes_are_among_them():
    seen = set()

    @settings(max_examples=1000, **repeatable)
    @given(invoices())
    def run(invoice):
        seen.update(name for name, condition in EXTREMES.items() if condition(invoice))

    run()

    assert seen == EXTREMES.keys()


def test_an_invoice_is_as_it_was_asked_for():
    asked = {"status": "open", "currency": "jpy", "collection_method": "send_invoice"}

    @some
    @given(invoices(**asked))
    def run(invoice):
        assert {name: invoice[name] for name in asked} == asked
        assert {item["currency"] for item in invoice["lines"]["data"]} <= {"jpy"}
        assert invoice["next_payment_attempt"] is None

    run()
    assert found(line_items(currency="jpy"))["currency"] == "jpy"


def test_the_version_may_be_any_of_its_line():
    assert found(invoices(api_version="2025-05-28.basil")) == documented("basil")
    assert found(events(api_version="2025-05-28.basil"))["api_version"] == "2025-05-28.basil"


@pytest.mark.parametrize("name", ["invoice.updated", "invoice.upcoming", "invoice.paid"])
def test_an_event_is_of_the_type_that_was_asked_for(name):
    expected = EventFactory(versions.DEFAULT)(name).json()

    @some
    @given(events(type=name))
    def run(event):
        assert event["type"] == name
        assert findings(versions.DEFAULT, event) == []
        assert ("previous_attributes" in event["data"]) is (name == "invoice.updated")

    run()
    assert found(events(type=name)) == expected


def test_an_overpaid_invoice_was_overpaid():
    @few
    @given(events(api_version="endive", type="invoice.overpaid"))
    def run(event):
        assert event["data"]["object"]["amount_overpaid"] > 0

    run()


def test_nothing_in_an_event_is_expanded():
    ids = ("charge", "customer", "default_source", "payment_intent", "quote", "subscription")

    @some
    @given(events(), events(api_version="endive"))
    def run(older, newer):
        for event in (older, newer):
            invoice = event["data"]["object"]
            assert not any(isinstance(invoice.get(name), dict) for name in ids)
            assert not {"payments", "confirmation_secret"} & invoice.keys()

    run()


def test_an_event_arrives_signed():
    @few
    @given(events().map(signed), events().map(lambda event: signed(event, timestamp=1)))
    def run(event, old):
        arrived = stripe.Webhook.construct_event(
            event.payload, event.headers["Stripe-Signature"], SECRET
        )
        assert arrived.type == event.type
        with pytest.raises(stripe.SignatureVerificationError):
            stripe.Webhook.construct_event(old.payload, old.headers["Stripe-Signature"], SECRET)

    run()


def test_previous_attributes_are_what_changed_as_it_was():
    before = {"a": 1, "b": True, "metadata": {"x": "1", "y": "2"}, "c": {"d": 1, "e": 2}, "f": {}}
    now = {"a": 1, "b": 1, "metadata": {"y": "3", "z": "4"}, "c": {"d": 1, "e": 3}, "f": None}

    assert attributes(before, now) == {
        "b": True,
        "metadata": {"x": "1", "y": "2", "z": None},
        "c": {"e": 2},
        "f": {},
    }
    assert attributes({"c": {"d": 1, "only": 1}}, {"c": {"d": 1}, "new": 1}) == {}


@pytest.mark.parametrize("name", ["api_error", "card_error"])
def test_an_error_is_of_the_type_that_was_asked_for(name):
    @few
    @given(errors(type=name), errors(type=name, code="card_declined"))
    def run(any_code, declined):
        assert any_code["error"]["type"] == declined["error"]["type"] == name
        assert declined["error"]["code"] == "card_declined"

    run()


def test_an_error_begins_with_one_that_ships_if_there_is_one():
    missing = cassettes.shipped_in("mark_uncollectible.no_such_invoice", "endive")

    error = found(errors(api_version="endive", code="resource_missing"))
    declined = found(errors(type="card_error", code="card_declined"))["error"]

    assert error == missing.interactions[0].response.json()
    assert declined["doc_url"] == "https://stripe.com/docs/error-codes/card-declined"


@pytest.mark.parametrize(
    ("strategy", "options", "named"),
    [
        (invoices, {"api_version": "2023-10-61"}, "2023-10-16"),
        (invoices, {"status": "payed"}, "paid"),
        (line_items, {"api_version": "bazil"}, "basil"),
        (events, {"type": "invoice.payed"}, "invoice.paid"),
        (events, {"type": "customer.created"}, "invoice.created"),
        (events, {"type": "invoice.overpaid"}, "invoice.paid"),
        (errors, {"type": "cart_error"}, "card_error"),
    ],
)
def test_what_nobody_knows_is_refused_at_once(strategy, options, named):
    with pytest.raises(UnknownName, match=named):
        strategy(**options)


def test_what_stripe_would_not_send_is_refused_at_once():
    with pytest.raises(ContractViolation, match="currency"):
        invoices(currency="EURO")


def test_a_value_may_be_changed_without_harm_to_the_next():
    @some
    @given(invoices(api_version="endive"), st.data())
    def run(invoice, data):
        left = [invoice]
        while left:
            here = left.pop()
            inner = here.values() if isinstance(here, dict) else here
            left += [each for each in inner if isinstance(each, (dict, list))]
            here.clear()
        assert findings("endive", data.draw(invoices(api_version="endive"))) == []

    run()
    assert found(invoices(api_version="endive")) == documented("endive")


@pytest.mark.parametrize("strategy", [invoices(status="paid"), events(), errors(), line_items()])
def test_a_strategy_is_shown_in_a_line(strategy):
    assert "api_version='2023-10-16'" in repr(strategy)
    assert len(repr(strategy)) < 150


def test_a_place_is_shown_by_its_path():
    [spot] = [
        each
        for each in spots("invoice", versions.DEFAULT, expands=True)
        if each.place.path == (*LINE, "description")
    ]

    assert repr(Sweep((spot,), is_full=True)) == (
        "Sweep(spots=(Spot(lines.data.*.description),), is_full=True)"
    )


def run_python(code):
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)


def test_without_hypothesis_the_import_says_what_to_install():
    code = "import sys; sys.modules['hypothesis'] = None; import pytest_stripe_contract.strategies"

    result = run_python(code)

    assert result.returncode != 0
    assert result.stderr.splitlines()[-1] == (
        "ImportError: these strategies need Hypothesis: "
        "pip install pytest-stripe-contract[hypothesis]"
    )


def test_the_plugin_never_imports_hypothesis():
    code = (
        "import sys, pytest_stripe_contract.plugin, pytest_stripe_contract.cli; "
        "print('hypothesis' in sys.modules)"
    )

    assert run_python(code).stdout == "False\n"


def test_every_schema_has_one_object_at_each_place_that_has_more_inside():
    """On this the way to a place relies: what is not there on it comes to be."""
    for line in LINES:
        for kind in ("invoice", "error"):
            for place in places(kind, line):
                inner = [each for each in place.branches if "properties" in each]
                assert len([each for each in inner if not each.get("additionalProperties")]) <= 1
    assert schemas.documented("invoice", "endive")["properties"]
