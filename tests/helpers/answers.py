"""Invoices that tests of several packages start from."""

import json

import yaml

from pytest_stripe_contract.stripe_api import resources as shipped


def documented():
    """Return the answer of Stripe's documentation page."""
    cassette = yaml.safe_load((shipped.CASSETTES / "mark_uncollectible.yaml").read_text("utf-8"))
    return json.loads(cassette["interactions"][0]["response"]["body"]["string"])


def faultless():
    """Return the documented answer without its drift: the contract has no finding."""
    invoice = documented()
    del invoice["closed"], invoice["forgiven"]
    invoice |= dict.fromkeys(("effective_at", "rendering", "subscription_details"))
    invoice |= {"number": "C9E0C52C-0036", "ending_balance": 0}
    invoice |= dict.fromkeys(("hosted_invoice_url", "invoice_pdf"), "https://invoice.stripe.com")
    invoice["lines"] |= {"total_count": 1}
    invoice["lines"]["data"][0] |= {"plan": None}
    invoice["status_transitions"] |= {"finalized_at": 1, "marked_uncollectible_at": 2}
    return invoice
