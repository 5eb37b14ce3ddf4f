"""Every variant of the shipped cassettes is legal, and no legal variant is missing."""

from __future__ import annotations

from itertools import combinations, product

import pytest

from pytest_stripe_contract.cassettes import list_shipped, load_shipped
from pytest_stripe_contract.contract.contract import Contract
from pytest_stripe_contract.replay import recorded_answers
from pytest_stripe_contract.schemas import load_schema
from pytest_stripe_contract.schemas.walker import EVERY, types_of, values_of
from pytest_stripe_contract.stripe_api import versions
from pytest_stripe_contract.variants import Answer, Case, Selection, generate_cases
from pytest_stripe_contract.variants._generate import apply_variation, variations_of
from pytest_stripe_contract.variants._variation import KINDS, Variation

LINES = [versions.LINES[0].name, versions.VERSION, "basil", versions.LINES[-1].name]
NAMES = list_shipped()
SAMPLES = [name for name in NAMES if "." not in name]
ERRORS = [name for name in NAMES if "." in name]

each_line = pytest.mark.parametrize("line", LINES)


def answers(name, line):
    return list(recorded_answers([load_shipped(name, line)], versions.resolve(line).first, None))


def variants(name, line):
    """Yield the answers of a cassette, each with the cases that fit it."""
    known = answers(name, line)
    everything = generate_cases(known, Selection(values=True))
    for answer in known:
        for case in everything:
            if (shown := case.apply(answer.payload, line)) is not None:
                yield answer, case, shown


def violations(line, payload):
    found = Contract(line).iter_findings(payload)
    return [str(finding) for finding in found if finding.kind == "violation"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "line"),
    [
        *product(["mark_uncollectible", "mark_uncollectible_open"], LINES),
        ("invoice_lifecycle", "basil"),
    ],
)
def test_every_variant_of_an_invoice_is_valid_under_its_contract(name, line):
    seen = 0
    for answer, case, shown in variants(name, line):
        assert violations(line, shown) == [], str(case)
        assert shown["id"] == answer.payload["id"]
        assert shown["status"] == answer.payload["status"]
        seen += 1
    assert seen > 150


@pytest.mark.parametrize("name", ERRORS)
def test_every_variant_of_an_error_is_valid_and_keeps_the_type(name):
    for line in (LINES[0], LINES[-1]):
        shown = list(variants(name, line))
        assert shown or "bad_gateway" in name or "unavailable" in name  # no JSON
        for answer, case, payload in shown:
            assert violations(line, payload) == [], str(case)
            recorded = answer.payload.get("error", {})
            assert payload.get("error", {}).get("type") == recorded.get("type")


@each_line
def test_every_variant_differs_from_the_recorded_answer_and_has_a_unique_name(line):
    [answer] = answers("mark_uncollectible", line)
    made = generate_cases([answer], Selection(values=True))

    assert len({str(case) for case in made}) == len(made)
    for case in made[1:]:
        shown = case.apply(answer.payload, line)
        assert shown is not None
        assert shown != answer.payload or list(shown) != list(answer.payload)


DETERMINED = {
    ("id",),
    ("object",),
    ("status",),
    ("payments",),
    ("next_payment_attempt",),
    ("automatically_finalizes_at",),
    *(("status_transitions", name) for name in ("paid_at", "voided_at")),
}
"""Places that the request or the status determines."""
FINALIZED = {
    *(("status_transitions", name) for name in ("finalized_at", "marked_uncollectible_at")),
    ("number",),
    ("ending_balance",),
    ("hosted_invoice_url",),
    ("invoice_pdf",),
}
"""Places that are never null once an invoice is finalized."""


