"""The edits that turn a document into the scrubbed one."""

from __future__ import annotations

import pytest

from pytest_stripe_contract.scrubbing import REMOVED, Edit, Scrubber, document_edits

KEY = "sk_test_not_a_key"


@pytest.mark.parametrize(
    ("old", "new", "edits"),
    [
        ({"a": [1, "x"]}, {"a": [1, "y"]}, [Edit(("a", 1), "x", "y")]),
        ({"a": 1, "b": 2}, {"b": 2}, [Edit(("a",), 1, REMOVED)]),
        ({"a": {"k": 1}}, {"a": {"l": 1}}, [Edit(("a",), {"k": 1}, {"l": 1})]),
        ({"a": ["x", "y"]}, {"a": ["xy"]}, [Edit(("a",), ["x", "y"], ["xy"])]),
        ({"a": 1}, {"a": 1.0}, [Edit(("a",), 1, 1.0)]),
        ({"a": [1], "b": {}}, {"a": [1], "b": {}}, []),
        ({"a": 1.5}, {"a": float("1.5")}, []),
        ("x", "y", [Edit((), "x", "y")]),
    ],
)
def test_edits_lead_from_the_old_document_to_the_new_one(old, new, edits):
    assert list(document_edits(old, new)) == edits


def test_the_edits_of_a_scrubbed_document_are_its_replaced_values_and_dropped_headers():
    headers = {"Cookie": ["a=b"], "Authorization": [f"Bearer {KEY}"]}
    request = {"method": "POST", "uri": f"https://api.stripe.com/v1/x?a={KEY}", "headers": headers}
    document = {"interactions": [{"request": {**request, "body": f'{{"a": "{KEY}"}}'}}]}

    new, _ = Scrubber().document(document)

    at = ("interactions", 0, "request")
    assert list(document_edits(document, new)) == [
        Edit((*at, "uri"), request["uri"], "https://api.stripe.com/v1/x?a=sk_test_***"),
        Edit((*at, "headers", "Cookie"), ["a=b"], REMOVED),
        Edit((*at, "headers", "Authorization", 0), f"Bearer {KEY}", "Bearer sk_test_***"),
        Edit((*at, "body"), f'{{"a": "{KEY}"}}', '{"a": "sk_test_***"}'),
    ]
