"""Whole API objects, as Stripe sends one where a request expands its id.

Each release line has all that an invoice or an error refers to, and of each the least that the
types of Stripe's SDKs allow: see docs/schemas.md.
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from ..stripe_api import resources, versions

FOLDER = resources.SCHEMAS / "expandable"


def whole(name: str, line: str) -> dict[str, Any] | None:
    """The API object whose ``object`` value is ``name``, as a release line has it.

    A new one each time, whose id is the caller's to replace. Of a line later than all shipped
    ones it is the last line's. None if nothing in the line can be expanded to such an object.
    """
    return _sample(name, "whole", line)


def deleted(name: str, line: str) -> dict[str, Any] | None:
    """What Stripe sends in its place once it is deleted; None if nothing refers to it then."""
    return _sample(name, "deleted", line)


def _sample(name: str, kind: str, line: str) -> dict[str, Any] | None:
    text = _texts(line).get((name, kind))
    return json.loads(text) if text is not None else None


@cache
def _texts(line: str) -> dict[tuple[str, str], str]:
    """Every object of a line as JSON, which makes a copy of it faster than anything else."""
    path = FOLDER / f"{line}.json"
    if not path.is_file():
        path = FOLDER / f"{versions.LINES[-1].name}.json"
    samples: dict[str, dict[str, Any]] = json.loads(path.read_bytes())
    return {(n, k): json.dumps(each) for n, kinds in samples.items() for k, each in kinds.items()}
