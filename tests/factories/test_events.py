"""Events: what the factory makes, what it refuses, and what the contract says of any event."""

from __future__ import annotations

import datetime as dt
import json
import pickle
import re

import httpx
import pytest
import stripe
from helpers.answers import documented, faultless

from pytest_stripe_contract.contract.contract import Contract
from pytest_stripe_contract.contract.event_types import ANY, TYPES
from pytest_stripe_contract.contract.finding import ContractViolation
from pytest_stripe_contract.contract.payload import Unreadable
from pytest_stripe_contract.errors import InvalidOption, UnknownName
from pytest_stripe_contract.factories import EventFactory, NoEvent, event_of_call
from pytest_stripe_contract.messages.models import Request, Response
from pytest_stripe_contract.migrations.upgrades import upgrade
from pytest_stripe_contract.replay import Call
from pytest_stripe_contract.schemas import loader as schemas
from pytest_stripe_contract.stripe_api import versions
from pytest_stripe_contract.webhooks import SECRET

VERSION = "2023-10-16"
LINES = [line.first for line in versions.LINES]
EVENT_PAGE = "https://docs.stripe.com/api/events/object"
TYPES_PAGE = "https://docs.stripe.com/api/events/types"
INVOICE_PAGE = "https://docs.stripe.com/api/invoices/object"
LINE_PAGE = "https://docs.stripe.com/api/invoice-line-item/object"
CUSTOMER = {"id": "cus_NeZw0zvTyquTfF", "object": "customer", "livemode": False}

make = EventFactory(VERSION)


def texts(event, version=VERSION, kind="violation"):
    return [str(each) for each in Contract(version).iter_findings(event) if each.kind == kind]


def broken(*path, value, name="invoice.paid", **options):
    """An event with another value somewhere."""
    event = make(name, **options).json()
    here = event
    for step in path[:-1]:
        here = here[step]
    here[path[-1]] = value
    return event


# Each type in each version


@pytest.mark.parametrize("version", LINES)
@pytest.mark.parametrize("name", TYPES)
class TestEachEvent:
    def test_keeps_to_the_contract_of_its_version(self, name, version):
        event = EventFactory(version)(name)
        found = list(Contract(version).iter_findings(event.payload))

        # A version's own SDK may be older than the type: then that is drift.
        assert [each for each in found if each.path != "$.type"] == []
        assert {each.kind for each in found} <= {"drift"}
        assert found == [] or TYPES[name].since > version[:10]

    def test_is_of_the_version_and_has_an_invoice_in_a_status_that_fits(self, name, version):
        event = EventFactory(version)(name).json()

        assert (event["type"], event["api_version"]) == (name, version)
        assert event["data"]["object"]["object"] == "invoice"
        assert event["data"]["object"]["status"] == TYPES[name].statuses[0]
        assert list(event) == sorted(event, key=lambda key: (key not in ("id", "object"), key))

    def test_is_what_the_sdk_gives_to_a_handler(self, name, version):
        event = EventFactory(version)(name)
        header = event.headers["Stripe-Signature"]
        parsed = stripe.Webhook.construct_event(event.payload, header, SECRET)

        assert isinstance(parsed.data.object, stripe.Invoice)
        assert texts(parsed, version) == []

    def test_is_the_same_each_time(self, name, version):
        first, second = EventFactory(version)(name), EventFactory(version)(name)

        assert first.payload == second.payload
        assert re.fullmatch(r"evt_[0-9A-Za-z]{24}", first.id)

    def test_happens_at_a_time_that_the_invoice_knows(self, name, version):
        event = EventFactory(version)(name).json()
        invoice = event["data"]["object"]
        at = {**invoice, **invoice["status_transitions"]}[TYPES[name].at]

        assert event["created"] == at + TYPES[name].later


def test_events_of_other_types_or_versions_have_other_ids():
    made = [EventFactory(version)(name).id for version in LINES for name in TYPES]
    assert len(set(made)) == len(made)


def test_every_type_that_an_sdk_lists_is_known():
    listed = set()
    for line in versions.LINES:
        typed = schemas.documented("event", line.name)["properties"]["type"]
        listed |= {name for name in typed.get("examples", ()) if name.startswith("invoice.")}
    assert listed == TYPES.keys()


def test_a_type_is_as_old_as_the_sdks_say():
    for name, event_type in TYPES.items():
        for line in versions.LINES:
            typed = schemas.documented("event", line.name)["properties"]["type"]
            if "examples" in typed and name not in typed["examples"]:
                assert event_type.since > line.since, (name, line.name)


