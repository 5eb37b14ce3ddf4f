"""The differences from a contract, and the error that lists them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from .._support.json_path import ABSENT, Path, json_type, show
from ..errors import StripeContractError

if TYPE_CHECKING:
    from collections.abc import Iterable

Kind = Literal["violation", "drift"]


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference from a schema or a rule, with the path as a tuple: see `Finding`."""

    kind: Kind
    rule: str
    path: Path
    expected: str
    actual: Any


@dataclass(frozen=True, slots=True)
class Finding:
    """One difference from the contract of an API version.

    ``kind`` is ``violation`` (the contract is broken) or ``drift`` (a change that Stripe may make
    without notice). ``rule`` is a JSON Schema keyword (``type``, ``enum``, ``required``, …) or the
    name of one of the contract's own rules (``amount_remaining``). ``path`` is a JSON path.
    ``expected`` is a text; ``actual`` is the value, or `ABSENT`. ``docs`` is the address of
    Stripe's page for the object. ``message`` replaces the text made of ``expected`` and ``actual``.
    """

    kind: Kind
    rule: str
    path: str
    expected: str
    actual: Any
    docs: str
    message: str = ""

    def __str__(self) -> str:
        return f"{self.path}: {self.message or self._text()}"

    def _text(self) -> str:
        if self.rule == "additionalProperties":
            return "unknown property: Stripe does not document it"
        if self.rule == "parameter_unknown":
            return f"unknown parameter: Stripe documents {self.expected}"
        if self.actual is ABSENT:
            verb = "documented as" if self.rule == "required" else "expected"
            return f"missing; {verb} {self.expected}"
        separator = ";" if "," in self.expected else ","
        value = show(self.actual)
        if self.rule == "type" and not (
            value.startswith(("an ", "null")) or value.endswith("characters)")
        ):
            value += f" ({json_type(self.actual)})"
        return f"expected {self.expected}{separator} got {value}"


class ContractViolation(StripeContractError, AssertionError):
    """A payload breaks the contract.

    ``subject`` names the payload (``invoice in_1MtG…``), ``api_version`` the version of the
    contract, and ``findings`` has every finding, the most severe first.
    """

    __module__ = "pytest_stripe_contract"  # the public path, in reports

    def __init__(self, subject: str, api_version: str, findings: Iterable[Finding]) -> None:
        self.subject = subject
        self.api_version = api_version
        self.findings = tuple(findings)
        super().__init__(subject, api_version, self.findings)

    def __str__(self) -> str:
        violations = sum(finding.kind == "violation" for finding in self.findings)
        drift = len(self.findings) - violations
        does = "breaks" if violations else "drifts from"
        counts = f"{violations} violation{'s' * (violations != 1)}, {drift} drift"
        lines = [f"{self.subject} {does} API version {self.api_version}: {counts}"]
        lines += [f"  {finding.kind:<9}  {finding}" for finding in self.findings]
        lines += [f"  see {docs}" for docs in dict.fromkeys(each.docs for each in self.findings)]
        return "\n".join(lines)
