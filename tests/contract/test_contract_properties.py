import copy
import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from helpers.answers import faultless
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from pytest_stripe_contract._support.json_path import json_path
from pytest_stripe_contract.contract import invoice_rules as rules
from pytest_stripe_contract.contract.contract import Contract
from pytest_stripe_contract.schemas import fast_validator, load_schema, reference_validator
from pytest_stripe_contract.schemas.loader import BUILT

LINE = "2023-10-16"
CONTRACT = Contract(LINE)
FAULTLESS = faultless()
TEXT = json.dumps(FAULTLESS)

modest = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def places(value, path=()):
    """The path of every value in a payload, the outermost first."""
    yield path
    if isinstance(value, dict | list):
        for step in value if isinstance(value, dict) else range(len(value)):
            yield from places(value[step], (*path, step))


PLACES = [path for path in places(FAULTLESS) if path]

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
    | st.sampled_from(["usd", "usd\n", "card", "customer", "open", "draft", "1099", -1, 2**80])
)
names = st.text(max_size=5) | st.sampled_from(["id", "object", "error", "data", "deleted"])
json_values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=4),
    max_leaves=8,
)
not_json = st.builds(pow, st.just(10), st.just(5000)) | st.sampled_from(
    [
        float("nan"),
        float("-inf"),
        Decimal("1E-7"),
        b"\xff",
        {1},
        {None: 1, 2: "x"},
        {"\ud800": "\udfff"},
        "\ud800",
        datetime(2023, 4, 4, tzinfo=UTC),
        object(),
        (1, "x"),
    ]
)


def changed(path, value):
    """An answer without a fault, but for the value at one place."""
    payload = copy.deepcopy(FAULTLESS)
    here = payload
    for step in path[:-1]:
        here = here[step]
    here[path[-1]] = value
    return payload


def types(value):
    """The JSON Schema types that a value is of: an integer is a number too."""
    if isinstance(value, float) and value.is_integer():
        return {"integer", "number"}
    return {
        type(None): {"null"},
        bool: {"boolean"},
        int: {"integer", "number"},
        float: {"number"},
        str: {"string"},
        list: {"array"},
        dict: {"object"},
    }[type(value)]


def branches(schema):
    """The schemas without ``anyOf`` and ``$ref`` that a schema stands for."""
    if "$ref" in schema:
        name = schema["$ref"].removeprefix("#/$defs/")
        return branches(load_schema("invoice", LINE)["$defs"][name])
    if "anyOf" in schema:
        return [inner for branch in schema["anyOf"] for inner in branches(branch)]
    return [schema]


def step_into(schema, step):
    """The schemas of an item or a property, if the schema names it."""
    inner = schema.get("items") if isinstance(step, int) else schema.get("properties", {}).get(step)
    return branches(inner) if inner else []


def allowed(path):
    """The types that the schema file has for a place of the answer."""
    here = branches(load_schema("invoice", LINE))
    for step in path:
        here = [inner for schema in here for inner in step_into(schema, step)]
    found = set()
    for schema in here:
        named = schema.get("type", [])
        found |= {named} if isinstance(named, str) else set(named)
        found |= {name for value in schema.get("enum", []) for name in types(value)}
        found |= types(schema["const"]) if "const" in schema else set()
    return found


def test_the_oracle_knows_the_types_of_every_place():
    assert all(allowed(path) for path in PLACES)


@given(st.sampled_from(PLACES), json_values)
@modest
def test_a_wrong_type_is_found_only_at_its_path(path, value):
    assume(not types(value) & allowed(path))
    violations = [
        finding.path
        for finding in CONTRACT.iter_findings(changed(path, value))
        if finding.kind == "violation" and finding.rule not in rules.NAMES
    ]
    assert violations == [json_path(path)]


@given(st.sampled_from(PLACES), json_values, st.sampled_from([*BUILT, "invoice", "error"]))
@modest
def test_both_validators_agree_on_every_change_of_an_answer(path, value, name):
    payload = changed(path, value)
    found = reference_validator(name, LINE).is_valid(payload)
    assert fast_validator(name, LINE).is_valid(payload) is found


@given(st.sampled_from(PLACES), json_values)
@modest
def test_findings_come_if_and_only_if_an_answer_is_not_as_documented(path, value):
    payload = changed(path, value)
    assume(payload["object"] == "invoice")
    found = [each for each in CONTRACT.iter_findings(payload) if each.rule not in rules.NAMES]
    assert reference_validator("invoice", LINE).is_valid(payload) is not bool(found)


@given(st.sampled_from(PLACES), json_values | not_json)
@modest
def test_any_change_gives_findings_that_can_be_read(path, value):
    payload = changed(path, value)
    findings = list(CONTRACT.iter_findings(payload))
    assert CONTRACT.is_valid(payload) is all(each.kind == "drift" for each in findings)
    assert findings == sorted(findings, key=lambda each: each.kind == "drift")
    for finding in findings:
        text = str(finding)
        assert text.encode()
        assert "\n" not in text
        assert len(text) < 600


@given(json_values | not_json.filter(lambda value: isinstance(value, dict | float | int)))
@modest
def test_any_value_gives_findings(value):
    assert [str(finding) for finding in CONTRACT.iter_findings(value)]


@given(st.text() | st.binary())
@modest
def test_any_text_and_any_bytes_give_findings(text):
    assert [str(finding) for finding in CONTRACT.iter_findings(text)]


@given(st.integers(0, len(TEXT) - 1))
@modest
def test_a_truncated_answer_is_one_violation(length):
    [finding] = CONTRACT.iter_findings(TEXT[:length])
    assert (finding.kind, finding.path) == ("violation", "$")


@given(st.sampled_from(PLACES), json_values)
@modest
def test_a_value_and_its_text_have_the_same_findings(path, value):
    payload = changed(path, value)
    assert list(CONTRACT.iter_findings(json.dumps(payload))) == list(
        CONTRACT.iter_findings(payload)
    )


@pytest.mark.parametrize("levels", [64, 500, 5000, 100_000])
@pytest.mark.parametrize(("opening", "closing"), [('{"a":', "}"), ("[", "]")])
def test_a_payload_of_any_depth_gives_findings(levels, opening, closing):
    deep = f"{opening * levels}1{closing * levels}"
    for text in (deep, f'{{"object":"invoice","id":{deep}}}'):
        findings = list(CONTRACT.iter_findings(text))
        assert findings[0].kind == "violation"
        assert all(str(finding) for finding in findings)


def test_a_cycle_gives_findings():
    cycle = faultless()
    cycle["lines"]["data"][0]["price"] = cycle
    found = [finding.path for finding in CONTRACT.iter_findings(cycle)]
    assert "$.lines.data[0].price.active" in found
    cycle["metadata"] = cycle
    [finding] = CONTRACT.iter_findings(cycle)
    assert str(finding).startswith("$: expected at most 1000000 values, got an object of")


def test_an_amount_of_5000_digits_gives_findings():
    findings = list(CONTRACT.iter_findings({**faultless(), "amount_due": 10**5000}))
    assert "amount_due - amount_paid = an integer of 16610 bits" in str(findings[0])


def test_a_payload_of_huge_texts_gives_short_findings():
    huge = "x" * 10_000_000
    payload = {**faultless(), "currency": huge, "created": huge, "x" * 100: huge}
    payload["customer_tax_ids"][0]["type"] = huge
    texts = [str(finding) for finding in CONTRACT.iter_findings(payload)]
    assert len(texts) == 4
    assert max(map(len, texts)) < 300
