"""Hold payloads, requests and answers to the contract of an API version."""

from __future__ import annotations

from . import contract, invoice_lifecycle, invoice_rules, payload
from .contract import FAILED, Contract
from .event_types import TYPES, all_types, happened
from .exchange import check_answer, check_request, told_by
from .finding import ContractViolation, Difference, Finding
from .payload import Kind as PayloadKind
from .payload import Unreadable, kind_of, parse

__all__ = [
    "FAILED",
    "TYPES",
    "Contract",
    "ContractViolation",
    "Difference",
    "Finding",
    "PayloadKind",
    "Unreadable",
    "all_types",
    "check_answer",
    "check_request",
    "contract",
    "happened",
    "invoice_lifecycle",
    "invoice_rules",
    "kind_of",
    "parse",
    "payload",
    "told_by",
]
