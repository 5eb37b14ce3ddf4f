"""One step from a release line to the next, and back where that can be exact."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from .._support.json_objects import DISCOUNTS, LINES, Object, deep_copy, objects_at, sort
from .._support.json_path import ABSENT
from ..errors import StripeContractError
from .removed_properties import taken_off

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class NoStepBack(StripeContractError, ValueError):
    """An answer from which that of an earlier release line cannot be told exactly.

    ``from_`` and ``to`` name the release lines of the step, later and earlier; ``property`` is
    the one that it fails at, and ``why`` says what about it.
    """

    def __init__(self, from_: str, to: str, property: str, why: str) -> None:  # noqa: A002
        self.from_ = from_
        self.to = to
        self.property = property
        self.why = why
        super().__init__(from_, to, property, why)

    def __str__(self) -> str:
        return f"no step back from {self.from_} to {self.to}: {self.property} {self.why}"


def null(_: Object) -> None:
    """The value of a property that nothing before has a value for."""


def absent(_: Object) -> Any:
    """The value of a property that only some answers have: a step forward does not add it."""
    return ABSENT


@dataclass(frozen=True, slots=True)
class Added:
    """A property that a release line added to the objects at some paths.

    ``value`` tells from such an object what a real answer has there, `ABSENT` if nothing. What
    is there already is left: an account's version gains properties of later ones with time.
    """

    name: str
    value: Callable[[Object], Any] = null
    paths: tuple[str, ...] = ("",)
    known: bool = False
    """Whether the line before has it too, if only in some answers: it stays on the way back."""

    def give(self, root: Object) -> Iterator[Object]:
        """Add it wherever it belongs and is not: the objects, which are out of order then."""
        for target in objects_at(root, *self.paths):
            if self.name not in target and (value := self.value(target)) is not ABSENT:
                target[self.name] = value
                yield target

    def take(self, root: Object) -> list[str]:
        """Take it away again; where a value was lost by that."""
        return [
            ".".join(filter(None, (path, self.name)))
            for path in (() if self.known else self.paths)
            for target in objects_at(root, path)
            if target.pop(self.name, None) not in (None, self.value(target))
        ]


def nothing(*_: Object) -> None:
    """Where there is no more to do."""


@dataclass(frozen=True, slots=True)
class Part:
    """What a step does to one object: an invoice but for its line items, or a line item.

    Forward, ``added`` is given from what the object has, then what the line took off goes, and
    ``settle`` is called with the object as it is now and as it was. Back, ``restore`` is called,
    and what was added is taken away. What cannot be told is named, with a reason.
    """

    kind: str
    added: tuple[Added, ...] = ()
    settle: Callable[[Object, Object], None] = nothing
    restore: Callable[[Object], tuple[str, str] | None] = null

    def after(self, earlier: Part, line: str) -> Part:
        """The part with what an earlier one, of a step to ``line``, adds: to answers without it."""
        gone = [(name, ("",)) for name in taken_off(self.kind, line)]
        still = [each for each in earlier.added if (each.name, each.paths) not in gone]
        known = [replace(each, known=True) for each in still]
        return replace(self, added=(*known, *self.added))

    def forward(self, target: Object, line: str) -> None:
        """Make the object, in place, what a release line shows."""
        before = dict(target)
        grown = {id(each): each for added in self.added for each in added.give(target)}
        for each in grown.values():
            sort(each)
        for name in taken_off(self.kind, line):
            target.pop(name, None)
        for discount in objects_at(target, *DISCOUNTS):
            for name in taken_off("discount", line):
                discount.pop(name, None)
        self.settle(target, before)

    def back(self, target: Object) -> tuple[str, str] | None:
        """Make the object, in place, what the line before shows, or name what it fails at."""
        stuck = self.restore(target)
        lost = [path for added in self.added for path in added.take(target)]
        return stuck or ((lost[0], "has a value that would be lost") if lost else None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """The way from a release line, ``from_``, to the next, ``to``, and back.

    ``changelog`` names the entries of Stripe's changelog that it stands for. ``one_way`` is set
    if no step back is exact: the property that it fails at, and why. All methods but `apply`
    are pure: what they are given stays as it is.
    """

    from_: str
    to: str
    changelog: tuple[str, ...]
    invoice: Part = Part("invoice")
    line_item: Part = Part("line_item")
    one_way: tuple[str, str] | None = None

    def after(self, earlier: Step) -> Step:
        """The step with what the step before it adds, for answers from before that was added."""
        return replace(
            self,
            invoice=self.invoice.after(earlier.invoice, earlier.to),
            line_item=self.line_item.after(earlier.line_item, earlier.to),
        )

    def forward(self, invoice: Object) -> Object:
        """The same invoice as the later line shows it."""
        invoice = deep_copy(invoice)
        self.apply(invoice)
        return invoice

    def apply(self, invoice: Object) -> None:
        """Make the invoice, in place, what the later line shows."""
        self.invoice.forward(invoice, self.to)
        for item in objects_at(invoice, LINES):
            self.line_item.forward(item, self.to)

    def line_item_forward(self, item: Object) -> Object:
        """The same line item as the later line shows it."""
        item = deep_copy(item)
        self.line_item.forward(item, self.to)
        return item

    def back(self, invoice: Object) -> Object:
        """The same invoice as the earlier line shows it; `NoStepBack` if that is not known."""
        invoice = deep_copy(invoice)
        self._check(self.one_way)
        self._check(self.invoice.back(invoice))
        for item in objects_at(invoice, LINES):
            self._check(self.line_item.back(item), f"{LINES}.")
        return invoice

    def line_item_back(self, item: Object) -> Object:
        """The same line item as the earlier line shows it; `NoStepBack` if that is not known."""
        item = deep_copy(item)
        self._check(self.one_way)
        self._check(self.line_item.back(item))
        return item

    def _check(self, stuck: tuple[str, str] | None, place: str = "") -> None:
        if stuck:
            raise NoStepBack(self.to, self.from_, place + stuck[0], stuck[1])