@pytest.mark.parametrize("name", ["invoice.overdue", "invoice.sent", "invoice.will_be_due"])
def test_an_invoice_that_is_due_some_day_is_one_that_is_sent(name):
    invoice = make(name).json()["data"]["object"]
    assert (invoice["collection_method"], invoice["due_date"]) == ("send_invoice", 1683233965)


def test_the_invoice_of_an_event_says_what_the_event_is_about():
    def carried(name, version=VERSION):
        return EventFactory(version)(name).json()["data"]["object"]

    assert carried("invoice.paid")["amount_remaining"] == 0
    assert carried("invoice.payment_failed")["next_payment_attempt"] == 1680901165
    error = carried("invoice.finalization_failed")["last_finalization_error"]
    assert error["code"] == "taxes_calculation_failed"
    assert carried("invoice.overpaid", "2025-03-31.basil")["amount_overpaid"] == 100
    assert "amount_overpaid" not in carried("invoice.overpaid")
    endive = carried("invoice.marked_uncollectible", "2026-09-30.endive")
    assert endive["status_details"]["uncollectible"]["reason"] == "user_forgiven"


@pytest.mark.parametrize("version", LINES)
def test_an_upcoming_invoice_has_a_subscription_and_no_id(version):
    invoice = EventFactory(version)("invoice.upcoming").json()["data"]["object"]

    assert "id" not in invoice
    assert "in_1MtG0nLkdIwHu7ixAaUw3Cb4" not in json.dumps(invoice)
    assert "sub_1MtG0nLkdIwHu7ixAaUw3Cb4" in json.dumps(invoice)
    assert invoice["billing_reason"] == "upcoming"


def test_a_month_s_first_version_stands_for_its_line():
    assert EventFactory("basil")("invoice.paid").json()["api_version"] == "2025-03-31.basil"
    monthly = EventFactory("2025-06-30.basil")("invoice.paid")
    assert monthly.json()["api_version"] == "2025-06-30.basil"


def test_in_a_line_newer_than_all_it_is_as_in_the_last(monkeypatch):
    newer = versions.ReleaseLine("foxtrot", "2031-03-31.foxtrot", "", "99.0.0")
    monkeypatch.setattr("pytest_stripe_contract.stripe_api.versions.newer_line", lambda: newer)
    monkeypatch.setattr(
        "pytest_stripe_contract.schemas.installed.schema",
        lambda name, _line: schemas.documented(name, "endive"),
    )
    event = EventFactory("2031-05-28.foxtrot")("invoice.paid").json()
    endive = EventFactory("2026-09-30.endive")("invoice.paid").json()

    assert event["api_version"] == "2031-05-28.foxtrot"
    assert event["data"] == endive["data"]


# What a test says of an event


def test_what_is_said_of_the_invoice_is_in_it_at_any_depth():
    event = make(
        "invoice.paid",
        invoice={
            "customer": "cus_123",
            "metadata": {"order": "6735"},
            "status_transitions": {"paid_at": 1_700_000_000},
        },
    ).json()
    invoice = event["data"]["object"]

    assert (invoice["customer"], invoice["metadata"]) == ("cus_123", {"order": "6735"})
    assert invoice["status_transitions"]["finalized_at"] == 1_700_000_000 - 24 * 60 * 60
    assert event["created"] == 1_700_000_000


def test_what_follows_from_overrides_of_the_invoice_is_derived():
    invoice = make("invoice.paid", invoice={"amount_due": 4200}).json()["data"]["object"]
    assert (invoice["amount_paid"], invoice["amount_remaining"]) == (4200, 0)


def test_an_id_is_wherever_the_invoice_repeats_it():
    invoice = make("invoice.paid", invoice={"id": "in_123"}).json()["data"]["object"]

    assert invoice["id"] == "in_123"
    assert invoice["lines"]["url"] == "/v1/invoices/in_123/lines"
    assert invoice["hosted_invoice_url"].endswith("in_123")


@pytest.mark.parametrize(
    "form",
    [
        dict,
        json.dumps,
        lambda invoice: json.dumps(invoice).encode(),
        lambda invoice: stripe.Invoice.construct_from(invoice, "sk_test_1"),
        lambda invoice: httpx.Response(200, json=invoice),
    ],
    ids=["dict", "text", "bytes", "StripeObject", "response"],
)
@pytest.mark.parametrize("argument", ["invoice", "object"])
def test_a_whole_invoice_is_carried_as_it_is(form, argument):
    event = make("invoice.marked_uncollectible", **{argument: form(faultless())}).json()

    assert event["data"]["object"] == faultless()
    assert event["created"] == 2


