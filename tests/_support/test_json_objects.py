"""JSON values are copied to any depth, and objects are found by their path."""

from __future__ import annotations

from pytest_stripe_contract._support.json_objects import deep_copy, id_of, objects_at, pick, put


def test_a_deep_copy_shares_nothing_with_its_source_at_any_depth():
    source: dict = {}
    for _ in range(10_000):
        source = {"a": [source]}

    copy = deep_copy(source)
    copy["a"][0]["a"].append(1)

    assert len(source["a"][0]["a"]) == 1


def test_a_value_in_two_places_stays_one_value_in_a_copy():
    shared: dict = {}

    copy = deep_copy([shared, shared])

    assert copy[0] is copy[1]
    assert copy[0] is not shared


def test_objects_are_found_by_path_also_in_arrays():
    root = {"lines": {"data": [{"price": {"id": "price_1"}}, {"price": "price_2"}, 3]}}

    assert [*objects_at(root, "lines.data[].price", "missing", "")] == [{"id": "price_1"}, root]


def test_a_property_is_put_in_stripes_order():
    target = {"object": "invoice", "b": 1, "id": "in_1"}

    put(target, "a", 2)

    assert [*target] == ["id", "object", "a", "b"]
    assert pick(target, "a", "z") == {"a": 2}
    assert id_of(target) == id_of("in_1") == "in_1"
