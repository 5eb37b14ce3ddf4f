"""The contract of an API version: payload in, findings out."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from .._support.json_path import ABSENT, Path, json_path, unquoted
from ..schemas import loader
from ..stripe_api import resolve
from . import _event_rules, _explain, invoice_rules, payload
from .finding import ContractViolation, Difference, Finding

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ..stripe_api import ReleaseLine

INVOICE = "https://docs.stripe.com/api/invoices/object"
LINE_ITEM = "https://docs.stripe.com/api/invoice-line-item/object"
DELETED = "https://docs.stripe.com/api/invoices/delete"
LIST = "https://docs.stripe.com/api/pagination"
EVENT = "https://docs.stripe.com/api/events/object"
EVENT_TYPES = "https://docs.stripe.com/api/events/types"
ERROR = "https://docs.stripe.com/api/errors"

FAILED = 400
"""The least HTTP status of a response that holds an error."""

COVERED = "invoice, list of invoices, event or error"

_DOCS = {"deleted": DELETED, "list": LIST, "event": EVENT, "error": ERROR}
_DOCS_OF_RULES = {"status": ERROR, **dict.fromkeys(_event_rules.NAMES, EVENT_TYPES)}
_OF_THE_WHOLE = frozenset({"json", "type", "required", "object", "status"})
"""Rules by which a value is not what it should be at all, rather than a wrong one."""


@dataclass(frozen=True, slots=True)
class Contract:
    """What Stripe promises of its answers in one API version.

    ``api_version`` is what ``Stripe-Version`` names; `errors.UnknownName` is raised if no
    release line covers it. With ``strict``, drift is as bad as a violation; ``on_drift`` is
    told of each that is found.

    A payload is a dict, JSON text or bytes, an object of the stripe package, or a response of
    httpx or requests, which must hold an error if, and only if, its status is 400 or more.
    `payloads.NotAPayload` (a ``TypeError``) is raised for anything else, and
    `payloads.UnreadResponse` for a stream that nobody has read.
    """

    api_version: str
    strict: bool = field(default=False, kw_only=True)
    on_drift: Callable[[Finding], None] | None = field(
        default=None, kw_only=True, repr=False, compare=False
    )
    line: ReleaseLine = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "line", resolve(self.api_version))

    def validate(self, instance: object) -> None:
        """Raise `ContractViolation`, an ``AssertionError``, if the payload breaks the contract."""
        __tracebackhide__ = True
        value, findings = self._check(instance)
        if self._breaks(findings):
            raise ContractViolation(_subject(value), self.api_version, findings)

    def iter_findings(self, instance: object) -> Iterator[Finding]:
        """Every finding of a payload: violations first, the worst before, then drift."""
        return iter(self._check(instance)[1])

    def is_valid(self, instance: object) -> bool:
        """Whether the payload keeps to the contract."""
        return not self._breaks(self._check(instance)[1])

    def covers(self, instance: object) -> bool:
        """Whether the contract knows what the payload says that it is.

        It does not know what cannot be read, or another object: where an invoice or an error is
        expected, those break it all the same.
        """
        try:
            return payload.kind_of(payload.read(instance)[0]) is not None
        except payload.Unreadable:
            return False

    def _breaks(self, findings: list[Finding]) -> bool:
        return any(self.strict or finding.kind == "violation" for finding in findings)

    def _check(self, instance: object) -> tuple[Any, list[Finding]]:
        if loader.is_known(instance, self.line.name):
            return instance, []
        try:
            value, status = payload.read(instance)
            found = _check_status(value, status) + _check_value(value, self.line.name)
            if not found:
                loader.remember(instance, self.line.name)
                return value, []
            value = payload.plain(value)
        except payload.Unreadable as unreadable:
            value = unreadable.actual
            found = [Difference("violation", "json", (), unreadable.expected, value)]
        found.sort(key=_worst_first(value))
        kind = payload.kind_of(value)
        findings = [_finding(kind, difference) for difference in found]
        if self.on_drift is not None:
            for finding in (each for each in findings if each.kind == "drift"):
                self.on_drift(finding)
        return value, findings


def _check_status(value: Any, status: int | None) -> list[Difference]:
    """A response holds an error if, and only if, its status says so.

    Source: https://docs.stripe.com/api/errors.
    """
    if status is None:
        return []
    failed = status >= FAILED
    if failed == (payload.kind_of(value) == "error"):
        return []
    if failed:
        return [Difference("violation", "status", (), f"an error as the status is {status}", value)]
    expected = f"no error as the status is {status}"
    return [Difference("violation", "status", ("error",), expected, value["error"])]


def _check_value(value: Any, line: str) -> list[Difference]:
    kind = payload.kind_of(value)
    if kind is None:
        return [_not_covered(value)]
    found = _check_object(value, kind, line)
    if kind == "list" and isinstance(value.get("data"), (list, tuple)):
        for index, item in enumerate(value["data"]):
            found += [
                replace(each, path=("data", index, *each.path)) for each in _check_item(item, line)
            ]
    if kind == "event":
        found += _event_rules.differences(value, line, _check_invoice)
    return found


def _check_object(value: dict[str, Any], kind: str, line: str) -> list[Difference]:
    found: list[Difference] = []
    if not _fulfils(value, kind, line):
        value = payload.plain(value)
        if not _fulfils(value, kind, line):
            found = _explain.differences(kind, line, value)
    return found + invoice_rules.differences(value) if kind == "invoice" else found


def _check_invoice(invoice: dict[str, Any], line: str) -> list[Difference]:
    return _check_object(invoice, "invoice", line)


def _check_item(item: object, line: str) -> list[Difference]:
    """What is wrong with one item of a list of invoices."""
    if not isinstance(item, dict):
        item = payload.plain(item)
    if not isinstance(item, dict):
        return [Difference("violation", "type", (), "object", item)]
    kind = payload.kind_of(item)
    if kind in ("invoice", "deleted"):
        return _check_object(item, kind, line)
    return [Difference("violation", "object", ("object",), "invoice", item.get("object", ABSENT))]


def _fulfils(value: object, kind: str, line: str) -> bool:
    try:
        return loader.verdict(kind, line)(value)
    except ValueError:
        return False  # It has something in it that is no JSON, or text that is no Unicode.


def _not_covered(value: object) -> Difference:
    match value:
        case {"object": "list", "data": [{"object": name}, *_]}:
            return Difference("violation", "object", ("data", 0, "object"), "invoice", name)
        case {"object": "list", "url": url}:
            return Difference("violation", "object", ("url",), payload.LIST_URL, url)
        case dict():
            actual = value.get("object", ABSENT)
            return Difference("violation", "object", ("object",), COVERED, actual)
    return Difference("violation", "type", (), "object", value)


def _worst_first(value: object) -> Callable[[Difference], tuple[int, list[int]]]:
    """The order of findings: the worst first, then as their places come in the document."""
    known: dict[int, dict[object, int]] = {}

    def positions(container: Any) -> dict[object, int]:
        if id(container) not in known:
            steps = container if isinstance(container, dict) else range(len(container))
            known[id(container)] = {step: position for position, step in enumerate(steps)}
        return known[id(container)]

    def place(path: Path) -> Iterator[int]:
        here: Any = value
        for step in path:
            among = positions(here)
            yield among.get(step, len(among))
            here = here[step] if step in among else None

    return lambda difference: (_rank(difference), list(place(difference.path)))


def _rank(difference: Difference) -> int:
    if difference.kind == "drift":
        return 3
    if difference.rule in invoice_rules.NAMES | _event_rules.NAMES:
        return 2
    return 0 if difference.rule in _OF_THE_WHOLE else 1


def _finding(kind: payload.Kind | None, difference: Difference) -> Finding:
    return Finding(
        difference.kind,
        difference.rule,
        json_path(difference.path),
        difference.expected,
        difference.actual,
        _docs(kind, difference),
    )


def _docs(kind: payload.Kind | None, difference: Difference) -> str:
    """Stripe's page for the object that a difference is in."""
    if difference.rule in _DOCS_OF_RULES:
        return _DOCS_OF_RULES[difference.rule]
    path = difference.path
    match kind, path:
        case ("list", ("data", int(), *inside)) | ("event", ("data", "object", *inside)):
            kind, path = "invoice", tuple(inside)
    match kind, path:
        case ("invoice", ("lines", "data", int(), *_)):
            return LINE_ITEM
    return _DOCS.get(kind or "", INVOICE)


def _subject(value: object) -> str:
    """What was checked, as the head of a text has it: ``invoice in_1MtG…``."""
    if not isinstance(value, dict):
        return "payload"
    names = {"deleted": "deleted invoice", "list": "list of invoices", "error": "error"}
    name = names.get(payload.kind_of(value) or "", value.get("object"))
    parts = [name if isinstance(name, str) else "payload", value.get("id")]
    if name == "event":
        parts.insert(0, value.get("type"))
    return " ".join(unquoted(part) for part in parts if isinstance(part, str))
