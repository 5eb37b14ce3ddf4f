import datetime as dt
import json
import pickle
import subprocess
import sys
from decimal import Decimal

import httpx
import pytest
import stripe
from helpers.answers import documented, faultless

from pytest_stripe_contract._support.json_path import ABSENT
from pytest_stripe_contract.contract import contract as contract_module
from pytest_stripe_contract.contract.contract import Contract
from pytest_stripe_contract.contract.finding import ContractViolation
from pytest_stripe_contract.contract.payload import NotAPayload, UnreadResponse
from pytest_stripe_contract.errors import UnknownName
from pytest_stripe_contract.schemas import (
    exact_schema,
    fast_validator,
    load_schema,
    reference_validator,
)
from pytest_stripe_contract.stripe_api import resources as shipped
from pytest_stripe_contract.stripe_api import versions

VERSION = "2023-10-16"
INVOICE_PAGE = "https://docs.stripe.com/api/invoices/object"
LINE_PAGE = "https://docs.stripe.com/api/invoice-line-item/object"
ERROR_PAGE = "https://docs.stripe.com/api/errors"
ERROR = {
    "error": {
        "message": "This invoice has already been marked uncollectible.",
        "request_log_url": "https://dashboard.stripe.com/acct_1/test/workbench/logs?object=req_1",
        "type": "invalid_request_error",
    }
}


@pytest.fixture
def contract():
    return Contract(VERSION)


@pytest.fixture
def invoice():
    return faultless()


def texts(findings, kind="violation"):
    return [str(finding) for finding in findings if finding.kind == kind]


def listed(*invoices, **other):
    return {"object": "list", "data": [*invoices], "has_more": False, "url": "/v1/invoices"} | other


def test_the_documented_answer_keeps_to_the_contract_of_its_version(contract):
    contract.validate(documented())
    assert contract.is_valid(documented())


def test_the_same_text_again_is_not_read_again(contract, monkeypatch):
    text = json.dumps(faultless() | {"description": "Read once."})
    assert contract.is_valid(text)
    assert list(contract.iter_findings(text)) == []

    monkeypatch.setattr("pytest_stripe_contract.contract.payload.parse", None)
    contract.validate(text)
    with pytest.raises(TypeError):
        Contract("2024-06-20").validate(text)  # another version has not seen it


def test_an_undocumented_property_may_be_named_by_a_digit(contract, invoice):
    invoice |= {"0": 5, "amount_due": "5"}
    invoice["lines"]["data"][0]["0"] = {"1": 5}
    paths = [finding.path for finding in contract.iter_findings(invoice)]
    assert paths == ["$.amount_due", "$.lines.data[0]['0']", "$['0']"]


def test_long_texts_and_many_texts_are_not_remembered(contract):
    for number in range(300):
        contract.validate(json.dumps({"id": f"in_{number}", "object": "invoice", "deleted": True}))
    padded = json.dumps(faultless()) + " " * (1 << 16)
    contract.validate(padded)

    remembered = contract_module._valid_texts
    assert len(remembered) < 300
    assert (padded, "2023-10-16") not in remembered


def test_oddities_of_the_documented_answer_are_drift(contract):
    since, once = (
        "unix seconds once status is uncollectible",
        "a value once status is uncollectible",
    )
    assert texts(contract.iter_findings(documented()), "drift") == [
        f"$.ending_balance: expected {once}, got null",
        f"$.hosted_invoice_url: expected {once}, got null",
        f"$.invoice_pdf: expected {once}, got null",
        "$.lines.data[0].plan: missing; documented as object or null",
        f"$.number: expected {once}, got null",
        f"$.status_transitions.finalized_at: expected {since}, got null",
        f"$.status_transitions.marked_uncollectible_at: expected {since}, got null",
        "$.closed: unknown property: Stripe does not document it",
        "$.forgiven: unknown property: Stripe does not document it",
        "$.effective_at: missing; documented as integer or null",
        "$.rendering: missing; documented as object or null",
        "$.subscription_details: missing; documented as object or null",
    ]


