"""Strategies for Hypothesis, as tests of billing code use them."""

from __future__ import annotations

import random
import subprocess
import sys

import pytest
import stripe
from hypothesis import Phase, find, given, seed, settings
from hypothesis import strategies as st

from pytest_stripe_contract._support.json_objects import deep_copy
from pytest_stripe_contract._support.json_path import ABSENT
from pytest_stripe_contract.cassettes import load_shipped
from pytest_stripe_contract.contract.contract import Contract
from pytest_stripe_contract.contract.finding import ContractViolation
from pytest_stripe_contract.contract.invoice_lifecycle import STATUSES
from pytest_stripe_contract.errors import InvalidOption, UnknownName
from pytest_stripe_contract.factories import EventFactory
from pytest_stripe_contract.factories import make_invoice as make
from pytest_stripe_contract.factories import repair_invoice as keep
from pytest_stripe_contract.schemas import expanded_object, is_expanded, load_schema, schema_walker
from pytest_stripe_contract.strategies import errors, events, invoices, line_items, signed
from pytest_stripe_contract.strategies._events import previous_attributes
from pytest_stripe_contract.strategies._invoices import simplest_invoice
from pytest_stripe_contract.strategies._mutations import LINE, ObjectChange, limit_of, targets
from pytest_stripe_contract.strategies._traits import LARGEST, fit_into_64_bits
from pytest_stripe_contract.stripe_api import versions

LINES = [line.name for line in versions.LINES]
SECRET = "whsec_test_not_a_real_secret"

each_line = pytest.mark.parametrize("line", ["2020-08-27", versions.VERSION, "basil", LINES[-1]])
repeatable = {"derandomize": True, "database": None, "deadline": None}
EXPLAINED = 200
few = settings(max_examples=10, **repeatable)
some = settings(max_examples=40, **repeatable)
searching = settings(
    max_examples=1500, phases=[Phase.generate, Phase.shrink], database=None, deadline=None
)


def documented(line=versions.VERSION):
    """The answer of the shipped cassette that has no drift."""
    return load_shipped("mark_uncollectible_open", line).interactions[0].response.json()


def found(strategy, condition=lambda _: True, seed=1, *, explains=False):
    how = settings(searching, phases=[*searching.phases, Phase.explain]) if explains else searching
    return find(strategy, condition, settings=how, random=random.Random(seed))  # noqa: S311


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
        assert ("code" in error["error"]) is ("doc_url" in error["error"])

    run()


@each_line
def test_every_line_item_keeps_the_contract_in_an_invoice(line):
    @few
    @given(line_items(api_version=line))
    def run(item):
        invoice = documented(line)
        invoice["lines"]["data"] = [item]
        assert findings(line, invoice) == []

    run()


@each_line
def test_the_simplest_values_are_the_shipped_answers(line):
    invoice = documented(line)
    not_open = load_shipped("mark_uncollectible.not_open", line).interactions[0]

    assert found(invoices(api_version=line)) == invoice
    assert found(line_items(api_version=line)) == invoice["lines"]["data"][0]
    assert found(errors(api_version=line)) == not_open.response.json()
    event = EventFactory(line)("invoice.marked_uncollectible").json()
    assert found(events(api_version=line)) == event


@pytest.mark.parametrize("status", STATUSES)
def test_the_simplest_invoice_in_a_status_is_the_documented_one_in_that_status(status):
    opened = load_shipped("invoice_lifecycle", versions.VERSION).interactions[0]

    expected = make(versions.VERSION, {"status": status}, opened.response.json())
    assert found(invoices(status=status)) == expected


LONGER = documented()["lines"] | {"has_more": True, "total_count": 2}


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


