"""What a check has to say: one `Finding` a difference, and the error that lists them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from .._support.json_path import Path, json_type, show
from ..errors import StripeContractError

if TYPE_CHECKING:
    from collections.abc import Iterable

Kind = Literal["violation", "drift"]


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference from a schema or a rule: a `Finding` whose path is still a tuple."""

    kind: Kind
    rule: str
    path: Path
    expected: str
    actual: Any


@dataclass(frozen=True, slots=True)
class Finding:
    """One difference from the contract of an API version.

    ``kind`` is ``violation`` (the contract is broken) or ``drift`` (what Stripe may do
    without notice); ``rule`` names what was asked: a JSON Schema keyword (``type``,
    ``enum``, ``required``, …) or a rule of the contract's own (``amount_remaining``);
    ``path`` is a JSON path; ``expected`` is a text; ``actual`` is the value that was
    there, or `ABSENT`; ``docs`` is the address of Stripe's page for the object. ``message``
    replaces the text made of ``expected`` and ``actual``.
    """

    kind: Kind
    rule: str
    path: str
    expected: str
    actual: Any
    docs: str
    message: str = ""

    def __str__(self) -> str:
        if self.message:
            return f"{self.path}: {self.message}"
        got = "; got" if "," in self.expected else ", got"
        shown = show(self.actual)
        tells = shown.startswith(("an ", "null")) or shown.endswith("characters)")
        if self.rule == "type" and not tells:
            shown += f" ({json_type(self.actual)})"
        return f"{self.path}: expected {self.expected}{got} {shown}"


class ContractViolation(StripeContractError, AssertionError):
    """A payload does not keep to the contract.

    ``subject`` says what was checked (``invoice in_1MtG…``), ``api_version`` against which
    version, and ``findings`` has every finding, worst first.
    """

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