def test_drift_breaks_a_strict_contract_only(contract, invoice):
    strict = Contract(VERSION, strict=True)
    odd = {**invoice, "closed": True}
    assert contract.is_valid(odd)
    assert not strict.is_valid(odd)
    assert strict.is_valid(invoice)
    with pytest.raises(ContractViolation, match=": 0 violations, 1 drift\n"):
        strict.validate(odd)


def test_a_violation_is_an_assertion_error_that_lists_all_findings_worst_first(contract, invoice):
    invoice["amount_remaining"] = 600
    invoice["closed"] = True
    invoice["status"] = "uncolectible"
    invoice["lines"]["data"][0]["amount"] = "1099"
    with pytest.raises(AssertionError) as caught:
        contract.validate(invoice)
    assert str(caught.value).splitlines() == [
        "invoice in_1MtG0nLkdIwHu7ixAaUw3Cb4 breaks API version 2023-10-16: 3 violations, 1 drift",
        '  violation  $.lines.data[0].amount: expected integer, got "1099" (string)',
        f'  violation  $.status: expected one of {STATUSES}; got "uncolectible"',
        "  violation  $.amount_remaining: expected amount_due - amount_paid = 599, got 600",
        "  drift      $.closed: unknown property: Stripe does not document it",
        f"  see {LINE_PAGE}",
        f"  see {INVOICE_PAGE}",
    ]


def test_findings_of_one_rank_come_as_they_come_in_the_document(contract, invoice):
    wrong = {"total": "1", "amount_due": "2", "livemode": 3}
    shuffled = {**wrong, **{name: value for name, value in invoice.items() if name not in wrong}}
    for payload, order in ((invoice | wrong, [1, 2, 0]), (shuffled, [0, 1, 2])):
        found = [each.path for each in contract.iter_findings(payload)]
        assert found == [f"$.{[*wrong][index]}" for index in order]


def broken(path, value):
    *parents, last = path.split(".")

    def change(payload):
        here = payload
        for step in parents:
            here = here[int(step) if step.isdigit() else step]
        if value is ABSENT:
            del here[last]
        else:
            here[last] = value

    return change


LINE = "lines.data.0"
REASONS = (
    "automatic_pending_invoice_item_invoice, manual, quote_accept, subscription, "
    "subscription_create, subscription_cycle, subscription_threshold, subscription_update, upcoming"
)
STATUSES = "draft, open, paid, uncollectible, void"
SOURCE = "one of account, bank_account, card, source"


