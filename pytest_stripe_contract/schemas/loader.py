"""Load the documented schema of an object in a release line."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from ..stripe_api import resources, versions

Schema = dict[str, Any]

BUILT: dict[str, Schema] = {
    # https://docs.stripe.com/api/pagination. The items are checked one by one.
    "list": {
        "type": "object",
        "required": ["object", "data", "has_more", "url"],
        "properties": {
            "object": {"const": "list"},
            "data": {"type": "array"},
            "has_more": {"type": "boolean"},
            "url": {"type": "string"},
            "total_count": {"type": "integer"},
        },
    },
    # https://docs.stripe.com/api/invoices/delete
    "deleted": {
        "type": "object",
        "required": ["id", "object", "deleted"],
        "properties": {
            "id": {"type": "string"},
            "object": {"const": "invoice"},
            "deleted": {"const": True},
        },
    },
}


@cache
def load_schema(name: str, line: str) -> Schema:
    """Return the schema of an object in a release line: a shipped file, or one of `BUILT`.

    For a line newer than all shipped ones, build it from the types of the installed SDK. Cached,
    as nearly every check and every made object reads it.
    """
    if name in BUILT:
        return BUILT[name]
    path = resources.SCHEMAS / name / f"{line}.json"
    if not path.is_file():
        from .build.installed import installed_schema

        return installed_schema(name, versions.LINES[-1].name)
    schema: Schema = json.loads(path.read_bytes())
    return schema
