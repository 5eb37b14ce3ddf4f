import datetime as dt
import enum
import json
import pickle
from decimal import Decimal
from types import SimpleNamespace

import httpx
import pytest
import requests
import stripe

from pytest_stripe_contract._support.json_path import Foreign
from pytest_stripe_contract.contract.payload import (
    MAX_DEPTH,
    MAX_VALUES,
    NotAPayload,
    Unreadable,
    UnreadResponse,
    kind_of,
    plain,
    read,
)
from pytest_stripe_contract.errors import StripeContractError

INVOICE = {
    "id": "in_1",
    "object": "invoice",
    "lines": {
        "object": "list",
        "data": [
            {
                "id": "il_1",
                "object": "line_item",
                "quantity_decimal": "0.000000000001",
                "pricing": {"unit_amount_decimal": "-1099.5"},
            }
        ],
    },
    "metadata": {"order": "6735"},
}


def requests_response(status, body):
    response = requests.Response()
    response.status_code = status
    response._content = body
    return response


@pytest.mark.parametrize(
    "take", [json.dumps, lambda value: json.dumps(value).encode(), bytearray, memoryview, dict]
)
def test_a_payload_is_a_dict_or_json_as_text_or_bytes(take):
    encoded = json.dumps(INVOICE).encode() if take in (bytearray, memoryview) else INVOICE
    assert read(take(encoded)) == (INVOICE, None)


def test_a_dict_is_taken_as_it_is():
    assert read(INVOICE)[0] is INVOICE


@pytest.mark.parametrize("value", [[INVOICE], (1, 2), None, True, 3, 1.5])
def test_json_values_are_read_as_they_are(value):
    assert read(value)[0] == (list(value) if isinstance(value, tuple) else value)


def test_an_object_of_the_stripe_package_is_read_as_its_json():
    invoice = stripe.Invoice.construct_from(INVOICE, "sk_test_1")
    assert not isinstance(invoice, dict)
    assert invoice.lines.data[0].quantity_decimal == Decimal("0.000000000001")
    assert read(invoice) == (INVOICE, None)
    assert plain(invoice.to_dict()) == INVOICE
    assert plain({**INVOICE, "lines": invoice.lines}) == INVOICE


def test_a_deleted_object_of_the_stripe_package_is_read_as_its_json():
    deleted = {"id": "in_1", "object": "invoice", "deleted": True}
    assert read(stripe.Invoice.construct_from(deleted, "sk_test_1"))[0] == deleted


def test_an_object_of_an_older_stripe_package_is_a_dict_whose_lists_iterate_their_items():
    class StripeObject(dict):
        pass

    class ListObject(StripeObject):
        def __iter__(self):
            return iter(self["data"])

    invoice = StripeObject(INVOICE, lines=ListObject(INVOICE["lines"]))
    taken, _ = read(invoice)
    assert taken == INVOICE
    assert type(taken["lines"]) is dict


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("1099", "1099"),
        ("-0.50", "-0.50"),
        ("1E-12", "0.000000000001"),
        ("2E+3", "2000"),
        ("1E+999999", "1E+999999"),
        ("NaN", "NaN"),
    ],
)
def test_decimals_are_written_without_an_exponent_unless_it_is_absurd(number, text):
    assert plain(Decimal(number)) == text


def test_subclasses_of_json_types_are_read_as_plain_values():
    class Status(enum.StrEnum):
        OPEN = "open"

    class Amount(enum.IntEnum):
        DUE = 599

    class Rate(float):
        pass

    taken = plain({Status.OPEN: [Status.OPEN, Amount.DUE, Rate(1.5), (True, None)]})
    assert taken == {"open": ["open", 599, 1.5, [True, None]]}
    kinds = [type(each) for each in (*taken, *taken["open"])]
    assert kinds == [str, str, int, float, list]


def test_keys_that_are_not_strings_become_text():
    assert list(plain({1: 0, None: 0, (1, 2): 0})) == ["1", "None", "(1, 2)"]


def test_a_value_that_json_cannot_have_is_kept_as_type_and_short_text():
    class Rude:
        def __repr__(self):
            raise ZeroDivisionError

    assert plain(dt.date(2023, 4, 4)) == Foreign("date", "datetime.date(2023, 4, 4)")
    assert plain(b"open") == Foreign("bytes", "b'open'")
    rude = plain(Rude())
    assert rude.type == "Rude"
    assert repr(rude).startswith("<Rude instance at")
    assert len(plain(bytes(1000)).text) < 100


def test_an_integer_too_long_for_python_to_print_has_a_text():
    huge = plain(10**5000)
    assert huge == 10**5000
    assert f"{huge!r} {huge}" == "an integer of 16610 bits an integer of 16610 bits"


def test_neither_depth_nor_cycles_hurt():
    deep = {}
    for _ in range(100_000):
        deep = {"deeper": deep}
    cycle = {"items": []}
    cycle["items"].append(cycle)
    for hostile in (deep, cycle):
        levels, here = 0, plain(hostile)
        while here:
            levels, here = levels + 1, next(iter(here if isinstance(here, list) else here.values()))
        assert levels == MAX_DEPTH


