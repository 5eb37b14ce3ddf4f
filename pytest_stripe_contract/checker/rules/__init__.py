"""The rules of ``stripe-contract check``."""