def expected(payload, schema, root, path=()):  # noqa: C901, PLR0912 (it is the list of them all)
    """Yield the kind and path of each change that the schema allows, and the value of an enum."""
    for name, inner in schema.get("properties", {}).items():
        branches = list(flat(inner, root))
        types = {each for branch in branches for each in types_of(branch)}
        value = payload.get(name, None)
        here = (*path, name)
        if value is not None and "null" in types:
            yield "null", here, None
        if name in payload and name not in schema.get("required", ()):
            yield "absent", here, None
        known = [(branch, each) for branch in branches for each in values_of(branch)]
        if value is None and not any("enum" in branch for branch in branches):
            yield "present", here, None
        for branch, each in known:
            few = "enum" in branch or (len(values_of(branch)) <= 12 and value is not None)
            if few and name in payload and each != value:
                yield "enum", here, each
        if value is not None and any("examples" in branch for branch in branches):
            yield "open_enum", here, None
        has_object = any("object" in branch.get("properties", {}) for branch in branches)
        if isinstance(value, str) and has_object and "string" in types:
            yield "expanded", here, None
            yield "long_id", here, None
        if name == "id" and path:
            yield "long_id", here, None
        if isinstance(value, list):
            yield "longer", here, None
            if value:
                yield "empty", here, None
        if name == "has_more":
            yield "has_more", here, None
        for item in value if isinstance(value, list) else [value]:
            inside = [each for each in branches for each in items_or_self(each, value, root)]
            fitting = [each for each in inside if fits(each, item)]
            if isinstance(item, dict) and fitting:
                below = (*here, EVERY) if isinstance(value, list) else here
                yield from expected(item, fitting[0], root, below)


def flat(schema, root):
    if "$ref" in schema:
        yield from flat(root["$defs"][schema["$ref"].removeprefix("#/$defs/")], root)
    elif "anyOf" in schema:
        for branch in schema["anyOf"]:
            yield from flat(branch, root)
    else:
        yield schema


def items_or_self(branch, value, root):
    if isinstance(value, list):
        yield from flat(branch["items"], root) if "items" in branch else ()
    else:
        yield branch


def fits(branch, item):
    const = branch.get("properties", {}).get("object", {}).get("const")
    is_named = const is None or not isinstance(item, dict) or const == item.get("object")
    return "properties" in branch and is_named


@each_line
@pytest.mark.parametrize("name", ["mark_uncollectible", "mark_uncollectible_open"])
def test_every_change_that_the_schema_allows_is_generated(name, line):
    [answer] = answers(name, line)
    made = variations_of(answer.payload, line, keeps_status=True)
    known = {(each.kind, each.path, each.value if each.kind == "enum" else None) for each in made}
    root = load_schema("invoice", line)

    missing = set(expected(answer.payload, root, root)) - known

    left = {each for each in missing if each[1] not in DETERMINED and each[2] != "upcoming"}
    assert {each for each in left if each[0] != "null" or each[1] not in FINALIZED} == set()


@each_line
def test_amounts_add_up_as_before_in_every_variant(line):
    """The kinds ``empty`` and ``value`` are excepted: they remove lines or change an amount."""
    [answer] = answers("mark_uncollectible_open", line)
    sums = {}
    for each in variations_of(answer.payload, line, keeps_status=True):
        shown = apply_variation(answer.payload, each, line)
        if each.kind not in ("value", "empty"):
            sums[str(each)] = rest(shown)

    assert {name for name, left in sums.items() if left != rest(answer.payload)} == set()


def rest(invoice):
    """Return the differences between the sums and their parts: 0 if they add up."""
    taxes = [*(invoice.get("total_tax_amounts") or ()), *(invoice.get("total_taxes") or ())]
    exclusive = (
        each["amount"]
        for each in taxes
        if not (each.get("inclusive") or each.get("tax_behavior") == "inclusive")
    )
    discounts = (each["amount"] for each in invoice.get("total_discount_amounts") or ())
    shipping = (invoice.get("shipping_cost") or {}).get("amount_total", 0)
    return (
        invoice["total"] - invoice["subtotal"] + sum(discounts) - sum(exclusive) - shipping,
        invoice["subtotal"] - sum(each["amount"] for each in invoice["lines"]["data"]),
        invoice["amount_due"] - invoice["amount_paid"] - invoice["amount_remaining"],
        invoice.get("tax") or 0,
    )


