"""Secrets and personal data in cassettes, payloads and requests are replaced."""

from __future__ import annotations

import base64
import copy
import gzip
import json
from urllib.parse import parse_qsl, quote, urlencode

import httpx
import pytest

from pytest_stripe_contract.errors import InvalidOption
from pytest_stripe_contract.messages.models import Request
from pytest_stripe_contract.scrubbing import Scrubber, Unscannable, leaks
from pytest_stripe_contract.scrubbing import _placeholders as placeholders

KEY = "sk_test_not_a_key"
MASKED = "sk_test_***"
EMAIL = "jenny.rosen@company.zz"
PLACEHOLDER = placeholders.email(EMAIL)
NAME = "Jenny Q. Rosen"
URL = "https://api.stripe.com/v1/customers"
IN_TWO_SEGMENTS = base64.b64encode(gzip.compress(b"\xff\xff " + KEY.encode(), mtime=0)).decode()
"""A text in base64 with a slash before the secret."""


def recording(body="", string="", *, uri=URL, sent=None, got=None):
    """One request and its answer, in VCR.py's layout."""
    request = {"method": "POST", "uri": uri, "body": body, "headers": sent or {}}
    response = {
        "status": {"code": 200, "message": "OK"},
        "headers": got or {},
        "body": {"string": string},
    }
    return {"request": request, "response": response}


def cassette(*recordings, **more):
    return {"interactions": list(recordings), "version": 1, **more}


def scrubbed(document, rules=None):
    """Return the scrubbed document; the old one is unchanged, and the new one stays as it is."""
    before = copy.deepcopy(document)
    scrubber = Scrubber(rules)
    new, changes = scrubber.document(document)
    assert document == before
    assert (new is document) == (not changes)
    if rules is None:
        assert leaks(new) == []
        assert scrubber.document(new) == (new, [])
    return new


def changes(document, rules=None):
    return [(each.path, each.kind) for each in Scrubber(rules).document(document)[1]]


def answer(payload, **options):
    """Return the scrubbed body of an answer."""
    text = payload if isinstance(payload, (str, bytes)) else json.dumps(payload)
    document = scrubbed(cassette(recording(string=text, **options)))
    return document["interactions"][0]["response"]["body"]["string"]


def form(text, uri=URL, **options):
    """Return the scrubbed body of a request."""
    return scrubbed(cassette(recording(text, uri=uri, **options)))["interactions"][0]["request"][
        "body"
    ]


def headers(**options):
    """Return the scrubbed headers of a request and of its answer."""
    [made] = scrubbed(cassette(recording(**options)))["interactions"]
    return made["request"]["headers"], made["response"]["headers"]


# --- headers ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (f"Bearer {KEY}", f"Bearer {MASKED}"),
        ("Basic " + base64.b64encode(f"{KEY}:".encode()).decode(), f"Basic {MASKED}"),
        ("Bearer not-a-key-of-stripe", "Bearer ***"),
        ("Digest username=jenny", "***"),
        ("not_a_key", "***"),
        ("Bearer \u2026", "Bearer ***"),
        (f"Bearer {MASKED}", f"Bearer {MASKED}"),
        ("Basic sk_test_***", "Basic sk_test_***"),
        ("Bearer sk_test_****1234", "Bearer sk_test_****1234"),
        ("***", "***"),
        ("REDACTED", "REDACTED"),
        ("Bearer <token>", "Bearer <token>"),
        ("", ""),
    ],
)
def test_an_authorization_header_keeps_its_scheme_and_the_kind_of_key(value, expected):
    for name, layout in (("Authorization", value), ("authorization", [value])):
        document = cassette(recording(sent={name: layout}))
        kept, _ = headers(sent={name: layout})
        assert kept == {name: expected if layout == value else [expected]}
        assert [leak.kind for leak in leaks(document)] == (
            [] if expected == value else ["authorization"]
        )


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Cookie", "cookie"),
        ("set-cookie", "cookie"),
        ("Proxy-Authorization", "credentials"),
        ("X-Stripe-Client-User-Agent", "telemetry"),
        ("X-Stripe-Client-Telemetry", "telemetry"),
    ],
)
def test_headers_with_cookies_or_telemetry_are_dropped(name, kind):
    document = cassette(recording(sent={name: ["some=thing", "more"]}, got={name: "one"}))

    assert headers(sent={name: ["some=thing"], "A": ["b"]}, got={name: "x"}) == ({"A": ["b"]}, {})
    assert changes(document) == [
        (f"$.interactions[0].request.headers{step(name)}[0]", kind),
        (f"$.interactions[0].request.headers{step(name)}[1]", kind),
        (f"$.interactions[0].response.headers{step(name)}", kind),
    ]
    assert bool(leaks(document)) == (kind != "telemetry")


