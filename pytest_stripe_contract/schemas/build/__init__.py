"""Build JSON Schemas from the types of Stripe's SDKs."""

from __future__ import annotations

from .installed import installed_schema
from .schema_rules import drift

__all__ = ["drift", "installed_schema"]