@pytest.mark.slow
@pytest.mark.parametrize(
    ("condition", "path", "value"),
    [
        (lambda i: i["customer"] is None, ["customer"], None),
        (
            lambda i: isinstance(i["customer"], dict),
            ["customer"],
            expanded_object("customer", versions.VERSION) | {"id": "cus_NeZw0zvTyquTfF"},
        ),
        (lambda i: i["lines"]["data"][:1] and i["lines"]["has_more"], ["lines"], LONGER),
        (lambda i: i["attempt_count"] > 1, ["attempt_count"], 2),
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
    ids=[
        "null",
        "expanded",
        "more",
        "attempts",
        "absent",
        "null-text",
        "enum",
        "line",
        "metadata",
    ],
)
def test_a_failure_for_one_property_shrinks_to_the_documented_invoice_with_that_property_changed(
    condition, path, value
):
    shrunk = found(invoices(), condition)

    if path == ["metadata"]:
        assert len(shrunk["metadata"]) == 1
        value = shrunk["metadata"]
    expected = change(path, value)
    expected["attempted"] = expected["attempt_count"] > 0
    assert shrunk == expected


def lines(*told):
    """What `make` is told of an invoice whose line items are so."""
    return {"lines": [*told]}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("condition", "told"),
    [
        (lambda i: i["total"] > 5000, lines({"amount": 5001})),
        (lambda i: i["total"] < 0, lines({"amount": -1})),
        (lambda i: any(item["amount"] < 0 for item in i["lines"]["data"]), lines({"amount": -1})),
        (lambda i: len(i["lines"]["data"]) > 1, lines({}, {"amount": 0})),
        (
            lambda i: any((item["quantity"] or 0) > 1 for item in i["lines"]["data"]),
            lines({"quantity": 2, "amount": 1099}),
        ),
        (lambda i: i["starting_balance"] > 0, {"starting_balance": 1}),
        (lambda i: i["status"] == "paid", {"status": "paid"}),
        (lambda i: i["currency"] != "usd", {"currency": "eur"}),
    ],
    ids=["large", "below", "credit", "lines", "quantity", "balance", "status", "currency"],
)
def test_shrinking_changes_only_the_properties_that_depend_on_the_failing_one(condition, told):
    shrunk = found(invoices(), condition)

    opened = load_shipped("invoice_lifecycle", versions.VERSION).interactions[0]
    status = told.get("status", "uncollectible")
    start = make(versions.VERSION, {"status": status}, opened.response.json())
    if told.get("currency"):
        told = {"currency": shrunk["currency"]}
    assert shrunk == make(versions.VERSION, told, start)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2, 6))
def test_amounts_shrink_to_the_smallest_failing_one_from_any_seed(seed):
    shrunk = found(
        invoices(), lambda i: any(item["amount"] < 0 for item in i["lines"]["data"]), seed
    )

    assert shrunk == make(versions.VERSION, lines({"amount": -1}), documented())


def test_the_amount_paid_of_an_open_invoice_shrinks_to_one():
    shrunk = found(invoices(status="open"), lambda invoice: invoice["amount_paid"] > 0)

    expected = simplest_invoice(versions.VERSION, "open", ())
    assert shrunk == expected | {"amount_paid": 1, "amount_remaining": expected["amount_due"] - 1}


@pytest.mark.slow
def test_shrinking_needs_few_tries():
    """Hypothesis tries anew what is told apart in a strategy, a hundred times each at the end."""
    tried = []

    found(invoices(), lambda invoice: tried.append(1) or invoice["total"] > 5000, explains=True)

    assert len(tried) < EXPLAINED


def values_at(value, path):
    if not path:
        return [value]
    if isinstance(value, list):
        return [each for item in value for each in values_at(item, path[1:])]
    if not isinstance(value, dict) or path[0] not in value:
        return []
    return values_at(value[path[0]], path[1:])


def documented_places(kind, line):
    places = schema_walker(kind, line).places
    return [place for place in places if not is_expanded(place.owner)]


@each_line
def test_every_property_of_the_schema_is_reached_with_null_and_with_a_value(line):
    """What no change sets follows from what is said of the invoice: the next test draws that."""
    drawn = {target.place.path: target for target in targets("invoice", line, expands=True)}
    check = Contract(line, strict=True)
    start = {each: simplest_invoice(line, each, ()) for each in ("uncollectible", "draft")}
    for place in documented_places("invoice", line):
        if place.path not in drawn:
            has_one_value = all("const" in each or set(each) == {"type"} for each in place.branches)
            assert limit_of(place) != "free" or place.name == "type" or has_one_value, place
            continue
        target = drawn[place.path]
        values = [target.full, *([None] if place.is_nullable else [])]
        for value in [each for each in values if each is not ABSENT]:
            for before in start.values():
                invoice = deep_copy(before)
                target.put(invoice, value)
                reached = values_at(invoice, place.path)
                assert (value is None) is (reached[0] is None), (place.path, value)
                keep(invoice, before)
                assert check.is_valid(invoice), (place.path, value)


@pytest.mark.slow
def test_properties_that_no_mutation_sets_also_vary():
    seen = {}

    @settings(max_examples=250, **repeatable)
    @given(invoices())
    def run(invoice):
        for place in documented_places("invoice", versions.VERSION):
            if place.path[0] != "lines" and limit_of(place) == "fixed":
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


@pytest.mark.parametrize("line", ["2020-08-27", versions.VERSION, "endive"])
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
    "an expanded customer": lambda invoice: "email" in (invoice["customer"] or ()),
    "a discount": lambda invoice: sum(d["amount"] for d in invoice["total_discount_amounts"] or ()),
    "a long time": lambda invoice: (
        (invoice["status_transitions"]["voided_at"] or 0) > invoice["created"] + 10**8
    ),
}


