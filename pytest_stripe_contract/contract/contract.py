"""The contract of an API version: findings of payloads."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from .._support.json_path import ABSENT, Path, json_path, unquoted
from ..schemas import fast_validator
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
"""The lowest HTTP status of an error response."""

COVERED = "invoice, list of invoices, event or error"

_DOCS = {"deleted": DELETED, "list": LIST, "event": EVENT, "error": ERROR}
_DOCS_OF_RULES = {"status": ERROR, **dict.fromkeys(_event_rules.NAMES, EVENT_TYPES)}
_OF_THE_WHOLE = frozenset({"json", "type", "required", "object", "status"})
"""Rules that concern the whole value: their findings come first."""

_TEXT_TYPES = (bytes, str)
_MAX_REMEMBERED_LENGTH, _MAX_REMEMBERED = 1 << 16, 256
_valid_texts: dict[tuple[object, str], None] = {}
"""Texts without a finding, with their release line: a suite checks the same answers many times, and
is spared decoding them."""


@dataclass(frozen=True, slots=True)
class Contract:
    """Checks payloads against the schemas and rules of one API version.

    ``api_version`` is a value of ``Stripe-Version`` or the name of a release line; `UnknownName`
    is raised if no release line covers it. With ``strict``, drift breaks the contract as well;
    ``on_drift`` is called with each finding that is drift.

    A payload is a dict, JSON text or bytes, an object of the stripe package, or a response of
    httpx or requests. A response must hold an error if, and only if, its status is 400 or more.
    `NotAPayload` (a ``TypeError``) is raised for anything else, and `UnreadResponse` for a
    streamed response whose body has not been read.
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
        """Return the findings of a payload: violations first, then drift."""
        return iter(self._check(instance)[1])

    def is_valid(self, instance: object) -> bool:
        """Return True if the payload keeps the contract."""
        return not self._breaks(self._check(instance)[1])

    def covers(self, instance: object) -> bool:
        """Return True if the payload is of a kind that the contract describes.

        False for another object, and for a payload that cannot be read. `validate` reports both as
        violations.
        """
        try:
            return payload.kind_of(payload.read(instance)[0]) is not None
        except payload.Unreadable:
            return False

    def _breaks(self, findings: list[Finding]) -> bool:
        return any(self.strict or finding.kind == "violation" for finding in findings)

    def _check(self, instance: object) -> tuple[Any, list[Finding]]:
        is_text = type(instance) in _TEXT_TYPES
        if is_text and (instance, self.line.name) in _valid_texts:
            return instance, []
        try:
            value, status = payload.read(instance)
            differences = _check_status(value, status) + _check_value(value, self.line.name)
            if not differences:
                if is_text:
                    _remember(instance, self.line.name)
                return value, []
            value = payload.plain(value)
        except payload.Unreadable as unreadable:
            value = unreadable.actual
            differences = [Difference("violation", "json", (), unreadable.expected, value)]
        differences.sort(key=_severity_order(value))
        kind = payload.kind_of(value)
        findings = [_finding(kind, difference) for difference in differences]
        if self.on_drift is not None:
            for finding in findings:
                if finding.kind == "drift":
                    self.on_drift(finding)
        return value, findings


def _remember(text: Any, line: str) -> None:
    if len(text) <= _MAX_REMEMBERED_LENGTH:
        if len(_valid_texts) >= _MAX_REMEMBERED:
            _valid_texts.clear()
        _valid_texts[text, line] = None


def _check_status(value: Any, status: int | None) -> list[Difference]:
    """Require an error in the body if, and only if, the status is that of an error.

    Source: https://docs.stripe.com/api/errors.
    """
    if status is None:
        return []
    failed = status >= FAILED
    if failed == (payload.kind_of(value) == "error"):
        return []
    if failed:
        return [Difference("violation", "status", (), f"an error (HTTP status {status})", value)]
    expected = f"no error (HTTP status {status})"
    return [Difference("violation", "status", ("error",), expected, value["error"])]


def _check_value(value: Any, line: str) -> list[Difference]:
    kind = payload.kind_of(value)
    if kind is None:
        return [_not_covered(value)]
    differences = _check_object(value, kind, line)
    if kind == "list" and isinstance(value.get("data"), (list, tuple)):
        for index, item in enumerate(value["data"]):
            differences += [
                replace(difference, path=("data", index, *difference.path))
                for difference in _check_item(item, line)
            ]
    if kind == "event":
        differences += _event_rules.differences(value, line, _check_invoice)
    return differences


def _check_object(value: dict[str, Any], kind: str, line: str) -> list[Difference]:
    differences: list[Difference] = []
    if not _fulfils(value, kind, line):
        value = payload.plain(value)
        if not _fulfils(value, kind, line):
            differences = _explain.differences(kind, line, value)
    return differences + invoice_rules.differences(value) if kind == "invoice" else differences


def _check_invoice(invoice: dict[str, Any], line: str) -> list[Difference]:
    return _check_object(invoice, "invoice", line)


def _check_item(item: object, line: str) -> list[Difference]:
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
        return bool(fast_validator(kind, line).is_valid(value))
    except ValueError:
        return False  # a value is not JSON, or a text is not Unicode


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


def _severity_order(value: object) -> Callable[[Difference], tuple[int, list[int]]]:
    """Return the sort key of findings: by severity, then by place in the document."""
    indexes: dict[int, dict[object, int]] = {}

    def positions(container: Any) -> dict[object, int]:
        if id(container) not in indexes:
            steps = container if isinstance(container, dict) else range(len(container))
            indexes[id(container)] = {step: position for position, step in enumerate(steps)}
        return indexes[id(container)]

    def place(path: Path) -> Iterator[int]:
        container: Any = value
        for step in path:
            steps = positions(container)
            yield steps.get(step, len(steps))
            container = container[step] if step in steps else None

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
    return _DOCS_OF_RULES.get(difference.rule) or object_docs(kind, difference.path)


def object_docs(kind: payload.Kind | None, path: Path) -> str:
    """Return the address of Stripe's page for the object at a path of a payload."""
    match kind, path:
        case ("list", ("data", int(), *inside)) | ("event", ("data", "object", *inside)):
            kind, path = "invoice", tuple(inside)
    match kind, path:
        case ("invoice", ("lines", "data", int(), *_)):
            return LINE_ITEM
    return _DOCS.get(kind or "", INVOICE)


def _subject(value: object) -> str:
    """Return the name of a payload for the first line of a text: ``invoice in_1MtG…``."""
    if not isinstance(value, dict):
        return "payload"
    names = {"deleted": "deleted invoice", "list": "list of invoices", "error": "error"}
    name = names.get(payload.kind_of(value) or "", value.get("object"))
    parts = [name if isinstance(name, str) else "payload", value.get("id")]
    if name == "event":
        parts.insert(0, value.get("type"))
    return " ".join(unquoted(part) for part in parts if isinstance(part, str))
