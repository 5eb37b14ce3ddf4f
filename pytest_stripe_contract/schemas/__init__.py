"""Load, walk and sample the JSON Schemas of Stripe's objects."""

from __future__ import annotations

from . import expandable, installed, loader, samples
from .loader import INT64
from .samples import (
    DECIMAL,
    TAIL,
    TIME,
    URL,
    Sampler,
    id_prefix,
    is_url,
    settle_tag,
    tags_of,
)
from .walker import (
    EVERY,
    Place,
    Schema,
    SchemaWalker,
    branch_of,
    constant,
    is_expanded,
    is_open,
    is_scalar_of,
    owners_at,
    schema_path,
    schema_walker,
    types_of,
    values_of,
)

__all__ = [
    "DECIMAL",
    "EVERY",
    "INT64",
    "TAIL",
    "TIME",
    "URL",
    "Place",
    "Sampler",
    "Schema",
    "SchemaWalker",
    "branch_of",
    "constant",
    "expandable",
    "id_prefix",
    "installed",
    "is_expanded",
    "is_open",
    "is_scalar_of",
    "is_url",
    "loader",
    "owners_at",
    "samples",
    "schema_path",
    "schema_walker",
    "settle_tag",
    "tags_of",
    "types_of",
    "values_of",
]