def test_amounts_with_too_large_a_sum_are_divided():
    lines = [{"amount": LARGEST, "tax": 3}]

    assert fit_into_64_bits({"shipping": 3 * LARGEST})["shipping"] <= LARGEST
    divided = fit_into_64_bits({"lines": lines, "shipping": LARGEST})
    assert divided["lines"][0]["amount"] <= LARGEST // 2
    assert fit_into_64_bits({"shipping": 5}) == {"shipping": 5}


@pytest.mark.slow
def test_extreme_values_are_drawn():
    seen = set()

    @settings(max_examples=400, database=None, deadline=None)
    @given(invoices())
    def run(invoice):
        seen.update(name for name, condition in EXTREMES.items() if condition(invoice))

    for number in range(10):
        if seen != EXTREMES.keys():
            seed(number)(run)()

    assert seen == EXTREMES.keys()


@each_line
def test_an_expanded_customer_may_be_a_deleted_one(line):
    [target] = [s for s in targets("invoice", line, expands=True) if s.place.path == ("customer",)]
    invoice = documented(line)

    target.put(invoice, found(target.values, lambda value: "deleted" in (value or ())))

    assert invoice == documented(line) | {
        "customer": {"id": "cus_NeZw0zvTyquTfF", "object": "customer", "deleted": True}
    }
    assert findings(line, invoice) == []


def test_previous_attributes_may_name_a_property_that_is_absent_now():
    before, now = documented(), documented()
    del now["hosted_invoice_url"]
    before["hosted_invoice_url"] = None

    keep(before, now)

    assert before == now


def test_an_invoice_has_the_requested_status_currency_and_collection_method():
    asked = {"status": "open", "currency": "jpy", "collection_method": "send_invoice"}

    @some
    @given(invoices(**asked))
    def run(invoice):
        assert {name: invoice[name] for name in asked} == asked
        assert {item["currency"] for item in invoice["lines"]["data"]} <= {"jpy"}
        assert invoice["next_payment_attempt"] is None

    run()
    assert found(line_items(currency="jpy"))["currency"] == "jpy"


def test_any_version_of_a_release_line_is_accepted():
    assert found(invoices(api_version="2025-05-28.basil")) == documented("basil")
    assert found(events(api_version="2025-05-28.basil"))["api_version"] == "2025-05-28.basil"


@pytest.mark.parametrize("name", ["invoice.updated", "invoice.upcoming", "invoice.paid"])
def test_an_event_has_the_requested_type(name):
    expected = EventFactory(versions.VERSION)(name).json()

    @some
    @given(events(type=name))
    def run(event):
        assert event["type"] == name
        assert findings(versions.VERSION, event) == []
        assert ("previous_attributes" in event["data"]) is (name == "invoice.updated")

    run()
    assert found(events(type=name)) == expected


def test_the_invoice_of_an_overpaid_event_is_overpaid():
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


def test_a_signed_event_verifies():
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


def test_previous_attributes_are_the_old_values_of_changed_properties():
    before = {"a": 1, "b": True, "metadata": {"x": "1", "y": "2"}, "c": {"d": 1, "e": 2}, "f": {}}
    now = {"a": 1, "b": 1, "metadata": {"y": "3", "z": "4"}, "c": {"d": 1, "e": 3}, "f": None}

    assert previous_attributes(before, now) == {
        "b": True,
        "metadata": {"x": "1", "y": "2", "z": None},
        "c": {"e": 2},
        "f": {},
    }
    assert previous_attributes({"c": {"d": 1, "only": 1}}, {"c": {"d": 1}, "new": 1}) == {}


@pytest.mark.parametrize("name", ["api_error", "card_error", "idempotency_error"])
def test_an_error_has_the_requested_type(name):
    @few
    @given(errors(type=name))
    def run(error):
        assert error["error"]["type"] == name
        assert ("code" in error["error"]) is (name == "card_error")

    run()


CARDS = ("advice_code", "charge", "network_advice_code", "network_decline_code")


