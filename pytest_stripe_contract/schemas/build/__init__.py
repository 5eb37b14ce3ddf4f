"""Build JSON Schemas from the types of Stripe's SDKs."""

from __future__ import annotations

from . import schema_rules
from .schema_rules import build, shipped_rules
from .schema_union import Schema
from .sdk_source import Source
from .sdk_types import object_schema

__all__ = ["Schema", "Source", "build", "object_schema", "schema_rules", "shipped_rules"]
