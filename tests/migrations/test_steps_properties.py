import copy
import json
from contextlib import suppress

import pytest
from helpers.answers import faultless
from helpers.invoices import of_line
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pytest_stripe_contract._support.json_objects import objects_at
from pytest_stripe_contract.contract import _explain as explain
from pytest_stripe_contract.contract import invoice_rules as rules
from pytest_stripe_contract.migrations import STEPS, NoStepBack, upgrade
from pytest_stripe_contract.migrations._invoice_paths import DISCOUNTS
from pytest_stripe_contract.migrations.removed_properties import removed_names
from pytest_stripe_contract.schemas import fast_validator

modest = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
each_step = pytest.mark.parametrize("step", STEPS, ids=lambda step: step.to)

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.just("upcoming"),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "object", "amount", "x"]), inner, max_size=3)
    ),
    max_leaves=6,
)


def findings(invoice, line):
    """What the contract of a release line has to say, by place."""
    found = rules.differences(invoice)
    if not fast_validator("invoice", line).is_valid(invoice):
        found += explain.differences("invoice", line, invoice)
    return {each.path: each.kind for each in found if not is_new_to_the_types(each)}


def is_new_to_the_types(difference):
    """Types come and go with values of open enums: the value was there before the step."""
    return (difference.kind, difference.rule) == ("drift", "enum")


def holds(outer, inner):
    """Whether every value of ``inner`` that is not null is in ``outer``, at the same place."""
    if isinstance(inner, dict):
        return all(each is None or holds(outer.get(name), each) for name, each in inner.items())
    if isinstance(inner, list):
        return len(outer) == len(inner) and all(map(holds, outer, inner))
    return outer == inner


def forward(step, invoice):
    after = copy.deepcopy(invoice)
    step.apply(after)
    return after


@each_step
def test_a_valid_invoice_is_valid_in_the_next_line_after_its_step(step):
    @given(of_line(step.from_))
    @modest
    def check(invoice):
        assert findings(invoice, step.from_) == {}
        assert findings(forward(step, invoice), step.to) == {}

    check()


@each_step
def test_a_step_taken_twice_changes_nothing_more(step):
    @given(of_line(step.from_))
    @modest
    def check(invoice):
        after = forward(step, invoice)
        assert forward(step, after) == after

    check()


@each_step
def test_a_step_removes_its_properties_from_every_object(step):
    @given(of_line(step.from_))
    @modest
    def check(invoice):
        after = forward(step, invoice)
        items = list(objects_at(after, "lines.data[]"))
        discounts = [each for owner in (after, *items) for each in objects_at(owner, *DISCOUNTS)]
        kinds = {"invoice": [after], "line_item": items, "discount": discounts}
        for kind, objects in kinds.items():
            gone = set(removed_names(kind, step.to)) - {
                "subscription" if kind == "line_item" else ""
            }
            assert all(gone.isdisjoint(each) for each in objects)

    check()


@each_step
def test_a_step_back_gives_a_valid_invoice_without_loss(step):
    @given(of_line(step.to))
    @modest
    def check(invoice):
        back = copy.deepcopy(invoice)
        with suppress(NoStepBack):
            step.revert(back)
            assert findings(back, step.from_) == {}
            assert holds(forward(step, back), invoice)

    check()


def places(value, path=()):
    """The path of every value in a payload."""
    if path:
        yield path
    if isinstance(value, dict | list):
        for step in value if isinstance(value, dict) else range(len(value)):
            yield from places(value[step], (*path, step))


FAULTLESS = faultless()
PLACES = list(places(FAULTLESS))


@given(st.lists(st.tuples(st.sampled_from(PLACES), json_values), max_size=3))
@settings(max_examples=150, deadline=None)
def test_no_payload_is_too_odd_to_be_upgraded(changes):
    payload = copy.deepcopy(FAULTLESS)
    for path, value in changes:
        here = payload
        try:
            for step in path[:-1]:
                here = here[step]
            here[path[-1]] = copy.deepcopy(value)
        except (TypeError, KeyError, IndexError):
            continue  # a change before this one took its place away
    upgraded = upgrade(payload, "2023-10-16", "endive")
    assert json.loads(json.dumps(upgraded)) == upgraded
