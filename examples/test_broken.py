"""Broken on purpose, to show what the plugin says: ``make demo`` runs it."""

import billing
import pytest
import stripe


@pytest.mark.stripe_replay("mark_uncollectible_open")
def test_the_code_writes_off_one_debt_twice():
    billing.write_off("in_1MtG0nLkdIwHu7ixAaUw3Cb4")
    billing.write_off("in_1MtG0nLkdIwHu7ixAaUw3Cb4")


@pytest.mark.stripe_replay("mark_uncollectible_open")
def test_the_code_voids_the_invoice_instead():
    stripe.Invoice.void_invoice("in_1MtG0nLkdIwHu7ixAaUw3Cb4")


@pytest.mark.stripe_replay("mark_uncollectible_open")
def test_a_mock_says_what_stripe_never_sends(stripe_contract):
    invoice = billing.write_off("in_1MtG0nLkdIwHu7ixAaUw3Cb4").to_dict()
    mock = {**invoice, "status": "uncolectible", "amount_due": "5.99"}

    stripe_contract.validate(mock)