@pytest.mark.parametrize(
    ("path", "value", "text"),
    [
        ("created", None, "$.created: expected integer, got null"),
        ("due_date", "soon", '$.due_date: expected integer or null, got "soon" (string)'),
        ("paid", 0, "$.paid: expected boolean, got 0 (integer)"),
        ("lines", [], "$.lines: expected object, got an array of 0 items"),
        ("total", 1.5, "$.total: expected integer, got 1.5 (number)"),
        ("total", 2**64, "$.total: expected an integer of 64 bits, got 18446744073709551616"),
        ("total", float("nan"), "$.total: expected integer, got NaN (number)"),
        ("currency", "USD", '$.currency: expected three lower-case letters, got "USD"'),
        ("currency", "usd\n", '$.currency: expected three lower-case letters, got "usd\\n"'),
        ("object", ABSENT, None),
        ("id", ABSENT, "$.id: missing; documented as string"),
        (f"{LINE}.id", ABSENT, "$.lines.data[0].id: missing; documented as string"),
        (f"{LINE}.object", "item", '$.lines.data[0].object: expected line_item, got "item"'),
        ("metadata", {"a key": 1}, "$.metadata['a key']: expected string, got 1 (integer)"),
        (
            "billing_reason",
            "because",
            f'$.billing_reason: expected one of {REASONS}; got "because"',
        ),
        ("customer", 5, "$.customer: expected string, object or null; got 5 (integer)"),
        ("customer", {"id": "cus_1"}, "$.customer.object: missing; documented as customer"),
        (
            "customer",
            {"id": "cus_1", "object": "account"},
            '$.customer.object: expected customer, got "account"',
        ),
        (
            "default_source",
            {"id": 1, "object": "card"},
            "$.default_source.id: expected string, got 1 (integer)",
        ),
        (
            "default_source",
            {"id": "x", "object": "purse"},
            f'$.default_source.object: expected {SOURCE}; got "purse"',
        ),
        (
            "default_source",
            {"id": "x", "object": []},
            f"$.default_source.object: expected {SOURCE}; got an array of 0 items",
        ),
        (
            "default_source",
            {"id": "x"},
            f"$.default_source.object: missing; expected {SOURCE}",
        ),
        (
            "discounts",
            ["di_1", True],
            "$.discounts[1]: expected string or object, got true (boolean)",
        ),
        (
            "created",
            dt.date(2023, 4, 4),
            "$.created: expected integer, got datetime.date(2023, 4, 4) (date)",
        ),
    ],
)
def test_a_violation_has_its_path_and_a_text(contract, invoice, path, value, text):
    broken(path, value)(invoice)
    text = text or "$.object: missing; expected invoice, list of invoices, event or error"
    assert texts(contract.iter_findings(invoice)) == [text]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("customer", {"id": "cus_1", "object": "customer", "anything": {"else": 1}}),
        ("default_source", {"id": "ba_1", "object": "bank_account", "last4": "6789"}),
        ("metadata", {"order": "6735", "odd key": ""}),
        (f"{LINE}.price.unit_amount_decimal", Decimal("-999.5")),
    ],
)
def test_documented_values_have_no_finding(contract, invoice, path, value):
    broken(path, value)(invoice)
    assert list(contract.iter_findings(invoice)) == []


def test_a_difference_inside_an_expanded_object_has_its_path(contract, invoice):
    invoice["from_invoice"] = {"action": "revision", "invoice": "in_0", "extra": 1}
    [finding] = contract.iter_findings(invoice)
    assert (finding.kind, finding.path) == ("drift", "$.from_invoice.extra")


def test_a_new_value_of_an_open_enum_is_drift_and_names_the_nearest_known(contract, invoice):
    known = load_schema("invoice", VERSION)["$defs"]["invoice.customer_tax_id"]
    known = known["properties"]["type"]["examples"]
    invoice["customer_tax_ids"][1]["type"] = "eu_vats"
    [finding] = contract.iter_findings(invoice)
    assert (finding.kind, finding.rule, finding.actual) == ("drift", "enum", "eu_vats")
    assert finding.path == "$.customer_tax_ids[1].type"
    assert finding.expected.startswith(f"one of {len(known)} values (eu_vat, ")
    invoice["customer_tax_ids"][1]["type"] = 5
    text = "$.customer_tax_ids[1].type: expected string, got 5 (integer)"
    assert [str(each) for each in contract.iter_findings(invoice)] == [text]


def test_every_finding_links_the_page_of_its_object(contract, invoice):
    invoice["lines"]["data"][0] |= {"amount": None, "extra": 1}
    invoice["lines"]["has_more"] = invoice["paid"] = None
    line, own = [LINE_PAGE, LINE_PAGE], [INVOICE_PAGE, INVOICE_PAGE]
    docs = {each.path: each.docs for each in contract.iter_findings(invoice)}
    assert sorted(docs.values()) == sorted(line + own)
    assert docs["$.lines.data[0].extra"] == LINE_PAGE
    docs = {each.path: each.docs for each in contract.iter_findings(listed(invoice, has_more=0))}
    assert docs["$.data[0].lines.data[0].extra"] == LINE_PAGE
    assert docs["$.data[0].paid"] == INVOICE_PAGE
    assert docs["$.has_more"] == "https://docs.stripe.com/api/pagination"