def test_the_documented_invoice_is_carried_although_it_has_drift():
    event = make("invoice.marked_uncollectible", invoice=documented()).json()

    assert event["data"]["object"] == documented()
    assert event["created"] == documented()["created"]


def test_an_event_of_a_connected_account_in_live_mode():
    event = make("invoice.paid", account="acct_123", livemode=True).json()

    assert (event["account"], event["livemode"]) == ("acct_123", True)
    assert '"livemode": false' not in json.dumps(event)
    assert "account" not in make("invoice.paid").json()


def test_the_mode_is_that_of_a_whole_invoice():
    live = {**faultless(), "livemode": True}
    assert make("invoice.marked_uncollectible", invoice=live).json()["livemode"] is True


def test_the_request_that_caused_it_and_when():
    caused = make("invoice.paid", request={"idempotency_key": "key"}, created=1_700_000_000)

    assert caused.json()["request"] == {"id": None, "idempotency_key": "key"}
    assert caused.json()["created"] == 1_700_000_000
    assert make("invoice.paid").json()["request"] == {"id": None, "idempotency_key": None}


def test_an_id_of_its_own():
    named = make("invoice.paid", id="evt_123")
    assert (named.id, named.json()["id"], named.type) == ("evt_123", "evt_123", "invoice.paid")


def test_what_an_update_changed_is_what_the_test_says():
    event = make(
        "invoice.updated",
        invoice={"description": "New"},
        previous_attributes={"description": None},
    )
    assert event.json()["data"]["previous_attributes"] == {"description": None}


@pytest.mark.parametrize(
    ("invoice", "previous"),
    [
        (None, {"order_id": None}),
        ({**faultless(), "metadata": {"a": "1", "b": "2"}}, {"a": None}),
        ({**faultless(), "metadata": {}}, {"order_id": "6735"}),
    ],
)
def test_else_it_changed_the_metadata(invoice, previous):
    event = make("invoice.updated", invoice=invoice)
    assert event.json()["data"]["previous_attributes"] == {"metadata": previous}


def test_no_other_event_says_what_changed():
    for name in TYPES.keys() - {"invoice.updated"}:
        assert "previous_attributes" not in make(name).json()["data"]


def test_an_event_about_anything_else_carries_what_the_test_gives():
    event = make("customer.updated", object=CUSTOMER, previous_attributes={"name": None}).json()

    assert event["data"] == {"object": CUSTOMER, "previous_attributes": {"name": None}}
    assert event["created"] == 1680638365
    assert make("customer.created", object=CUSTOMER | {"created": 5}).json()["created"] == 5
    assert make("customer.created", object={"id": 1}).json()["livemode"] is False
    assert texts(event) == []


# What is refused


@pytest.mark.parametrize(
    ("name", "invoice", "path", "text"),
    [
        ("paid", {"status": "open"}, "$.data.object.status", "paid in an event invoice.paid"),
        ("paid", faultless(), "$.data.object.status", "paid in an event invoice.paid"),
        ("voided", {"status": "paid"}, "$.data.object.status", "void in an event invoice.voided"),
        ("created", {"status": "void"}, "$.data.object.status", "draft or open or paid in an"),
        ("paid", {"amount_due": "1"}, "$.amount_due", "integer"),
        ("paid", {"amount_remaining": 5}, "$.amount_remaining", "0 while status is paid"),
        ("upcoming", {"id": "in_1"}, "$.data.object.id", "no id, as the invoice is still to be"),
    ],
)
def test_what_stripe_would_never_send_is_refused_at_its_place(name, invoice, path, text):
    with pytest.raises(ContractViolation) as caught:
        make(f"invoice.{name}", invoice=invoice)

    found = [each for each in caught.value.findings if each.kind == "violation"]
    assert path in [each.path for each in found]
    assert any(each.expected.startswith(text) for each in found if each.path == path)


def test_the_head_of_what_is_refused_says_which_event():
    with pytest.raises(ContractViolation, match=r"^invoice.paid event evt_1 breaks API version"):
        make("invoice.paid", id="evt_1", invoice={"status": "open"})


