"""Signed events: the factory, its refusals, and the event of a call."""

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
from pytest_stripe_contract.factories import EventFactory, NoEvent
from pytest_stripe_contract.messages.models import Request, Response
from pytest_stripe_contract.migrations import upgrade
from pytest_stripe_contract.replay import Call
from pytest_stripe_contract.schemas import load_schema
from pytest_stripe_contract.stripe_api import versions
from pytest_stripe_contract.webhooks import SECRET

VERSION = "2023-10-16"
LINES = [line.first for line in versions.LINES]
CUSTOMER = {"id": "cus_NeZw0zvTyquTfF", "object": "customer", "livemode": False}

make = EventFactory(VERSION)


def texts(event, version=VERSION, kind="violation"):
    return [str(each) for each in Contract(version).iter_findings(event) if each.kind == kind]


# Types and versions


@pytest.mark.parametrize("version", LINES)
def test_events_of_all_types_keep_to_the_contract(version):
    for name, event_type in TYPES.items():
        event = EventFactory(version)(name)
        found = list(Contract(version).iter_findings(event.payload))

        # The SDK of the version may be older than the type, which is drift.
        assert [each for each in found if each.path != "$.type"] == [], name
        assert found == [] or event_type.since > version[:10], name
        assert {each.kind for each in found} <= {"drift"}, name


@pytest.mark.parametrize("version", LINES)
def test_events_of_all_types_have_version_status_and_time_of_their_type(version):
    for name, event_type in TYPES.items():
        event = EventFactory(version)(name).json()
        invoice = event["data"]["object"]
        at = {**invoice, **invoice["status_transitions"]}[event_type.at]

        assert (event["type"], event["api_version"]) == (name, version)
        assert (invoice["object"], invoice["status"]) == ("invoice", event_type.statuses[0])
        assert event["created"] == at + event_type.later, name
        assert list(event) == sorted(event, key=lambda key: (key not in ("id", "object"), key))


@pytest.mark.parametrize("version", [LINES[0], VERSION, LINES[-1]])
def test_the_sdk_takes_events_of_all_types(version):
    for name in TYPES:
        event = EventFactory(version)(name)
        header = event.headers["Stripe-Signature"]
        parsed = stripe.Webhook.construct_event(event.payload, header, SECRET)

        assert isinstance(parsed.data.object, stripe.Invoice), name
        assert Contract(version).is_valid(parsed), name


def test_the_same_arguments_give_the_same_event():
    for name in TYPES:
        first, second = make(name), make(name)
        assert first.payload == second.payload
        assert re.fullmatch(r"evt_[0-9A-Za-z]{24}", first.id)


def test_events_of_other_types_or_versions_have_other_ids():
    made = [EventFactory(version)(name).id for version in LINES[-3:] for name in TYPES]
    assert len(set(made)) == len(made)


def test_every_type_that_an_sdk_lists_is_known():
    listed = set()
    for line in versions.LINES:
        typed = load_schema("event", line.name)["properties"]["type"]
        listed |= {name for name in typed.get("examples", ()) if name.startswith("invoice.")}
    assert listed == TYPES.keys()


def test_a_type_is_as_old_as_the_sdks_say():
    for name, event_type in TYPES.items():
        for line in versions.LINES:
            typed = load_schema("event", line.name)["properties"]["type"]
            if "examples" in typed and name not in typed["examples"]:
                assert event_type.since > line.since, (name, line.name)


@pytest.mark.parametrize("name", ["invoice.overdue", "invoice.sent", "invoice.will_be_due"])
def test_an_event_about_a_due_date_carries_an_invoice_that_is_sent(name):
    invoice = make(name).json()["data"]["object"]
    assert (invoice["collection_method"], invoice["due_date"]) == ("send_invoice", 1683233965)


def test_the_invoice_has_the_properties_that_its_event_is_about():
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


def test_the_name_of_a_line_gives_events_of_its_first_version():
    assert EventFactory("basil")("invoice.paid").json()["api_version"] == "2025-03-31.basil"
    monthly = EventFactory("2025-06-30.basil")("invoice.paid")
    assert monthly.json()["api_version"] == "2025-06-30.basil"


def test_a_line_of_a_newer_sdk_has_the_events_of_the_last_shipped_line(monkeypatch):
    newer = versions.ReleaseLine("foxtrot", "2031-03-31.foxtrot", "", "99.0.0")
    monkeypatch.setattr("pytest_stripe_contract.stripe_api.versions.newer_line", lambda: newer)
    monkeypatch.setattr(
        "pytest_stripe_contract.schemas.build.installed.installed_schema",
        lambda name, _line: load_schema(name, "endive"),
    )
    event = EventFactory("2031-05-28.foxtrot")("invoice.paid").json()
    endive = EventFactory("2026-09-30.endive")("invoice.paid").json()

    assert event["api_version"] == "2031-05-28.foxtrot"
    assert event["data"] == endive["data"]