@pytest.mark.slow
def test_a_payload_that_unfolds_without_end_is_refused():
    unfolding = []
    for _ in range(60):
        unfolding = [unfolding, unfolding]
    with pytest.raises(Unreadable) as caught:
        plain({"items": unfolding})
    assert caught.value.expected == f"at most {MAX_VALUES} values"
    assert caught.value.actual == {"items": unfolding}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "JSON (line 1 column 1: Expecting value)"),
        ("<html>", "JSON (line 1 column 1: Expecting value)"),
        ('{"id": "in_1",\n "object"', "JSON (line 2 column 10: Expecting ':' delimiter)"),
        ("{} {}", "JSON (line 1 column 4: Extra data)"),
        (b"\xef\xbb\xbf{}", "JSON (line 1 column 1: Expecting value)"),
        (b'{"id": "\xff"}', "JSON in UTF-8"),
        ('{"id": "in_1"}'.encode("utf-16"), "JSON in UTF-8"),
        ('{"amount_due": NaN}', "JSON (NaN is not a JSON number)"),
        ('{"amount_due": -Infinity}', "JSON (-Infinity is not a JSON number)"),
        (
            '{"id": "a", "paid": true, "id": "b"}',
            "JSON with unique property names ('id' is repeated)",
        ),
        pytest.param("[" * 100_000, "JSON that is less deeply nested", id="deep"),
        pytest.param(
            "1" * 5000, "JSON with numbers of a length that can be read", id="long number"
        ),
    ],
)
def test_text_that_is_not_json_is_unreadable(text, expected):
    with pytest.raises(Unreadable) as caught:
        read(text)
    assert caught.value.expected == expected


def test_bytes_that_are_no_text_are_shown_escaped():
    with pytest.raises(Unreadable) as caught:
        read(b"\xff{}")
    assert caught.value.actual == "\\xff{}"


@pytest.mark.parametrize("make", [requests_response, lambda s, b: httpx.Response(s, content=b)])
def test_a_response_brings_its_status(make):
    assert read(make(404, b'{"error": {}}')) == ({"error": {}}, 404)


def test_any_object_with_a_status_and_content_is_a_response():
    assert read(SimpleNamespace(status=200, content=b"{}")) == ({}, 200)


def test_an_unread_stream_raises_unread_response():
    stream = httpx.Response(200, stream=httpx.ByteStream(b"{}"))
    with pytest.raises(UnreadResponse, match="is not read yet: Attempted"):
        read(stream)
    stream.read()
    assert read(stream) == ({}, 200)


def test_a_body_that_breaks_off_is_not_readable():
    response = requests_response(200, body=False)
    response.raw = SimpleNamespace(
        stream=lambda *_, **__: (_ for _ in ()).throw(requests.ConnectionError("reset"))
    )
    with pytest.raises(Unreadable) as caught:
        read(response)
    assert caught.value.expected == "a body that can be read"
    assert caught.value.actual == "ConnectionError: reset"


@pytest.mark.parametrize(
    "thing",
    [
        object(),
        {1, 2},
        dt.date(2023, 4, 4),
        SimpleNamespace(status_code="200", content=b"{}"),
        SimpleNamespace(status_code=200),
        SimpleNamespace(status_code=200, content=["{}"]),
        stripe.Invoice,
    ],
)
def test_an_unknown_type_raises_not_a_payload(thing):
    with pytest.raises(TypeError) as caught:
        read(thing)
    assert str(caught.value) == (
        "expected a dict, JSON text or bytes, an object of the stripe package, "
        f"or a response of httpx or requests; got {type(thing).__qualname__}"
    )


@pytest.mark.parametrize(
    "error", [NotAPayload("set"), UnreadResponse("read it"), Unreadable("JSON", "<html>")]
)
def test_errors_have_one_base_and_survive_pickle(error):
    copy = pickle.loads(pickle.dumps(error))
    assert isinstance(copy, StripeContractError)
    assert isinstance(copy, Exception)
    assert (type(copy), copy.args, str(copy)) == (type(error), error.args, str(error))


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (INVOICE, "invoice"),
        ({"object": "invoice"}, "invoice"),
        ({"id": "in_1", "object": "invoice", "deleted": True}, "deleted"),
        ({"object": "invoice", "error": {}}, "invoice"),
        ({"object": "event", "data": {"object": INVOICE}}, "event"),
        ({"object": "event", "error": {}}, "event"),
        ({"object": "v2.core.event"}, None),
        ({"error": {"type": "api_error"}}, "error"),
        ({"error": "invalid_grant"}, "error"),
        ({"object": "list", "data": [INVOICE]}, "list"),
        ({"object": "list", "data": [5]}, "list"),
        ({"object": "list", "data": None}, "list"),
        ({"object": "list", "data": [], "url": "/v1/invoices"}, "list"),
        ({"object": "list", "data": [], "url": "/v1/invoices?limit=3"}, "list"),
        ({"object": "list", "data": [], "url": "/v1/customers"}, None),
        ({"object": "list", "data": [{"object": "customer"}]}, None),
        ({"object": "customer"}, None),
        ({"object": "customer", "error": {}}, None),
        ({"object": []}, None),
        ({}, None),
        ([], None),
        ("invoice", None),
    ],
)
def test_payloads_are_recognised_by_their_properties(value, kind):
    assert kind_of(value) == kind