def test_a_list_is_checked_item_by_item(contract, invoice):
    contract.validate(listed())
    contract.validate(listed(invoice, invoice, total_count=2))
    wrong = {**invoice, "paid": "no", "amount_remaining": 0}
    payload = listed(invoice, wrong, {"object": "customer"}, 5, {"id": "in_1"}, next=None)
    assert [str(each) for each in contract.iter_findings(payload)] == [
        '$.data[1].paid: expected boolean, got "no" (string)',
        '$.data[2].object: expected invoice, got "customer"',
        "$.data[3]: expected object, got 5 (integer)",
        "$.data[4].object: missing; expected invoice",
        "$.data[1].amount_remaining: expected amount_due - amount_paid = 599, got 0",
        "$.next: unknown property: Stripe does not document it",
    ]


def test_the_items_of_a_list_may_be_objects_of_the_stripe_package(contract, invoice):
    item = stripe.Invoice.construct_from({**invoice, "paid": 1}, "sk_test_1")
    [finding] = contract.iter_findings(listed(item))
    assert str(finding) == "$.data[0].paid: expected boolean, got 1 (integer)"


def test_a_list_without_data_is_a_violation(contract):
    assert texts(contract.iter_findings(listed(data=None))) == ["$.data: expected array, got null"]


def test_a_deleted_invoice_is_three_properties(contract):
    deleted = {"id": "in_1", "object": "invoice", "deleted": True}
    assert list(contract.iter_findings(deleted)) == []
    [finding] = contract.iter_findings({**deleted, "id": 1})
    assert str(finding) == "$.id: expected string, got 1 (integer)"
    assert finding.docs == "https://docs.stripe.com/api/invoices/delete"
    [finding] = contract.iter_findings({"object": "invoice", "deleted": True})
    assert str(finding) == "$.id: missing; documented as string"


def test_errors_are_checked_too(contract):
    assert list(contract.iter_findings(ERROR)) == []
    [finding] = contract.iter_findings({"error": {**ERROR["error"], "type": "client_error"}})
    assert finding.path == "$.error.type"
    assert finding.docs == ERROR_PAGE
    assert texts(contract.iter_findings({"error": "no"})) == [
        '$.error: expected object, got "no" (string)'
    ]


@pytest.mark.parametrize(
    ("payload", "text"),
    [
        ({"id": "cus_1", "object": "customer"}, '$.object: {}; got "customer"'),
        ({}, "$.object: missing; {}"),
        ({"object": []}, "$.object: {}; got an array of 0 items"),
        (listed({"object": "customer"}), '$.data[0].object: expected invoice, got "customer"'),
        (listed(url="/v1/customers"), '$.url: expected /v1/invoices, got "/v1/customers"'),
        ([], "$: expected object, got an array of 0 items"),
        ("[1]", "$: expected object, got an array of 1 item"),
        (5, "$: expected object, got 5 (integer)"),
        (None, "$: expected object, got null"),
        ("<html>", '$: expected JSON (line 1 column 1: Expecting value), got "<html>"'),
        (b"", '$: expected JSON (line 1 column 1: Expecting value), got ""'),
    ],
)
def test_anything_else_is_one_violation(contract, payload, text):
    expected = "expected invoice, list of invoices, event or error"
    assert [str(each) for each in contract.iter_findings(payload)] == [text.format(expected)]
    assert not contract.is_valid(payload)