@pytest.mark.parametrize(
    "change",
    [
        {"lines": []},
        {"status": []},
        {"customer": ["cus_1"]},
        {"amount_due": 2**80},
        {"amount_due": 2**2000},
        {"discounts": "di_1"},
        {"object": "customer"},
        {"description": object()},
    ],
)
def test_a_payload_that_breaks_its_contract_has_no_variants(change):
    [answer] = answers("mark_uncollectible_open", "2023-10-16")

    assert variations_of(answer.payload | change, "2023-10-16", keeps_status=True) == ()


def test_a_payload_of_hostile_depth_has_no_variants():
    deep = {"object": "invoice"}
    for _ in range(5000):
        deep = {"object": "invoice", "metadata": deep}

    assert variations_of(deep, "2023-10-16", keeps_status=True) == ()


@pytest.mark.parametrize("own", ['"', "1", "line_item", "il_1"])
def test_a_further_line_item_is_made_whatever_the_id_of_the_last(own):
    [answer] = answers("mark_uncollectible_open", "2023-10-16")
    answer.payload["lines"]["data"][0]["id"] = own

    shown = apply_variation(answer.payload, named(answer, "lines.data=longer"), "2023-10-16")

    first, second = shown["lines"]["data"]
    assert (first["id"], second["object"], second["amount"]) == (own, "line_item", 0)


@each_line
def test_every_object_gets_an_undocumented_property(line):
    [answer] = answers("mark_uncollectible_open", line)
    made = variations_of(answer.payload, line, keeps_status=True)

    def objects(value, path=()):
        if isinstance(value, dict):
            yield path
            for name, inner in value.items():
                yield from objects(inner, (*path, name))
        for inner in value if isinstance(value, list) else ():
            yield from objects(inner, (*path, EVERY))

    owners = {each.path[:-1] for each in made if each.kind == "undocumented"}

    maps = {path for path in objects(answer.payload) if path and path[-1] == "metadata"}
    assert owners == set(objects(answer.payload)) - maps


def test_the_shipped_cassettes_have_variants_of_every_kind_except_unexpanded():
    met = {
        variation.kind
        for name in SAMPLES
        for answer in answers(name, "2023-10-16")
        for variation in variations_of(answer.payload, "2023-10-16", keeps_status=True)
    }

    assert set(KINDS) - met == {"unexpanded"}  # nothing that ships is expanded


def test_an_expanded_customer_becomes_its_id():
    [answer] = answers("mark_uncollectible_open", "2023-10-16")
    answer.payload["customer"] = {"id": "cus_1", "object": "customer", "email": None}

    [variation] = [
        each
        for each in variations_of(answer.payload, "2023-10-16", keeps_status=True)
        if each.kind == "unexpanded"
    ]

    shown = apply_variation(answer.payload, variation, "2023-10-16")
    assert shown["customer"] == "cus_1"
    assert answer.payload["customer"]["id"] == "cus_1"


def test_a_customer_that_gets_expanded_keeps_its_id_and_has_its_object_name():
    [answer] = answers("mark_uncollectible_open", "2023-10-16")

    shown = apply_variation(answer.payload, named(answer, "customer=expanded"), "2023-10-16")

    customer = shown["customer"]
    assert (customer["id"], customer["object"]) == (answer.payload["customer"], "customer")


def test_a_customer_becomes_a_deleted_one():
    [answer] = answers("mark_uncollectible_open", "2023-10-16")

    shown = apply_variation(answer.payload, named(answer, "customer=deleted"), "2023-10-16")

    own = answer.payload["customer"]
    assert shown["customer"] == {"id": own, "object": "customer", "deleted": True}