@pytest.mark.parametrize("options", [{"created": -1}, {"id": ""}, {"request": {"id": 5}}])
def test_the_envelope_is_held_to_the_contract_too(options):
    with pytest.raises(ContractViolation):
        make("invoice.paid", **options)


def test_an_unknown_type_is_an_error_that_names_the_nearest_first():
    with pytest.raises(UnknownName, match="unknown event type") as caught:
        make("invoice.payed")
    assert str(caught.value).startswith(
        "unknown event type 'invoice.payed'; nearest: invoice.paid, "
    )
    assert caught.value.known[: len(TYPES)] == tuple(TYPES)


def test_types_of_other_events_are_near_as_well():
    with pytest.raises(UnknownName, match=r"nearest: customer\.subscription\.updated, "):
        make("customer.subscription.updatd", object=CUSTOMER)


@pytest.mark.parametrize(
    ("name", "options", "text"),
    [
        ("invoice.paid", {"invoice": {}, "object": CUSTOMER}, "no object beside an invoice"),
        ("customer.created", {}, "the object of the event customer.created"),
        ("customer.created", {"invoice": {"id": "in_1"}}, "the object of the event"),
        ("invoice.paid", {"invoice": [1]}, "an object, as a dict"),
        ("customer.created", {"object": "[1]"}, "an object, as a dict"),
    ],
)
def test_arguments_that_do_not_go_together_are_an_error(name, options, text):
    with pytest.raises(InvalidOption, match=f"expected {text}"):
        make(name, **options)


@pytest.mark.parametrize("value", [dt.date(2023, 4, 4), float("nan")])
def test_what_json_has_no_form_for_is_an_error(value):
    with pytest.raises(Unreadable, match="expected an event of JSON values"):
        make("customer.created", object={"when": value})


def test_a_version_that_nobody_knows_is_an_error():
    with pytest.raises(UnknownName, match="unknown API version 'nope'"):
        EventFactory("nope")("invoice.paid")


def test_events_and_their_factory_survive_pickle():
    event = make("invoice.paid", signed="tampered")
    assert pickle.loads(pickle.dumps((make, event))) == (make, event)


# The contract of an event


def test_the_contract_covers_events():
    assert Contract(VERSION).covers(make("invoice.paid").payload)
    assert Contract(VERSION).covers({"object": "event"})


def test_findings_lead_to_the_page_of_their_object():
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
def test_what_says_what_an_event_is_must_be_there(absent):
    event = make("invoice.paid").json()
    del event[absent]
    assert [text.partition(":")[0] for text in texts(event)] == [f"$.{absent}"]


@pytest.mark.parametrize(
    "absent", ["api_version", "created", "livemode", "pending_webhooks", "request"]
)
def test_anything_else_that_is_absent_is_drift(absent):
    event = make("invoice.paid").json()
    del event[absent]
    assert texts(event) == []
    assert [text.partition(":")[0] for text in texts(event, kind="drift")] == [f"$.{absent}"]


@pytest.mark.parametrize(
    ("event", "text"),
    [
        (broken("data", value=None), "$.data: expected object, got null"),
        (broken("data", value={}), "$.data.object: expected object, got nothing"),
        (broken("type", value=5), "$.type: expected string, got 5 (integer)"),
        (
            broken("data", "object", value=CUSTOMER),
            '$.data.object.object: expected invoice, got "customer"',
        ),
        (broken("data", "object", value={}), "$.data.object.object: expected invoice, got nothing"),
        (
            broken("data", "object", "livemode", value=True),
            "$.data.object.livemode: expected false, as the event's; got true",
        ),
        (
            broken("data", "object", "amount_overpaid", value=0, name="invoice.overpaid"),
            "$.data.object.amount_overpaid: expected an amount other than 0 in an event "
            "invoice.overpaid, got 0",
        ),
        (
            broken("data", "previous_attributes", value={"status": "open"}),
            "$.data.previous_attributes: expected nothing, as only *.updated events have it, and "
            "this is invoice.paid; got an object of 1 property",
        ),
    ],
)
def test_a_broken_event_is_told_at_its_place(event, text):
    assert texts(event) == [text]


@pytest.mark.parametrize("status", ["forgiven", None, []])
def test_of_a_status_that_is_none_only_the_schema_speaks(status):
    event = broken("data", "object", "status", value=status)
    assert all("in an event" not in text for text in texts(event))