# Arguments


def test_overrides_of_the_invoice_apply_at_any_depth():
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


def test_dependents_of_overrides_of_the_invoice_are_derived():
    invoice = make("invoice.paid", invoice={"amount_due": 4200}).json()["data"]["object"]
    assert (invoice["amount_paid"], invoice["amount_remaining"]) == (4200, 0)


def test_an_overridden_id_is_in_the_invoices_urls_as_well():
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
def test_a_whole_invoice_is_carried_unchanged(form, argument):
    event = make("invoice.marked_uncollectible", **{argument: form(faultless())}).json()

    assert event["data"]["object"] == faultless()
    assert event["created"] == 2


def test_a_whole_invoice_with_drift_is_carried():
    event = make("invoice.marked_uncollectible", invoice=documented()).json()

    assert event["data"]["object"] == documented()
    assert event["created"] == documented()["created"]


def test_account_and_livemode_are_in_the_event():
    event = make("invoice.paid", account="acct_123", livemode=True).json()

    assert (event["account"], event["livemode"]) == ("acct_123", True)
    assert '"livemode": false' not in json.dumps(event)
    assert "account" not in make("invoice.paid").json()


def test_livemode_defaults_to_that_of_a_whole_invoice():
    live = {**faultless(), "livemode": True}
    assert make("invoice.marked_uncollectible", invoice=live).json()["livemode"] is True


def test_request_and_created_are_in_the_event():
    caused = make("invoice.paid", request={"idempotency_key": "key"}, created=1_700_000_000)

    assert caused.json()["request"] == {"id": None, "idempotency_key": "key"}
    assert caused.json()["created"] == 1_700_000_000
    assert make("invoice.paid").json()["request"] == {"id": None, "idempotency_key": None}


def test_id_is_that_of_the_event():
    named = make("invoice.paid", id="evt_123")
    assert (named.id, named.json()["id"], named.type) == ("evt_123", "evt_123", "invoice.paid")


def test_previous_attributes_are_in_the_event():
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
def test_previous_attributes_default_to_metadata(invoice, previous):
    event = make("invoice.updated", invoice=invoice)
    assert event.json()["data"]["previous_attributes"] == {"metadata": previous}


def test_only_an_updated_event_has_previous_attributes():
    for name in TYPES.keys() - {"invoice.updated"}:
        assert "previous_attributes" not in make(name).json()["data"]


def test_an_event_about_another_object_carries_it_unchanged():
    event = make("customer.updated", object=CUSTOMER, previous_attributes={"name": None}).json()

    assert event["data"] == {"object": CUSTOMER, "previous_attributes": {"name": None}}
    assert event["created"] == 1680638365
    assert make("customer.created", object=CUSTOMER | {"created": 5}).json()["created"] == 5
    assert make("customer.created", object={"id": 1}).json()["livemode"] is False
    assert texts(event) == []


# Refusals


@pytest.mark.parametrize(
    ("name", "invoice", "path", "text"),
    [
        ("paid", {"status": "open"}, "$.data.object.status", "paid in an event invoice.paid"),
        ("paid", faultless(), "$.data.object.status", "paid in an event invoice.paid"),
        ("voided", {"status": "paid"}, "$.data.object.status", "void in an event invoice.voided"),
        ("created", {"status": "void"}, "$.data.object.status", "draft or open or paid in an"),
        ("paid", {"amount_due": "1"}, "$.amount_due", "integer"),
        ("paid", {"amount_remaining": 5}, "$.amount_remaining", "0 while status is paid"),
        ("upcoming", {"id": "in_1"}, "$.data.object.id", "no id, or one of a preview (upcoming_in"),
    ],
)
def test_an_event_that_breaks_the_contract_is_refused_with_its_path(name, invoice, path, text):
    with pytest.raises(ContractViolation) as caught:
        make(f"invoice.{name}", invoice=invoice)

    found = [each for each in caught.value.findings if each.kind == "violation"]
    assert path in [each.path for each in found]
    assert any(each.expected.startswith(text) for each in found if each.path == path)


def test_a_refusal_names_the_event():
    with pytest.raises(ContractViolation, match=r"^invoice.paid event evt_1 breaks API version"):
        make("invoice.paid", id="evt_1", invoice={"status": "open"})


@pytest.mark.parametrize("options", [{"created": -1}, {"id": ""}, {"request": {"id": 5}}])
def test_an_invalid_envelope_is_refused(options):
    with pytest.raises(ContractViolation):
        make("invoice.paid", **options)


def test_an_unknown_type_names_the_nearest_ones():
    with pytest.raises(UnknownName, match="unknown event type") as caught:
        make("invoice.payed")
    assert str(caught.value).startswith(
        "unknown event type 'invoice.payed'; nearest: invoice.paid, "
    )
    assert caught.value.known[: len(TYPES)] == tuple(TYPES)


