"""Every variant of every cassette: valid under its contract, and none left out."""

from __future__ import annotations

from itertools import combinations, pairwise, product

import pytest

from pytest_stripe_contract import Contract, cassettes, schemas, versions
from pytest_stripe_contract.guide import EVERY, Guide, values_of
from pytest_stripe_contract.variants import Case, Selection, cases, neighbours, pairs
from pytest_stripe_contract.variants.answers import of_sequence
from pytest_stripe_contract.variants.variation import KINDS, Variation

LINES = [line.name for line in versions.LINES]
NAMES = cassettes.shipped_names()
SAMPLES = [name for name in NAMES if "." not in name]
ERRORS = [name for name in NAMES if "." in name]

each_line = pytest.mark.parametrize("line", LINES)


def answers(name, line):
    return list(of_sequence([cassettes.shipped_in(name, line)], versions.resolve(line).first, None))


def variants(name, line):
    """The answers of a cassette, each with the variations that fit it."""
    known = answers(name, line)
    everything = cases(known, Selection(values=True), pairs=True)
    for answer in known:
        for case in everything:
            if (shown := case.applied(answer.payload, line)) is not None:
                yield answer, case, shown


def violations(line, payload):
    found = Contract(line).iter_findings(payload)
    return [str(finding) for finding in found if finding.kind == "violation"]