def step(name):
    return f".{name}" if name.isidentifier() else f"['{name}']"


def test_an_api_key_in_telemetry_is_a_leak():
    document = cassette(recording(sent={"X-Stripe-Client-Telemetry": [KEY]}))
    assert [leak.kind for leak in leaks(document)] == ["API key"]


def test_header_values_that_are_no_text_stay():
    sent = {"Authorization": [5], "Cookie": 5}
    assert leaks(cassette(recording(sent=sent))) == []
    assert headers(sent=sent)[0] == sent


def test_masked_cookies_and_keys_are_no_leaks():
    masked = {"Cookie": ["***"], "Set-Cookie": "REDACTED", "X-Api-Key": [""], "api-key": ["***"]}
    assert leaks(cassette(recording(sent=masked))) == []


def test_keys_of_other_services_are_masked_by_their_headers():
    sent = {"X-Api-Key": ["not-a-key"], "Api-Key": "not-a-key", "X-Other": ["not-a-key"]}
    kept = {"X-Api-Key": ["***"], "Api-Key": "***", "X-Other": ["not-a-key"]}
    assert headers(sent=sent)[0] == kept
    assert [leak.kind for leak in leaks(cassette(recording(sent=sent)))] == ["credentials"] * 2


def test_an_account_has_the_same_placeholder_in_headers_and_urls():
    account = "acct_1NotAnAccount"
    sent = {"Stripe-Account": [account], "Stripe-Context": f"{account}/{account}/other"}
    [kept] = [headers(sent=sent)[0]]
    hosted = answer({"url": f"https://invoice.stripe.com/i/{account}/test_1NotASecret"})

    [placeholder] = kept["Stripe-Account"]
    assert placeholder == f"acct_{placeholders.secret('1NotAnAccount')}"
    assert kept["Stripe-Context"] == f"{placeholder}/{placeholder}/{placeholders.secret('other')}"
    assert placeholder in hosted
    assert leaks(cassette(recording(sent=sent))) == []


def test_idempotency_keys_are_numbered_in_the_order_of_the_file():
    taken, one, two = "idempotency-key-1", "3f1c-first", "9b2d-second"
    asked = [
        recording(sent={"Idempotency-Key": [key]}, got={"idempotency-key": key})
        for key in (two, one, taken, two)
    ]
    made = scrubbed(cassette(*asked))["interactions"]

    numbered = ["idempotency-key-2", "idempotency-key-3", taken, "idempotency-key-2"]
    assert [each["request"]["headers"]["Idempotency-Key"] for each in made] == [
        [key] for key in numbered
    ]
    assert [each["response"]["headers"]["idempotency-key"] for each in made] == numbered


def test_an_answer_that_repeats_the_idempotency_key_repeats_its_number():
    key = "3f1c9b2d-not-a-key"
    text = json.dumps({"error": {"message": f"Try a key other than '{key}'."}})
    assert "other than 'idempotency-key-1'." in answer(text, sent={"Idempotency-Key": [key]})