def test_an_unknown_type_names_types_about_other_objects_too():
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
def test_arguments_that_exclude_each_other_are_refused(name, options, text):
    with pytest.raises(InvalidOption, match=f"expected {text}"):
        make(name, **options)


@pytest.mark.parametrize("value", [dt.date(2023, 4, 4), float("nan")])
def test_a_value_that_json_does_not_have_is_refused(value):
    with pytest.raises(Unreadable, match="expected an event of JSON values"):
        make("customer.created", object={"when": value})


def test_an_unknown_version_is_refused():
    with pytest.raises(UnknownName, match="unknown API version 'nope'"):
        EventFactory("nope")("invoice.paid")


def test_events_and_their_factory_survive_pickle():
    event = make("invoice.paid", signed="tampered")
    assert pickle.loads(pickle.dumps((make, event))) == (make, event)


# The event of a call


URL = "https://api.stripe.com/v1/invoices/in_123/mark_uncollectible"


def call_of(payload, url=URL, method="POST", status=200, **headers):
    request = Request(method, url, httpx.Headers({"Idempotency-Key": "key_1"}))
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    body = json.dumps(payload).encode()
    return Call(request, Response(status, httpx.Headers(named), body))


@pytest.mark.parametrize("version", LINES)
def test_a_successful_mark_uncollectible_has_an_event(version):
    invoice = upgrade(faultless(), VERSION, version)
    call = call_of(invoice, Stripe_Version=version, Request_Id="req_1", Original_Request="req_1")
    event = Call.event(call, "whsec_mine")
    payload = event.json()

    assert payload["type"] == event.type == "invoice.marked_uncollectible"
    assert payload["data"]["object"] == invoice
    assert payload["api_version"] == version
    assert payload["request"] == {"id": "req_1", "idempotency_key": "key_1"}
    assert payload["created"] == invoice["status_transitions"]["marked_uncollectible_at"]
    signature = event.headers["Stripe-Signature"]
    assert stripe.Webhook.construct_event(event.payload, signature, "whsec_mine").id == event.id


def test_the_event_of_a_call_takes_the_options_of_signing():
    call = call_of(faultless(), Stripe_Version=VERSION)
    event = Call.event(call, timestamp=5, signed="only_v0")

    assert event.headers["Stripe-Signature"].startswith("t=5,v0=")
    assert event.json()["request"]["id"] is None
    assert "Stripe-Signature" not in Call.event(call, None).headers


def test_a_retried_request_has_the_same_event():
    first = call_of(faultless(), Request_Id="req_1", Original_Request="req_1")
    again = call_of(faultless(), Request_Id="req_2", Original_Request="req_1")

    assert Call.event(first).payload == Call.event(again).payload


def test_the_version_comes_from_the_answer_the_request_or_the_default():
    basil = upgrade(faultless(), VERSION, "basil")
    call = call_of(basil)
    call.request.headers["Stripe-Version"] = "2025-03-31.basil"

    assert Call.event(call).json()["api_version"] == "2025-03-31.basil"
    assert Call.event(call_of(faultless())).json()["api_version"] == VERSION


def test_expanded_objects_are_ids_in_the_event_of_a_call():
    customer = CUSTOMER | {"email": "jenny.rosen@example.com"}
    basil = upgrade(faultless(), VERSION, "basil")
    expanded = basil | {"customer": customer, "payments": {}, "confirmation_secret": None}
    event = Call.event(call_of(expanded, Stripe_Version="2025-03-31.basil"))

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
def test_another_call_has_no_event(call):
    with pytest.raises(NoEvent, match="only a successful mark_uncollectible has one"):
        Call.event(call)


def test_a_call_without_an_answer_has_no_event():
    request = Request("POST", URL)
    with pytest.raises(NoEvent) as caught:
        Call.event(Call(request, None, "timeout()"))

    assert str(caught.value).startswith(f"POST {URL} (timeout()): ")
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


def test_an_answer_without_an_uncollectible_invoice_has_no_event():
    with pytest.raises(InvalidOption):
        Call.event(call_of([1]))
    with pytest.raises(ContractViolation):
        Call.event(call_of(faultless() | {"status": "open"}))


def test_every_status_is_the_usual_one_of_some_event_type():
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
def test_an_option_of_a_wrong_type_is_refused(options, text):
    with pytest.raises(InvalidOption) as caught:
        EventFactory("2023-10-16")("invoice.paid", **options)

    assert str(caught.value).startswith(text)


def test_an_unknown_property_of_the_invoice_is_refused():
    with pytest.raises(UnknownName, match="amount_due"):
        EventFactory("2023-10-16")("invoice.paid", invoice={"amount_du": 5})