@pytest.mark.parametrize(
    ("name", "line"),
    [
        *product(["mark_uncollectible", "mark_uncollectible_open"], LINES),
        *product(["invoice_lifecycle"], ["2023-10-16", "endive"]),
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
def test_every_variant_of_an_error_is_valid_and_of_its_type(name):
    for line in ("2023-10-16", "endive"):
        shown = list(variants(name, line))
        assert shown or "bad_gateway" in name or "unavailable" in name  # no JSON
        for answer, case, payload in shown:
            assert violations(line, payload) == [], str(case)
            recorded = answer.payload.get("error", {})
            assert payload.get("error", {}).get("type") == recorded.get("type")


@each_line
def test_every_variant_differs_from_what_was_recorded_and_has_a_name_of_its_own(line):
    [answer] = answers("mark_uncollectible", line)
    made = cases([answer], Selection(values=True), pairs=True)

    assert len({str(case) for case in made}) == len(made)
    for case in made[1:]:
        shown = case.applied(answer.payload, line)
        assert shown is not None
        assert shown != answer.payload or list(shown) != list(answer.payload)


def expected(payload, line):
    """What the schema says, straight: the variations that must be there, as kind and path."""
    guide = Guide(schemas.documented("invoice", line))
    for place in guide.places(payload):
        there = [value for value in place.values if value is not None]
        if place.is_item:
            continue
        if there and guide.is_nullable(place.schema):
            yield "null", place.path
        if None in place.values and len(guide.branches(place.schema)) >= 1:
            yield "present or enum", place.path
        if place.values and not place.is_required:
            yield "absent", place.path
        branches = guide.branches(place.schema)
        for branch in branches:
            if there and "enum" in branch and len(values_of(branch)) > 1:
                yield "enum", place.path
            if there and "examples" in branch:
                yield "open_enum", place.path


@each_line
@pytest.mark.parametrize("name", ["mark_uncollectible", "mark_uncollectible_open"])
def test_no_variant_that_the_schema_asks_for_is_left_out(name, line):
    [answer] = answers(name, line)
    made = neighbours.of(answer.payload, line, keeps_status=True)
    known = {(each.kind, each.path) for each in made}
    known |= {("present or enum", path) for kind, path in known if kind in ("present", "enum")}

    missing = set(expected(answer.payload, line)) - known

    assert {path for _, path in missing} <= {("id",), ("status",)}


@each_line
def test_every_object_gets_a_property_that_nobody_documents(line):
    [answer] = answers("mark_uncollectible_open", line)
    made = neighbours.of(answer.payload, line, keeps_status=True)

    def objects(value, path=()):
        if isinstance(value, dict):
            yield path
            for name, inner in value.items():
                yield from objects(inner, (*path, name))
        for inner in value if isinstance(value, list) else ():
            yield from objects(inner, (*path, EVERY))

    told = {each.path[:-1] for each in made if each.kind == "undocumented"}

    maps = {path for path in objects(answer.payload) if path and path[-1] == "metadata"}
    assert told == set(objects(answer.payload)) - maps


def test_all_kinds_are_met_in_what_ships():
    met = {
        variation.kind
        for name in SAMPLES
        for answer in answers(name, "2023-10-16")
        for variation in neighbours.of(answer.payload, "2023-10-16", keeps_status=True)
    }

    assert set(KINDS) - met == {"unexpanded"}  # nothing that ships is expanded


def test_an_expanded_object_may_be_its_id():
    [answer] = answers("mark_uncollectible_open", "2023-10-16")
    answer.payload["customer"] = {"id": "cus_1", "object": "customer", "email": None}

    [variation] = [
        each
        for each in neighbours.of(answer.payload, "2023-10-16", keeps_status=True)
        if each.kind == "unexpanded"
    ]

    shown = neighbours.varied(answer.payload, variation, "2023-10-16")
    assert shown["customer"] == "cus_1"
    assert answer.payload["customer"]["id"] == "cus_1"


def test_an_expanded_id_keeps_its_id_and_says_what_it_is():
    [answer] = answers("mark_uncollectible_open", "2023-10-16")

    shown = neighbours.varied(answer.payload, named(answer, "customer=expanded"), "2023-10-16")

    assert shown["customer"] == {"id": answer.payload["customer"], "object": "customer"}


def test_of_several_discounts_those_that_are_ids_are_expanded_and_the_others_are_not():
    [answer] = answers("mark_uncollectible_open", "2023-10-16")
    whole = {"id": "di_2", "object": "discount"}
    answer.payload["discounts"] = ["di_1", whole]

    shown = neighbours.varied(answer.payload, named(answer, "discounts[*]=expanded"), "2023-10-16")
    short = neighbours.varied(
        answer.payload, named(answer, "discounts[*]=unexpanded"), "2023-10-16"
    )

    assert [each["id"] for each in shown["discounts"]] == ["di_1", "di_2"]
    assert shown["discounts"][1] == whole
    assert short["discounts"] == ["di_1", "di_2"]


def test_an_expanded_object_is_varied_as_what_it_says_that_it_is():
    [answer] = answers("mark_uncollectible_open", "2023-10-16")
    for name in ("account", "card", "source"):
        answer.payload["default_source"] = {"id": f"{name}_1", "object": name}
        assert str(named(answer, "default_source=unexpanded"))


def test_a_type_that_names_another_property_comes_with_it():
    [answer] = answers("mark_uncollectible_open", "2023-10-16")
    answer.payload["issuer"] = {"type": "self"}

    shown = neighbours.varied(answer.payload, named(answer, "issuer.type=account"), "2023-10-16")

    assert shown["issuer"]["type"] == "account"
    assert shown["issuer"]["account"].startswith("acct_")


def test_what_follows_from_a_change_is_changed_with_it():
    [answer] = answers("mark_uncollectible_open", "2023-10-16")

    shown = neighbours.varied(answer.payload, named(answer, "due_date=present"), "2023-10-16")
    more = neighbours.varied(answer.payload, named(answer, "amount_due=other"), "2023-10-16")

    assert (shown["collection_method"], shown["next_payment_attempt"]) == ("send_invoice", None)
    assert more["amount_remaining"] == more["amount_due"] - more["amount_paid"]


def test_a_line_more_adds_nothing_to_the_amounts():
    [answer] = answers("mark_uncollectible_open", "2023-10-16")

    shown = neighbours.varied(answer.payload, named(answer, "lines.data=longer"), "2023-10-16")

    first, second = shown["lines"]["data"]
    assert (second["amount"], first["object"]) == (0, second["object"])
    assert first["id"] != second["id"]


def test_a_list_of_invoices_has_the_variants_of_its_invoices_and_its_own():
    [answer] = answers("mark_uncollectible_open", "2023-10-16")
    page = {"object": "list", "data": [answer.payload], "has_more": False, "url": "/v1/invoices"}

    made = neighbours.of(page, "2023-10-16", keeps_status=False)

    names = {str(each) for each in made}
    assert {"data=empty", "data=longer", "has_more=true", "data[*].customer_name=null"} < names
    for each in made:
        assert violations("2023-10-16", neighbours.varied(page, each, "2023-10-16")) == []


def test_where_no_endpoint_sets_the_status_it_takes_its_other_values():
    [answer] = answers("mark_uncollectible_open", "2023-10-16")

    made = neighbours.of(answer.payload, "2023-10-16", keeps_status=False)

    assert {"status=paid", "status=void", "status=open"} < {str(each) for each in made}


@pytest.mark.parametrize("payload", [[], "text", None, {"object": "customer", "id": "cus_1"}, {}])
def test_what_no_contract_covers_has_no_variants(payload):
    assert neighbours.of(payload, "2023-10-16", keeps_status=True) == ()


def test_a_variation_that_does_not_fit_an_answer_leaves_it():
    [answer] = answers("mark_uncollectible_open", "2023-10-16")
    absent = Variation("null", ("nowhere",))

    assert neighbours.varied(answer.payload, absent, "2023-10-16") is None
    assert Case("x", (absent,), frozenset()).applied(answer.payload, "2023-10-16") is None


@each_line
def test_each_two_variations_that_can_stand_together_meet_in_a_row(line):
    [answer] = answers("mark_uncollectible", line)
    made = neighbours.of(answer.payload, line, keeps_status=True)
    rows = pairs.combinations(made)
    met = {frozenset(map(str, two)) for row in rows for two in combinations(row, 2)}

    def clash(one, other):
        short, long = sorted((one, other), key=lambda each: len(each.path))
        inside = long.path[: len(short.path)] == short.path
        return inside and (short.path == long.path or short.kind not in ("longer", "order"))

    wanted = {
        frozenset((str(one), str(other)))
        for one, other in combinations(made, 2)
        if not clash(one, other)
    }
    assert met == wanted
    assert len(rows) < 2 * max(map(len, rows))


def test_a_row_of_pairs_has_the_larger_changes_first():
    [answer] = answers("mark_uncollectible_open", "2023-10-16")
    made = neighbours.of(answer.payload, "2023-10-16", keeps_status=True)

    for row in pairs.combinations(made):
        assert all(one.path != other.path for one, other in pairwise(row))


def named(answer, name):
    """One variation of an answer by its name."""
    made = neighbours.of(answer.payload, "2023-10-16", keeps_status=True)
    return next(each for each in made if str(each) == name)
