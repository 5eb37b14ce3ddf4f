"""The contract of events, and of the invoices that they carry."""

from __future__ import annotations

import pytest
import stripe
from helpers.answers import faultless

from pytest_stripe_contract.contract import Contract
from pytest_stripe_contract.factories import EventFactory

VERSION = "2023-10-16"
EVENT_PAGE = "https://docs.stripe.com/api/events/object"
TYPES_PAGE = "https://docs.stripe.com/api/events/types"
INVOICE_PAGE = "https://docs.stripe.com/api/invoices/object"
LINE_PAGE = "https://docs.stripe.com/api/invoice-line-item/object"
CUSTOMER = {"id": "cus_NeZw0zvTyquTfF", "object": "customer", "livemode": False}

make = EventFactory(VERSION)


def texts(event, version=VERSION, kind="violation"):
    return [str(each) for each in Contract(version).iter_findings(event) if each.kind == kind]


def broken(*path, value, name="invoice.paid", **options):
    """Return an event with another value at a path."""
    event = make(name, **options).json()
    here = event
    for step in path[:-1]:
        here = here[step]
    here[path[-1]] = value
    return event


def test_the_contract_covers_events():
    assert Contract(VERSION).covers(make("invoice.paid").payload)
    assert Contract(VERSION).covers({"object": "event"})


def test_findings_have_the_page_of_their_object():
    event = make("invoice.paid", invoice={"account_name": None}).json()
    event |= {"livemode": 5, "more": 1}
    invoice = event["data"]["object"]
    invoice |= {"amount_due": None, "status": "open", "forgiven": True}
    invoice["lines"]["data"][0]["amount"] = None
    docs = {each.path: each.docs for each in Contract(VERSION).iter_findings(event)}

    assert docs == {
        "$.livemode": EVENT_PAGE,
        "$.data.object.amount_due": INVOICE_PAGE,
        "$.data.object.lines.data[0].amount": LINE_PAGE,
        "$.data.object.status": TYPES_PAGE,
        "$.data.object.forgiven": INVOICE_PAGE,
        "$.more": EVENT_PAGE,
    }


@pytest.mark.parametrize("absent", ["id", "type", "data"])
def test_a_missing_id_type_or_data_is_a_violation(absent):
    event = make("invoice.paid").json()
    del event[absent]
    assert [text.partition(":")[0] for text in texts(event)] == [f"$.{absent}"]


@pytest.mark.parametrize(
    "absent", ["api_version", "created", "livemode", "pending_webhooks", "request"]
)
def test_another_missing_property_is_drift(absent):
    event = make("invoice.paid").json()
    del event[absent]
    assert texts(event) == []
    assert [text.partition(":")[0] for text in texts(event, kind="drift")] == [f"$.{absent}"]


@pytest.mark.parametrize(
    ("event", "text"),
    [
        (broken("data", value=None), "$.data: expected object, got null"),
        (broken("data", value={}), "$.data.object: missing; documented as object"),
        (broken("type", value=5), "$.type: expected string, got 5 (integer)"),
        (
            broken("data", "object", value=CUSTOMER),
            '$.data.object.object: expected invoice, got "customer"',
        ),
        (broken("data", "object", value={}), "$.data.object.object: missing; expected invoice"),
        (
            broken("data", "object", "livemode", value=True),
            "$.data.object.livemode: expected false as in the event, got true",
        ),
        (
            broken("data", "object", "amount_overpaid", value=0, name="invoice.overpaid"),
            "$.data.object.amount_overpaid: expected an amount other than 0 in an event "
            "invoice.overpaid, got 0",
        ),
        (
            broken("data", "previous_attributes", value={"status": "open"}),
            "$.data.previous_attributes: expected none in an event invoice.paid (only *.updated "
            "events have them), got an object of 1 property",
        ),
    ],
)
def test_a_violation_has_its_path_in_the_event(event, text):
    assert texts(event) == [text]


@pytest.mark.parametrize("status", ["forgiven", None, []])
def test_an_invalid_status_is_reported_by_the_schema_alone(status):
    event = broken("data", "object", "status", value=status)
    assert all("in an event" not in text for text in texts(event))


def test_an_unknown_type_is_drift_and_allows_any_status():
    event = broken("type", value="invoice.forgotten")
    assert texts(event) == []
    assert [text.partition(":")[0] for text in texts(event, kind="drift")] == ["$.type"]


def test_the_invoice_of_any_event_is_checked():
    event = make("test_helpers.test_clock.ready", object=faultless()).json()
    event["data"]["object"]["total"] = None
    assert texts(event) == ["$.data.object.total: expected integer, got null"]