def test_a_type_of_tomorrow_is_drift_and_its_invoice_may_have_any_status():
    event = broken("type", value="invoice.forgotten")
    assert texts(event) == []
    assert [text.partition(":")[0] for text in texts(event, kind="drift")] == ["$.type"]


def test_an_invoice_that_another_event_carries_is_held_to_the_contract_as_well():
    event = make("test_helpers.test_clock.ready", object=faultless()).json()
    event["data"]["object"]["total"] = None
    assert texts(event) == ["$.data.object.total: expected integer, got null"]


def test_a_preview_may_have_an_id_of_a_preview():
    event = broken("data", "object", "id", value="upcoming_in_1", name="invoice.upcoming")
    assert texts(event) == []


def test_an_invoice_without_id_is_one_that_is_still_to_be_made():
    event = make("invoice.created").json()
    del event["data"]["object"]["id"]
    assert texts(event)[0] == "$.data.object.id: expected string, got nothing"


def test_an_event_may_be_an_object_of_the_stripe_package_or_hold_one():
    event = make("invoice.paid").json()
    event["data"]["object"]["total"] = None
    parsed = stripe.Event.construct_from(event, "sk_test_1")
    event["data"]["object"] = stripe.Invoice.construct_from(event["data"]["object"], "sk_test_1")

    assert texts(parsed) == texts(event) == ["$.data.object.total: expected integer, got null"]


def test_the_invoice_is_held_to_the_version_that_the_event_was_made_under():
    event = EventFactory("2025-03-31.basil")("invoice.paid").json()
    assert texts(event, "basil", "drift") == texts(event, "2025-06-30.basil", "drift") == []

    assert texts(event) == []
    assert texts(event, kind="drift") == [
        "$.api_version: expected API version 2023-10-16, to which it is held; "
        'got "2025-03-31.basil"'
    ]
    [finding] = Contract(VERSION).iter_findings(event)
    assert finding.docs == TYPES_PAGE


def test_of_a_version_without_a_contract_it_is_held_to_that_of_the_test():
    event = broken("api_version", value="2017-08-15")
    assert texts(event, kind="drift") == [
        '$.api_version: expected API version 2023-10-16, to which it is held; got "2017-08-15"'
    ]
    event["data"]["object"]["total"] = None
    assert texts(event) == ["$.data.object.total: expected integer, got null"]


def test_without_a_version_too():
    event = broken("api_version", value=None)
    assert list(Contract(VERSION).iter_findings(event)) == []


# What an update changed

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
def test_what_was_there_before_kept_to_the_contract_too(previous):
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
            "$.data.previous_attributes.amount_remaining: expected amount_due - amount_paid = 500, "
            "got nothing",
        ),
        (
            {"lines": {"data": [{"amount": 1}]}},
            "$.data.previous_attributes.lines.data[0].id: expected string, got nothing",
        ),
        (
            {"lines": {"data": 5}},
            "$.data.previous_attributes.lines.data: expected array, got 5 (integer)",
        ),
    ],
)
def test_what_cannot_have_changed_is_told(previous, told):
    event = make("invoice.updated").json()
    event["data"]["previous_attributes"] = previous
    assert told in texts(event)


def test_a_property_that_no_invoice_has_is_drift():
    event = make("invoice.updated").json()
    event["data"]["previous_attributes"] = {"forgiven": False}
    assert texts(event, kind="drift") == [
        "$.data.previous_attributes.forgiven: expected no undocumented property, got false"
    ]


def test_what_is_wrong_now_is_not_told_twice():
    event = make("invoice.updated").json()
    event["data"]["object"]["total"] = None
    assert texts(event) == ["$.data.object.total: expected integer, got null"]


def test_what_changed_is_an_object():
    event = make("invoice.updated").json()
    event["data"]["previous_attributes"] = [1]
    assert texts(event) == [
        "$.data.previous_attributes: expected object or null, got an array of 1 item"
    ]


# The event of a call


URL = "https://api.stripe.com/v1/invoices/in_123/mark_uncollectible"


def call_of(payload, url=URL, method="POST", status=200, **headers):
    request = Request(method, url, httpx.Headers({"Idempotency-Key": "key_1"}))
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    body = json.dumps(payload).encode()
    return Call(request, Response(status, httpx.Headers(named), body))