@each_line
def test_a_customer_that_gets_expanded_is_a_whole_object(line):
    [answer] = answers("mark_uncollectible_open", line)
    [expanded] = [each for each in answer.variations() if str(each) == "customer=expanded"]

    customer = apply_variation(answer.payload, expanded, line)["customer"]

    assert customer["id"] == answer.payload["customer"]
    assert {"email", "name", "metadata", "address", "default_source"} <= customer.keys()


def test_expanded_discounts_in_a_list_stay_when_the_ids_get_expanded():
    [answer] = answers("mark_uncollectible_open", "2023-10-16")
    whole = {"id": "di_2", "object": "discount"}
    answer.payload["discounts"] = ["di_1", whole]

    shown = apply_variation(answer.payload, named(answer, "discounts[*]=expanded"), "2023-10-16")
    short = apply_variation(answer.payload, named(answer, "discounts[*]=unexpanded"), "2023-10-16")

    assert [each["id"] for each in shown["discounts"]] == ["di_1", "di_2"]
    assert shown["discounts"][1] == whole
    assert short["discounts"] == ["di_1", "di_2"]


def test_an_expanded_source_of_any_object_name_has_variants():
    [answer] = answers("mark_uncollectible_open", "2023-10-16")
    for name in ("account", "card", "source"):
        answer.payload["default_source"] = {"id": f"{name}_1", "object": name}
        assert str(named(answer, "default_source=unexpanded"))


def test_a_type_that_names_a_property_adds_the_property():
    [answer] = answers("mark_uncollectible_open", "2023-10-16")
    answer.payload["issuer"] = {"type": "self"}

    shown = apply_variation(answer.payload, named(answer, "issuer.type=account"), "2023-10-16")

    assert shown["issuer"]["type"] == "account"
    assert shown["issuer"]["account"].startswith("acct_")


def test_a_type_that_names_a_property_keeps_the_recorded_one():
    [answer] = answers("mark_uncollectible_open", "2023-10-16")
    answer.payload["issuer"] = {"type": "self", "account": "acct_1"}

    shown = apply_variation(answer.payload, named(answer, "issuer.type=account"), "2023-10-16")

    assert shown["issuer"] == {"type": "account", "account": "acct_1"}


def test_a_type_that_names_no_property_sets_the_others_to_null():
    [answer] = answers("mark_uncollectible_open", "2023-10-16")
    [line] = answer.payload["lines"]["data"]
    recurring = {"interval": "month", "interval_count": 1, "usage_type": "licensed"}
    more = {"aggregate_usage": None, "meter": None, "trial_period_days": None}
    line["price"] |= {"type": "recurring", "recurring": recurring | more}

    variation = named(answer, "lines.data[*].price.type=one_time")
    shown = apply_variation(answer.payload, variation, "2023-10-16")

    price = shown["lines"]["data"][0]["price"]
    assert (price["type"], price["recurring"]) == ("one_time", None)


def test_an_invoice_without_status_transitions_has_variants():
    [answer] = answers("mark_uncollectible_open", "2023-10-16")
    del answer.payload["status_transitions"]

    assert str(named(answer, "customer_name=null"))


def test_dependents_of_a_change_change_with_it():
    [answer] = answers("mark_uncollectible_open", "2023-10-16")

    shown = apply_variation(answer.payload, named(answer, "due_date=present"), "2023-10-16")
    more = apply_variation(answer.payload, named(answer, "amount_due=other"), "2023-10-16")

    assert (shown["collection_method"], shown["next_payment_attempt"]) == ("send_invoice", None)
    assert more["amount_remaining"] == more["amount_due"] - more["amount_paid"]


def test_a_further_line_item_has_an_amount_of_0_and_another_id():
    [answer] = answers("mark_uncollectible_open", "2023-10-16")

    shown = apply_variation(answer.payload, named(answer, "lines.data=longer"), "2023-10-16")

    first, second = shown["lines"]["data"]
    assert (second["amount"], first["object"]) == (0, second["object"])
    assert first["id"] != second["id"]