def test_secrets_in_any_other_header_are_replaced():
    kept, got = headers(
        sent={"Referer": [f"https://company.zz/?email={quote(EMAIL)}"], KEY: "x", "N": [1, None]},
        got={"X-Data": b"whsec_not_a_secret", "Cookie-Policy": "none"},
    )
    assert kept == {
        "Referer": [f"https://company.zz/?email={quote(PLACEHOLDER)}"],
        MASKED: "x",
        "N": [1, None],
    }
    assert got["X-Data"].startswith(b"whsec_***")


def test_headers_in_a_list_of_pairs_are_scrubbed():
    sent = [["Authorization", f"Bearer {KEY}"], ["Cookie", "a=b"], ["Accept", "*/*"]]
    kept, _ = headers(sent=sent)
    assert kept == [["Authorization", f"Bearer {MASKED}"], ["Accept", "*/*"]]


# --- personal data ----------------------------------------------------------------------------

CUSTOMER = {
    "id": "cus_NeZw0zvTyquTfF",
    "object": "customer",
    "name": NAME,
    "email": EMAIL,
    "phone": "+49 151 000000",
    "address": {
        "line1": "1 Rosen Street",
        "line2": "",
        "city": "Rosenheim",
        "postal_code": "83022",
        "state": "BY",
        "country": "DE",
    },
    "shipping": {"name": NAME, "phone": None, "tracking_number": "ROSEN1"},
    "tax_ids": {"object": "list", "data": [{"object": "tax_id", "value": "DE987654321"}]},
    "preferred_locales": ["de"],
    "balance": 0,
}


def test_the_personal_data_of_a_customer_becomes_placeholders():
    customer = json.loads(answer(CUSTOMER))

    assert customer["name"] == customer["shipping"]["name"] == placeholders.name(NAME)
    assert customer["email"] == PLACEHOLDER
    assert customer["phone"].startswith("+1555")
    assert customer["address"]["line1"].endswith(" Example Street")
    assert customer["address"]["line2"] == ""
    assert customer["address"]["city"].startswith("Example City ")
    assert customer["address"]["state"].startswith("Example State ")
    assert customer["address"]["postal_code"].startswith("000")
    assert customer["address"]["country"] == "DE"
    assert customer["shipping"]["phone"] is None
    assert customer["shipping"]["tracking_number"].startswith("***")
    assert customer["tax_ids"]["data"][0]["value"].startswith("DE0000")
    assert {name: customer[name] for name in ("id", "preferred_locales", "balance")} == {
        name: CUSTOMER[name] for name in ("id", "preferred_locales", "balance")
    }


def test_a_change_reports_path_and_kind_and_never_the_text():
    told = changes(cassette(recording(string=json.dumps({**CUSTOMER, EMAIL: 1}))))

    where = "$.interactions[0].response.body.string"
    assert (f"{where}.shipping.name", "name") in told
    assert (f"{where}.tax_ids.data[0].value", "tax id") in told
    assert (f"{where}['{PLACEHOLDER}']", "e-mail") in told
    assert [kind for _, kind in told if kind in ("city", "state", "postal code", "phone")] == [
        "phone",
        "city",
        "postal code",
        "state",
    ]
    assert NAME not in str(told)
    assert EMAIL not in str(told)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("name", "Jenny Rosen"),
        ("name", "Jenny"),
        ("e-mail", "jenny.rosen@example.com"),
        ("e-mail", "jennyrosen@example.com"),
        ("phone", "+15551234567"),
        ("address", "27 Example Street"),
        ("city", "Example City 0a1b"),
        ("state", "Example State 0a1b"),
        ("postal code", "00012345"),
        ("tax id", "DE123456789"),
        ("tax id", "DE000012345"),
        ("tax id", "000"),
        ("ip address", "192.0.2.7"),
        ("ip address", "127.0.0.1"),
        ("ip address", "2001:db8::1"),
        ("date of birth", "1901-01-01"),
        ("identity number", "0000"),
        ("secret", "***"),
        ("shipment", "REDACTED"),
    ],
)
def test_values_of_the_documentation_and_placeholders_stay(kind, text):
    assert placeholders.BY_KIND[kind](text) == text


