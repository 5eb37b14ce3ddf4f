"""Signatures: the official SDK takes the good ones, and refuses all others."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import subprocess
import sys
from pathlib import Path

import build_schemas
import pytest
import sdk_packages
import stripe
from helpers import sdk_wheels

from pytest_stripe_contract.errors import UnknownName
from pytest_stripe_contract.factories.events import EventFactory
from pytest_stripe_contract.webhooks import ACCEPTED, OTHER_SECRET, REFUSED, SECRET, deliver, encode

TOOLS = Path(__file__).parent.parent / "tools"
SDKS = [
    (line, version, sha256)
    for line, registries in sdk_packages.listed(TOOLS).items()
    for version, sha256 in registries.get("pypi", {}).items()
    if version in ("7.1.0", "11.6.1", "15.0.0", "16.1.0")  # their verification differs
]
NOW = 1_700_000_000

make = EventFactory("2023-10-16")


def construct(event, secret=SECRET, **options):
    return stripe.Webhook.construct_event(
        event.payload, event.headers.get("Stripe-Signature"), secret, **options
    )


def test_a_signature_is_the_documented_hmac():
    event = make("invoice.paid", secret="whsec_mine", timestamp=NOW)

    message = f"{NOW}.".encode() + event.payload
    expected = hmac.new(b"whsec_mine", message, hashlib.sha256).hexdigest()
    assert event.headers["Stripe-Signature"] == f"t={NOW},v1={expected}"


@pytest.mark.parametrize("signed", ACCEPTED)
def test_the_installed_sdk_accepts_valid_signatures(signed):
    event = make("invoice.paid", signed=signed)

    assert construct(event).type == "invoice.paid"
    assert construct(event).data.object.status == "paid"


@pytest.mark.parametrize("signed", REFUSED)
def test_the_installed_sdk_refuses_invalid_signatures(signed):
    event = make("invoice.paid", signed=signed)

    with pytest.raises(stripe.SignatureVerificationError):
        construct(event)


@pytest.mark.parametrize(
    ("signed", "text"),
    [
        ("long_ago", "Timestamp outside the tolerance zone"),
        ("tampered", "No signatures found matching the expected signature"),
        ("wrong_secret", "No signatures found matching the expected signature"),
        ("only_v0", "No signatures found with expected scheme v1"),
        ("malformed", "Unable to extract timestamp and signatures"),
        ("not_at_all", "No Stripe-Signature header value was provided"),
    ],
)
def test_each_invalid_signature_is_refused_for_its_reason(signed, text):
    with pytest.raises(stripe.SignatureVerificationError, match=text):
        construct(make("invoice.paid", signed=signed))


def test_an_old_signature_is_valid_except_for_its_age():
    event = make("invoice.paid", signed="long_ago")

    assert construct(event, tolerance=2 * 60 * 60).id == event.id


def test_a_tampered_body_is_json_whose_object_has_another_id():
    event = make("invoice.paid", timestamp=NOW)
    other = make("invoice.paid", timestamp=NOW, signed="tampered")

    assert other.headers == event.headers
    assert other.json()["id"] == event.json()["id"]
    assert other.json()["data"]["object"] == event.json()["data"]["object"] | {
        "id": "tampered_with"
    }
    assert other.redelivered().payload == event.payload


def test_a_rolled_secret_signs_by_both_secrets():
    event = make("invoice.paid", signed="rolled_secret")

    assert event.headers["Stripe-Signature"].count("v1=") == 2
    assert construct(event, SECRET).id == construct(event, OTHER_SECRET).id == event.id


def test_a_meaningless_signature_comes_with_the_valid_one():
    scheme = make("invoice.paid", signed="with_v0").headers["Stripe-Signature"]

    assert [part.partition("=")[0] for part in scheme.split(",")] == ["t", "v1", "v0"]


def test_the_sdk_refuses_an_empty_secret():
    """An empty secret signs as well as any other; the SDK refuses it since it looks for one."""
    event = make("invoice.paid", secret="")

    with pytest.raises(stripe.SignatureVerificationError, match="No webhook secret value"):
        construct(event, "")


@pytest.mark.parametrize("options", [{"secret": None}, {"signed": "not_at_all"}])
def test_an_unsigned_event_has_no_signature_header(options):
    assert make("invoice.paid", **options).headers == {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
    }


def test_an_unknown_kind_of_signature_is_an_error_with_the_nearest_kinds():
    for secret in (SECRET, None):
        with pytest.raises(UnknownName) as caught:
            make("invoice.paid", signed="tamperd", secret=secret)
        assert "unknown kind of signature 'tamperd'; nearest: tampered, " in str(caught.value)
    with pytest.raises(UnknownName):
        deliver(b"{}", SECRET, NOW, "twice")


def test_headers_are_a_new_dict_each_time():
    event = make("invoice.paid", signed="not_at_all")
    event.headers["Stripe-Signature"] = "t=1,v1=2"

    assert "Stripe-Signature" not in event.headers


def test_an_event_has_a_short_repr():
    text = repr(make("invoice.paid", timestamp=NOW, secret="whsec_mine"))

    assert text == f"Event(timestamp={NOW}, signed='properly')"


# Redelivery


def test_a_redelivered_event_is_the_same_event_signed_later():
    first = make("invoice.paid")
    again = first.redelivered()

    assert (again.id, again.payload) == (first.id, first.payload)
    assert again.timestamp > first.timestamp
    assert again.headers["Stripe-Signature"] != first.headers["Stripe-Signature"]
    assert construct(again).id == first.id
    assert again.redelivered().timestamp > again.timestamp


def test_the_time_of_a_redelivery_can_be_set():
    first = make("invoice.paid", timestamp=NOW)

    assert (
        first.redelivered(timestamp=NOW + 3600)
        .headers["Stripe-Signature"]
        .startswith(f"t={NOW + 3600},")
    )


@pytest.mark.parametrize("signed", REFUSED)
def test_a_redelivery_after_an_invalid_signature_is_valid(signed):
    again = make("invoice.paid", signed=signed).redelivered()

    assert construct(again).data.object.id == "in_1MtG0nLkdIwHu7ixAaUw3Cb4"


# Encoding


def test_a_body_is_written_as_stripe_writes_it():
    body = encode({"id": "evt_1", "name": "Žofie €"})

    assert body.decode() == '{\n  "id": "evt_1",\n  "name": "Žofie €"\n}'


def test_a_lone_surrogate_is_escaped():
    assert json.loads(encode({"name": "\ud800"})) == {"name": "\ud800"}
    assert encode({"name": "\ud800"}).isascii()


def test_a_body_that_is_not_ascii_is_signed_byte_for_byte():
    event = make("invoice.paid", invoice={"customer_name": "Žofie Nováková"})

    assert "Žofie Nováková".encode() in event.payload
    assert construct(event).data.object.customer_name == "Žofie Nováková"


# The SDKs of each major release

VERIFY = """if True:
    import json, sys, stripe
    from pytest_stripe_contract import Contract
    try:
        from stripe import SignatureVerificationError
    except ImportError:
        from stripe.error import SignatureVerificationError
    for version, signed, payload, header, secret in json.load(sys.stdin):
        body = payload.encode()
        try:
            event = stripe.Webhook.construct_event(body, header, secret)
        except SignatureVerificationError:
            print(signed, "refused")
        else:
            found = list(Contract(version).iter_findings(event))
            print(signed, event.type, event.data.object.status, len(found))