def test_a_list_has_variants_of_itself_and_of_its_invoices():
    [answer] = answers("mark_uncollectible_open", "2023-10-16")
    page = {"object": "list", "data": [answer.payload], "has_more": False, "url": "/v1/invoices"}

    made = variations_of(page, "2023-10-16", keeps_status=False)

    names = {str(each) for each in made}
    assert {"data=empty", "data=longer", "has_more=true", "data[*].customer_name=null"} < names
    assert "data[*].due_date=present" in names  # with what follows in the invoice
    assert not any(name.startswith("data[*].status=") for name in names)  # a page may ask for one
    for each in made:
        assert violations("2023-10-16", apply_variation(page, each, "2023-10-16")) == []


@pytest.mark.parametrize(("limit", "is_longer"), [(None, True), (10, True), (1, False)])
def test_a_full_page_does_not_get_longer(limit, is_longer):
    [answer] = answers("mark_uncollectible_open", "2023-10-16")
    page = {"object": "list", "data": [answer.payload], "has_more": False, "url": "/v1/invoices"}
    listed = Answer(page, "2023-10-16", keeps_status=False, limit=limit)

    assert ("data=longer" in map(str, listed.variations())) == is_longer


def test_the_status_varies_if_no_endpoint_sets_it():
    [answer] = answers("mark_uncollectible_open", "2023-10-16")

    made = variations_of(answer.payload, "2023-10-16", keeps_status=False)

    assert {"status=paid", "status=void"} < {str(each) for each in made}


@pytest.mark.parametrize("payload", [[], "text", None, {"object": "customer", "id": "cus_1"}, {}])
def test_a_payload_without_a_contract_has_no_variants(payload):
    assert variations_of(payload, "2023-10-16", keeps_status=True) == ()


def test_a_variation_of_a_missing_place_does_not_apply():
    [answer] = answers("mark_uncollectible_open", "2023-10-16")
    absent = Variation("null", ("nowhere",))

    assert apply_variation(answer.payload, absent, "2023-10-16") is None
    assert Case("x", (absent,), frozenset()).apply(answer.payload, "2023-10-16") is None


@pytest.mark.slow
@pytest.mark.parametrize("line", [LINES[0], LINES[-1]])
def test_pairs_cover_each_two_variations_of_separate_places(line):
    [answer] = answers("mark_uncollectible", line)
    selection = Selection(exclude=("enum", "present"))
    made = selection.pick(answer.variations())
    made += [each for each in answer.variations() if str(each) == "due_date=present"]
    rows = generate_cases([answer], Selection(only=tuple(map(str, made))), pairs=True)
    met = set()
    for case in rows:
        shown = case.apply(answer.payload, line) if case.variations else None
        seen = [part for part in case.variations if part.is_in(shown)]
        assert seen == list(case.variations), str(case)
        met |= {frozenset(map(str, two)) for two in combinations(seen, 2)}

    for one, other in combinations(made, 2):
        short, long = sorted((one.path, other.path), key=len)
        if long[: len(short)] != short and not (one.has_rules or other.has_rules):
            assert frozenset((str(one), str(other))) in met
    assert len(rows) < len(made) * 2


def test_pairs_combine_only_changes_that_stay_visible_together():
    [answer] = answers("mark_uncollectible_open", "2023-10-16")
    only = ("due_date=present", "collection_method=send_invoice", "customer_name=null")
    rows = generate_cases([answer], Selection(only=only), pairs=True)[4:]

    assert rows
    for case in rows:
        shown = case.apply(answer.payload, "2023-10-16")
        assert all(part.is_in(shown) for part in case.variations)


def named(answer, name):
    """Return a variation of an answer by its name."""
    made = variations_of(answer.payload, "2023-10-16", keeps_status=True)
    return next(each for each in made if str(each) == name)