@pytest.mark.parametrize("kind", placeholders.BY_KIND)
def test_a_placeholder_differs_from_its_value_and_is_not_replaced_again(kind):
    for text in ("Jenny Q. Rosen", "x", "DE 811/907.980", "ATU99999999", "7", "é"):
        placeholder = placeholders.BY_KIND[kind](text)

        assert placeholder != text
        assert placeholders.BY_KIND[kind](placeholder) == placeholder
        assert placeholders.BY_KIND[kind](text) == placeholder
        assert leaks({"a": placeholder}) == []


def test_a_tax_id_keeps_its_form_and_its_country():
    assert placeholders.tax_id("ATU99999999")[:7] == "ATU0000"
    assert len(placeholders.tax_id("ATU99999999")) == 11
    assert placeholders.tax_id("98-7654321")[:6] == "00-00" + placeholders.tax_id("98-7654321")[5]
    assert placeholders.tax_id("RSNJNY01A41H501U")[:6] == "XXXXXX"
    assert placeholders.tax_id("no digits") == "000XX XXXXXX"
    assert placeholders.tax_id(EMAIL).startswith("***")


@pytest.mark.parametrize(
    ("payload", "stays"),
    [
        ({"object": "product", "name": "Gold"}, True),
        ({"object": "coupon", "name": "Gold"}, True),
        ({"object": "billing.meter", "name": "Gold"}, True),
        ({"object": "list", "data": [{"object": "plan", "name": "Gold"}]}, True),
        ({"object": "invoice", "custom_fields": [{"name": "Gold", "value": "x"}]}, True),
        ({"object": "product", "marketing_features": [{"name": "Gold"}]}, True),
        ({"object": "charge", "application": {"name": "Gold"}}, True),
        ({"object": "product", "metadata": {"name": "Gold"}}, True),
        ({"object": "shipping_rate", "display_name": "Gold"}, True),
        ({"object": "customer", "account_tax_ids": ["txi_1NotATaxId"]}, True),
        ({"object": "customer", "tax_id": "txi_1NotATaxId"}, True),
        ({"object": "tax_rate", "state": "CA", "jurisdiction": "City"}, True),
        ({"object": "invoice", "status_details": {"state": "Gold", "year": 5}}, True),
        ({"object": "card", "name": True, "dob": {"hour": 5}}, True),
        ({"object": 5, "name": "Gold"}, False),
        ({"name": "Gold"}, False),
        ({"object": "customer", "name": "Gold"}, False),
        ({"object": "customer", "metadata": {"name": "Gold"}}, False),
        ({"object": "event", "data": {"object": {"object": "customer", "name": "Gold"}}}, False),
        ({"object": "account", "display_name": "Gold"}, False),
        ({"object": "account", "business_profile": {"support_phone": "5"}}, False),
        ({"object": "charge", "billing_details": {"name": ["Gold"]}}, False),
        ({"object": "invoice", "customer_tax_ids": [{"value": "DE98"}]}, False),
        ({"object": "person", "dob": {"day": 5, "month": 6, "year": 1985}}, False),
        ({"object": "person", "dob": "1985-06-05"}, False),
        ({"object": "person", "address": "1 Rosen Street"}, False),
        ({"object": "payment_method", "ip": "10.0.0.1"}, False),
        ({"object": "person", "ssn_last_4": 1234}, False),
    ],
)
def test_the_type_of_object_decides_if_a_name_is_personal(payload, stays):
    for document in (payload, json.dumps(payload)):
        new, told = Scrubber().document(document)
        assert (new == document) is stays
        assert bool(told) is not stays
        assert Scrubber().document(new) == (new, [])


def test_a_date_of_birth_stays_a_date_in_numbers():
    person = {"object": "person", "dob": {"day": 5, "month": 6, "year": 1985}}
    expected = {"day": 1, "month": 1, "year": 1901}
    assert Scrubber().document(person)[0]["dob"] == expected
    assert json.loads(answer(person))["dob"] == expected


