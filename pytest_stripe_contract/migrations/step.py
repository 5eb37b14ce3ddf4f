"""A step from a release line to the next, and back if that is exact."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from .._support.json_objects import Object, objects_at, sort
from .._support.json_path import ABSENT
from ..errors import StripeContractError
from ._invoice_paths import DISCOUNTS, LINES
from .removed_properties import removed_names

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class NoStepBack(StripeContractError, ValueError):
    """Raised if a payload does not determine that of the earlier release line.

    ``from_`` and ``to`` name the later and the earlier line, ``property`` the path of the property
    whose earlier value is not known, and ``why`` the reason.
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
    """Return None: the value of a property that earlier answers have no value for."""


def absent(_: Object) -> Any:
    """Return `ABSENT`, for a property that only some answers have: a step does not add it."""
    return ABSENT


@dataclass(frozen=True, slots=True)
class Added:
    """A property that a release line added to the objects at some paths.

    ``value`` returns its value for such an object, or `ABSENT`. An object that has the property
    keeps its value: Stripe adds some properties to earlier versions too.
    """

    name: str
    value: Callable[[Object], Any] = null
    paths: tuple[str, ...] = ("",)
    known: bool = False
    """True if some answers of the line before have it: a step back keeps it."""

    def give(self, root: Object) -> Iterator[Object]:
        """Add the property where it is missing, and yield the objects, which are to be sorted."""
        for target in objects_at(root, *self.paths):
            if self.name not in target and (value := self.value(target)) is not ABSENT:
                target[self.name] = value
                yield target

    def take(self, root: Object) -> list[str]:
        """Remove the property, and return the paths at which a value was lost."""
        return [
            ".".join(filter(None, (path, self.name)))
            for path in (() if self.known else self.paths)
            for target in objects_at(root, path)
            if target.pop(self.name, None) not in (None, self.value(target))
        ]


def nothing(*_: Object) -> None:
    """Do nothing: the default of `Part.settle`."""


@dataclass(frozen=True, slots=True)
class Part:
    """The changes of a step to one object: an invoice without its line items, or a line item.

    Forward: ``added`` are added, the properties that the line removed are removed, then
    ``settle`` is called with the new and the old object. Back: ``restore`` is called, which may
    return a property whose value is not known and the reason, and ``added`` are removed.
    """

    kind: str
    added: tuple[Added, ...] = ()
    settle: Callable[[Object, Object], None] = nothing
    restore: Callable[[Object], tuple[str, str] | None] = null

    def after(self, earlier: Part, line: str) -> Part:
        """Return the part with the additions of an earlier step to ``line``."""
        gone = [(name, ("",)) for name in removed_names(self.kind, line)]
        known = [
            replace(added, known=True)
            for added in earlier.added
            if (added.name, added.paths) not in gone
        ]
        return replace(self, added=(*known, *self.added))

    def forward(self, target: Object, line: str) -> None:
        """Convert the object in place to a release line."""
        before = dict(target)
        unsorted = {id(owner): owner for added in self.added for owner in added.give(target)}
        for owner in unsorted.values():
            sort(owner)
        for name in removed_names(self.kind, line):
            target.pop(name, None)
        for discount in objects_at(target, *DISCOUNTS):
            for name in removed_names("discount", line):
                discount.pop(name, None)
        self.settle(target, before)

    def back(self, target: Object) -> tuple[str, str] | None:
        """Convert the object in place to the line before; return what prevents it, or None."""
        problem = self.restore(target)
        lost = [path for added in self.added for path in added.take(target)]
        return problem or ((lost[0], "has a value that would be lost") if lost else None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """The step from a release line, ``from_``, to the next, ``to``, and back.

    ``changelog`` has the addresses of the entries in Stripe's changelog. ``one_way`` is set if no
    step back is exact: a property, and the reason.
    """

    from_: str
    to: str
    changelog: tuple[str, ...]
    invoice: Part = Part("invoice")
    line_item: Part = Part("line_item")
    one_way: tuple[str, str] | None = None

    def after(self, earlier: Step) -> Step:
        """Return the step with the additions of an earlier one, for payloads that lack them."""
        return replace(
            self,
            invoice=self.invoice.after(earlier.invoice, earlier.to),
            line_item=self.line_item.after(earlier.line_item, earlier.to),
        )

    def apply(self, invoice: Object) -> None:
        """Convert the invoice in place to the later line."""
        self.invoice.forward(invoice, self.to)
        for item in objects_at(invoice, LINES):
            self.line_item.forward(item, self.to)

    def revert(self, invoice: Object) -> None:
        """Convert the invoice in place to the earlier line; raises `NoStepBack`."""
        self._check(self.one_way)
        self._check(self.invoice.back(invoice))
        for item in objects_at(invoice, LINES):
            self._check(self.line_item.back(item), f"{LINES}.")

    def _check(self, problem: tuple[str, str] | None, owner: str = "") -> None:
        if problem:
            raise NoStepBack(self.to, self.from_, owner + problem[0], problem[1])