def test_an_upcoming_invoice_may_have_the_id_of_a_preview():
    event = broken("data", "object", "id", value="upcoming_in_1", name="invoice.upcoming")
    assert texts(event) == []


def test_an_existing_invoice_without_id_is_a_violation():
    event = make("invoice.created").json()
    del event["data"]["object"]["id"]
    assert texts(event)[0] == "$.data.object.id: missing; documented as string"


def test_stripe_objects_are_checked_as_events_and_in_events():
    event = make("invoice.paid").json()
    event["data"]["object"]["total"] = None
    parsed = stripe.Event.construct_from(event, "sk_test_1")
    event["data"]["object"] = stripe.Invoice.construct_from(event["data"]["object"], "sk_test_1")

    assert texts(parsed) == texts(event) == ["$.data.object.total: expected integer, got null"]


def test_the_invoice_is_checked_against_the_version_of_the_event():
    event = EventFactory("2025-03-31.basil")("invoice.paid").json()
    assert texts(event, "basil", "drift") == texts(event, "2025-06-30.basil", "drift") == []

    assert texts(event) == []
    assert texts(event, kind="drift") == [
        '$.api_version: expected API version 2023-10-16, got "2025-03-31.basil"'
    ]
    [finding] = Contract(VERSION).iter_findings(event)
    assert finding.docs == TYPES_PAGE


def test_an_event_of_an_unknown_version_is_checked_against_that_of_the_contract():
    event = broken("api_version", value="2017-08-15")
    assert texts(event, kind="drift") == [
        '$.api_version: expected API version 2023-10-16, got "2017-08-15"'
    ]
    event["data"]["object"]["total"] = None
    assert texts(event) == ["$.data.object.total: expected integer, got null"]


def test_an_event_without_version_has_no_finding():
    event = broken("api_version", value=None)
    assert list(Contract(VERSION).iter_findings(event)) == []


# Previous attributes

FINALIZED = {
    "effective_at": None,
    "ending_balance": None,
    "hosted_invoice_url": None,
    "invoice_pdf": None,
    "number": None,
    "status": "draft",
    "status_transitions": {"finalized_at": None},
}
ADDRESS = dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"))


@pytest.mark.parametrize(
    "previous",
    [
        FINALIZED,
        {"metadata": {"order_id": None}},
        {"metadata": {"order_id": "old", "other": "gone"}},
        {"metadata": {}},
        {"lines": {"data": []}},
        {"amount_due": 500, "amount_remaining": 500},
        {"customer_address": ADDRESS, "description": "Old"},
        {},
    ],
)
def test_legal_previous_attributes_have_no_finding(previous):
    event = make("invoice.updated", previous_attributes=previous)
    assert event.json()["data"]["previous_attributes"] == previous


@pytest.mark.parametrize(
    ("previous", "told"),
    [
        (
            {"status": "open"},
            "$.data.previous_attributes.status: expected another value than the invoice has now, "
            'got "open"',
        ),
        (
            {"status_transitions": {"finalized_at": 1680641965}},
            "$.data.previous_attributes.status_transitions.finalized_at: expected another value "
            "than the invoice has now, got 1680641965",
        ),
        (
            {"status": "opened"},
            "$.data.previous_attributes.status: expected one of draft, open, paid, uncollectible, "
            'void; got "opened"',
        ),
        (
            {"amount_due": 500},
            "$.data.previous_attributes.amount_remaining: missing; expected amount_due - "
            "amount_paid = 500",
        ),
        (
            {"lines": {"data": [{"amount": 1}]}},
            "$.data.previous_attributes.lines.data[0].id: missing; documented as string",
        ),
        (
            {"lines": {"data": 5}},
            "$.data.previous_attributes.lines.data: expected array, got 5 (integer)",
        ),
    ],
)
def test_impossible_previous_attributes_are_violations(previous, told):
    event = make("invoice.updated").json()
    event["data"]["previous_attributes"] = previous
    assert told in texts(event)


def test_an_unknown_previous_attribute_is_drift():
    event = make("invoice.updated").json()
    event["data"]["previous_attributes"] = {"forgiven": False}
    assert texts(event, kind="drift") == [
        "$.data.previous_attributes.forgiven: unknown property: Stripe does not document it"
    ]


def test_a_violation_of_the_invoice_is_not_repeated_for_previous_attributes():
    event = make("invoice.updated").json()
    event["data"]["object"]["total"] = None
    assert texts(event) == ["$.data.object.total: expected integer, got null"]


def test_previous_attributes_must_be_an_object():
    event = make("invoice.updated").json()
    event["data"]["previous_attributes"] = [1]
    assert texts(event) == [
        "$.data.previous_attributes: expected object or null, got an array of 1 item"
    ]