def test_a_customers_name_is_replaced_in_other_texts_too():
    first = recording(string=json.dumps(CUSTOMER))
    text = f"For {NAME} ({NAME}s), Rosenheim, 83022; Europe/Rosenheim"
    second = recording(string=json.dumps({"object": "invoice", "description": text}))
    made = scrubbed(cassette(first, second, note=NAME))

    customer, invoice = (
        json.loads(each["response"]["body"]["string"]) for each in made["interactions"]
    )
    assert made["note"] == customer["name"]
    city = customer["address"]["city"]
    expected = f"For {customer['name']} ({NAME}s), {city}, 83022; Europe/Rosenheim"
    assert invoice["description"] == expected


@pytest.mark.parametrize("name", ["paid", "Eve", "Stripe", "1099", "Example", "usd"])
def test_a_name_that_is_a_common_word_is_replaced_in_its_property_alone(name):
    payload = {"object": "invoice", "customer_name": name, "status": name}
    new, _ = Scrubber().document(payload)
    assert new["customer_name"] != name
    assert new["status"] == name


@pytest.mark.parametrize("phone", ["4915100000000", "+49 151 000000", "jenny@phone"])
def test_a_known_phone_number_is_replaced_in_other_texts_too(phone):
    new, _ = Scrubber().document({"phone": phone, "text": f"call {phone}!"})
    assert new["text"] == f"call {new['phone']}!"


def test_json_keeps_its_layout_order_and_numbers():
    for text in (
        '{"z": 1.10, "email": "%s", "a": 12345678901234567890123, "n": 1E+2}',
        '{"z":1.10,"email":"%s","email":"x","a":[true,false,null]}',
        '{\n\t"email" :  "%s" ,\n\t"t": "\\u00e9\\/"\n}\n',
        '\ufeff{"email": "%s"}',
        '{"email": "%s"}\n{"b": 2}\n',
    ):
        expected = text % PLACEHOLDER
        assert answer(text % EMAIL) == expected.replace('"x"', f'"{placeholders.email("x")}"')


def test_json_keeps_its_escapes_of_other_characters():
    assert answer(json.dumps({"a": f"é {EMAIL}"})) == json.dumps({"a": f"é {PLACEHOLDER}"})
    for text in ('{"a": "é %s", "b": "é"}', '{"a": "\\ud83d\\ude00 %s"}'):
        assert json.loads(answer(text % EMAIL)) == json.loads(text % PLACEHOLDER)
    assert answer('{"a": "é", "b": "\\ud800 EMAIL"}'.replace("EMAIL", EMAIL)) == (
        '{"a": "é", "b": "\\ud800 PLACEHOLDER"}'.replace("PLACEHOLDER", PLACEHOLDER)
    )


# --- requests ---------------------------------------------------------------------------------


def test_the_fields_of_a_form_are_read_as_stripe_reads_them():
    fields = {
        "name": NAME,
        "email": EMAIL,
        "shipping[address][line1]": "1 Rosen Street",
        "tax_id_data[0][value]": "DE987654321",
        "tax_id_data[0][type]": "eu_vat",
        "metadata[order]": "6735",
        "description": f"Customer {NAME}",
        "card[number]": "4242 4242 4242 4242",
        "expand[]": "tax_ids",
        "nothing": "",
    }
    new = dict(parse_qsl(form(urlencode(fields)), keep_blank_values=True))

    assert new["name"] == placeholders.name(NAME)
    assert new["description"] == f"Customer {placeholders.name(NAME)}"
    assert new["email"] == PLACEHOLDER
    assert new["shipping[address][line1]"] == placeholders.street("1 Rosen Street")
    assert new["tax_id_data[0][value]"] == placeholders.tax_id("DE987654321")
    assert new["card[number]"] == "***4242"
    assert {name: new[name] for name in fields if new[name] == fields[name]} == {
        "tax_id_data[0][type]": "eu_vat",
        "metadata[order]": "6735",
        "expand[]": "tax_ids",
        "nothing": "",
    }


