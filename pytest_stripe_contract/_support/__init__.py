"""Helpers that know nothing of Stripe."""
