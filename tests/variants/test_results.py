"""The results of variants, without a run of pytest."""

from __future__ import annotations

from pytest_stripe_contract.variants import Outcome, Tally


def test_combinations_of_changes_do_not_count_in_the_sensitivity_list():
    tally = Tally()
    name, email = ("$.customer_name", "null"), ("$.customer_email", "null")

    tally.count(Outcome("test_it", "pairs-1", (name, email), "test_it.py:1: assert name"))
    tally.count(Outcome("test_it", "customer_name=null", (name,), None))

    assert tally.sensitivity() == ["unnoticed  $.customer_name  null"]


def test_an_outcome_is_the_same_after_it_was_sent_as_json():
    outcome = Outcome("test_it", "a=null", (("$.a", "null"),), "test_it.py:1: assert a")

    assert Outcome.from_dict(outcome.to_dict()) == outcome