def test_a_form_keeps_the_encoding_of_its_other_fields():
    text = f"a=%7e+b&metadata%5Bx%5D=%C3%A9&&email={quote(EMAIL)}&c"
    assert form(text) == text.replace(quote(EMAIL), quote(PLACEHOLDER))
    assert form(f"a[{KEY}]=1&b=2") == f"a[{MASKED}]=1&b=2"
    assert form("x=jenny+tag%40company.zz&y=sk_test%5Fnot_a_key") == (
        f"x={quote(placeholders.email('jenny+tag@company.zz'))}&y={MASKED}"
    )


@pytest.mark.parametrize(
    ("path", "text", "stays"),
    [
        ("products", "name=Gold", True),
        ("products/prod_1NotAProduct", "name=Gold", True),
        ("test_helpers/test_clocks", "name=Gold", True),
        ("checkout/sessions", "line_items[0][price_data][product_data][name]=Gold", True),
        ("customers", "name=Gold", False),
        ("customers/cus_1NotACustomer/tax_ids", "type=eu_vat&value=DE98", False),
        ("apps/secrets", "name=Gold&payload=notasecret", False),
    ],
)
def test_the_path_of_a_request_decides_if_a_name_is_personal(path, text, stays):
    new = form(text, uri=f"https://api.stripe.com/v1/{path}?expand[]=x")
    assert (new == text) is stays
    assert ("name=Gold" in new) is (path != "customers" and "name=Gold" in text)


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        (
            f"{URL}?email={quote(EMAIL)}&expand%5B%5D=x",
            f"{URL}?email={quote(PLACEHOLDER)}&expand%5B%5D=x",
        ),
        (f"{URL}/{quote(EMAIL)}/x%2Fy", f"{URL}/{quote(PLACEHOLDER)}/x%2Fy"),
        (f"{URL}#{KEY}", f"{URL}#{MASKED}"),
        (f"{URL}/sk%5Ftest_not_a_key/x%2Fy", f"{URL}/{MASKED}/x%2Fy"),
        (f"{URL}#sk%5Ftest_not_a_key", f"{URL}#{MASKED}"),
        (
            f"{URL}/{IN_TWO_SEGMENTS}",
            f"https://api.stripe.com/{placeholders.secret(f'{URL}/{IN_TWO_SEGMENTS}')}",
        ),
        ("https://sk%5Ftest_not_a_key/", placeholders.secret("https://sk%5Ftest_not_a_key/")),
        (f"{URL}?x=1#{KEY}", f"{URL}?x=1#{MASKED}"),
        (
            "https://[broken?name=Gold%20R.",
            f"https://[broken?name={quote(placeholders.name('Gold R.')).replace('%20', '+')}",
        ),
    ],
)
def test_a_url_keeps_everything_but_its_secrets(uri, expected):
    new = scrubbed(cassette(recording(uri=uri)))
    assert new["interactions"][0]["request"]["uri"] == expected


@pytest.mark.parametrize(
    ("body", "sent"),
    [
        (urlencode({"name": NAME, "description": f"for {NAME}"}), {}),
        (json.dumps({"name": NAME}), {"Content-Type": "application/json"}),
        (json.dumps({"name": NAME}), {}),
        ("{not json&name=Gold+R.", {"Content-Type": "application/x-www-form-urlencoded"}),
        ("[" * 300 + "]" * 300, {}),
        ("", {}),
    ],
)
def test_a_request_is_scrubbed_as_in_a_cassette(body, sent):
    uri = f"{URL}?email={quote(EMAIL)}"
    request = Request("POST", uri, httpx.Headers(sent), body.encode())
    if body.startswith("[["):
        with pytest.raises(Unscannable, match="levels deep"):
            Scrubber().request(request)
        return
    listed = {name: [value] for name, value in sent.items()}
    answered = recording(body, json.dumps({"name": "customers"}), uri=uri, sent=listed)
    made = scrubbed(cassette(answered))["interactions"][0]["request"]

    alone = Scrubber().request(request)
    assert (alone.url, alone.body.decode()) == (made["uri"], made["body"])
    assert Scrubber().request(alone) is alone
    assert alone.headers == request.headers
    assert request.body == body.encode()


