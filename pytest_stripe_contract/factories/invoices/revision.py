"""An invoice with overrides, and the dependents that are derived from them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ..._support.json_objects import Object
from ..._support.json_path import Path, json_path
from ...contract import Finding, object_docs

LINE_ITEMS: Path = ("lines", "data")
LENGTH: Path = (*LINE_ITEMS, "length")
"""Stands for the number of line items among the overridden paths."""


@dataclass(slots=True)
class Revision:
    """An invoice while overrides are applied to it, and the invoice ``before`` them.

    ``overridden`` has the path of each value that an override names; ``refusals`` has the
    contradictions between overrides.
    """

    invoice: Object
    before: Object
    overridden: set[Path] = field(default_factory=set)
    refusals: list[Finding] = field(default_factory=list)
    _prefixes: set[Path] = field(default_factory=set)

    def record(self, path: Path) -> None:
        """Record that an override names the value at a path."""
        self.overridden.add(path)
        self._prefixes.update(path[:end] for end in range(len(path) + 1))

    def overrides(self, *path: str | int) -> bool:
        """Return true if an override names the value at a path, a part of it or its owner."""
        if path in self._prefixes:
            return True
        return any(path[:end] in self.overridden for end in range(1, len(path)))

    def derive(self, value: Any, *path: str | int) -> None:
        """Set a property, unless an override names it or the invoice does not have it."""
        *steps, name = path
        owner: Any = self.invoice
        for step in steps:
            owner = owner[step]
        if name in owner and not self.overrides(*path):
            owner[name] = value

    def differs(self, *names: str) -> bool:
        """Return true if one of the properties no longer has the value before the overrides."""
        return any(self.invoice.get(name) != self.before.get(name) for name in names)

    def integer(self, name: str) -> int | None:
        """Return an amount or a time of the invoice; None if it is not an integer."""
        return integer(self.invoice, name)

    def lines(self) -> Iterator[tuple[Path, Object]]:
        """Return the line items, each with its path."""
        for index, item in enumerate(line_items(self.invoice)):
            if isinstance(item, dict):
                yield (*LINE_ITEMS, index), item

    def refuse(self, path: Path, expected: str, actual: object) -> None:
        """Refuse the value at a path, as it contradicts the other overrides."""
        rule = next(step for step in reversed(path) if isinstance(step, str))
        docs = object_docs("invoice", path)
        finding = Finding("violation", rule, json_path(path), expected, actual, docs)
        self.refusals.append(finding)


def integer(source: Object, name: str) -> int | None:
    """Return a property that is an integer; None if it is not."""
    value = source.get(name)
    return value if type(value) is int else None


def objects(source: Object, name: str) -> list[Object]:
    """Return the objects in an array that may be null or absent."""
    value = source.get(name)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def line_items(invoice: Object) -> list[Any]:
    """Return the line items of an invoice; they need not be objects."""
    lines = invoice.get("lines")
    data = lines.get("data") if isinstance(lines, dict) else None
    return data if isinstance(data, list) else []


def id_suffix(invoice: Object) -> str:
    """Return the invoice's id without its prefix; related ids are made from it."""
    return str(invoice.get("id")).rpartition("_")[2]