"""


@pytest.mark.slow
@pytest.mark.parametrize(("line", "version", "sha256"), SDKS, ids=[sdk[1] for sdk in SDKS])
def test_each_release_of_the_sdk_accepts_and_refuses_the_same(line, version, sha256):
    sdk_wheels.require("pypi", version)
    package = sdk_packages.fetch("pypi", version, sha256, build_schemas.CACHE)
    deliveries = []
    for signed in (*ACCEPTED, *REFUSED):
        event = EventFactory(line)("invoice.marked_uncollectible", signed=signed)
        header = event.headers.get("Stripe-Signature")
        deliveries.append([line, signed, event.payload.decode(), header, SECRET])
    unknown_to_the_endpoint = EventFactory(line)("invoice.paid", secret="")
    header = unknown_to_the_endpoint.headers["Stripe-Signature"]
    forged = [line, "empty_secret", unknown_to_the_endpoint.payload.decode(), header, ""]
    path = os.pathsep.join([str(package), os.environ.get("PYTHONPATH", "")])

    done = subprocess.run(
        [sys.executable, "-c", VERIFY],
        input=json.dumps([*deliveries, forged]),
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=True,
    )

    *lines, last = done.stdout.splitlines()
    taken = "invoice.marked_uncollectible uncollectible 0"
    assert lines == [f"{signed} {taken}" for signed in ACCEPTED] + [
        f"{signed} refused" for signed in REFUSED
    ]
    looks_for_a_secret = tuple(map(int, version.split("."))) >= (15, 6)
    assert last.endswith("refused" if looks_for_a_secret else "invoice.paid paid 0")