def test_the_answer_has_no_influence_on_the_scrubbed_request():
    text = f"description=for+{quote(NAME)}"
    document = cassette(recording(text, json.dumps(CUSTOMER)), recording(f"name={quote(NAME)}"))
    made = scrubbed(document)["interactions"]

    assert made[0]["request"]["body"] == text
    assert Scrubber().request(Request("POST", URL, body=text.encode())).body == text.encode()


def test_a_request_with_a_new_body_has_its_length():
    body = gzip.compress(json.dumps({"name": NAME}).encode())
    sent = httpx.Headers(
        {"Content-Length": "5", "Content-Encoding": "gzip", "Content-Type": "application/json"}
    )
    new = Scrubber().request(Request("POST", URL, sent, body))

    assert json.loads(new.body) == {"name": placeholders.name(NAME)}
    assert dict(new.headers) == {
        "content-length": str(len(new.body)),
        "content-type": "application/json",
    }
    plain = Scrubber().request(Request("POST", URL, httpx.Headers(), b"name=Gold"))
    assert dict(plain.headers) == {}


def test_a_body_of_fields_or_chunks_is_scrubbed_as_a_form():
    assert form({"name": NAME, "shipping[name]": NAME}) == {
        "name": placeholders.name(NAME),
        "shipping[name]": placeholders.name(NAME),
    }
    assert form([["name", NAME], ["x", 1]]) == [["name", placeholders.name(NAME)], ["x", 1]]
    assert form([("name", "Gold"), ("x", KEY)]) == [
        ("name", placeholders.name("Gold")),
        ("x", MASKED),
    ]
    assert form(["x=sk_te", b"st_not_a_key"]) == [b"x=sk_test_***"]
    assert form(["x=", "y"]) == ["x=", "y"]
    assert form([["x", 1]]) == [["x", 1]]
    assert form([]) == []
    assert form(None) is None


# --- rules ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rules", "payload", "expected"),
    [
        (
            {"footer": True},
            {"footer": "a", "b": "a"},
            {"footer": placeholders.secret("a"), "b": "a"},
        ),
        ({"footer": True}, {"footer": None}, {"footer": None}),
        ({"footer": True}, {"footer": True}, {"footer": True}),
        ({"footer": True}, {"footer": 5}, {"footer": 0}),
        ({"footer": True}, {"footer": ["a"]}, {"footer": [placeholders.secret("a")]}),
        ({"shop": True}, {"shop": {"a": "b"}}, {"shop": {"a": placeholders.secret("b")}}),
        ({"shop": True, "a": False}, {"shop": {"a": "b"}}, {"shop": {"a": "b"}}),
        ({"email": True}, {"email": EMAIL}, {"email": PLACEHOLDER}),
        ({"name": False}, {"name": NAME}, {"name": NAME}),
        ({"name": None}, {"name": NAME}, {"name": NAME}),
        ({"customer.name": False}, {"customer": {"name": NAME}}, {"customer": {"name": NAME}}),
        (
            {"name": True, "customer.name": False},
            {"customer": {"name": NAME}},
            {"customer": {"name": NAME}},
        ),
        ({"a": False}, {"a": f"{KEY} {EMAIL}"}, {"a": f"{MASKED} {EMAIL}"}),
        ({"a": "***"}, {"a": 5}, {"a": "***"}),
        ({"a": "***"}, {"a": {"b": 5}}, {"a": "***"}),
        ({"a": "***"}, {"a": ["x", "y"]}, {"a": ["***", "***"]}),
        ({"a": "***"}, {"a": None}, {"a": None}),
        ({"a": "***"}, {"a": ""}, {"a": ""}),
        ({"a": KEY}, {"a": "b"}, {"a": MASKED}),
        ({"a": "b"}, {"a": "b"}, {"a": "b"}),
        ({"a": str.upper}, {"a": "b"}, {"a": "B"}),
        ({"a": lambda value: value + "!"}, {"a": "b"}, {"a": "b!"}),
        ({"a": lambda value: [*value.values()]}, {"a": {"b": [1.5]}}, {"a": [[1.5]]}),
        ({"a": lambda _value: None}, {"a": "b"}, {"a": None}),
    ],
)
def test_a_rule_decides_what_becomes_of_a_field(rules, payload, expected):
    assert scrubbed(payload, rules) == expected
    text = scrubbed(cassette(recording(string=json.dumps(payload))), rules)
    assert json.loads(text["interactions"][0]["response"]["body"]["string"]) == expected
    assert all(kind == "stripe_scrub" for _, kind in changes(payload, {**rules, "a": "c"})[:1])