@pytest.mark.parametrize("version", LINES)
def test_a_call_that_wrote_an_invoice_off_has_its_event(version):
    invoice = upgrade(faultless(), VERSION, version)
    call = call_of(invoice, Stripe_Version=version, Request_Id="req_1", Original_Request="req_1")
    event = event_of_call(call, "whsec_mine")
    payload = event.json()

    assert payload["type"] == event.type == "invoice.marked_uncollectible"
    assert payload["data"]["object"] == invoice
    assert payload["api_version"] == version
    assert payload["request"] == {"id": "req_1", "idempotency_key": "key_1"}
    assert payload["created"] == invoice["status_transitions"]["marked_uncollectible_at"]
    signature = event.headers["Stripe-Signature"]
    assert stripe.Webhook.construct_event(event.payload, signature, "whsec_mine").id == event.id


def test_it_can_be_signed_as_any_other():
    call = call_of(faultless(), Stripe_Version=VERSION)
    event = event_of_call(call, timestamp=5, signed="only_v0")

    assert event.headers["Stripe-Signature"].startswith("t=5,v0=")
    assert event.json()["request"]["id"] is None
    assert "Stripe-Signature" not in event_of_call(call, None).headers


def test_a_request_that_was_tried_again_has_the_same_event():
    first = call_of(faultless(), Request_Id="req_1", Original_Request="req_1")
    again = call_of(faultless(), Request_Id="req_2", Original_Request="req_1")

    assert event_of_call(first).payload == event_of_call(again).payload


def test_without_a_version_in_the_answer_that_of_the_request_holds_or_the_first():
    basil = upgrade(faultless(), VERSION, "basil")
    call = call_of(basil)
    call.request.headers["Stripe-Version"] = "2025-03-31.basil"

    assert event_of_call(call).json()["api_version"] == "2025-03-31.basil"
    assert event_of_call(call_of(faultless())).json()["api_version"] == VERSION


def test_nothing_in_an_event_is_expanded():
    customer = CUSTOMER | {"email": "jenny.rosen@example.com"}
    basil = upgrade(faultless(), VERSION, "basil")
    expanded = basil | {"customer": customer, "payments": {}, "confirmation_secret": None}
    event = event_of_call(call_of(expanded, Stripe_Version="2025-03-31.basil"))

    assert event.json()["data"]["object"] == basil | {"customer": CUSTOMER["id"]}


@pytest.mark.parametrize(
    "call",
    [
        call_of(faultless(), URL.removesuffix("/mark_uncollectible"), "GET"),
        call_of(faultless(), "https://api.stripe.com/v1/customers"),
        call_of(faultless(), method="GET"),
        call_of({"error": {"type": "api_error"}}, status=500),
    ],
    ids=["retrieved", "another endpoint", "another method", "failed"],
)
def test_any_other_call_has_no_event(call):
    with pytest.raises(NoEvent, match="only a successful mark_uncollectible has one"):
        event_of_call(call)


def test_a_call_without_an_answer_has_no_event():
    request = Request("POST", URL)
    with pytest.raises(NoEvent) as caught:
        event_of_call(Call(request, None, "timeout()"))

    assert str(caught.value).startswith(f"POST {URL} (timeout()): ")
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


def test_an_answer_that_is_no_invoice_is_no_event_either():
    with pytest.raises(InvalidOption):
        event_of_call(call_of([1]))
    with pytest.raises(ContractViolation):
        event_of_call(call_of(faultless() | {"status": "open"}))


def test_every_status_is_that_of_some_event():
    assert {TYPES[name].statuses[0] for name in TYPES} == set(ANY)


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"secret": 5}, "secret=5: expected a string"),
        ({"id": 5}, "id=5: expected a string"),
        ({"account": b"x"}, "account=b'x': expected a string"),
        ({"timestamp": "x"}, "timestamp='x': expected unix seconds"),
        ({"created": True}, "created=True: expected unix seconds"),
        ({"request": "req_1"}, "request='req_1': expected a dict of id and idempotency_key"),
        ({"request": {"foo": 1}}, "request={'foo': 1}: expected a dict of id and idempotency_key"),
    ],
)
def test_an_option_of_a_wrong_kind_is_refused_where_it_is_given(options, text):
    with pytest.raises(InvalidOption) as caught:
        EventFactory("2023-10-16")("invoice.paid", **options)

    assert str(caught.value).startswith(text)


def test_a_property_that_no_invoice_has_is_refused_as_in_an_invoice():
    with pytest.raises(UnknownName, match="amount_due"):
        EventFactory("2023-10-16")("invoice.paid", invoice={"amount_du": 5})