def test_a_response_with_an_error_must_have_an_error_status(contract, invoice):
    assert list(contract.iter_findings(httpx.Response(200, json=invoice))) == []
    assert list(contract.iter_findings(httpx.Response(400, json=ERROR))) == []
    [finding] = contract.iter_findings(httpx.Response(404, json=invoice))
    expected = "$: expected an error (HTTP status 404), got an object of"
    assert str(finding).startswith(expected)
    assert finding.docs == ERROR_PAGE
    [finding] = contract.iter_findings(httpx.Response(200, json=ERROR))
    assert str(finding) == (
        "$.error: expected no error (HTTP status 200), got an object of 3 properties"
    )
    assert finding.docs == ERROR_PAGE


def test_a_response_that_is_not_json_is_a_violation(contract):
    for status in (200, 502):
        response = httpx.Response(status, text="<html>Bad Gateway")
        assert [each.path for each in contract.iter_findings(response)] == ["$"]


def test_an_unread_stream_and_an_unknown_type_raise(contract):
    with pytest.raises(UnreadResponse):
        contract.iter_findings(httpx.Response(200, stream=httpx.ByteStream(b"{}")))
    with pytest.raises(NotAPayload):
        contract.iter_findings(object())


@pytest.mark.parametrize(
    ("payload", "covered"),
    [
        ({"object": "invoice"}, True),
        (ERROR, True),
        (listed(), True),
        ({"object": "customer"}, False),
        (listed({"object": "customer"}), False),
        ({}, False),
        ([], False),
        ("<html>", False),
    ],
)
def test_covers_is_true_for_the_kinds_of_the_contract(contract, payload, covered):
    assert contract.covers(payload) is covered


@pytest.mark.parametrize(
    ("payload", "subject"),
    [
        ({"id": "in_1", "object": "invoice"}, "invoice in_1"),
        ({"id": 1, "object": "invoice"}, "invoice"),
        ({"id": "in\n1", "object": "invoice"}, 'invoice "in\\n1"'),
        ({"id": "in_1", "object": "invoice", "deleted": True, "more": 1}, "deleted invoice in_1"),
        (listed(5), "list of invoices"),
        ({"error": 1}, "error"),
        ({"id": "cus_1", "object": "customer"}, "customer cus_1"),
        ({"object": 5}, "payload"),
        ([], "payload"),
        ("<html>", "payload"),
    ],
)
def test_the_first_line_of_a_violation_names_the_payload(payload, subject):
    with pytest.raises(ContractViolation) as caught:
        Contract(VERSION, strict=True).validate(payload)
    assert caught.value.subject == subject


def test_an_unknown_version_is_an_error_that_lists_the_known():
    with pytest.raises(UnknownName, match="unknown API version 'nope'; nearest"):
        Contract("nope")


def test_a_contract_knows_its_version_and_release_line(contract):
    assert contract.api_version == VERSION
    assert contract.line == versions.resolve(VERSION)
    assert contract.line.name == VERSION


def test_a_contract_survives_pickle(contract):
    copy = pickle.loads(pickle.dumps(contract))
    assert (copy, copy.line) == (contract, contract.line)


@pytest.mark.parametrize("line", versions.LINES, ids=lambda line: line.name)
@pytest.mark.parametrize("name", ["invoice", "event", "error"])
def test_both_validators_take_the_schema_of_every_release_line(name, line):
    assert fast_validator(name, line.name).is_valid({}) is reference_validator(
        name, line.name
    ).is_valid({})


