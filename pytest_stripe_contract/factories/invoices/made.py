"""An invoice in the making: what was said of it, and what follows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ..._support.json_objects import Object
from ..._support.json_path import Path
from ...contract import Difference

LINE_ITEMS: Path = ("lines", "data")
LENGTH: Path = (*LINE_ITEMS, "length")
"""Stands for the number of lines among what was said."""


@dataclass(slots=True)
class Made:
    """An invoice with its overrides, and as it was before them.

    ``said`` has the path of each value that the overrides name: `say` adds one. What they
    contradict each other in is in ``refused``.
    """

    invoice: Object
    before: Object
    said: set[Path] = field(default_factory=set)
    refused: list[Difference] = field(default_factory=list)
    _leading: set[Path] = field(default_factory=set)

    def say(self, path: Path) -> None:
        """The overrides name the value at a path."""
        self.said.add(path)
        self._leading.update(path[:end] for end in range(len(path) + 1))

    def says(self, *path: str | int) -> bool:
        """Whether the overrides name the value at a path, a part of it, or what it is a part of."""
        if path in self._leading:
            return True
        return any(path[:end] in self.said for end in range(1, len(path)))

    def follow(self, value: Any, *path: str | int) -> None:
        """Give a property the value that follows, unless it was said or the version lacks it."""
        *steps, name = path
        here: Any = self.invoice
        for step in steps:
            here = here[step]
        if name in here and not self.says(*path):
            here[name] = value

    def number(self, name: str) -> int | None:
        """An amount or a time of the invoice; None if it is no integer."""
        return number(self.invoice, name)

    def lines(self) -> Iterator[tuple[Path, Object]]:
        """The line items, each with its path."""
        for index, item in enumerate(items(self.invoice)):
            if isinstance(item, dict):
                yield (*LINE_ITEMS, index), item

    def refuse(self, path: Path, expected: str, actual: object) -> None:
        """What is at a path contradicts the rest of what was said."""
        rule = next(step for step in reversed(path) if isinstance(step, str))
        self.refused.append(Difference("violation", rule, path, expected, actual))


def number(source: Object, name: str) -> int | None:
    """The integer that a property is; None if it is none."""
    value = source.get(name)
    return value if type(value) is int else None


def objects(source: Object, name: str) -> list[Object]:
    """The objects in an array that may be null or absent."""
    value = source.get(name)
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def items(invoice: Object) -> list[Any]:
    """The line items of an invoice."""
    lines = invoice.get("lines")
    data = lines.get("data") if isinstance(lines, dict) else None
    return data if isinstance(data, list) else []


def tail(invoice: Object) -> str:
    """What an invoice's id has behind its prefix: ids that go with it are made of it."""
    return str(invoice.get("id")).rpartition("_")[2]
