"""The places of a schema: each property of each object in it, and the items of each array."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from ..schemas import EVERY, Guide, Schema, is_expanded, loader, types_of

LINE: tuple[str, ...] = ("lines", "data", EVERY)


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """A property, or the items of an array.

    ``path`` leads there from the root. ``branches`` are the schemas that a value may fulfil,
    without ``anyOf`` and ``$ref``; ``owner`` is that of the object (or array) which has it, and
    ``parent`` the place of that, None at the root.
    """

    path: tuple[str, ...]
    branches: tuple[Schema, ...]
    is_required: bool
    owner: Schema
    parent: Place | None

    @property
    def name(self) -> str:
        """The property's own name."""
        return self.path[-1]

    @property
    def is_nullable(self) -> bool:
        """Whether null may stand there."""
        return any("null" in types_of(each) for each in self.branches)


@cache
def places(kind: str, line: str) -> tuple[Place, ...]:
    """Every place that the schema of a kind of object knows in a release line, owners first."""
    root = loader.documented(kind, line)
    return tuple(_inside(Guide(root), root, None))


def _inside(guide: Guide, schema: Schema, parent: Place | None) -> Iterator[Place]:
    if is_expanded(schema):
        return
    path = () if parent is None else parent.path
    required = schema.get("required", ())
    inner = dict(schema.get("properties", {}))
    if "items" in schema:
        inner[EVERY] = schema["items"]
    for name, of in inner.items():
        branches = tuple(guide.branches(of))
        place = Place((*path, name), branches, name in required, schema, parent)
        yield place
        for branch in branches:
            yield from _inside(guide, branch, place)


@cache
def guide_of(kind: str, line: str) -> Guide:
    """What finds the schemas that ``$ref`` names."""
    return Guide(loader.documented(kind, line))