@pytest.mark.parametrize(
    ("schema", "value", "text"),
    [
        ({"type": "integer", "minimum": 0}, -1, "at least 0, got -1"),
        ({"type": "integer", "maximum": 9}, 10, "at most 9, got 10"),
        ({"type": "integer"}, -(2**63) - 1, "an integer of 64 bits, got -9223372036854775809"),
        (
            {"type": "integer", "minimum": 0, "maximum": 99_999_999_999},
            1680638365000,
            "unix seconds, got 1680638365000",
        ),
        ({"type": "string", "minLength": 1}, "", 'text that is not empty, got ""'),
        ({"type": "string", "minLength": 2}, "", 'text of at least 2 characters, got ""'),
        ({"type": "string", "maxLength": 2}, "abc", 'text of at most 2 characters, got "abc"'),
        ({"type": "string", "pattern": "^a+$"}, "b", 'text that matches ^a+$, got "b"'),
        ({"enum": [True, 1]}, "x", 'one of true, 1; got "x"'),
        ({"type": ["string", "null"], "examples": ["a", "b"]}, "x", 'one of a, b; got "x"'),
        (
            {"type": ["string", "null"], "examples": ["a", "b"]},
            5,
            "string or null, got 5 (integer)",
        ),
        (
            {"anyOf": [{"$ref": "#/$defs/it"}, {"type": "null"}]},
            5,
            "object or null, got 5 (integer)",
        ),
    ],
)
def test_each_keyword_has_its_words(tmp_path, monkeypatch, schema, value, text):
    it = {"type": "object", "properties": {}}
    root = {"type": "object", "properties": {"object": {}, "it": schema}, "$defs": {"it": it}}
    found = findings_of(root, {"object": "invoice", "it": value}, tmp_path, monkeypatch)
    assert [str(each) for each in found] == [f"$.it: expected {text}"]


@pytest.mark.parametrize(
    ("schema", "text"),
    [
        ({"enum": ["a", "b", None]}, "one of a, b or null"),
        ({"enum": ["a", None]}, "a or null"),
        ({"const": True}, "true"),
        ({"type": ["string", "null"], "examples": ["a"]}, "string or null"),
        ({"anyOf": [{"type": "string"}, {"$ref": "#/$defs/it"}]}, "string or object"),
        ({}, "a value"),
    ],
)
def test_a_missing_property_is_described(tmp_path, monkeypatch, schema, text):
    it = {"type": "object", "properties": {}}
    root = {"required": ["it"], "properties": {"object": {}, "it": schema}, "$defs": {"it": it}}
    [found] = findings_of(root, {"object": "invoice"}, tmp_path, monkeypatch)
    assert (found.kind, str(found)) == ("drift", f"$.it: missing; documented as {text}")


def findings_of(schema, payload, tmp_path, monkeypatch):
    """The findings by a schema file of the test's own."""
    (tmp_path / "invoice").mkdir()
    (tmp_path / "invoice" / f"{VERSION}.json").write_text(json.dumps(schema))
    monkeypatch.setattr(shipped, "SCHEMAS", tmp_path)
    caches = (
        load_schema,
        exact_schema,
        fast_validator,
        reference_validator,
    )
    for cached in caches:
        cached.cache_clear()
    try:
        return list(Contract(VERSION).iter_findings(payload))
    finally:
        for cached in caches:
            cached.cache_clear()


def test_a_verdict_without_findings_imports_neither_jsonschema_nor_any_client(invoice):
    program = """
import sys
from pytest_stripe_contract.schemas import fast_validator
from pytest_stripe_contract.contract import Contract
contract = Contract("2023-10-16")
assert fast_validator.cache_info().currsize == 0, "compiled before it was needed"
assert list(contract.iter_findings(sys.stdin.read())) == []
heavy = {"jsonschema", "stripe", "httpx", "requests", "pytest", "vcr", "yaml"}
assert not heavy & sys.modules.keys(), heavy & sys.modules.keys()
assert contract.is_valid({"object": "nothing"}) is False
assert contract.is_valid({"object": "invoice"}) is False
assert "jsonschema" in sys.modules
"""
    subprocess.run(
        [sys.executable, "-c", program], input=json.dumps(invoice), text=True, check=True
    )


def test_on_drift_receives_drift_but_no_violations():
    drift = []
    contract = Contract("2023-10-16", on_drift=drift.append)

    findings = list(contract.iter_findings({"id": "in_1", "object": "invoice", "total": "3"}))

    assert drift == [each for each in findings if each.kind == "drift"]
    assert len(drift) == len(findings) - 1