@pytest.mark.parametrize("line", ["2023-10-16", "endive"])
def test_an_error_has_only_the_properties_of_its_type_and_code(line):
    @settings(max_examples=100, **repeatable)
    @given(errors(api_version=line), errors(api_version=line, type="card_error"))
    def run(any_type, of_card):
        for error in (any_type["error"], of_card["error"]):
            code, name = error.get("code", ""), error["type"]
            is_of_card = code.startswith(("card_", "expired_card", "incorrect_", "processing_"))
            assert not is_of_card or name == "card_error", error
            assert name == "card_error" or not {*CARDS, "decline_code"} & error.keys()
            if "decline_code" in error and code != "card_declined":
                assert error["decline_code"] == code
            if code in ("", "rate_limit", "lock_timeout", "idempotency_key_in_use"):
                assert not {"param", "payment_intent", "source", "setup_intent"} & error.keys()
            if code:
                assert error["doc_url"].endswith(f"/{code.replace('_', '-')}")

    run()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_failure_for_a_type_of_error_shrinks_to_a_whole_error_of_that_type(seed):
    server = load_shipped("mark_uncollectible.server_error", versions.VERSION)

    failed = found(errors(), lambda error: error["error"]["type"] == "api_error", seed)
    declined = found(errors(), lambda error: error["error"]["type"] == "card_error", seed)["error"]

    assert failed == server.interactions[0].response.json()
    assert declined == {
        "code": "card_declined",
        "doc_url": "https://stripe.com/docs/error-codes/card-declined",
        "message": "Card declined.",
        "request_log_url": failed["error"]["request_log_url"],
        "type": "card_error",
    }


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (
            {"type": "card_error", "code": "rate_limit"},
            "expected one of card_error: .*expired_card",
        ),
        ({"type": "invalid_request_error", "code": "expired_card"}, "expected one of invalid_req"),
        ({"type": "api_error", "code": "expired_card"}, "api_error has no code"),
        ({"type": "idempotency_error", "code": "lock_timeout"}, "idempotency_error has no code"),
    ],
)
def test_a_code_of_another_type_is_refused_when_the_strategy_is_made(options, words):
    with pytest.raises(InvalidOption, match=words):
        errors(**options)


@pytest.mark.parametrize("strategy", [invoices, line_items, events, errors])
def test_the_api_version_defaults_to_the_documented_one(strategy):
    assert found(strategy(api_version=None)) == found(strategy(api_version=versions.VERSION))


@pytest.mark.parametrize(
    ("strategy", "option"),
    [
        *((each, "api_version") for each in (invoices, line_items, events, errors)),
        *((invoices, each) for each in ("status", "currency", "collection_method")),
        (line_items, "currency"),
        (events, "type"),
        (errors, "type"),
        (errors, "code"),
    ],
)
@pytest.mark.parametrize("value", [3, ["open"], b"open"])
def test_an_option_that_is_not_a_string_is_refused_when_the_strategy_is_made(
    strategy, option, value
):
    with pytest.raises(InvalidOption, match=f"{option}=.*expected a"):
        strategy(**{option: value})


def test_the_simplest_error_is_a_shipped_one_if_there_is_one():
    missing = load_shipped("mark_uncollectible.no_such_invoice", "endive")

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
        (errors, {"code": "card_declind"}, "card_declined"),
    ],
)
def test_an_unknown_name_is_refused_when_the_strategy_is_made(strategy, options, named):
    with pytest.raises(UnknownName, match=named):
        strategy(**options)


def test_a_value_that_stripe_never_sends_is_refused_when_the_strategy_is_made():
    with pytest.raises(ContractViolation, match="currency"):
        invoices(currency="EURO")


def test_changing_a_value_does_not_change_the_next_one():
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
def test_the_repr_of_a_strategy_is_one_line(strategy):
    assert "api_version='2023-10-16'" in repr(strategy)
    assert len(repr(strategy)) < 150


def test_the_repr_of_a_target_is_its_path():
    [target] = [
        each
        for each in targets("invoice", versions.VERSION, expands=True)
        if each.place.path == (*LINE, "description")
    ]

    assert repr(ObjectChange((target,), is_full=True)) == (
        "ObjectChange(targets=(Target(lines.data.*.description),), is_full=True)"
    )


def run_python(code):
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)


def test_the_import_without_hypothesis_names_the_extra_to_install():
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


def test_every_schema_has_one_object_at_each_place_with_properties():
    """On this the way to a place relies: what is not there on it comes to be."""
    for line in LINES:
        for kind in ("invoice", "error"):
            for place in documented_places(kind, line):
                inner = [each for each in place.branches if "properties" in each]
                assert len([each for each in inner if not each.get("additionalProperties")]) <= 1
    assert load_schema("invoice", "endive")["properties"]


def test_amounts_that_others_are_the_sum_of_stay_unless_they_are_zero():
    [target] = [
        each
        for each in targets("invoice", versions.VERSION, expands=True)
        if each.place.path == ("total_tax_amounts", "*")
    ]
    invoice = make(versions.VERSION, {"tax": 5})
    before = deep_copy(invoice)

    target.put(invoice, {"amount": 0, "inclusive": False, "tax_rate": "txr_2"})

    assert invoice == before