def test_rules_hold_in_forms_and_queries_by_name_and_by_path():
    rules = {"metadata.a": "x y", "email": False, "b": lambda value: value + "!", "shop": True}
    text = f"metadata[a]=1&email={EMAIL}&b=2&shop[0][c]=d&description=e"
    new = scrubbed(cassette(recording(text, uri=f"{URL}?{text}#{KEY}")), rules)

    [made] = new["interactions"]
    expected = (
        f"metadata[a]=x+y&email={EMAIL}&b=2%21&shop[0][c]={placeholders.secret('d')}&description=e"
    )
    assert made["request"]["body"] == expected
    assert made["request"]["uri"] == f"{URL}?{expected}#{MASKED}"


def test_rules_hold_for_headers_in_any_case():
    rules = {
        "x-kept": False,
        "X-Put": "here",
        "x-gone": lambda _value: None,
        "x-made": str.upper,
        "X-Masked": True,
        "cookie": False,
    }
    sent = {
        "X-Kept": [f"{EMAIL} {KEY}"],
        "X-PUT": ["there"],
        "X-Gone": ["a"],
        "X-Made": "a",
        "X-Masked": ["a"],
        "Cookie": ["a=b"],
    }
    [made] = scrubbed(cassette(recording(sent=sent)), rules)["interactions"]

    assert made["request"]["headers"] == {
        "X-Kept": [f"{EMAIL} {MASKED}"],
        "X-PUT": ["here"],
        "X-Made": "A",
        "X-Masked": [placeholders.secret("a")],
        "Cookie": ["a=b"],
    }


def test_a_rule_is_applied_once_to_a_field():
    rules = {"name": lambda value: f"{value}!", "description": lambda value: f"{value}?"}
    text = json.dumps({"name": "A", "email": EMAIL, "description": "b", "note": f"{EMAIL} {NAME}",
                       "customer_name": NAME})  # fmt: skip
    new = scrubbed(cassette(recording(text, text)), rules)["interactions"][0]
    for body in (new["request"]["body"], new["response"]["body"]["string"]):
        assert json.loads(body)["name"] == "A!"
        assert json.loads(body)["description"] == "b?"


@pytest.mark.parametrize(
    ("rules", "text"),
    [
        (["name"], "expected a dict"),
        ({1: True}, "expected a property, a header, or a path"),
        ({"": True}, "expected a property, a header, or a path"),
        ({"name": 5}, "stripe_scrub['name']=5: expected True, False, None, a text or a function"),
    ],
)
def test_a_rule_of_another_kind_is_refused(rules, text):
    with pytest.raises(InvalidOption) as caught:
        Scrubber(rules)
    assert text in str(caught.value)


def test_a_rule_that_raises_is_refused():
    for document in ({"a": 5}, cassette(recording(sent={"a": 5}))):
        with pytest.raises(InvalidOption, match="it raised TypeError"):
            Scrubber({"a": str.upper}).document(document)
